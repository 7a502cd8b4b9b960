#include "show/changes.h"

#include "base/instant.h"
#include "record/record.h"
#include "show/change_rows.h"
#include "show/change_words.h"

static const struct show_column columns[] = {
	{ "commit", "commit", SHOW_TEXT, 12 },
	{ "repository", "repository", SHOW_TEXT, 18 },
	{ "branch", "branch", SHOW_TEXT, 12 },
	{ "day", "day", SHOW_DAY, 10 },
	{ "author", "author", SHOW_TEXT, 18 },
	{ "pull", "pull", SHOW_NUMBER, 7 },
	{ "review", "review", SHOW_TEXT, 8 },
	{ "checks", "checks", SHOW_TEXT, 8 },
	{ "ticket", "ticket", SHOW_TEXT, 8 },
	{ "tag", "tag", SHOW_TEXT, 12 },
	{ "title", "title", SHOW_TEXT, 0 },
	{ 0 },
};

enum { NOTES = 3 };	/* branches whose history is not whole */

/* Where there is one branch, every line would say the same. */
enum { PLACE_COLUMNS = 2 };
static const struct show_column short_columns[] = {
	{ "commit", "commit", SHOW_TEXT, 12 },
	{ "day", "day", SHOW_DAY, 10 },
	{ "author", "author", SHOW_TEXT, 18 },
	{ "pull", "pull", SHOW_NUMBER, 7 },
	{ "review", "review", SHOW_TEXT, 8 },
	{ "checks", "checks", SHOW_TEXT, 8 },
	{ "ticket", "ticket", SHOW_TEXT, 8 },
	{ "tag", "tag", SHOW_TEXT, 12 },
	{ "title", "title", SHOW_TEXT, 0 },
	{ 0 },
};

struct listing {
	struct db *db;
	const struct show_changes_query *q;
	struct show_list *l;
	struct show_change_words *words;
	struct arena *a;
	bool whole;		/* whole commits, for programs */
	bool brief;		/* short_columns */
	int64_t left, total;
};

static bool wanted(const struct show_changes_query *q, const struct show_change_row *c)
{
	return (!q->no_pull || (!c->facts.has_pull && !c->facts.named)) &&
	       (!q->unreviewed || c->reviewed.answer == ANSWER_FAIL) &&
	       (!q->unknown || c->reviewed.answer == ANSWER_UNKNOWN) && (!q->security || c->facts.security);
}

static struct show_cell word(const struct change_answer *x)
{
	return SHOW_T(str_c(change_answer_words[x->answer]));
}

static err add_row(struct listing *x, struct str repository, struct str branch, const struct show_change_row *c)
{
	struct str author, title, commit = record_hex(x->a, c->commit);

	TRY(show_change_words_account(x->words, c->author, &author));
	TRY(show_change_words_title(x->words, c->idx, c->commit, &title));
	{
		struct show_cell cells[] = {
			SHOW_T(x->whole ? commit : str_cut(commit, 12)), SHOW_T(repository), SHOW_T(branch),
			SHOW_N(day_of(c->at)), SHOW_T(author), c->pull < 0 ? SHOW_UNKNOWN : SHOW_N(c->pull),
			word(&c->reviewed),
			word(&c->answers[CHANGE_CHECKS]), word(&c->answers[CHANGE_TICKET]),
			SHOW_T(c->tag), SHOW_T(title),
		};

		if (x->brief)
			cells[PLACE_COLUMNS] = cells[0];
		show_list_row(x->l, x->brief ? cells + PLACE_COLUMNS : cells);
	}
	return NULL;
}

static err list_branch(struct listing *x, const struct db_rows *b)
{
	const struct show_changes_query *q = x->q;
	struct show_change_rows_spec spec = { db_int(b, 0), db_text(b, 2), q->from, q->to, q->branch.n > 0 };
	OWNED(show_change_rows) rows = NULL;
	struct show_change_row c;
	bool more;

	TRY(q->gone ? show_change_rows_open_gone(x->db, &spec, &rows) : show_change_rows_open(x->db, &spec, &rows));
	for (;;) {
		TRY(show_change_rows_next(rows, &c, &more));
		if (!more)
			return NULL;
		arena_reset(x->a);
		if (!wanted(q, &c))
			continue;
		x->total++;
		if (x->left <= 0)
			continue;
		TRY(add_row(x, db_text(b, 1), spec.branch, &c));
		x->left--;
	}
	return NULL;
}

static err list_all(struct listing *x)
{
	const struct show_changes_query *q = x->q;
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(x->db, SQL("SELECT r.no, r.name, b.branch FROM view_branch b JOIN view_repository r ON r.no = b.repository_no "
		"WHERE b.release = 1 AND ($1 = '' OR r.name = $1 OR r.slug = $1) AND ($2 = '' OR b.branch = $2) "
		"ORDER BY r.name, r.no, b.branch"),
		DB_ARGS(DB_T(q->repository.p ? q->repository : STR("")), DB_T(q->branch.p ? q->branch : STR(""))), &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		TRY(list_branch(x, rows));
	}
}

/* A list of what a shallow or partial clone holds says so. */
static err note_incomplete(struct listing *x)
{
	const struct show_changes_query *q = x->q;
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(x->db, SQL("SELECT r.name, b.branch, b.why FROM view_branch b JOIN view_repository r ON r.no = b.repository_no "
		"WHERE b.release = 1 AND b.complete = 0 AND b.ended IS NULL AND b.why <> '' AND ($1 = '' OR r.name = $1 OR r.slug = $1) "
		"AND ($2 = '' OR b.branch = $2) ORDER BY r.name, r.no, b.branch LIMIT $3"),
		DB_ARGS(DB_T(q->repository.p ? q->repository : STR("")), DB_T(q->branch.p ? q->branch : STR("")), DB_I(NOTES)), &rows));
	for (;;) {
		struct str why;

		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		why = db_text(rows, 2);
		show_list_note(x->l, x->brief ? why : arena_printf(x->a, "%.*s, %.*s: %.*s", FMT(db_text(rows, 0)),
								   FMT(db_text(rows, 1)), FMT(why)));
	}
}

err show_changes(struct db *db, const struct show_changes_query *q, enum show_format format, int fd)
{
	OWNED(show_list) l = NULL;
	OWNED(show_change_words) words = show_change_words_new(db);
	OWNED(arena) a = arena_new();
	struct listing x = { .db = db, .q = q, .words = words, .a = a, .whole = format != SHOW_TABLE,
			     .left = q->limit ? q->limit : INT64_MAX };
	int64_t branches;
	err e;

	TRY(db_get_int(db, SQL("SELECT count(*) FROM view_branch WHERE release = 1"), DB_NONE, 0, &branches));
	x.brief = format == SHOW_TABLE && branches == 1;
	x.l = l = show_list_new(format, x.brief ? short_columns : columns, fd);
	TRY(db_snapshot(db));
	e = list_all(&x);
	if (!e)
		e = note_incomplete(&x);
	db_snapshot_end(db);
	TRY(e);
	show_list_total(l, x.total, SHOW_ALL);
	show_list_empty(l, branches ? "No change of the period is like that; --from and --to choose another." :
			"No change is known. custody collect git DIR reads them.");
	return show_list_end(l);
}
