/* Lists of findings, scans and other reports. */
#include "pack/list.h"

#include "record/types.h"

static const struct pack_column finding_columns[] = {
	{ "number", "No", PACK_NUMBER }, { "severity", "Severity", PACK_SEVERITY }, { "kind", "Kind", PACK_TEXT },
	{ "rule", NULL, PACK_TEXT }, { "title", "What", PACK_TEXT }, { "system", "System", PACK_TEXT },
	{ "place", NULL, PACK_TEXT }, { "path", "Path", PACK_TEXT }, { "line", NULL, PACK_NUMBER },
	{ "component", "Component", PACK_TEXT }, { "version", NULL, PACK_TEXT }, { "alias", NULL, PACK_TEXT },
	{ "fix", "Fixed in", PACK_TEXT }, { "tool", NULL, PACK_TEXT }, { "first_seen", "First seen", PACK_TIME },
	{ "last_change", NULL, PACK_TIME }, { "state", "State", PACK_TEXT }, { "suppressed", NULL, PACK_TEXT },
	{ "record", "Record", PACK_RECORD }, { 0 },
};

/* The worst first, then the newest: as an index gives them, so that a million need
 * not be sorted. */
static err query_findings(struct pack_site *s, struct db_rows **out)
{
	return db_query(s->w->db, SQL("SELECT f.no, f.severity, f.kind, f.rule, f.title, y.name, p.place, f.path, f.line, f.component, "
		"f.version, f.alias, f.fix, p.tool, a.effective, z.effective, 'open', f.suppressed, f.idx "
		"FROM view_finding f JOIN view_place p ON p.no = f.place_no JOIN view_system y ON y.no = p.system_no "
		"JOIN view_scan a ON a.no = f.first_scan JOIN view_scan z ON z.no = f.last_scan "
		"WHERE f.open = 1 ORDER BY f.severity DESC, f.no DESC"), DB_NONE, out);
}

const struct pack_list pack_list_findings = {
	"findings", "Open findings", "No finding is open. That is not the same as none: the scans tell what was looked at.",
	finding_columns, query_findings, NULL,
};

static err query_proposed(struct pack_site *s, struct db_rows **out)
{
	return db_query(s->w->db, SQL("SELECT f.no, f.severity, f.kind, f.rule, f.title, y.name, p.place, f.path, f.line, f.component, "
		"f.version, f.alias, f.fix, p.tool, a.effective, z.effective, 'proposed', f.suppressed, f.idx "
		"FROM view_finding f JOIN view_place p ON p.no = f.place_no JOIN view_system y ON y.no = p.system_no "
		"JOIN view_scan a ON a.no = f.first_scan JOIN view_scan z ON z.no = f.last_scan "
		"WHERE f.open = 2 ORDER BY f.severity DESC, f.no DESC"), DB_NONE, out);
}

const struct pack_list pack_list_proposed = {
	"proposed", "Findings of commits on no release branch", "There is none.", finding_columns, query_proposed, NULL,
};

static err query_closed(struct pack_site *s, struct db_rows **out)
{
	return db_query(s->w->db, SQL("SELECT f.no, f.severity, f.kind, f.rule, f.title, y.name, p.place, f.path, f.line, f.component, "
		"f.version, f.alias, f.fix, p.tool, a.effective, z.effective, 'no longer reported', f.suppressed, f.idx "
		"FROM view_finding f JOIN view_place p ON p.no = f.place_no JOIN view_system y ON y.no = p.system_no "
		"JOIN view_scan a ON a.no = f.first_scan JOIN view_scan z ON z.no = f.last_scan "
		"WHERE f.open = 0 ORDER BY f.severity DESC, f.no DESC"), DB_NONE, out);
}

const struct pack_list pack_list_closed = {
	"no-longer-reported", "Findings no longer reported", "No finding went away yet.", finding_columns, query_closed, NULL,
};

static err query_suppressed(struct pack_site *s, struct db_rows **out)
{
	return db_query(s->w->db, SQL("SELECT f.no, f.severity, f.kind, f.rule, f.title, y.name, p.place, f.path, f.line, f.component, "
		"f.version, f.alias, f.fix, p.tool, a.effective, z.effective, CASE f.open WHEN 0 THEN 'no longer reported' "
		"ELSE 'suppressed in the tool' END, f.suppressed, f.idx FROM view_finding f JOIN view_place p ON p.no = f.place_no "
		"JOIN view_system y ON y.no = p.system_no JOIN view_scan a ON a.no = f.first_scan "
		"JOIN view_scan z ON z.no = f.last_scan WHERE f.suppressed IS NOT NULL AND f.suppressed <> '' "
		"AND f.suppressed <> 'no' ORDER BY f.severity DESC, f.no"), DB_NONE, out);
}

