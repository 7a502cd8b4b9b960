/* document: a file somebody handed over as evidence for controls: a policy, a
 * minute, a test protocol. Its bytes are the evidence cited. */
#include "record/types.h"

static const struct field fields[] = {
	FIELD(r_document, controls, FIELD_TEXT, FIELD_REQUIRED | FIELD_MANY, 32, "controls it is evidence for"),
	FIELD(r_document, digest, FIELD_DIGEST, 0, 0, "the file"),
	FIELD(r_document, key, FIELD_TEXT, 0, 128, "fingerprint of the key that signed it"),
	FIELD(r_document, kind, FIELD_TEXT, FIELD_REQUIRED, 64, "policy, procedure, minutes, review …"),
	FIELD(r_document, review_by, FIELD_DAY, 0, 0, "to be reviewed by"),
	FIELD(r_document, signer, FIELD_TEXT, FIELD_WORDS, 320, "who the key is listed for"),
	FIELD(r_document, title, FIELD_TEXT, FIELD_WORDS, 512, "its title"),
	{ 0 },
};
static const struct table table = TABLE(r_document, "document", fields);

/* A kind is a word of whoever hands over, kept for ever: it can name nobody. */
static err check(const void *fields_of)
{
	const struct r_document *f = fields_of;

	for (size_t i = 0; i < f->kind.n; i++)
		if (!(f->kind.p[i] >= 'a' && f->kind.p[i] <= 'z') && f->kind.p[i] != '-')
			return err_hint(fail(ERR_INPUT, "'%.*s' is no kind of document: one word of lower-case letters "
					     "and hyphens", FMT(f->kind)),
					"policy, procedure, minutes, review, protocol, access-review, training");
	return NULL;
}

static err apply(struct apply *ap, const struct record *r)
{
	const struct r_document *f = r->facts;
	const struct str *control = f->controls.v;

	for (size_t i = 0; i < f->controls.n; i++)
		TRY(db_run(ap->db, SQL("INSERT INTO view_document (id, control, kind, at, received, review_by, "
				       "author, digest, idx) "
			"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING"),
			DB_ARGS(record_blob(ap->a, r->header.about), DB_T(control[i]), DB_T(f->kind),
				DB_I(r->header.effective), DB_I(r->header.received),
				db_int_or_null(f->review_by, INT64_MIN),
				DB_T(str_c(author_words[r->header.author])),
				record_blob(ap->a, f->digest), DB_I(r->idx)), NULL));
	return NULL;
}

const struct record_type record_document = {
	"document.v1", &table, "a document was handed over", NULL, check, apply,
};
