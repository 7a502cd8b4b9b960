#include "show/finding.h"

#include "base/instant.h"
#include "base/term.h"
#include "record/types.h"
#include "text/json.h"

static const struct show_column columns[] = {
	{ "number", "no", SHOW_NUMBER, 10 },
	{ "severity", "severity", SHOW_TEXT, 9 },
	{ "kind", "kind", SHOW_TEXT, 14 },
	{ "rule", "rule", SHOW_TEXT, 28 },
	{ "where", "where", SHOW_PATH, 0 },
	{ "since", "since", SHOW_DAY, 10 },
	{ "state", "state", SHOW_TEXT, 9 },
	{ 0 },
};

static struct str severity_word(int64_t s)
{
	return s < 0 || s > SEVERITY_CRITICAL ? STR("unknown") : str_c(severity_words[s]);
}

static struct str state_word(int64_t open)
{
	return open == 1 ? STR("open") : open == 2 ? STR("proposed") : open == 3 ? STR("accepted") : STR("gone");
}

/* "path:line" or "component version". */
static struct str where_of(struct arena *a, const struct db_rows *r, int path)
{
	struct str p = db_text(r, path), component = db_text(r, path + 2), version = db_text(r, path + 3);

	if (component.n)
		return arena_printf(a, "%.*s%s%.*s", FMT(component), version.n ? " " : "", FMT(version));
	if (p.n && !db_is_null(r, path + 1))
		return arena_printf(a, "%.*s:%lld", FMT(p), (long long)db_int(r, path + 1));
	return p;
}

static void add_row(struct show_list *l, struct arena *a, const struct db_rows *r)
{
	const struct show_cell cells[] = {
		SHOW_N(db_int(r, 0)), SHOW_T(severity_word(db_int(r, 1))), SHOW_T(db_text(r, 2)),
		SHOW_T(db_text(r, 3)), SHOW_T(where_of(a, r, 4)), SHOW_N(day_of(db_int(r, 8))),
		SHOW_T(state_word(db_int(r, 9))),
	};

	show_list_row(l, cells);
}

static bool is_plain(const struct show_finding_query *q)
{
	return !q->kind.p && !q->system.p && !q->rule.p && !q->path.p && !q->all && q->severity == FIELD_UNKNOWN;
}

#define FINDING_ROWS "SELECT f.no, f.severity, f.kind, f.rule, f.path, f.line, f.component, f.version, s.effective, " \
	"f.open FROM view_finding f JOIN view_scan s ON s.no = f.first_scan "
#define FINDING_FILTER "($2 = '' OR f.kind = $2) AND ($3 = '' OR y.name = $3) AND ($4 = '' OR f.rule = $4) " \
	"AND ($5 = '' OR substr(f.path, 1, length($5)) = $5) AND f.severity >= $7 "
#define FINDING_ARGS(first) DB_ARGS(DB_I(first), or_any(q->kind), or_any(q->system), or_any(q->rule), \
	or_any(q->path), DB_I(limit), DB_I(q->severity))

static struct db_value or_any(struct str s)
{
	return DB_T(s.p ? s : STR(""));
}

static err query_all(struct db *db, const struct show_finding_query *q, int64_t limit, struct db_rows **rows)
{
	return db_query(db, SQL(FINDING_ROWS "JOIN view_place p ON p.no = f.place_no JOIN view_system y "
		"ON y.no = p.system_no WHERE f.open >= $1 AND " FINDING_FILTER "ORDER BY f.severity DESC, f.no LIMIT $6"),
		FINDING_ARGS(0), rows);
}

/* Of one state alone: the index gives them in order, and reading ends with the limit. */
static err query_filtered(struct db *db, const struct show_finding_query *q, int64_t limit, struct db_rows **rows)
{
	return db_query(db, SQL(FINDING_ROWS "JOIN view_place p ON p.no = f.place_no JOIN view_system y "
		"ON y.no = p.system_no WHERE f.open = $1 AND " FINDING_FILTER "ORDER BY f.severity DESC, f.no LIMIT $6"),
		FINDING_ARGS(q->open), rows);
}

