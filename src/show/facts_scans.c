/* Facts of scans, findings, automated tests and bills of materials. */
#include "show/facts_parts.h"

#include "record/types.h"

enum { TITLES = 4 };

/* One item for each series, with its last run up to as_of that showed something; where
 * none did, with its last. Findings that their tool accepted are not open. */
static err read_series(struct facts_reading *r)
{
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(r->db, SQL("SELECT y.name, s.place, s.kind, s.tool, s.scope, s.proposed, c.tool_version, c.outcome, c.via, "
		"c.coverage, c.effective, c.received, c.results, n.runs, n.inside, "
		"(SELECT count(*) FROM view_presence p JOIN view_finding_state o ON o.no = p.finding_no WHERE p.series_no = s.no "
		"AND p.present = 1 AND o.open <> 3) FROM view_series s "
		"JOIN view_system y ON y.no = s.system_no JOIN (SELECT series_no, "
		"CAST(sum(CASE WHEN outcome IN ('clean', 'findings') THEN 1 ELSE 0 END) AS int64) AS runs, "
		"CAST(sum(CASE WHEN outcome IN ('clean', 'findings') AND effective >= $2 AND effective <= $3 THEN 1 ELSE 0 END) "
		"AS int64) AS inside, coalesce(max(CASE WHEN outcome IN ('clean', 'findings') THEN no END), max(no)) AS last_no "
		"FROM view_scan WHERE closed = 1 AND effective <= $1 GROUP BY series_no) n ON n.series_no = s.no "
		"JOIN view_scan c ON c.no = n.last_no ORDER BY y.name, s.kind, s.tool, s.place, s.scope, s.no"),
		DB_ARGS(DB_I(r->f->as_of), DB_I(r->f->period.from), DB_I(r->f->period.to)), &rows));
	for (;;) {
		struct facts_scan *s;

		TRY(db_next(rows, &more));
		s = more ? show_facts_add(r, &r->f->scans, show_facts_table("scans")) : NULL;
		if (!s)
			return NULL;
		s->system = show_facts_text(r, rows, 0);
		s->place = show_facts_text(r, rows, 1);
		s->kind = show_facts_text(r, rows, 2);
		s->tool = show_facts_text(r, rows, 3);
		s->scope = show_facts_text(r, rows, 4);
		s->proposed = db_int(rows, 5) == 1;
		s->tool_version = show_facts_text(r, rows, 6);
		s->outcome = show_facts_text(r, rows, 7);
		s->via = show_facts_text(r, rows, 8);
		s->coverage = show_facts_text(r, rows, 9);
		s->at = show_facts_time(rows, 10);
		s->received = show_facts_time(rows, 11);
		s->results = db_int(rows, 12);
		s->runs = db_int(rows, 13);
		s->runs_in_period = db_int(rows, 14);
		s->open = db_int(rows, 15);
	}
}

/* A run that was empty, failed or did not finish held nothing. */
static err read_run_days(struct facts_reading *r)
{
	DB_ROWS rows = NULL;

	TRY(db_query(r->db, SQL("SELECT DISTINCT 'scan:' || s.kind, c.effective / 86400 FROM view_scan c JOIN view_series s "
		"ON s.no = c.series_no WHERE c.closed = 1 AND c.outcome IN ('clean', 'findings') AND s.proposed = 0 "
		"AND c.effective >= $1 AND c.effective <= $2 ORDER BY 1, 2"),
		DB_ARGS(DB_I(r->f->period.from), DB_I(r->f->period.to)), &rows));
	return show_facts_days(r, rows);
}

static err read_test_days(struct facts_reading *r)
{
	DB_ROWS rows = NULL;

	TRY(db_query(r->db, SQL("SELECT DISTINCT 'tests', at / 86400 FROM view_tests WHERE tests > 0 AND at >= $1 AND at <= $2 ORDER BY 2"),
		DB_ARGS(DB_I(r->f->period.from), DB_I(r->f->period.to)), &rows));
	return show_facts_days(r, rows);
}

static struct facts_finding *group_of(struct facts_reading *r, const struct facts_finding *like)
{
	struct facts_finding *v = r->f->findings.v, *g;

