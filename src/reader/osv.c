/* The output of OSV-Scanner. Identifiers of one vulnerability stand together in a
 * group, which is one finding. A file of zero bytes is how it says "nothing". */
#include "reader/report.h"

struct osv {
	struct report p;
	struct json_events *events;
	struct str *sources;		/* path of each result */
	size_t room;
	bool results;
	bool record;
};

enum { SOURCES = 100000 };

static bool recognise(const struct reader_head *h)
{
	return reader_head_has(h, "results[].packages") ||
	       (reader_head_has(h, "results[].source") && !reader_head_has(h, "results[].check_id")) ||
	       (reader_head_has(h, "results") && reader_head_has(h, "experimental_config"));
}

static err see_record(void *ctx, const struct json *v)
{
	((struct osv *)ctx)->record = v->kind == JSON_STRING;
	return NULL;
}

static err see_results(void *ctx, const struct json *v)
{
	((struct osv *)ctx)->results = v->kind == JSON_ARRAY || v->kind == JSON_NULL;
	return NULL;
}

static err take_source(void *ctx, const struct json *v)
{
	struct osv *o = ctx;
	size_t i = (size_t)json_events_index(o->events, 0);

	if (i >= SOURCES)
		return report_fault(o->p.r, v, "there are more than 100000 sources");
	if (i >= o->room) {
		size_t room = i * 2 + 16;
		struct str *wider = ARENA_ARRAY(o->p.r->a, struct str, room);

		if (o->room)
			memcpy(wider, o->sources, o->room * sizeof(*wider));
		o->sources = wider;
		o->room = room;
	}
	o->sources[i] = arena_str(o->p.r->a, json_text(v));
	return NULL;
}

/* The record with this id among the package's vulnerabilities. */
static const struct json *record_of(const struct json *package, struct str id)
{
	const struct json *list = json_get(package, "vulnerabilities");

	for (const struct json *m = fact_items(list); m; m = m->next)
		if (str_eq(json_text(json_get(m, "id")), id))
			return m;
	return NULL;
}

/* The last event of the range that says where it is fixed. */
static struct str fixed_in(const struct json *affected)
{
	const struct json *ranges = json_get(affected, "ranges");
	struct str fixed = { 0 };

	for (const struct json *m = fact_items(ranges); m; m = m->next) {
		const struct json *events = json_get(m, "events");

		if (str_is(json_text(json_get(m, "type")), "GIT") || !events || events->kind != JSON_ARRAY)
			continue;
		for (const struct json *k = events->first; k; k = k->next)
			if (json_text(json_get(k, "fixed")).n)
				fixed = json_text(json_get(k, "fixed"));
	}
	return fixed;
}

static struct str fix_of(const struct json *record, struct str name)
{
	const struct json *list = json_get(record, "affected");

	for (const struct json *m = fact_items(list); m; m = m->next)
		if (str_eq(json_text(json_path(m, "package.name")), name))
			return fixed_in(m);
	return (struct str){ 0 };
}

static void add_ids(struct str *ids, size_t *n, size_t max, const struct json *list)
{
	for (const struct json *m = fact_items(list); m && *n < max; m = m->next)
		ids[(*n)++] = json_text(m);
}

static err put_finding(struct osv *o, const struct json *package, const struct json *group, const struct json *record)
{
	struct str ids[32], name = json_text(json_path(package, "package.name"));
	struct str score = json_text(json_get(group, "max_severity"));
	struct s_finding f = report_finding_blank();
	size_t n = 0, i = (size_t)json_events_index(o->events, 0);

	add_ids(ids, &n, ARRAY_LEN(ids), json_get(group, "ids"));
	f.rule = n ? ids[0] : json_text(json_get(record, "id"));
	if (!n)
		ids[n++] = f.rule;
	add_ids(ids, &n, ARRAY_LEN(ids), json_get(group, "aliases"));
	add_ids(ids, &n, ARRAY_LEN(ids), json_get(record, "aliases"));
	f.alias = fact_alias(ids, n);
	f.component = fact_package(o->p.tmp, json_text(json_path(package, "package.ecosystem")), name);
	f.version = json_text(json_path(package, "package.version"));
	f.fix = fix_of(record, name);
	f.title = json_text(json_get(record, "summary"));
	f.message = json_text(json_get(record, "details"));
	f.score = score.n ? fact_score(score) : FIELD_NO_INT;
	f.severity = fact_score_severity(f.score);
	if (f.severity == FIELD_UNKNOWN)
		f.severity = fact_severity(json_text(json_path(record, "database_specific.severity")));
	f.path = i < o->room ? fact_path(o->p.tmp, o->sources[i]) : (struct str){ 0 };
	f.context = f.component;
	if (!f.title.n)
		f.title = arena_printf(o->p.tmp, "%.*s in %.*s", FMT(f.rule), FMT(name));
	return report_finding(&o->p, &f);
}

static err take_package(void *ctx, const struct json *v)
{
	struct osv *o = ctx;
	const struct json *groups = json_get(v, "groups"), *list = json_get(v, "vulnerabilities");

	if (v->kind != JSON_OBJECT)
		return report_fault(o->p.r, v, "a package must be an object");
	if (groups && groups->kind == JSON_ARRAY && groups->first) {
		for (const struct json *m = groups->first; m; m = m->next) {
			const struct json *ids = json_get(m, "ids");

			TRY(put_finding(o, v, m, record_of(v, json_text(ids ? ids->first : NULL))));
		}
		return NULL;
	}
	for (const struct json *m = fact_items(list); m; m = m->next)
		TRY(put_finding(o, v, NULL, m));
	return NULL;
}

static err read_all(struct osv *o)
{
	static const struct json_want outline[] = {
		{ "modified", see_record, 0 }, { "results?", see_results, 0 }, { "results[].source.path", take_source, 0 }, { NULL, NULL, 0 },
	};
	static const struct json_want wants[] = { { "results[].packages[]", take_package, 0 }, { NULL, NULL, 0 } };
	struct s_scan_begin b = report_scan(SCAN_DEPENDENCY, STR("osv-scanner"), (struct str){ 0 });

	if (o->p.r->size == 0) {
		TRY(report_begin(&o->p, &b));
		o->p.coverage = STR("an empty file: OSV-Scanner found nothing to report");
		return report_end(&o->p);
	}
	TRY(report_json(o->p.r, outline, o, &o->events));
	if (!o->results && o->record)
		return fail(ERR_INPUT, "%s is one record of the OSV database, not what osv-scanner found", o->p.r->name);
	if (!o->results)
		return fail(ERR_INPUT, "%s has no 'results': it is no output of OSV-Scanner", o->p.r->name);
	TRY(report_begin(&o->p, &b));
	TRY(report_json(o->p.r, wants, o, &o->events));
	return report_end(&o->p);
}

static err osv_read(struct reader *r)
{
	struct osv o = { .room = 0 };
	err e;

	report_start(&o.p, r);
	e = read_all(&o);
	report_done(&o.p);
	return e;
}

const struct reader_kind reader_osv = {
	.name = "osv-scanner", .title = "OSV-Scanner JSON", .recognise = recognise, .read = osv_read,
	.empty_is_clean = true,
};
