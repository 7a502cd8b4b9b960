/* CycloneDX JSON 1.2 … 1.7: an SBOM item, its vulnerabilities as a scan, and their
 * analysis as statements (VEX). Vulnerabilities name components by bom-ref, which
 * may come later: components are read first. */
#include "reader/report.h"

#include "base/instant.h"
#include "base/map.h"

enum { REFS_MAX = 2000000, STATEMENTS = 500, AFFECTS = 10000 };

struct reference { struct str purl, name, version; };

struct cyclonedx {
	struct report p;
	struct map *refs;		/* bom-ref → struct reference */
	struct str format, tool, tool_version, serial;
	struct reference subject;
	struct str subject_type, subject_digest;
	int64_t at, components, licences;
	bool bom, list, vulnerabilities;
	struct r_vex_statement statements[STATEMENTS];
	size_t n;
	struct arena *texts;		/* of the statements */
};

static bool recognise(const struct reader_head *h)
{
	return str_is(reader_head_text(h, "bomFormat"), "CycloneDX") ||
	       str_has(reader_head_text(h, "$schema"), STR("cyclonedx")) ||
	       (reader_head_has(h, "specVersion") && reader_head_has(h, "components[].bom-ref"));
}

static struct str keep(struct cyclonedx *c, const struct json *v)
{
	return json_text(v).p ? arena_str(c->p.r->a, json_text(v)) : (struct str){ 0 };
}

static err take_format(void *ctx, const struct json *v)
{
	struct cyclonedx *c = ctx;

	c->bom = str_is(json_text(v), "CycloneDX");
	return c->bom ? NULL : report_fault(c->p.r, v, "'bomFormat' must be \"CycloneDX\"");
}

static err take_spec(void *ctx, const struct json *v)
{
	struct cyclonedx *c = ctx;

	c->format = arena_printf(c->p.r->a, "CycloneDX %.*s", FMT(str_cut(json_text(v), 16)));
	c->bom = true;
	if (!str_starts(json_text(v), STR("1.")))
		return fail(ERR_INPUT, "%s:%u:%u: this is CycloneDX of version '%.*s'; 1.2 to 1.7 are read",
			    c->p.r->name,
			    v->line, v->column, FMT(str_cut(json_text(v), 16)));
	return NULL;
}

static err take_serial(void *ctx, const struct json *v)
{
	((struct cyclonedx *)ctx)->serial = keep(ctx, v);
	return NULL;
}

static err take_time(void *ctx, const struct json *v)
{
	((struct cyclonedx *)ctx)->at = fact_time(json_text(v));
	return NULL;
}

/* A list of tools until 1.4, { components, services } since 1.5. */
static err take_tools(void *ctx, const struct json *v)
{
	struct cyclonedx *c = ctx;
	const struct json *list = v->kind == JSON_ARRAY ? v : json_get(v, "components");

	if (!list || list->kind != JSON_ARRAY || !list->first)
		list = json_get(v, "services");
	if (!list || list->kind != JSON_ARRAY)
		return NULL;
	c->tool = keep(c, json_get(list->first, "name"));
	c->tool_version = keep(c, json_get(list->first, "version"));
	return NULL;
}

static struct str sha256_of(const struct json *hashes)
{
	for (const struct json *m = fact_items(hashes); m; m = m->next)
		if (str_is(json_text(json_get(m, "alg")), "SHA-256"))
			return json_text(json_get(m, "content"));
	return (struct str){ 0 };
}

static err remember(struct cyclonedx *c, const struct json *v, struct reference *out)
{
	struct str ref = json_text(json_get(v, "bom-ref")), group = json_text(json_get(v, "group"));
	struct reference *r = ARENA_NEW(c->p.r->a, struct reference);

	if (map_count(c->refs) >= REFS_MAX)
		return fail(ERR_LIMIT, "%s: there are more than %d components", c->p.r->name, REFS_MAX);
	r->purl = keep(c, json_get(v, "purl"));
	r->version = keep(c, json_get(v, "version"));
	r->name = group.n ? arena_printf(c->p.r->a, "%.*s/%.*s", FMT(group), FMT(json_text(json_get(v, "name"))))
			  : keep(c, json_get(v, "name"));
	if (ref.n && !map_has(c->refs, ref))
		map_put(c->refs, arena_str(c->p.r->a, ref), r);
	if (out)
		*out = *r;
	return NULL;
}

static err take_subject(void *ctx, const struct json *v)
{
	struct cyclonedx *c = ctx;
	struct str digest = sha256_of(json_get(v, "hashes"));

	c->subject_type = keep(c, json_get(v, "type"));
	if (digest.n == 64)
		c->subject_digest = arena_printf(c->p.r->a, "sha256:%.*s", FMT(digest));
	return remember(c, v, &c->subject);
}

