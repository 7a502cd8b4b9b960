/* Findings as DefectDojo's generic import has them: a CSV table whose first row names
 * the columns, or JSON with a list `findings`. Only title and severity are needed. */
#include "reader/report.h"

#include "text/csv.h"

struct generic {
	struct report p;
	struct csv_reader *csv;
	int64_t closed;
	bool checked;
};

static bool recognise(const struct reader_head *h)
{
	return (h->form == HEAD_CSV && str_has(h->first_line, STR("Title")) && str_has(h->first_line, STR("Severity"))) ||
	       (reader_head_has(h, "findings[].title") && reader_head_has(h, "findings[].severity"));
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

static struct str text(const struct json *v, const char *key)
{
	return json_text(json_get(v, key));
}

static struct str vulnerability_of(const struct json *v)
{
	struct str first = json_text(fact_items(json_get(v, "vulnerability_ids")));

	return first.n ? first : text(v, "cve");
}

static void put_json_place(struct generic *g, const struct json *v, struct s_finding *f)
{
	struct str endpoint = json_text(json_get(fact_items(json_get(v, "endpoints")), "host"));
	struct str name = text(v, "component_name");

	f->path = fact_path(g->p.tmp, text(v, "file_path"));
	if (!f->path.n)
		f->path = endpoint;
	f->line = fact_int(json_get(v, "line"));
	f->context = fact_squeeze(g->p.tmp, f->title);
	if (!name.n)
		return;
	f->component = fact_package(g->p.tmp, (struct str){ 0 }, name);
	f->version = text(v, "component_version");
	f->fix = text(v, "fix_version");
}

static err take_finding(void *ctx, const struct json *v)
{
	struct generic *g = ctx;
	struct s_finding f = report_finding_blank();
	struct str score = text(v, "cvssv3_score"), cwe = text(v, "cwe"), id = vulnerability_of(v);

	if (v->kind != JSON_OBJECT)
		return report_fault(g->p.r, v, "a finding must be an object");
	if (!text(v, "title").n || !text(v, "severity").n)
		return report_fault(g->p.r, v, "a finding must have 'title' and 'severity'");
	if (json_true(json_get(v, "is_mitigated")) || json_true(json_get(v, "duplicate"))) {
		g->closed++;
		return NULL;
	}
	f.title = text(v, "title");
	f.rule = text(v, "vuln_id_from_tool");
	if (!f.rule.n)
		f.rule = cwe.n && !str_is(cwe, "0") ? arena_printf(g->p.tmp, "CWE-%.*s", FMT(cwe)) : f.title;
	f.alias = id.n ? fact_alias(&id, 1) : id;
	f.fingerprint = text(v, "unique_id_from_tool");
	f.message = text(v, "description");
	f.severity = fact_severity(text(v, "severity"));
	f.score = score.n ? fact_score(score) : FIELD_NO_INT;
	f.suppressed = json_true(json_get(v, "false_p")) || json_true(json_get(v, "risk_accepted"));
	put_json_place(g, v, &f);
	return report_finding(&g->p, &f);
}

static err take_list(void *ctx, const struct json *v)
{
	((struct generic *)ctx)->checked = v->kind == JSON_ARRAY;
	return NULL;
}

static err read_json(struct generic *g)
{
	static const struct json_want wants[] = {
		{ "findings?", take_list, 0 }, { "findings[]", take_finding, 0 }, { NULL, NULL, 0 },
	};

	TRY(report_json(g->p.r, wants, g, NULL));
	if (!g->checked)
		return fail(ERR_INPUT, "%s has no list 'findings'", g->p.r->name);
	return NULL;
}

static err feed(void *ctx, struct str piece)
{
	return csv_reader_feed(((struct generic *)ctx)->csv, piece);
}

static err read_csv(struct generic *g)
{
	struct csv_spec spec = { .name = g->p.r->name, .row = take_row, .ctx = g };
	OWNED(csv_reader) csv = csv_reader_new(&spec);

	g->csv = csv;
	TRY(report_pieces(g->p.r, feed, g));
	TRY(csv_reader_end(csv));
	return g->checked ? NULL : check_columns(g, csv);
}

static err read_all(struct generic *g)
{
	struct s_scan_begin b = report_scan(SCAN_UNKNOWN, STR("generic"), (struct str){ 0 });

	TRY(report_begin(&g->p, &b));
	TRY(report_top(g->p.r, '(') ? read_json(g) : read_csv(g));	/* '(': neither list nor object */
	if (g->closed)
		g->p.coverage = arena_printf(g->p.r->a, "%lld that are mitigated or duplicates were not counted",
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
	.name = "generic", .title = "findings as DefectDojo's generic import has them", .recognise = recognise,
	.read = generic_read,
};
