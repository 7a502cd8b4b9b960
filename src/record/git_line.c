#include "record/git_line.h"

/* A branch that joins the line, the one that shares most of it first. */
struct heir {
	struct str branch;
	int64_t at;
	bool any;
};

static err heir_of(const struct git_line *l, int64_t low, struct heir *out)
{
	DB_ROWS rows = NULL;
	bool more;

	*out = (struct heir){ 0 };
	TRY(db_query(l->ap->db, SQL("SELECT branch, joins_at FROM view_branch WHERE repository_no = $1 AND joins = $2 "
		"AND joins_at >= $3 AND ended IS NULL ORDER BY joins_at DESC, branch LIMIT 1"),
		DB_ARGS(DB_I(l->repository), DB_T(l->branch), DB_I(low)), &rows));
	TRY(db_next(rows, &more));
	if (more)
		*out = (struct heir){ arena_str(l->ap->a, db_text(rows, 0)), db_int(rows, 1), true };
	return NULL;
}

/* Where another branch is joined; absent where none is. */
static err join_of(const struct git_line *l, struct str branch, struct heir *out)
{
	DB_ROWS rows = NULL;
	bool more;

	*out = (struct heir){ 0 };
	TRY(db_query(l->ap->db, SQL("SELECT joins, joins_at FROM view_branch WHERE repository_no = $1 AND branch = $2 "
		"AND joins IS NOT NULL"), DB_ARGS(DB_I(l->repository), DB_T(branch)), &rows));
	TRY(db_next(rows, &more));
	if (more)
		*out = (struct heir){ arena_str(l->ap->a, db_text(rows, 0)), db_int(rows, 1), true };
	return NULL;
}

static err join_put(const struct git_line *l, struct str branch, const struct heir *joins)
{
	return db_run(l->ap->db, SQL("UPDATE view_branch SET joins = $3, joins_at = $4 WHERE repository_no = $1 AND branch = $2"),
		      DB_ARGS(DB_I(l->repository), DB_T(branch), joins->any ? DB_T(joins->branch) : DB_N,
			      joins->any ? DB_I(joins->at) : DB_N), NULL);
}

/* From `at` on down the line's own changes count with the heir, which then joins
 * what the line joined; the line joins the heir. */
static err hand_over(const struct git_line *l, const struct heir *to)
{
	struct heir before, back = { to->branch, to->at, true };

	TRY(join_of(l, l->branch, &before));
	TRY(db_run(l->ap->db, SQL("UPDATE view_change SET branch = $3 WHERE repository_no = $1 AND branch = $2 "
		"AND position <= $4 AND gone = 0"),
		DB_ARGS(DB_I(l->repository), DB_T(l->branch), DB_T(to->branch), DB_I(to->at)), NULL));
	if (before.any && str_eq(before.branch, to->branch))
		before.any = false;
	if (before.any && before.at > to->at)
		before.at = to->at;
	TRY(join_put(l, to->branch, &before));
	TRY(db_run(l->ap->db, SQL("UPDATE view_branch SET joins = $3 WHERE repository_no = $1 AND joins = $2 "
		"AND joins_at <= $4 AND branch <> $3"),
		DB_ARGS(DB_I(l->repository), DB_T(l->branch), DB_T(to->branch), DB_I(to->at)), NULL));
	return join_put(l, l->branch, &back);
}

/* Findings of scans of the branch go on where the branch does. */
static err rename_scans(const struct git_line *l, struct str before)
{
	struct arena *a = l->ap->a;
	DB_ROWS rows = NULL;
	struct str name, from, to;
	bool more;

	TRY(db_query(l->ap->db, SQL("SELECT name FROM view_repository WHERE no = $1"), DB_ARGS(DB_I(l->repository)), &rows));
	TRY(db_next(rows, &more));
	if (!more)
		return NULL;
	name = arena_str(a, db_text(rows, 0));
	TRY(db_next(rows, &more));
	from = arena_printf(a, "%.*s@%.*s", FMT(name), FMT(before));
	to = arena_printf(a, "%.*s@%.*s", FMT(name), FMT(l->branch));
	return db_run(l->ap->db, SQL("UPDATE view_series SET place = $2 WHERE place = $1 AND NOT EXISTS "
		"(SELECT 1 FROM view_series o WHERE o.place = $2 AND o.system_no = view_series.system_no "
		"AND o.kind = view_series.kind AND o.tool = view_series.tool AND o.scope = view_series.scope)"),
		DB_ARGS(DB_T(from), DB_T(to)), NULL);
}

