/* anchor: somebody outside vouches that a checkpoint existed at a time. */
#include "record/types.h"

static const struct field fields[] = {
	FIELD(r_anchor, at, FIELD_TIME, FIELD_REQUIRED, 0, "the time they vouch for"),
	FIELD(r_anchor, digest, FIELD_DIGEST, FIELD_REQUIRED, 0, "evidence: what they gave"),
	FIELD(r_anchor, kind, FIELD_TEXT, FIELD_REQUIRED, 32, "tsa, witness or branch"),
	FIELD(r_anchor, size, FIELD_INT, FIELD_REQUIRED, 0, "size of the checkpoint"),
	FIELD(r_anchor, source, FIELD_TEXT, FIELD_REQUIRED, 512, "who they are"),
	{ 0 },
};
static const struct table table = TABLE(r_anchor, "anchor", fields);

static err apply(struct apply *ap, const struct record *r)
{
	const struct r_anchor *f = r->facts;

	return db_run(ap->db, SQL("INSERT INTO view_anchor (size, kind, source, at, act, idx) VALUES ($1, $2, $3, $4, $5, $6) "
		"ON CONFLICT DO NOTHING"),
		DB_ARGS(DB_I(f->size), DB_T(f->kind), DB_T(f->source), DB_I(f->at), record_blob(ap->a, r->header.in),
			DB_I(r->idx)), NULL);
}

const struct record_type record_anchor = { "anchor.v1", &table, "a checkpoint was anchored", NULL, NULL, apply };
