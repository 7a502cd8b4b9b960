#include "show/change_cover.h"

#include <stdlib.h>

/* A change that names a pull request or was brought in by one of the exports. */
struct mark {
	int64_t position;
	int64_t reach;		/* lowest position that its pull request may have brought in */
	bool whole;		/* names it, and the exports have it as this commit */
	size_t run_up, run_down;	/* whole ones in a row from here on, itself among them */
};

struct window {
	int64_t since, until;
};

struct show_change_cover {
	struct mark *mark;	/* by position */
	size_t n, room;
	struct window *window;
	size_t windows;
};

void show_change_cover_free(struct show_change_cover *c)
{
	if (!c)
		return;
	free(c->mark);
	free(c->window);
	free(c);
}

static void add_mark(struct show_change_cover *c, const struct mark *m)
{
	if (c->n == c->room) {
		c->room = c->room ? 2 * c->room : 256;
		c->mark = base_realloc(c->mark, c->room * sizeof(*c->mark));
	}
	c->mark[c->n++] = *m;
}

/* Columns: position, parents, the number named, the number found, its commits,
 * whether it was merged as another commit. */
static void take(struct show_change_cover *c, const struct db_rows *r)
{
	struct mark m = { .position = db_int(r, 0), .reach = db_int(r, 0) };
	bool named = !db_is_null(r, 2), found = !db_is_null(r, 3);

	if (!named && !found)
		return;
	m.whole = named && found && db_int(r, 2) == db_int(r, 3) && db_int(r, 5) == 0;
	if (found && db_int(r, 1) < 2 && db_int(r, 5) == 0)
		m.reach -= db_int(r, 4) - 1;
	add_mark(c, &m);
}

static err read_marks(struct show_change_cover *c, struct db *db, int64_t repository_no, struct str branch)
{
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(db, SQL("WITH RECURSIVE held (branch, upto) AS (SELECT CAST($2 AS text), CAST(9007199254740991 AS int64) "
		"UNION SELECT CAST(b.joins AS text), CAST(CASE WHEN b.joins_at < h.upto THEN b.joins_at ELSE h.upto END AS int64) "
		"FROM held h JOIN view_branch b ON b.branch = h.branch WHERE b.repository_no = $1 AND b.joins IS NOT NULL), "
		"line AS (SELECT branch, max(upto) AS upto FROM held GROUP BY branch) "
		"SELECT c.position, c.parents, c.pull, p.number, p.commits, CASE WHEN p.merge_commit <> c.commit_id "
		"THEN 1 ELSE 0 END FROM line JOIN view_change c ON c.branch = line.branch AND c.position <= line.upto "
		"LEFT JOIN view_pull p ON p.repository_no = c.repository_no AND p.number = "
		"coalesce((SELECT min(q.number + 0) FROM view_pull q WHERE q.repository_no = c.repository_no "
		"AND q.merge_commit = c.commit_id), (SELECT min(q.number + 0) FROM view_pull_commit q "
		"WHERE q.repository_no = c.repository_no AND q.commit_id = c.commit_id), c.pull) "
		"WHERE c.repository_no = $1 AND c.gone = 0 ORDER BY c.position"),
		DB_ARGS(DB_I(repository_no), DB_T(branch)), &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		take(c, rows);
	}
}

static err read_windows(struct show_change_cover *c, struct db *db, int64_t repository_no)
{
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(db, SQL("SELECT since, until FROM view_pull_cover WHERE repository_no = $1 ORDER BY since, until"),
		     DB_ARGS(DB_I(repository_no)), &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		c->window = base_realloc(c->window, (c->windows + 1) * sizeof(*c->window));
		c->window[c->windows++] = (struct window){ db_int(rows, 0), db_int(rows, 1) };
	}
}

static void count_runs(struct show_change_cover *c)
{
	for (size_t i = 0; i < c->n; i++)
		c->mark[i].run_down = c->mark[i].whole ? 1 + (i ? c->mark[i - 1].run_down : 0) : 0;
	for (size_t i = c->n; i > 0; i--)
		c->mark[i - 1].run_up = c->mark[i - 1].whole ? 1 + (i < c->n ? c->mark[i].run_up : 0) : 0;
}

/* A reach goes on below what is within it. */
static void spread_reach(struct show_change_cover *c)
{
	for (size_t i = c->n; i > 1; i--)
		if (c->mark[i - 1].reach < c->mark[i - 2].reach)
			c->mark[i - 2].reach = c->mark[i - 1].reach;
}

err show_change_cover_new(struct db *db, int64_t repository_no, struct str branch, struct show_change_cover **out)
{
	OWNED(show_change_cover) c = base_alloc(sizeof(*c));
	int64_t any;

	TRY(db_get_int(db, SQL("SELECT min(number) FROM view_pull WHERE repository_no = $1"), DB_ARGS(DB_I(repository_no)),
		       -1, &any));
	TRY(read_windows(c, db, repository_no));
	if (any >= 0)
		TRY(read_marks(c, db, repository_no, branch));
	count_runs(c);
	spread_reach(c);
	*out = c;
	c = NULL;
	return NULL;
}

/* The first mark at or above the position. */
static size_t find(const struct show_change_cover *c, int64_t position)
{
	size_t low = 0, high = c->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (c->mark[mid].position < position)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool enough(size_t run, size_t there)
{
	size_t wanted = there < SHOW_COVER_AROUND ? there : SHOW_COVER_AROUND;

	return wanted >= SHOW_COVER_LEAST && run >= wanted;
}

enum change_cover show_change_cover_of(const struct show_change_cover *c, int64_t position, int64_t at)
{
	size_t i = find(c, position), up = i;

	for (size_t k = 0; k < c->windows; k++)
		if (at >= c->window[k].since && at <= c->window[k].until)
			return COVER_DECLARED;
	if (up < c->n && c->mark[up].position == position)
		up++;
	if (up == c->n || i == 0)
		return COVER_NONE;
	return enough(c->mark[up].run_up, c->n - up) && enough(c->mark[i - 1].run_down, i) ? COVER_SEEN : COVER_NONE;
}

bool show_change_cover_rebased(const struct show_change_cover *c, int64_t position)
{
	size_t i = find(c, position);

	if (i < c->n && c->mark[i].position == position)
		i++;
	return i < c->n && position >= c->mark[i].reach;
}
