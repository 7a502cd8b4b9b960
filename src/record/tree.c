/* tree: what the tree at the tip of a release branch declares: code owners, CI
 * configuration and the scans in it, lock files, policies. */
#include "record/types.h"

static const struct field item_fields[] = {
	FIELD(r_tree_item, detail, FIELD_TEXT, 0, 512, "what it says, in short"),
	FIELD(r_tree_item, digest, FIELD_DIGEST, 0, 0, "evidence: the file"),
	FIELD(r_tree_item, kind, FIELD_TEXT, FIELD_REQUIRED, 64, "codeowners, ci, lockfile, actions …"),
	FIELD(r_tree_item, n, FIELD_INT, 0, 0, "a count that belongs to it"),
	FIELD(r_tree_item, path, FIELD_PATH, FIELD_REQUIRED, 1024, "where"),
	{ 0 },
};
static const struct table item_table = TABLE(r_tree_item, "tree item", item_fields);

static const struct field ci_fields[] = {
	FIELD(r_ci_scan, enforced, FIELD_TEXT, FIELD_REQUIRED, 32, "enforced, skippable or unknown"),
	FIELD(r_ci_scan, kind, FIELD_TEXT, FIELD_REQUIRED, 32, "kind of scan"),
	FIELD(r_ci_scan, path, FIELD_PATH, FIELD_REQUIRED, 1024, "the CI file"),
	FIELD(r_ci_scan, tool, FIELD_TEXT, FIELD_REQUIRED, 128, "the tool"),
	FIELD(r_ci_scan, why, FIELD_TEXT, 0, 256, "why it can be skipped"),
	{ 0 },
};
static const struct table ci_table = TABLE(r_ci_scan, "ci scan", ci_fields);

static const struct field fields[] = {
	FIELD_GROUPS(r_tree, ci, FIELD_MANY, 500, &ci_table, "scans configured in CI"),
	FIELD(r_tree, commit, FIELD_COMMIT, FIELD_REQUIRED, 0, "the commit"),
	FIELD_GROUPS(r_tree, items, FIELD_MANY, 1000, &item_table, "what was found"),
	FIELD(r_tree, repository, FIELD_ID, FIELD_REQUIRED, 0, "the repository"),
	{ 0 },
};
static const struct table table = TABLE(r_tree, "tree", fields);

static err put_items(struct apply *ap, const struct record *r, int64_t repository)
{
	const struct r_tree *f = r->facts;
	const struct r_tree_item *item = f->items.v;
	const struct r_ci_scan *ci = f->ci.v;

	for (size_t i = 0; i < f->items.n; i++)
		TRY(db_run(ap->db, SQL("INSERT INTO view_tree (repository_no, kind, path, detail, n, digest, at, idx) "
			"VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING"),
			DB_ARGS(DB_I(repository), DB_T(item[i].kind), DB_T(item[i].path),
				DB_T(item[i].detail.p ? item[i].detail : STR("")), DB_I(item[i].n < 0 ? 0 : item[i].n),
				record_blob(ap->a, item[i].digest), DB_I(r->header.effective), DB_I(r->idx)), NULL));
	for (size_t i = 0; i < f->ci.n; i++)
		TRY(db_run(ap->db, SQL("INSERT INTO view_ci_scan (repository_no, path, kind, tool, enforced, why, idx) "
			"VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING"),
			DB_ARGS(DB_I(repository), DB_T(ci[i].path), DB_T(ci[i].kind), DB_T(ci[i].tool),
				DB_T(ci[i].enforced), DB_T(ci[i].why.p ? ci[i].why : STR("")), DB_I(r->idx)), NULL));
	return NULL;
}

static err apply(struct apply *ap, const struct record *r)
{
	const struct r_tree *f = r->facts;
	int64_t repository;

	TRY(db_get_int(ap->db, SQL("SELECT no FROM view_repository WHERE id = $1"),
		       DB_ARGS(record_blob(ap->a, f->repository)), 0, &repository));
	TRY(db_run(ap->db, SQL("DELETE FROM view_tree WHERE repository_no = $1"), DB_ARGS(DB_I(repository)), NULL));
	TRY(db_run(ap->db, SQL("DELETE FROM view_ci_scan WHERE repository_no = $1"), DB_ARGS(DB_I(repository)), NULL));
	return put_items(ap, r, repository);
}

const struct record_type record_tree = { "tree.v1", &table, "what a tree declares", NULL, NULL, apply };
