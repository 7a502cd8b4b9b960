/* tests: the result of one run of automated tests. */
#include "record/types.h"

#include "record/of_system.h"

static const struct field fields[] = {
	FIELD(r_tests, commit, FIELD_COMMIT, 0, 0, "commit that was tested"),
	FIELD(r_tests, errors, FIELD_INT, FIELD_REQUIRED, 0, "tests that could not run"),
	FIELD(r_tests, failed, FIELD_INT, FIELD_REQUIRED, 0, "tests that failed"),
	FIELD(r_tests, failures, FIELD_TEXT, FIELD_MANY | FIELD_WORDS, 100, "names of the first failures"),
	FIELD(r_tests, report, FIELD_DIGEST, FIELD_REQUIRED, 0, "the report"),
	FIELD(r_tests, run, FIELD_TEXT, 0, 256, "run of the pipeline"),
	FIELD(r_tests, skipped, FIELD_INT, FIELD_REQUIRED, 0, "tests that were skipped"),
	FIELD(r_tests, system, FIELD_ID, FIELD_REQUIRED, 0, "the system"),
	FIELD(r_tests, tests, FIELD_INT, FIELD_REQUIRED, 0, "tests in all"),
	{ 0 },
};
static const struct table table = TABLE(r_tests, "tests", fields);
static const char *const key[] = { "system", "commit", "report", "run", NULL };

static err apply(struct apply *ap, const struct record *r)
{
	const struct r_tests *f = r->facts;
	int64_t system;

	TRY(db_get_int(ap->db, SQL("SELECT no FROM view_system WHERE id = $1"),
		       DB_ARGS(record_blob(ap->a, f->system)), 0, &system));
	TRY(of_system_put(ap, system, r, f->report));
	return db_run(ap->db, SQL("INSERT INTO view_tests (id, system_no, commit_id, tests, failed, errors, skipped, at, "
		"idx) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING"),
		DB_ARGS(record_blob(ap->a, r->header.about), DB_I(system), record_blob(ap->a, f->commit),
			DB_I(f->tests), DB_I(f->failed), DB_I(f->errors), DB_I(f->skipped),
			DB_I(r->header.effective), DB_I(r->idx)), NULL);
}

const struct record_type record_tests = { "tests.v1", &table, "automated tests ran", key, NULL, apply };