const struct pack_list pack_list_suppressed = {
	"suppressed-in-tools", "Findings suppressed in the tools themselves",
	"No report says that a finding was suppressed in its tool.", finding_columns, query_suppressed, NULL,
};

static const struct pack_column scan_columns[] = {
	{ "at", "When", PACK_TIME }, { "received", "Received", PACK_TIME }, { "system", "System", PACK_TEXT },
	{ "place", "Place", PACK_TEXT }, { "kind", "Kind", PACK_TEXT }, { "tool", "Tool", PACK_TEXT },
	{ "tool_version", NULL, PACK_TEXT }, { "commit", "Commit", PACK_HEX }, { "artefact", NULL, PACK_TEXT },
	{ "outcome", "Outcome", PACK_TEXT }, { "results", "Results", PACK_NUMBER }, { "created", "New", PACK_NUMBER },
	{ "reopened", NULL, PACK_NUMBER }, { "gone", "Gone", PACK_NUMBER }, { "coverage", "Covered", PACK_TEXT },
	{ "came_by", "Came by", PACK_TEXT }, { "evidence", NULL, PACK_HEX }, { "record", "Record", PACK_RECORD }, { 0 },
};

static err query_scans(struct pack_site *s, struct db_rows **out)
{
	return db_query(s->w->db, SQL("SELECT c.effective, c.received, y.name, e.place, e.kind, e.tool, c.tool_version, c.commit_id, "
		"c.artefact, c.outcome, c.results, c.opened, c.reopened, c.gone, c.coverage, c.via, c.report, c.idx "
		"FROM view_scan c JOIN view_series e ON e.no = c.series_no JOIN view_system y ON y.no = e.system_no "
		"WHERE c.closed = 1 AND e.kind NOT IN ('dependency', 'container', 'licence') "
		"AND c.effective >= $1 AND c.effective <= $2 ORDER BY c.effective DESC, c.no"),
		DB_ARGS(DB_I(s->w->from), DB_I(s->w->to)), out);
}

const struct pack_list pack_list_scans = {
	"scans", "Scans of code, secrets and infrastructure",
	"No such scan of the period is recorded. Reports are taken by custody import.", scan_columns, query_scans, NULL,
};

static err query_scans_06(struct pack_site *s, struct db_rows **out)
{
	return db_query(s->w->db, SQL("SELECT c.effective, c.received, y.name, e.place, e.kind, e.tool, c.tool_version, c.commit_id, "
		"c.artefact, c.outcome, c.results, c.opened, c.reopened, c.gone, c.coverage, c.via, c.report, c.idx "
		"FROM view_scan c JOIN view_series e ON e.no = c.series_no JOIN view_system y ON y.no = e.system_no "
		"WHERE c.closed = 1 AND e.kind IN ('dependency', 'container', 'licence') "
		"AND c.effective >= $1 AND c.effective <= $2 ORDER BY c.effective DESC, c.no"),
		DB_ARGS(DB_I(s->w->from), DB_I(s->w->to)), out);
}

const struct pack_list pack_list_scans_06 = {
	"scans", "Scans of dependencies and images",
	"No such scan of the period is recorded. Reports are taken by custody import.", scan_columns, query_scans_06, NULL,
};

static const struct pack_column series_columns[] = {
	{ "system", "System", PACK_TEXT }, { "place", "Place", PACK_TEXT }, { "kind", "Kind", PACK_TEXT },
	{ "tool", "Tool", PACK_TEXT }, { "scope", NULL, PACK_TEXT }, { "proposed", NULL, PACK_NUMBER },
	{ "last", "Last run", PACK_TIME }, { "outcome", "Outcome", PACK_TEXT }, { "results", "Results", PACK_NUMBER },
	{ "record", "Record", PACK_RECORD }, { 0 },
};

static err query_series(struct pack_site *s, struct db_rows **out)
{
	return db_query(s->w->db, SQL("SELECT y.name, e.place, e.kind, e.tool, e.scope, e.proposed, c.effective, c.outcome, c.results, "
		"c.idx FROM view_series e JOIN view_system y ON y.no = e.system_no LEFT JOIN view_scan c ON c.no = e.head "
		"ORDER BY y.name, e.kind, e.tool, e.place, e.no"), DB_NONE, out);
}