err git_line_rename(const struct git_line *l, struct str before)
{
	const struct db_value both[] = { DB_I(l->repository), DB_T(before), DB_T(l->branch) };

	TRY(db_run(l->ap->db, SQL("UPDATE view_change SET branch = $3 WHERE repository_no = $1 AND branch = $2"), both, 3, NULL));
	TRY(db_run(l->ap->db, SQL("UPDATE view_branch SET joins = $3 WHERE repository_no = $1 AND joins = $2"), both, 3, NULL));
	TRY(db_run(l->ap->db, SQL("DELETE FROM view_branch WHERE repository_no = $1 AND branch = $2"), both, 2, NULL));
	return rename_scans(l, before);
}

static err position_of(const struct git_line *l, struct str commit, int64_t *position)
{
	return db_get_int(l->ap->db, SQL("SELECT position FROM view_change WHERE repository_no = $1 AND branch = $2 "
		"AND commit_id = $3"), DB_ARGS(DB_I(l->repository), DB_T(l->branch), record_blob(l->ap->a, commit)),
		INT64_MAX, position);
}

err git_line_lose(const struct git_line *l, const struct str *commits, size_t n)
{
	int64_t low = INT64_MAX, position;
	struct heir heir = { 0 };

	for (size_t i = 0; i < n; i++) {
		TRY(position_of(l, commits[i], &position));
		if (position < low)
			low = position;
	}
	if (low == INT64_MAX)
		return NULL;
	TRY(heir_of(l, low, &heir));
	for (size_t i = 0; i < n; i++) {
		struct str commit = commits[i];

		TRY(position_of(l, commit, &position));
		TRY(db_run(l->ap->db, SQL("UPDATE view_change SET gone = $4, branch = $5 WHERE repository_no = $1 AND branch = $2 "
			"AND commit_id = $3"),
			DB_ARGS(DB_I(l->repository), DB_T(l->branch), record_blob(l->ap->a, commit),
				DB_I(!heir.any || position > heir.at),
				DB_T(heir.any && position <= heir.at ? heir.branch : l->branch)), NULL));
	}
	if (!heir.any)
		return NULL;
	TRY(db_run(l->ap->db, SQL("UPDATE view_branch SET joins = $3 WHERE repository_no = $1 AND joins = $2 "
		"AND joins_at >= $4 AND branch <> $3"),
		DB_ARGS(DB_I(l->repository), DB_T(l->branch), DB_T(heir.branch), DB_I(low)), NULL));
	return join_put(l, heir.branch, &(struct heir){ l->branch, low - 1, true });
}

static err has_ended(const struct git_line *l, struct str branch, bool *ended)
{
	int64_t n;

	TRY(db_get_int(l->ap->db, SQL("SELECT count(*) FROM view_branch WHERE repository_no = $1 AND branch = $2 "
		"AND ended IS NOT NULL"), DB_ARGS(DB_I(l->repository), DB_T(branch)), 0, &n));
	*ended = n > 0;
	return NULL;
}

err git_line_take(const struct git_line *l, const struct r_git_collection *f)
{
	const struct git_line other = { l->ap, l->repository, f->joins };
	bool ended;

	TRY(has_ended(l, f->joins, &ended));
	if (f->principal != 1 && !ended)
		return NULL;
	return hand_over(&other, &(struct heir){ l->branch, f->joins_at, true });
}

err git_line_end(const struct git_line *l, const struct record *r)
{
	const struct r_git_collection *f = r->facts;
	struct heir heir;

	TRY(heir_of(l, 0, &heir));
	if (heir.any)
		TRY(hand_over(l, &heir));
	return db_run(l->ap->db, SQL("UPDATE view_branch SET ended = $3, collected_at = $3, why = $4, idx = $5, "
		"release = CASE WHEN EXISTS (SELECT 1 FROM view_change c WHERE c.repository_no = $1 AND c.branch = $2) "
		"THEN release ELSE 0 END WHERE repository_no = $1 AND branch = $2"),
		DB_ARGS(DB_I(l->repository), DB_T(l->branch), DB_I(r->header.received),
			DB_T(f->why.p ? f->why : STR("")), DB_I(r->idx)), NULL);
}
