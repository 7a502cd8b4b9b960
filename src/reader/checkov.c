/* Checkov's JSON: an object for one type of check, a list for several, and a bare
 * summary where nothing was found to look at. Each type of check is a scan. */
#include "reader/report.h"

enum { TYPES = 200 };

struct checkov {
	struct report p;
	struct json_events *events;
	struct { struct str type, version; int64_t errors, resources; bool results; } part[TYPES];
	size_t n;
	bool list, bare;
};

static bool recognise(const struct reader_head *h)
{
	return reader_head_has(h, "check_type") || reader_head_has(h, "[].check_type") ||
	       reader_head_has(h, "results.failed_checks") || reader_head_has(h, "checkov_version");
}

/* Which part the current value is in: 0 where the top is an object. */
static size_t at(struct checkov *c)
{
	size_t i = c->list ? (size_t)json_events_index(c->events, 0) : 0;

	if (i >= TYPES)
		i = TYPES - 1;
	if (c->n <= i)
		c->n = i + 1;
	return i;
}

static err take_part(void *ctx, const struct json *v)
{
	struct checkov *c = ctx;

	c->list = true;
	if (v->kind != JSON_OBJECT)
		return report_fault(c->p.r, v, "a report of Checkov must be an object");
	if (json_events_index(c->events, 0) >= TYPES)
		return report_fault(c->p.r, v, "there are more than 200 types of checks");
	at(c);
	return NULL;
}

static err take_type(void *ctx, const struct json *v)
{
	struct checkov *c = ctx;

	c->part[at(c)].type = arena_str(c->p.r->a, json_text(v));
	return NULL;
}

static err take_results(void *ctx, const struct json *v)
{
	struct checkov *c = ctx;

	c->part[at(c)].results = v->kind == JSON_OBJECT;
	return NULL;
}

static err take_summary(void *ctx, const struct json *v)
{
	struct checkov *c = ctx;
	size_t i = at(c);

	c->part[i].version = arena_str(c->p.r->a, json_text(json_get(v, "checkov_version")));
	c->part[i].errors = fact_int(json_get(v, "parsing_errors"));
	c->part[i].resources = fact_int(json_get(v, "resource_count"));
	return NULL;
}

/* The third shape: the summary alone. */
static err take_bare(void *ctx, const struct json *v)
{
	struct checkov *c = ctx;

	c->bare = true;
	c->part[at(c)].version = arena_str(c->p.r->a, json_text(v));
	return NULL;
}

static int kind_of(struct str type)
{
	if (str_is(type, "secrets"))
		return SCAN_SECRET;
	if (str_is(type, "sca_package"))
		return SCAN_DEPENDENCY;
	return str_is(type, "sca_image") ? SCAN_CONTAINER : SCAN_INFRASTRUCTURE;
}

static void put_package(struct checkov *c, const struct json *v, struct s_finding *f)
{
	const struct json *d = json_get(v, "vulnerability_details");
	struct str id = json_text(json_get(d, "id")), score = json_text(json_get(d, "cvss"));

	if (!d || !json_text(json_get(d, "package_name")).n)
		return;
	f->alias = fact_alias(&id, 1);
	f->component = fact_package(c->p.tmp, json_text(json_get(d, "package_type")),
				    json_text(json_get(d, "package_name")));
	f->version = json_text(json_get(d, "package_version"));
	f->fix = json_text(json_get(d, "lowest_fixed_version"));
	f->score = score.n ? fact_score(score) : FIELD_NO_INT;
	if (f->severity == FIELD_UNKNOWN)
		f->severity = fact_severity(json_text(json_get(d, "severity")));
	f->context = f->component;
}

