/* pack: an evidence package was handed out. */
#include "record/types.h"

static const struct field fields[] = {
	FIELD(r_pack, manifest, FIELD_DIGEST, FIELD_REQUIRED, 0, "digest of its manifest"),
	FIELD(r_pack, period_from, FIELD_TIME, FIELD_REQUIRED, 0, "period begins"),
	FIELD(r_pack, period_to, FIELD_TIME, FIELD_REQUIRED, 0, "period ends"),
	FIELD(r_pack, size, FIELD_INT, FIELD_REQUIRED, 0, "log size it holds"),
	{ 0 },
};
static const struct table table = TABLE(r_pack, "pack", fields);

static err apply(struct apply *ap, const struct record *r)
{
	const struct r_pack *f = r->facts;

	return db_run(ap->db, SQL("INSERT INTO view_pack (id, size, manifest, period_from, period_to, at, idx) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING"),
		DB_ARGS(record_blob(ap->a, r->header.about), DB_I(f->size), record_blob(ap->a, f->manifest),
			DB_I(f->period_from), DB_I(f->period_to), DB_I(r->header.effective), DB_I(r->idx)), NULL);
}

const struct record_type record_pack = { "pack.v1", &table, "a pack was handed out", NULL, NULL, apply };
