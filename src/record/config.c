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
	FIELD(r_retention, what, FIELD_TEXT, FIELD_REQUIRED, 64, "evidence, words"),
	{ 0 },
};
static const struct table retention_table = TABLE(r_retention, "retention", retention_fields);

static const struct field fields[] = {
	FIELD_GROUPS(r_config, branches, FIELD_MANY, 2000, &branch_table, "release branches"),
	FIELD(r_config, controls, FIELD_INT, FIELD_REQUIRED, 0, "controls it declares"),
	FIELD(r_config, digest, FIELD_DIGEST, FIELD_REQUIRED, 0, "the file"),
	FIELD(r_config, matters, FIELD_DIGEST, FIELD_REQUIRED, 0, "what a second person has to approve of it"),
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

static err put_branches(struct apply *ap, const struct r_config *f, int64_t waiting)
{
	const struct r_config_branch *b = f->branches.v;

	TRY(db_run(ap->db, SQL("DELETE FROM view_release_branch WHERE waiting = 1 OR $1 = 0"), DB_ARGS(DB_I(waiting)), NULL));
	for (size_t i = 0; i < f->branches.n; i++)
		TRY(db_run(ap->db, SQL("INSERT INTO view_release_branch (repository, branch, waiting) VALUES ($1, $2, $3) "
				       "ON CONFLICT DO NOTHING"),
			   DB_ARGS(DB_T(b[i].repository), DB_T(b[i].branch), DB_I(waiting)), NULL));
	return NULL;
}

static err put_retention(struct apply *ap, const struct r_config *f, int64_t waiting)
{
	const struct r_retention *t = f->retention.v;

	TRY(db_run(ap->db, SQL("DELETE FROM view_retention WHERE waiting = 1 OR $1 = 0"), DB_ARGS(DB_I(waiting)), NULL));
	for (size_t i = 0; i < f->retention.n; i++)
		TRY(db_run(ap->db, SQL("INSERT INTO view_retention (what, months, waiting) VALUES ($1, $2, $3) "
				       "ON CONFLICT DO NOTHING"),
			   DB_ARGS(DB_T(t[i].what), DB_I(t[i].months), DB_I(waiting)), NULL));
	return NULL;
}

struct in_force {
	struct str matters, how;	/* absent: nothing was ever approved */
	int64_t seconded;
};

static err read_in_force(struct apply *ap, struct in_force *out)
{
	DB_ROWS rows = NULL;
	bool more;

	*out = (struct in_force){ 0 };
	TRY(db_query(ap->db, SQL("SELECT in_force, in_force_how, seconded FROM view_config"), DB_NONE, &rows));
	TRY(db_next(rows, &more));
	if (!more)
		return NULL;
	out->seconded = db_int(rows, 2);
	if (db_is_null(rows, 0))
		return NULL;
	out->matters = record_hex(ap->a, db_blob(rows, 0));
	out->how = arena_str(ap->a, db_text(rows, 1));
	return NULL;
}

/* What matters is in force where the approval given last was of the same; what was
 * approved before that is proposed again. Release branches and retention somebody stands
 * behind stay until what is proposed is approved too; where nobody ever did, what is
 * proposed is all there is. */
static err apply(struct apply *ap, const struct record *r)
{
	const struct r_config *f = r->facts;
	struct in_force was;
	int64_t waiting;
	bool same;

	TRY(read_in_force(ap, &was));
	same = was.matters.p && str_eq(was.matters, f->matters);
	waiting = was.matters.p && !same;
	TRY(put_branches(ap, f, waiting));
	TRY(put_retention(ap, f, waiting));
	TRY(db_run(ap->db, SQL("DELETE FROM view_config"), DB_NONE, NULL));
	return db_run(ap->db, SQL("INSERT INTO view_config (one, id, digest, matters, state, in_force, in_force_how, seconded, "
				  "soa_at, period_from, period_to, at, idx) VALUES (1, $1, $2, $3, $4, $5, $6, $7, $8, $9, "
				  "$10, $11, $12)"),
		      DB_ARGS(record_blob(ap->a, r->header.about), record_blob(ap->a, f->digest),
			      record_blob(ap->a, f->matters), DB_T(same ? was.how : STR("proposed")),
			      record_blob(ap->a, was.matters), db_text_or_null(was.how), DB_I(was.seconded),
			      db_int_or_null(f->soa_at, INSTANT_NONE), db_int_or_null(f->period_from, INSTANT_NONE),
			      db_int_or_null(f->period_to, INSTANT_NONE), DB_I(r->header.effective), DB_I(r->idx)),
		      NULL);
}

const struct record_type record_config = { "config.v1", &table, "configuration was read", NULL, NULL, apply };
