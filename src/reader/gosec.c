/* gosec's JSON. `line` is a text and may be a range; `code` has line numbers in it,
 * which must not become part of a finding's identity. */
#include "reader/report.h"

struct gosec {
	struct report p;
	struct str version;
	int64_t files;
	bool issues, errors;
};

static bool recognise(const struct reader_head *h)
{
	return reader_head_has(h, "Issues") && (reader_head_has(h, "Stats") || reader_head_has(h, "Golang errors"));
}

static err take_version(void *ctx, const struct json *v)
{
	struct gosec *g = ctx;

	g->version = arena_str(g->p.r->a, json_text(v));
	return NULL;
}

static err take_issues(void *ctx, const struct json *v)
{
	((struct gosec *)ctx)->issues = v->kind == JSON_ARRAY || v->kind == JSON_NULL;
	return NULL;
}

static err take_files(void *ctx, const struct json *v)
{
	((struct gosec *)ctx)->files = fact_int(v);
	return NULL;
}

static err take_error(void *ctx, const struct json *v)
{
	((struct gosec *)ctx)->errors |= v->kind != JSON_NULL;
	return NULL;
}

/* "12" or "12-14". */
static int64_t first_line(const struct json *v)
{
	struct str s = json_text(v);
	int64_t line;

	s.n = str_find(s, STR("-"), 0);
	return str_to_i64(str_trim(s), &line) && line >= 0 ? line : FIELD_NO_INT;
}

/* Each line without the "12: " in front of it, all squeezed. */
static struct str without_numbers(struct arena *a, struct str code)
{
	BUF_AUTO b = buf_new(64 * 1024);
	struct str line;

	while (str_split(&code, '\n', &line)) {
		size_t n = 0;

		line = str_trim(line);
		while (n < line.n && line.p[n] >= '0' && line.p[n] <= '9')
			n++;
		if (n && n < line.n && line.p[n] == ':')
			line = str_from(line, n + 1);
		buf_add(&b, line);
		buf_add_char(&b, ' ');
	}
	return fact_squeeze(a, arena_str(a, buf_str(&b)));
}

/* Hard-coded credentials: the line holds the value. */
static bool holds_secret(struct str rule)
{
	return str_is(rule, "G101");
}

static err take_issue(void *ctx, const struct json *v)
{
	struct gosec *g = ctx;
	const struct json *accepted = json_get(v, "suppressions");
	struct s_finding f = report_finding_blank();

	if (v->kind != JSON_OBJECT)
		return report_fault(g->p.r, v, "an issue must be an object");
	f.rule = json_text(json_get(v, "rule_id"));
	f.title = json_text(json_get(v, "details"));
	f.message = f.title;
	f.severity = fact_severity(json_text(json_get(v, "severity")));
	f.path = fact_path(g->p.tmp, json_text(json_get(v, "file")));
	f.line = first_line(json_get(v, "line"));
	f.suppressed = json_true(json_get(v, "nosec")) || (accepted && accepted->kind == JSON_ARRAY && accepted->n);
	f.context = without_numbers(g->p.tmp, json_text(json_get(v, "code")));
	if (holds_secret(f.rule))
		f.context = redact_context(g->p.tmp, g->p.r->secret_key, f.context);
	return report_finding(&g->p, &f);
}

static err read_all(struct gosec *g)
{
	static const struct json_want outline[] = {
		{ "GosecVersion", take_version, 0 }, { "Issues?", take_issues, 0 }, { "Stats.files", take_files, 0 },
		{ "Golang errors.*", take_error, 0 }, { NULL, NULL, 0 },
	};
	static const struct json_want wants[] = { { "Issues[]", take_issue, 0 }, { NULL, NULL, 0 } };
	struct s_scan_begin b;

	TRY(report_json(g->p.r, outline, g, NULL));
	if (!g->issues)
		return fail(ERR_INPUT, "%s has no 'Issues': it is no report of gosec", g->p.r->name);
	b = report_scan(SCAN_STATIC, STR("gosec"), g->version);
	TRY(report_begin(&g->p, &b));
	TRY(report_json(g->p.r, wants, g, NULL));
	if (g->files == 0)
		g->p.coverage = STR("nothing was looked at: no file");
	else if (g->errors)
		g->p.coverage = STR("some files could not be compiled and were not looked at");
	g->p.empty = g->files == 0;
	g->p.partial = g->errors;
	return report_end(&g->p);
}

static err gosec_read(struct reader *r)
{
	struct gosec g = { .files = FIELD_NO_INT };
	err e;

	report_start(&g.p, r);
	e = read_all(&g);
	report_done(&g.p);
	return e;
}

const struct reader_kind reader_gosec = {
	.name = "gosec", .title = "gosec JSON", .recognise = recognise, .read = gosec_read,
};