/* Components nest; each counts. */
static err count(struct cyclonedx *c, const struct json *v)
{
	const struct json *licences = json_get(v, "licenses"), *inner = json_get(v, "components");

	if (v->kind != JSON_OBJECT)
		return report_fault(c->p.r, v, "a component must be an object");
	c->components++;
	c->licences += licences && licences->kind == JSON_ARRAY && licences->n > 0;
	TRY(remember(c, v, NULL));
	for (const struct json *m = fact_items(inner); m; m = m->next)
		TRY(count(c, m));
	return NULL;
}

static err take_component(void *ctx, const struct json *v)
{
	return count(ctx, v);
}

static err take_list(void *ctx, const struct json *v)
{
	((struct cyclonedx *)ctx)->list = v->kind == JSON_ARRAY;
	return NULL;
}

static err take_any(void *ctx, const struct json *v)
{
	(void)v;
	((struct cyclonedx *)ctx)->vulnerabilities = true;
	return NULL;
}

/* The highest score of the ratings, and the severity stated beside it. */
static void put_ratings(const struct json *v, struct s_finding *f)
{
	const struct json *list = json_get(v, "ratings");

	for (const struct json *m = fact_items(list); m; m = m->next) {
		struct str number = json_text(json_get(m, "score"));
		int64_t score = number.n ? fact_score(number) : FIELD_NO_INT;
		int severity = fact_severity(json_text(json_get(m, "severity")));

		if (score > f->score)
			f->score = score;
		if (severity > f->severity)
			f->severity = severity;
	}
	if (f->severity == FIELD_UNKNOWN)
		f->severity = fact_score_severity(f->score);
}

/* States that say nothing has to be done any more (CycloneDX, analysis.state). */
static int accepted(struct str state)
{
	if (!state.n)
		return FIELD_UNKNOWN;
	return str_is(state, "not_affected") || str_is(state, "false_positive") || str_is(state, "resolved") ||
	       str_is(state, "resolved_with_pedigree");
}

static err flush_statements(struct cyclonedx *c)
{
	struct s_vex item = { .at = c->at, .name = c->serial, .statements = { c->statements, c->n } };

	if (!c->n)
		return NULL;
	c->n = 0;
	TRY(submission_write_item(c->p.r->out, &item_vex, &item));
	arena_reset(c->texts);
	return NULL;
}

static struct str short_copy(struct arena *a, struct str s, size_t max)
{
	return s.p ? arena_str(a, str_cut(s, max)) : s;
}

static err state_it(struct cyclonedx *c, const struct json *v, struct str id, struct str product)
{
	struct str state = json_text(json_path(v, "analysis.state"));

	if (!state.n || !id.n)
		return NULL;
	if (c->n == STATEMENTS)
		TRY(flush_statements(c));
	c->statements[c->n++] = (struct r_vex_statement){
		.justification = short_copy(c->texts, json_text(json_path(v, "analysis.justification")), 128),
		.product = short_copy(c->texts, product.n ? product : STR("unknown"), 512),
		.status = short_copy(c->texts, state, 64), .vulnerability = short_copy(c->texts, id, 128),
	};
	return NULL;
}

/* "urn:cdx:serial/version#bom-ref" names a component of another document. */
static struct reference find(const struct cyclonedx *c, struct arena *a, struct str ref)
{
	size_t at = str_find(ref, STR("#"), 0);
	const struct reference *found = map_get(c->refs, ref);
	struct reference r = { .purl = { 0 } };

	if (!found && str_starts(ref, STR("urn:cdx:")) && at < ref.n) {
		ref = fact_percent_decode(a, str_from(ref, at + 1));
		found = map_get(c->refs, ref);
	}
	if (found)
		return *found;
	if (str_starts(ref, STR("pkg:")))
		r.purl = ref;
	else
		r.name = ref;
	return r;
}

static err put_affected(struct cyclonedx *c, const struct json *v, struct s_finding f, const struct json *affected)
{
	struct arena *tmp = c->p.tmp;
	struct reference r = { .purl = { 0 } };
	struct str ref = json_text(json_get(affected, "ref"));

	if (ref.n)
		r = find(c, tmp, ref);
	f.version = r.version;
	f.component = r.purl.n ? fact_purl(tmp, r.purl, &f.version) : fact_package(tmp, (struct str){ 0 }, r.name);
	if (!f.title.n)
		f.title = arena_printf(tmp, "%.*s in %.*s", FMT(f.rule), FMT(r.name));
	f.context = f.component.n ? f.component : fact_squeeze(tmp, f.title);
	TRY(state_it(c, v, f.alias, f.component.n ? f.component : c->subject.name));
	return report_finding(&c->p, &f);
}