static err put_check(struct checkov *c, const struct json *v, int suppressed)
{
	const struct json *lines = json_get(v, "file_line_range");
	struct str path = json_text(json_get(v, "repo_file_path")), resource = json_text(json_get(v, "resource"));
	struct s_finding f = report_finding_blank();

	if (v->kind != JSON_OBJECT)
		return report_fault(c->p.r, v, "a check must be an object");
	if (!path.n)
		path = json_text(json_get(v, "file_path"));
	f.rule = json_text(json_get(v, "check_id"));
	f.title = json_text(json_get(v, "check_name"));
	f.message = json_text(json_get(v, "guideline"));
	f.path = fact_path(c->p.tmp, path);
	if (str_starts(f.path, STR("/")))	/* from the folder that was looked at */
		f.path = str_from(f.path, 1);
	f.line = lines && lines->kind == JSON_ARRAY ? fact_int(lines->first) : FIELD_NO_INT;
	f.severity = fact_severity(json_text(json_get(v, "severity")));
	f.suppressed = suppressed;
	f.context = fact_squeeze(c->p.tmp, resource);
	if (c->p.kind == SCAN_SECRET) {
		f.context = redact_context(c->p.tmp, c->p.r->secret_key, resource);
		f.severity = f.severity == FIELD_UNKNOWN ? SEVERITY_HIGH : f.severity;
	}
	put_package(c, v, &f);
	return report_finding(&c->p, &f);
}

static err end(struct checkov *c, size_t i)
{
	int64_t errors = c->part[i].errors;

	if (errors > 0) {
		c->p.partial = true;
		c->p.coverage = arena_printf(c->p.r->a, "%lld files could not be parsed", (long long)errors);
	} else if (!c->part[i].results) {
		c->p.empty = true;
		c->p.coverage = STR("nothing was looked at: no resource of a kind that Checkov checks");
	}
	return report_end(&c->p);
}

/* Begins the scan of the part the current check is in; parts in between that
 * have none are scans as well. */
static err advance(struct checkov *c, size_t to, size_t *now)
{
	while (*now < to) {
		size_t i = *now;
		struct s_scan_begin b = report_scan(kind_of(c->part[i].type), STR("checkov"), c->part[i].version);

		if (c->p.open)
			TRY(end(c, i - 1));
		b.scope = c->part[i].type;
		TRY(report_begin(&c->p, &b));
		(*now)++;
	}
	return NULL;
}

struct passing { struct checkov *c; size_t now; };

static err take_failed(void *ctx, const struct json *v)
{
	struct passing *p = ctx;

	TRY(advance(p->c, at(p->c) + 1, &p->now));
	return put_check(p->c, v, 0);
}

static err take_skipped(void *ctx, const struct json *v)
{
	struct passing *p = ctx;

	TRY(advance(p->c, at(p->c) + 1, &p->now));
	return put_check(p->c, v, 1);
}

static err read_all(struct checkov *c)
{
	static const struct json_want outline[] = {
		{ "[]?", take_part, 0 }, { "[].check_type", take_type, 0 }, { "check_type", take_type, 0 },
		{ "[].results?", take_results, 0 }, { "results?", take_results, 0 }, { "[].summary", take_summary, 0 },
		{ "summary", take_summary, 0 }, { "checkov_version", take_bare, 0 },
		{ "[].checkov_version", take_bare, 0 },
		{ NULL, NULL, 0 },
	};
	static const struct json_want wants[] = {
		{ "results.failed_checks[]", take_failed, 0 }, { "results.skipped_checks[]", take_skipped, 0 },
		{ "[].results.failed_checks[]", take_failed, 0 }, { "[].results.skipped_checks[]", take_skipped, 0 },
		{ NULL, NULL, 0 },
	};
	struct passing p = { c, 0 };

	TRY(report_json(c->p.r, outline, c, &c->events));
	if (c->n == 0 || !(c->part[0].results || c->part[0].type.n || c->bare))
		return fail(ERR_INPUT, "%s holds no result of Checkov: it does not say whether anything was looked at",
			    c->p.r->name);
	TRY(report_json(c->p.r, wants, &p, &c->events));
	TRY(advance(c, c->n, &p.now));
	return end(c, c->n - 1);
}

static err checkov_read(struct reader *r)
{
	struct checkov *c = ARENA_NEW(r->a, struct checkov);
	err e;

	report_start(&c->p, r);
	e = read_all(c);
	report_done(&c->p);
	return e;
}

const struct reader_kind reader_checkov = {
	.name = "checkov", .title = "Checkov JSON", .recognise = recognise, .read = checkov_read,
};