/* The plain list has a statement of its own: an index gives it in order. */
static err query(struct db *db, const struct show_finding_query *q, struct db_rows **rows)
{
	int64_t limit = q->limit ? q->limit : INT64_MAX;

	if (is_plain(q))
		return db_query(db, SQL("SELECT f.no, f.severity, f.kind, f.rule, f.path, f.line, f.component, f.version, "
			"s.effective, f.open FROM view_finding f JOIN view_scan s ON s.no = f.first_scan WHERE f.open = $1 "
			"ORDER BY f.severity DESC, f.no LIMIT $2"), DB_ARGS(DB_I(q->open), DB_I(limit)), rows);
	return q->all ? query_all(db, q, limit, rows) : query_filtered(db, q, limit, rows);
}

/* Counting goes no further than this: it must not take longer than the list. */
enum { COUNT_MAX = 100000 };

static err count(struct db *db, const struct show_finding_query *q, int64_t *out)
{
	if (is_plain(q))
		return db_get_int(db, SQL("SELECT count(*) FROM (SELECT 1 AS one FROM view_finding_state WHERE open = $1 LIMIT $2) x"),
				  DB_ARGS(DB_I(q->open), DB_I(COUNT_MAX)), 0, out);
	return db_get_int(db, SQL("SELECT count(*) FROM (SELECT 1 AS one FROM view_finding f "
		"JOIN view_place p ON p.no = f.place_no JOIN view_system y ON y.no = p.system_no "
		"WHERE (f.open = $1 OR $2 = 1) AND ($3 = '' OR f.kind = $3) AND ($4 = '' OR y.name = $4) "
		"AND ($5 = '' OR f.rule = $5) AND ($6 = '' OR substr(f.path, 1, length($6)) = $6) "
		"AND f.severity >= $8 LIMIT $7) x"),
		DB_ARGS(DB_I(q->open), DB_I(q->all), DB_T(q->kind.p ? q->kind : STR("")),
			DB_T(q->system.p ? q->system : STR("")), DB_T(q->rule.p ? q->rule : STR("")),
			DB_T(q->path.p ? q->path : STR("")), DB_I(COUNT_MAX), DB_I(q->severity)), 0, out);
}