const struct pack_list pack_list_series = {
	"coverage", "What is scanned, by kind and tool", "Nothing is scanned as far as the records tell.",
	series_columns, query_series, NULL,
};

static const struct pack_column test_columns[] = {
	{ "at", "When", PACK_TIME }, { "system", "System", PACK_TEXT }, { "commit", "Commit", PACK_HEX },
	{ "tests", "Tests", PACK_NUMBER }, { "failed", "Failed", PACK_NUMBER }, { "errors", "Errors", PACK_NUMBER },
	{ "skipped", "Skipped", PACK_NUMBER }, { "record", "Record", PACK_RECORD }, { 0 },
};

static err query_tests(struct pack_site *s, struct db_rows **out)
{
	return db_query(s->w->db, SQL("SELECT t.at, y.name, t.commit_id, t.tests, t.failed, t.errors, t.skipped, t.idx "
		"FROM view_tests t JOIN view_system y ON y.no = t.system_no WHERE t.at >= $1 AND t.at <= $2 "
		"ORDER BY t.at DESC, t.idx"), DB_ARGS(DB_I(s->w->from), DB_I(s->w->to)), out);
}

const struct pack_list pack_list_tests = {
	"tests", "Test runs", "No test report of the period is recorded. JUnit files are taken by custody import.",
	test_columns, query_tests, NULL,
};

static const struct pack_column sbom_columns[] = {
	{ "at", "When", PACK_TIME }, { "system", "System", PACK_TEXT }, { "format", "Format", PACK_TEXT },
	{ "commit", "Commit", PACK_HEX }, { "artefact", "Artefact", PACK_TEXT }, { "components", "Components", PACK_NUMBER },
	{ "licences", "With a licence", PACK_NUMBER }, { "record", "Record", PACK_RECORD }, { 0 },
};

static err query_sboms(struct pack_site *s, struct db_rows **out)
{
	return db_query(s->w->db, SQL("SELECT b.at, y.name, b.format, b.commit_id, b.artefact, b.components, b.licences, b.idx "
		"FROM view_sbom b JOIN view_system y ON y.no = b.system_no ORDER BY b.at DESC, b.idx"), DB_NONE, out);
}

const struct pack_list pack_list_sboms = {
	"components", "Lists of components", "No list of components (SBOM) is recorded: what the software consists of is unknown here.",
	sbom_columns, query_sboms, NULL,
};

static const struct pack_column vex_columns[] = {
	{ "at", "When", PACK_TIME }, { "vulnerability", "Vulnerability", PACK_TEXT }, { "product", "Product", PACK_TEXT },
	{ "status", "Status", PACK_TEXT }, { "justification", "Justification", PACK_TEXT }, { "record", "Record", PACK_RECORD }, { 0 },
};

/* The statements of one record: the justification, being words, is in no view. */
static err add_vex(struct pack_site *s, struct pack_rows *r, int64_t at, int64_t idx)
{
	OWNED(arena) a = arena_new();
	const struct r_vex_statement *v;
	struct r_vex f;

	TRY(record_read(s->w->db, a, &record_vex, idx, &f));
	v = f.statements.v;
	for (size_t i = 0; i < f.statements.n; i++) {
		bool told = v[i].justification.n && !s->w->spec->withhold_words;
		const struct show_cell cells[] = {
			SHOW_N(at), SHOW_T(v[i].vulnerability), SHOW_T(v[i].product), SHOW_T(v[i].status),
			told ? SHOW_T(v[i].justification) : SHOW_UNKNOWN, SHOW_N(idx),
		};

		TRY(pack_rows_add(r, cells));
	}
	return NULL;
}

static err vex_rows(struct pack_site *s, struct pack_rows *r)
{
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(s->w->db, SQL("SELECT DISTINCT at, idx FROM view_vex ORDER BY at DESC, idx"), DB_NONE, &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		TRY(add_vex(s, r, db_int(rows, 0), db_int(rows, 1)));
	}
}

const struct pack_list pack_list_vex = {
	"statements-on-vulnerabilities", "Statements on vulnerabilities (VEX)", "No such statement is recorded.",
	vex_columns, NULL, vex_rows,
};
