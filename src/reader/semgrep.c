/* Semgrep's own JSON. Without an account it writes "requires login" where lines and
 * fingerprints would stand. */
#include "reader/report.h"

#include "base/instant.h"

struct semgrep {
	struct report p;
	struct str version;
	int64_t errors, files;
	bool results, lists_files;
};

static bool recognise(const struct reader_head *h)
{
	return reader_head_has(h, "results[].check_id") && reader_head_has(h, "results[].extra") ? true
	     : reader_head_has(h, "results") && reader_head_has(h, "errors") &&
	       (reader_head_has(h, "paths") || reader_head_has(h, "paths.scanned")) && !reader_head_has(h, "metrics");
}

static err take_version(void *ctx, const struct json *v)
{
	struct semgrep *s = ctx;

	s->version = arena_str(s->p.r->a, json_text(v));
	return NULL;
}

static err take_results(void *ctx, const struct json *v)
{
	struct semgrep *s = ctx;

	if (v->kind != JSON_ARRAY)
		return report_fault(s->p.r, v, "'results' must be a list");
	s->results = true;
	return NULL;
}

/* Warnings name files that were only partly parsed; errors stop the run for them. */
static err take_error(void *ctx, const struct json *v)
{
	struct semgrep *s = ctx;

	s->errors += str_is_caseless(json_text(json_get(v, "level")), STR("error"));
	return NULL;
}

static err see_scanned(void *ctx, const struct json *v)
{
	((struct semgrep *)ctx)->lists_files |= v->kind == JSON_ARRAY;
	return NULL;
}

static err take_scanned(void *ctx, const struct json *v)
{
	(void)v;
	((struct semgrep *)ctx)->files++;
	return NULL;
}

static struct str unless_placeholder(const struct json *v)
{
	struct str s = json_text(v);

	return str_is(s, "requires login") ? (struct str){ 0 } : s;
}

/* INFO is the lowest of Semgrep's three older words: low, not without severity. */
static int severity_of(const struct json *extra)
{
	struct str word = json_text(json_get(extra, "severity"));

	return str_is_caseless(word, STR("INFO")) ? SEVERITY_LOW : fact_severity(word);
}

/* The part behind the last dot names the rule; the rest is where it lies. */
static struct str short_name(struct str id)
{
	size_t at = id.n;

	while (at > 0 && id.p[at - 1] != '.')
		at--;
	return str_from(id, at);
}

static err take_result(void *ctx, const struct json *v)
{
	struct semgrep *s = ctx;
	const struct json *extra = json_get(v, "extra");
	struct s_finding f = report_finding_blank();
	bool secret;

	if (v->kind != JSON_OBJECT)
		return report_fault(s->p.r, v, "a result must be an object");
	f.rule = json_text(json_get(v, "check_id"));
	f.path = fact_path(s->p.tmp, json_text(json_get(v, "path")));
	f.line = fact_int(json_path(v, "start.line"));
	f.severity = severity_of(extra);
	f.message = json_text(json_get(extra, "message"));
	f.title = short_name(f.rule);
	f.fingerprint = unless_placeholder(json_get(extra, "fingerprint"));
	f.suppressed = json_get(extra, "is_ignored") ? json_true(json_get(extra, "is_ignored")) : FIELD_UNKNOWN;
	f.context = fact_squeeze(s->p.tmp, unless_placeholder(json_get(extra, "lines")));
	secret = str_has(f.rule, STR("secrets."));
	if (secret)
		f.context = redact_context(s->p.tmp, s->p.r->secret_key, f.context);
	if (!f.context.n)
		f.context = fact_squeeze(s->p.tmp, f.message);
	if (secret)
		f.message = f.title;
	return report_finding(&s->p, &f);
}

static err read_all(struct semgrep *s)
{
	static const struct json_want outline[] = {
		{ "version", take_version, 0 }, { "results?", take_results, 0 }, { "errors[]", take_error, 0 },
		{ "paths.scanned?", see_scanned, 0 }, { "paths.scanned[]", take_scanned, 0 },
		{ NULL, NULL, 0 },
	};
	static const struct json_want wants[] = { { "results[]", take_result, 0 }, { NULL, NULL, 0 } };
	struct s_scan_begin b;

	TRY(report_json(s->p.r, outline, s, NULL));
	if (!s->results)
		return fail(ERR_INPUT, "%s has no 'results': it is no report of Semgrep", s->p.r->name);
	b = report_scan(SCAN_STATIC, STR("semgrep"), s->version);
	TRY(report_begin(&s->p, &b));
	TRY(report_json(s->p.r, wants, s, NULL));
	s->p.empty = s->lists_files && !s->files;
	if (s->p.empty)
		s->p.coverage = STR("nothing was looked at: no file");
	if (s->errors) {
		s->p.partial = true;
		s->p.coverage = arena_printf(s->p.r->a, "%lld errors: some files were not looked at",
					     (long long)s->errors);
	}
	return report_end(&s->p);
}

static err semgrep_read(struct reader *r)
{
	struct semgrep s = { .errors = 0 };
	err e;

	report_start(&s.p, r);
	e = read_all(&s);
	report_done(&s.p);
	return e;
}

const struct reader_kind reader_semgrep = {
	.name = "semgrep", .title = "Semgrep JSON", .recognise = recognise, .read = semgrep_read,
};