err show_finding_list(struct db *db, const struct show_finding_query *q, enum show_format format, int fd)
{
	OWNED(show_list) l = show_list_new(format, columns, fd);
	OWNED(arena) a = arena_new();
	DB_ROWS rows = NULL;
	int64_t total = 0;
	bool more;

	if (q->limit)
		TRY(count(db, q, &total));
	TRY(query(db, q, &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			break;
		arena_reset(a);
		add_row(l, a, rows);
	}
	show_list_total(l, total == COUNT_MAX ? -1 : total, q->limit ? SHOW_ALL : NULL);
	show_list_empty(l, is_plain(q) ? "No finding is open. custody import FILE takes what scanners found." :
			"No finding is like that.");
	return show_list_end(l);
}

static void put_line(struct arena *a, struct buf *out, const char *name, struct str value)
{
	if (value.n)
		buf_addf(out, "  %-12s %.*s\n", name, FMT(term_safe(a, value)));
}

static struct str when(struct arena *a, int64_t t)
{
	char text[INSTANT_TEXT];

	instant_put(text, t);
	return arena_str(a, str_c(text));
}

/* What the tool said stands in the words of the record that brought the finding. */
static err said_of(struct db *db, struct arena *a, const struct db_rows *r, struct str *out)
{
	struct str id = record_hex(a, db_blob(r, 11));
	const struct r_finding_change *v;
	struct r_scan_changes f;

	*out = (struct str){ 0 };
	TRY(record_read(db, a, &record_scan_changes, db_int(r, 14), &f));
	v = f.changes.v;
	for (size_t i = 0; i < f.changes.n; i++)
		if (str_eq(v[i].finding, id))
			*out = v[i].message;
	return NULL;
}

static void put_people_form(struct arena *a, const struct db_rows *r, struct str said, struct buf *out)
{
	buf_addf(out, "finding %lld  %.*s  %.*s\n", (long long)db_int(r, 0), FMT(severity_word(db_int(r, 1))),
		 FMT(state_word(db_int(r, 9))));
	put_line(a, out, "what", db_text(r, 10));
	put_line(a, out, "rule", db_text(r, 3));
	put_line(a, out, "kind", db_text(r, 2));
	put_line(a, out, "where", where_of(a, r, 4));
	put_line(a, out, "vulnerability", db_text(r, 12));
	put_line(a, out, "fixed in", db_text(r, 13));
	put_line(a, out, "place", db_text(r, 15));
	put_line(a, out, "tool", arena_printf(a, "%.*s %.*s", FMT(db_text(r, 16)), FMT(db_text(r, 17))));
	put_line(a, out, "first seen", arena_printf(a, "%.*s, record %lld, %.*s", FMT(when(a, db_int(r, 8))),
						     (long long)db_int(r, 14), FMT(db_text(r, 18))));
	put_line(a, out, "said", said);
}

static void put_json_form(struct arena *a, const struct db_rows *r, struct str said, struct buf *out)
{
	struct json_writer w = json_write_pretty(out);

	json_open(&w, '{');
	json_add_int(&w, "number", db_int(r, 0));
	json_add_text(&w, "severity", severity_word(db_int(r, 1)));
	json_add_text(&w, "state", state_word(db_int(r, 9)));
	json_add_text(&w, "kind", db_text(r, 2));
	json_add_text(&w, "rule", db_text(r, 3));
	json_add_text(&w, "where", where_of(a, r, 4));
	json_add_text(&w, "title", db_text(r, 10));
	json_add_text(&w, "message", said);
	json_add_text(&w, "vulnerability", db_text(r, 12));
	json_add_text(&w, "fixed_in", db_text(r, 13));
	json_add_int(&w, "record", db_int(r, 14));
	json_add_text(&w, "place", db_text(r, 15));
	json_add_text(&w, "tool", db_text(r, 16));
	json_add_time(&w, "first_seen", db_int(r, 8));
	json_close(&w, '}');
	buf_add_char(out, '\n');
}

/* What happened to it, and how long after it was first seen it was gone. */
static err put_events(struct db *db, struct arena *a, int64_t no, int64_t first, struct buf *out)
{
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(db, SQL("SELECT s.effective, e.op, e.detail, s.idx FROM view_finding_event e JOIN view_scan s "
		"ON s.no = e.scan_no WHERE e.finding_no = $1 ORDER BY e.scan_no"), DB_ARGS(DB_I(no)), &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		buf_addf(out, "  %.*s  %.*s%s%.*s, record %lld", FMT(when(a, db_int(rows, 0))), FMT(db_text(rows, 1)),
			 db_text(rows, 2).n ? ", matched by " : "", FMT(db_text(rows, 2)), (long long)db_int(rows, 3));
		if (str_is(db_text(rows, 1), "gone") && db_int(rows, 0) >= first)
			buf_addf(out, ", %lld days after it was first seen",
				 (long long)(day_of(db_int(rows, 0)) - day_of(first)));
		buf_add_char(out, '\n');
	}
}

err show_finding(struct db *db, struct arena *a, int64_t no, enum show_format format, struct buf *out)
{
	DB_ROWS rows = NULL;
	struct str said;
	int64_t first;
	bool more;

	TRY(db_query(db, SQL("SELECT f.no, f.severity, f.kind, f.rule, f.path, f.line, f.component, f.version, s.effective, "
		"f.open, f.title, f.id, f.alias, f.fix, f.idx, p.place, p.tool, s.tool_version, s.via "
		"FROM view_finding f JOIN view_scan s ON s.no = f.first_scan JOIN view_place p ON p.no = f.place_no "
		"WHERE f.no = $1"), DB_ARGS(DB_I(no)), &rows));
	TRY(db_next(rows, &more));
	if (!more)
		return err_hint(fail(ERR_MISSING, "there is no finding %lld", (long long)no), "custody finding list shows the numbers");
	first = db_int(rows, 8);
	TRY(said_of(db, a, rows, &said));
	if (format != SHOW_TABLE) {
		put_json_form(a, rows, said, out);
		return NULL;
	}
	put_people_form(a, rows, said, out);
	return put_events(db, a, no, first, out);
}
