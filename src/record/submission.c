/* submission: how a batch of records reached the store, told once. Records that
 * came with it name it in their origin. A second record about the same submission
 * says how many items were taken in, once all were: without it, it may come again. */
#include "record/types.h"

static const struct field fields[] = {
	FIELD(r_submission, address, FIELD_TEXT, FIELD_WORDS, 512, "where it was collected, without credentials"),
	FIELD(r_submission, items, FIELD_INT, 0, 0, "items that were taken in; told at the end"),
	FIELD(r_submission, name, FIELD_TEXT, FIELD_WORDS, 1024, "name of the file"),
	FIELD(r_submission, original, FIELD_DIGEST, 0, 0, "digest as it came, where it was redacted"),
	FIELD(r_submission, query, FIELD_TEXT, FIELD_WORDS, 1024, "what was asked"),
	FIELD(r_submission, report, FIELD_DIGEST, 0, 0, "digest of the evidence"),
	FIELD(r_submission, run, FIELD_TEXT, 0, 256, "run of the pipeline"),
	FIELD(r_submission, scope, FIELD_TEXT, FIELD_WORDS, 512, "what the credential could see"),
	FIELD(r_submission, size, FIELD_INT, 0, 0, "bytes of the evidence"),
	FIELD(r_submission, source, FIELD_TEXT, FIELD_REQUIRED, 64, "the reader that read it"),
	FIELD(r_submission, tool, FIELD_TEXT, FIELD_REQUIRED, 64, "the program that sent it"),
	{ 0 },
};
static const struct table table = TABLE(r_submission, "submission", fields);

static err apply(struct apply *ap, const struct record *r)
{
	const struct r_submission *f = r->facts;

	for (size_t i = 0; i < r->header.cites.n; i++)
		TRY(db_run(ap->db, SQL("INSERT INTO view_submission_cite (id, digest) VALUES ($1, $2) "
				       "ON CONFLICT DO NOTHING"),
			   DB_ARGS(record_blob(ap->a, r->header.about), record_blob(ap->a, r->header.cites.v[i])),
			   NULL));
	TRY(db_run(ap->db, SQL("INSERT INTO view_submission (id, source, content, author, report, at, idx) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING"),
		DB_ARGS(record_blob(ap->a, r->header.about), DB_T(f->source),
			DB_T(str_c(content_words[r->header.content])), DB_T(str_c(author_words[r->header.author])),
			record_blob(ap->a, f->report), DB_I(r->header.received), DB_I(r->idx)), NULL));
	if (f->items == FIELD_NO_INT)
		return NULL;
	return db_run(ap->db, SQL("UPDATE view_submission SET items = $2 WHERE id = $1"),
		      DB_ARGS(record_blob(ap->a, r->header.about), DB_I(f->items)), NULL);
}

const struct record_type record_submission = {
	"submission.v1", &table, "a batch reached the store", NULL, NULL, apply,
};
