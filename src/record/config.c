/* config: the configuration that was read, by its digest, and what it says of the
 * whole. The systems, people and controls it declares are records of their own. */
#include "record/types.h"

#include "base/instant.h"

static const struct field branch_fields[] = {
	FIELD(r_config_branch, branch, FIELD_TEXT, FIELD_REQUIRED, 256, "release branch"),
	FIELD(r_config_branch, repository, FIELD_TEXT, FIELD_REQUIRED, 256, "name of the repository"),
	{ 0 },
};
static const struct table branch_table = TABLE(r_config_branch, "branch", branch_fields);

static const struct field retention_fields[] = {
	FIELD(r_retention, months, FIELD_INT, FIELD_REQUIRED, 1200, "months it is kept"),
	FIELD(r_retention, what, FIELD_TEXT, FIELD_REQUIRED, 64, "evidence, recordings, words"),
	{ 0 },
};
static const struct table retention_table = TABLE(r_retention, "retention", retention_fields);

static const struct field fields[] = {
	FIELD_GROUPS(r_config, branches, FIELD_MANY, 2000, &branch_table, "release branches"),
	FIELD(r_config, controls, FIELD_INT, FIELD_REQUIRED, 0, "controls it declares"),
	FIELD(r_config, digest, FIELD_DIGEST, FIELD_REQUIRED, 0, "the file"),
	FIELD(r_config, organisation, FIELD_TEXT, FIELD_WORDS, 256, "whose delivery it is"),
	FIELD(r_config, people, FIELD_INT, 0, 0, "people it declares"),
	FIELD(r_config, period_from, FIELD_DAY, 0, 0, "first day of the audit period"),
	FIELD(r_config, period_to, FIELD_DAY, 0, 0, "last day of the audit period"),
	FIELD_GROUPS(r_config, retention, FIELD_MANY, 16, &retention_table, "how long what is kept"),
	FIELD(r_config, soa_at, FIELD_DAY, 0, 0, "day the statement of applicability was approved"),
	FIELD(r_config, soa_by, FIELD_TEXT, FIELD_WORDS, 256, "who approved it"),
	FIELD(r_config, systems, FIELD_INT, FIELD_REQUIRED, 0, "systems it declares"),
	FIELD(r_config, version, FIELD_TEXT, 0, 64, "commit it was read at"),
	{ 0 },
};
static const struct table table = TABLE(r_config, "config", fields);

static err put_lists(struct apply *ap, const struct r_config *f)
{
	const struct r_config_branch *b = f->branches.v;
	const struct r_retention *t = f->retention.v;

	TRY(db_run(ap->db, SQL("DELETE FROM view_release_branch"), DB_NONE, NULL));
	TRY(db_run(ap->db, SQL("DELETE FROM view_retention"), DB_NONE, NULL));
	for (size_t i = 0; i < f->branches.n; i++)
		TRY(db_run(ap->db, SQL("INSERT INTO view_release_branch (repository, branch) VALUES ($1, $2) "
				       "ON CONFLICT DO NOTHING"), DB_ARGS(DB_T(b[i].repository), DB_T(b[i].branch)), NULL));
	for (size_t i = 0; i < f->retention.n; i++)
		TRY(db_run(ap->db, SQL("INSERT INTO view_retention (what, months) VALUES ($1, $2) ON CONFLICT DO NOTHING"),
			   DB_ARGS(DB_T(t[i].what), DB_I(t[i].months)), NULL));
	return NULL;
}

static err apply(struct apply *ap, const struct record *r)
{
	const struct r_config *f = r->facts;

	TRY(put_lists(ap, f));
	TRY(db_run(ap->db, SQL("DELETE FROM view_config"), DB_NONE, NULL));
	return db_run(ap->db, SQL("INSERT INTO view_config (one, digest, soa_at, period_from, period_to, at, idx) "
				  "VALUES (1, $1, $2, $3, $4, $5, $6)"),
		      DB_ARGS(record_blob(ap->a, f->digest), db_int_or_null(f->soa_at, INSTANT_NONE),
			      db_int_or_null(f->period_from, INSTANT_NONE), db_int_or_null(f->period_to, INSTANT_NONE),
			      DB_I(r->header.effective), DB_I(r->idx)), NULL);
}

const struct record_type record_config = { "config.v1", &table, "configuration was read", NULL, NULL, apply };