static struct str alias_of(const struct json *v, struct str id)
{
	const struct json *list = json_get(v, "references");
	struct str ids[32] = { id };
	size_t n = 1;

	for (const struct json *m = fact_items(list); m && n < ARRAY_LEN(ids); m = m->next)
		ids[n++] = json_text(json_get(m, "id"));
	return fact_alias(ids, n);
}

static err take_vulnerability(void *ctx, const struct json *v)
{
	struct cyclonedx *c = ctx;
	const struct json *affects = json_get(v, "affects");
	struct s_finding f = report_finding_blank();
	struct str advice = json_text(json_get(v, "recommendation"));

	if (v->kind != JSON_OBJECT)
		return report_fault(c->p.r, v, "a vulnerability must be an object");
	if (affects && affects->n > AFFECTS)
		return report_fault(c->p.r, affects, "more than 10000 components are affected by one vulnerability");
	f.rule = json_text(json_get(v, "id"));
	f.alias = alias_of(v, f.rule);
	f.message = json_text(json_get(v, "description"));
	if (!f.message.n)
		f.message = json_text(json_get(v, "detail"));
	f.fix = advice.n && advice.n <= 128 ? advice : (struct str){ 0 };
	f.suppressed = accepted(json_text(json_path(v, "analysis.state")));
	put_ratings(v, &f);
	if (!affects || affects->kind != JSON_ARRAY || !affects->first)
		return put_affected(c, v, f, NULL);
	for (const struct json *m = affects->first; m; m = m->next)
		TRY(put_affected(c, v, f, m));
	return NULL;
}

static err write_sbom(struct cyclonedx *c)
{
	struct s_sbom item = { .artefact = c->subject_digest, .at = c->at, .components = c->components,
			       .licences = c->licences, .format = c->format.n ? c->format : STR("CycloneDX"),
			       .name = c->subject.name };

	TRY(report_item(&c->p, &item_sbom, &item));
	return c->components ? NULL : submission_write_note(c->p.r->out, "%s names no component: it does not count as a "
							    "bill of materials", c->p.r->name);
}

static err write_scan(struct cyclonedx *c)
{
	static const struct json_want wants[] = { { "vulnerabilities[]", take_vulnerability, 0 }, { NULL, NULL, 0 } };
	bool image = str_is(c->subject_type, "container");
	struct s_scan_begin b = report_scan(image ? SCAN_CONTAINER : SCAN_DEPENDENCY,
					    c->tool.n ? c->tool : STR("cyclonedx"), c->tool_version);

	b.effective = c->at;
	if (image)
		b.artefact = fact_image(c->subject.name);
	TRY(report_begin(&c->p, &b));
	TRY(report_json(c->p.r, wants, c, NULL));
	TRY(report_end(&c->p));
	return flush_statements(c);
}

static err read_all(struct cyclonedx *c)
{
	static const struct json_want wants[] = {
		{ "bomFormat", take_format, 0 }, { "specVersion", take_spec, 0 }, { "serialNumber", take_serial, 0 },
		{ "metadata.timestamp", take_time, 0 }, { "metadata.tools", take_tools, 0 },
		{ "metadata.component", take_subject, 0 }, { "components[]", take_component, 0 },
		{ "vulnerabilities?", take_list, 0 }, { "vulnerabilities[]?", take_any, 0 }, { NULL, NULL, 0 },
	};

	c->at = INSTANT_NONE;
	TRY(report_json(c->p.r, wants, c, NULL));
	if (!c->bom)
		return fail(ERR_INPUT, "%s has neither 'bomFormat' nor 'specVersion': it is no CycloneDX document",
			    c->p.r->name);
	TRY(write_sbom(c));
	if (c->vulnerabilities)
		return write_scan(c);
	/* Makers of SBOMs write the empty list without having looked. */
	if (c->list)
		return submission_write_note(c->p.r->out, "%s lists no vulnerability; an SBOM does not say whether "
					     "anybody looked, so no scan was recorded", c->p.r->name);
	return NULL;
}

static err cyclonedx_read(struct reader *r)
{
	struct cyclonedx *c = ARENA_NEW(r->a, struct cyclonedx);
	err e;

	report_start(&c->p, r);
	c->refs = map_new();
	c->texts = arena_new();
	e = read_all(c);
	arena_free(c->texts);
	map_free(c->refs);
	report_done(&c->p);
	return e;
}

const struct reader_kind reader_cyclonedx = {
	.name = "cyclonedx", .title = "CycloneDX JSON 1.4 to 1.7", .recognise = recognise, .read = cyclonedx_read,
};
