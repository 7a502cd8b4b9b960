/* Gitleaks' own JSON: a list of leaks; version 8, and 7 with other names. The value
 * itself gives the context and nothing else: neither the matched line nor anything
 * made from it is passed on. */
#include "reader/report.h"

static bool recognise(const struct reader_head *h)
{
	return (reader_head_has(h, "[].RuleID") && (reader_head_has(h, "[].Secret") ||
						    reader_head_has(h, "[].Match"))) ||
	       (reader_head_has(h, "[].offender") && reader_head_has(h, "[].rule"));
}

static struct str either(const struct json *v, const char *now, const char *before)
{
	struct str s = json_text(json_get(v, now));

	return s.n ? s : json_text(json_get(v, before));
}

static err take_leak(void *ctx, const struct json *v)
{
	struct report *p = ctx;
	struct s_finding f = report_finding_blank();
	struct str secret = either(v, "Secret", "offender");

	if (v->kind != JSON_OBJECT)
		return report_fault(p->r, v, "a leak must be an object");
	if (!secret.n)
		secret = either(v, "Match", "line");
	f.rule = either(v, "RuleID", "rule");
	f.title = either(v, "Description", "rule");
	f.path = fact_path(p->tmp, either(v, "File", "file"));
	f.line = fact_int(json_get(v, "StartLine"));
	if (f.line < 0)
		f.line = fact_int(json_get(v, "lineNumber"));
	f.severity = SEVERITY_HIGH;	/* Gitleaks states none */
	f.context = redact_context(p->tmp, p->r->secret_key, secret);
	return report_finding(p, &f);
}

static err gitleaks_read(struct reader *r)
{
	static const struct json_want wants[] = { { "[]", take_leak, 0 }, { NULL, NULL, 0 } };
	struct s_scan_begin b = report_scan(SCAN_SECRET, STR("gitleaks"), (struct str){ 0 });
	REPORT_AUTO p;

	report_start(&p, r);
	TRY(report_top(r, '['));
	TRY(report_begin(&p, &b));
	TRY(report_json(r, wants, &p, NULL));
	return report_end(&p);
}

static const struct redact_rule secrets[] = {
	{ "[].Secret" }, { "[].Match" }, { "[].Line" }, { "[].offender" }, { "[].line" }, { NULL },
};

const struct reader_kind reader_gitleaks = {
	.name = "gitleaks", .title = "Gitleaks JSON", .recognise = recognise, .read = gitleaks_read, .redact = secrets,
};