	for (size_t i = r->f->findings.n; i-- > 0;)
		if (v[i].severity == like->severity && v[i].situation == like->situation &&
		    v[i].fixable == like->fixable && str_eq(v[i].kind, like->kind))
			return &v[i];
	g = show_facts_add(r, &r->f->findings, show_facts_table("findings"));
	if (!g)
		return NULL;
	*g = *like;
	g->kind = arena_str(r->a, like->kind);
	return g;
}

static void add_title(struct facts_reading *r, struct facts_finding *g, struct str title)
{
	const struct str *v = g->titles.v;

	title = str_cut(title, 200);
	if (!title.n || g->titles.n == TITLES)
		return;
	for (size_t i = 0; i < g->titles.n; i++)
		if (str_eq(v[i], title))
			return;
	show_facts_word(r, &g->titles, title);
}

static void count_open(struct facts_reading *r, struct str kind, struct str system)
{
	struct facts_open *v = r->f->open.v, *o;

	for (size_t i = 0; i < r->f->open.n; i++) {
		if (str_eq(v[i].kind, kind) && str_eq(v[i].system, system)) {
			v[i].n++;
			return;
		}
	}
	o = show_facts_add(r, &r->f->open, show_facts_table("open"));
	if (o)
		*o = (struct facts_open){ 1, arena_str(r->a, kind), arena_str(r->a, system) };
}

static void add_finding(struct facts_reading *r, const struct db_rows *row)
{
	int64_t severity = db_int(row, 2);
	struct facts_finding like = {
		.kind = db_text(row, 1), .fixable = db_int(row, 4) == 1, .situation = (int)db_int(row, 5),
		.severity = severity < 0 || severity > SEVERITY_CRITICAL ? FIELD_UNKNOWN : (int)severity,
	};
	struct facts_finding *g = group_of(r, &like);

	if (like.situation != SITUATION_PROPOSED)
		count_open(r, like.kind, db_text(row, 6));
	if (!g)
		return;
	g->n++;
	add_title(r, g, db_text(row, 3));
	if (r->ids_left[2] > 0) {
		r->ids_left[2]--;
		show_facts_number(r, &g->numbers, db_int(row, 0));
	}
}

/* Open at as_of: seen first by then, and the last thing that happened to it by then
 * was not that it went away. Only secrets are looked for in history;
 * one in a system without a collected repository is in no tree that was looked at. */
static err query_findings(struct facts_reading *r, struct db_rows **rows)
{
	if (!r->past)
		return db_query(r->db, SQL("SELECT f.no, f.kind, f.severity, f.title, CASE WHEN f.fix IS NULL OR f.fix = '' "
			"THEN 0 ELSE 1 END, CASE WHEN f.open = 2 THEN 3 WHEN f.component IS NOT NULL THEN 2 "
			"WHEN f.kind = 'secret' AND NOT EXISTS (SELECT 1 FROM view_repository q WHERE q.system_no = a.system_no) THEN 4 "
			"WHEN f.kind = 'secret' AND NOT EXISTS (SELECT 1 FROM view_presence p JOIN view_series s ON s.no = p.series_no "
			"WHERE p.finding_no = f.no AND p.present = 1 AND substr(s.scope, 1, 7) <> 'history') THEN 1 ELSE 0 END, "
			"y.name FROM view_finding f LEFT JOIN view_place a ON a.no = f.place_no LEFT JOIN view_system y ON y.no = a.system_no "
			"WHERE f.open IN (1, 2) ORDER BY f.severity DESC, f.no"), DB_NONE, rows);
	return db_query(r->db, SQL("SELECT f.no, f.kind, f.severity, f.title, CASE WHEN f.fix IS NULL OR f.fix = '' "
		"THEN 0 ELSE 1 END, CASE WHEN s.proposed = 1 THEN 3 WHEN f.component IS NOT NULL THEN 2 "
		"WHEN f.kind = 'secret' AND NOT EXISTS (SELECT 1 FROM view_repository q WHERE q.system_no = a.system_no) THEN 4 "
		"WHEN f.kind = 'secret' AND substr(s.scope, 1, 7) = 'history' THEN 1 ELSE 0 END, y.name FROM view_finding f "
		"LEFT JOIN view_place a ON a.no = f.place_no LEFT JOIN view_system y ON y.no = a.system_no "
		"JOIN view_scan b ON b.no = f.first_scan JOIN view_series s ON s.no = b.series_no WHERE b.effective <= $1 "
		"AND f.suppressed IS NULL AND coalesce((SELECT e.op FROM view_finding_event e JOIN view_scan c ON c.no = e.scan_no "
		"WHERE e.finding_no = f.no AND c.effective <= $1 ORDER BY e.scan_no DESC LIMIT 1), 'new') <> 'gone' "
		"ORDER BY f.severity DESC, f.no"), DB_ARGS(DB_I(r->f->as_of)), rows);
}

