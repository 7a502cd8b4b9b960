#include "store/places.h"

/* Whether `folder` is the path or one around it. */
static bool is_around(struct str folder, struct str path)
{
	return folder.n == 0 || str_eq(folder, path) ||
	       (path.n > folder.n && str_starts(path, folder) && path.p[folder.n] == '/');
}

static bool is_better(const struct place *now, struct str folder, bool declared)
{
	if (now->system_no < 0 || declared != now->declared)
		return now->system_no < 0 || declared;
	return folder.n > now->path.n;
}

err place_find(struct db *db, struct arena *a, const struct place_query *q, struct place *out)
{
	struct place best = { .system_no = -1 };
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(db, SQL("SELECT s.no, s.name, p.path, s.declared FROM view_system_place p JOIN view_system s "
			     "ON s.no = p.system_no WHERE p.repository = $1 OR p.repository = $2 ORDER BY s.no, "
				"p.path"),
		     DB_ARGS(DB_T(q->repository), DB_T(q->slug.n ? q->slug : q->repository)), &rows));
	for (;;) {
		struct str folder;

		TRY(db_next(rows, &more));
		if (!more)
			break;
		folder = db_text(rows, 2);
		if (!is_around(folder, q->path) || !is_better(&best, folder, db_int(rows, 3) == 1))
			continue;
		best = (struct place){ db_int(rows, 0), arena_str(a, db_text(rows, 1)), arena_str(a, folder),
				       db_int(rows, 3) == 1 };
	}
	*out = best;
	return NULL;
}
