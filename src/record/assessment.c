/* assessment: one run of `audit`: the facts document it was made from (evidence,
 * cited) and what came out in counts. */
#include "record/types.h"

static const struct field fields[] = {
	FIELD(r_assessment, changes, FIELD_INT, FIELD_REQUIRED, 0, "changes in the period"),
	FIELD(r_assessment, facts, FIELD_DIGEST, FIELD_REQUIRED, 0, "the facts document"),
	FIELD(r_assessment, gaps, FIELD_INT, FIELD_REQUIRED, 0, "delivery areas with a gap"),
	FIELD(r_assessment, period_from, FIELD_TIME, FIELD_REQUIRED, 0, "period begins"),
	FIELD(r_assessment, period_to, FIELD_TIME, FIELD_REQUIRED, 0, "period ends"),
	FIELD(r_assessment, program, FIELD_TEXT, FIELD_REQUIRED, 64, "version that made it"),
	FIELD(r_assessment, ready, FIELD_INT, FIELD_REQUIRED, 0, "areas that are audit-ready"),
	FIELD(r_assessment, stale, FIELD_INT, FIELD_REQUIRED, 0, "areas whose evidence is too old"),
	FIELD(r_assessment, unknown, FIELD_INT, FIELD_REQUIRED, 0, "areas that are unknown"),
	{ 0 },
};
static const struct table table = TABLE(r_assessment, "assessment", fields);

static err apply(struct apply *ap, const struct record *r)
{
	const struct r_assessment *f = r->facts;

	return db_run(ap->db, SQL("INSERT INTO view_assessment (id, at, facts, ready, gaps, unknown, stale, idx) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING"),
		DB_ARGS(record_blob(ap->a, r->header.about), DB_I(r->header.effective), record_blob(ap->a, f->facts),
			DB_I(f->ready), DB_I(f->gaps), DB_I(f->unknown), DB_I(f->stale), DB_I(r->idx)), NULL);
}

const struct record_type record_assessment = {
	"assessment.v1", &table, "an assessment was made", NULL, NULL, apply,
};