static err read_findings(struct facts_reading *r)
{
	DB_ROWS rows = NULL;
	bool more;

	TRY(query_findings(r, &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		add_finding(r, rows);
	}
}

static err read_closed(struct facts_reading *r)
{
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(r->db, SQL("SELECT f.kind, count(DISTINCT f.no) FROM view_finding_event e JOIN view_scan c ON c.no = e.scan_no "
		"JOIN view_finding f ON f.no = e.finding_no WHERE e.op = 'gone' AND c.effective >= $1 AND c.effective <= $2 "
		"GROUP BY f.kind ORDER BY f.kind"), DB_ARGS(DB_I(r->f->period.from), DB_I(r->f->period.to)), &rows));
	for (;;) {
		struct facts_closed *c;

		TRY(db_next(rows, &more));
		c = more ? show_facts_add(r, &r->f->closed, show_facts_table("closed")) : NULL;
		if (!c)
			return NULL;
		c->kind = show_facts_text(r, rows, 0);
		c->n = db_int(rows, 1);
	}
}

/* Rows of one system come newest first: the first says the last run. */
static err read_tests(struct facts_reading *r)
{
	struct facts_tests *t = NULL;
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(r->db, SQL("SELECT y.name, t.at, t.tests, t.failed, t.errors, t.skipped FROM view_tests t "
		"JOIN view_system y ON y.no = t.system_no WHERE t.tests > 0 AND t.at <= $1 ORDER BY y.name, t.at DESC, t.idx DESC"),
		DB_ARGS(DB_I(r->f->as_of)), &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		if (!t || !str_eq(t->system, db_text(rows, 0))) {
			t = show_facts_add(r, &r->f->tests, show_facts_table("tests"));
			if (!t)
				return NULL;
			*t = (struct facts_tests){ show_facts_text(r, rows, 0), db_int(rows, 1), db_int(rows, 4),
						   db_int(rows, 3), 0, db_int(rows, 5), db_int(rows, 2) };
		}
		t->runs += db_int(rows, 1) >= r->f->period.from && db_int(rows, 1) <= r->f->period.to;
	}
}

static err read_sboms(struct facts_reading *r)
{
	struct facts_sbom *b = NULL;
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(r->db, SQL("SELECT y.name, b.format, b.at, b.components FROM view_sbom b JOIN view_system y "
		"ON y.no = b.system_no WHERE b.components > 0 AND b.at <= $1 ORDER BY y.name, b.format, b.at DESC, b.idx DESC"),
		DB_ARGS(DB_I(r->f->as_of)), &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		if (!b || !str_eq(b->system, db_text(rows, 0)) || !str_eq(b->format, db_text(rows, 1))) {
			b = show_facts_add(r, &r->f->sboms, show_facts_table("sboms"));
			if (!b)
				return NULL;
			*b = (struct facts_sbom){ show_facts_text(r, rows, 1), show_facts_text(r, rows, 0),
						  db_int(rows, 2), db_int(rows, 3), 0 };
		}
		b->n++;
	}
}

err show_facts_scans(struct facts_reading *r)
{
	TRY(read_series(r));
	TRY(read_run_days(r));
	TRY(read_test_days(r));
	TRY(read_findings(r));
	TRY(read_closed(r));
	TRY(read_tests(r));
	return read_sboms(r);
}
