/* A table of findings: the CSV of DefectDojo's generic import. The first row names
 * the columns. Only Title and Severity are needed. */
#include "source/report.h"

#include "text/csv.h"

struct generic {
	struct report p;
	struct csv_reader *csv;
	int64_t closed;
	bool checked;
};

static bool recognise(const struct reader_head *h)
{
	return h->form == HEAD_CSV && str_has(h->first_line, STR("Title")) && str_has(h->first_line, STR("Severity"));
}

static struct str cell(const struct generic *g, struct strs cells, const char *column)
{
	struct str s = csv_cell(g->csv, cells, column);

	return s.p ? str_trim(s) : s;
}

static bool yes(struct str s)
{
	return str_is_caseless(s, STR("true")) || str_is_caseless(s, STR("yes")) || str_is(s, "1");
}

static bool has_column(const struct csv_reader *r, const char *name)
{
	struct strs header = csv_header(r);

	for (size_t i = 0; i < header.n; i++)
		if (str_is_caseless(str_trim(header.v[i]), str_c(name)))
			return true;
	return false;
}

static err check_columns(struct generic *g, const struct csv_reader *r)
{
	static const char *const needed[] = { "Title", "Severity" };

	for (size_t i = 0; i < ARRAY_LEN(needed); i++)
		if (!has_column(r, needed[i]))
			return fail(ERR_INPUT, "%s:1: there is no column '%s'", g->p.r->name, needed[i]);
	g->checked = true;
	return NULL;
}

static struct str first_of(const struct generic *g, struct strs cells, const char *const *columns)
{
	struct str s = { 0 };

	for (; *columns && !s.n; columns++)
		s = cell(g, cells, *columns);
	return s;
}

static void put_component(struct generic *g, struct strs cells, struct s_finding *f)
{
	struct str name = cell(g, cells, "component_name");

	if (!name.n)
		return;
	f->component = fact_package(g->p.tmp, (struct str){ 0 }, name);
	f->version = cell(g, cells, "component_version");
	f->fix = cell(g, cells, "fix_version");
}

static err take_row(void *ctx, const struct csv_reader *r, struct strs cells)
{
	static const char *const scores[] = { "CVSSV4_score", "CVSSV3_score", NULL };
	static const char *const places[] = { "file_path", "Url", NULL };
	struct generic *g = ctx;
	struct s_finding f = report_finding_blank();
	struct str score, cwe;
	int64_t line;

	if (!g->checked)
		TRY(check_columns(g, r));
	if (yes(cell(g, cells, "IsMitigated")) || yes(cell(g, cells, "Duplicate"))) {
		g->closed++;
		return NULL;
	}
	score = first_of(g, cells, scores);
	cwe = cell(g, cells, "CweId");
	f.title = cell(g, cells, "Title");
	f.rule = cwe.n && !str_is(cwe, "0") ? arena_printf(g->p.tmp, "CWE-%.*s", FMT(cwe)) : f.title;
	f.message = cell(g, cells, "Description");
	f.severity = fact_severity(cell(g, cells, "Severity"));
	f.score = score.n ? fact_score(score) : FIELD_NO_INT;
	f.alias = fact_cve(cell(g, cells, "vulnerability_id").n ? cell(g, cells, "vulnerability_id") : f.title);
	f.path = fact_path(g->p.tmp, first_of(g, cells, places));
	if (str_to_i64(cell(g, cells, "line"), &line) && line >= 0)
		f.line = line;
	f.suppressed = yes(cell(g, cells, "FalsePositive"));
	f.context = fact_squeeze(g->p.tmp, f.title);
	put_component(g, cells, &f);
	return report_finding(&g->p, &f);
}

static err feed(void *ctx, struct str piece)
{
	return csv_reader_feed(((struct generic *)ctx)->csv, piece);
}

static err read_all(struct generic *g)
{
	struct csv_spec spec = { .name = g->p.r->name, .row = take_row, .ctx = g };
	OWNED(csv_reader) csv = csv_reader_new(&spec);
	struct s_scan_begin b = report_scan(SCAN_UNKNOWN, STR("generic"), (struct str){ 0 });

	g->csv = csv;
	TRY(report_begin(&g->p, &b));
	TRY(report_pieces(g->p.r, feed, g));
	TRY(csv_reader_end(csv));
	if (!g->checked)
		TRY(check_columns(g, csv));
	if (g->closed)
		g->p.coverage = arena_printf(g->p.r->a, "%lld rows that are mitigated or duplicates were not counted",
					     (long long)g->closed);
	return report_end(&g->p);
}

static err generic_read(struct reader *r)
{
	struct generic g = { .closed = 0 };
	err e;

	report_start(&g.p, r);
	e = read_all(&g);
	report_done(&g.p);
	return e;
}

const struct reader_kind reader_generic = {
	.name = "generic", .title = "CSV of findings (DefectDojo generic import)", .recognise = recognise,
	.read = generic_read,
};
