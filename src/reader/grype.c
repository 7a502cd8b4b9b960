/* Grype's JSON: matches of packages with vulnerabilities; what was looked at stands
 * behind them. */
#include "reader/report.h"

#include "base/instant.h"

struct grype {
	struct report p;
	struct str version, image, source_type;
	int64_t at;
	bool matches;
};

static bool recognise(const struct reader_head *h)
{
	return reader_head_has(h, "matches[].vulnerability") || reader_head_has(h, "matches[].artifact") ||
	       (reader_head_has(h, "matches") && (reader_head_has(h, "descriptor") || reader_head_has(h, "source") ||
						   reader_head_has(h, "distro")));
}

static struct str keep(struct grype *g, const struct json *v)
{
	return json_text(v).p ? arena_str(g->p.r->a, json_text(v)) : (struct str){ 0 };
}

static err take_matches(void *ctx, const struct json *v)
{
	struct grype *g = ctx;

	if (v->kind != JSON_ARRAY && v->kind != JSON_NULL)
		return report_fault(g->p.r, v, "'matches' must be a list");
	g->matches = true;
	return NULL;
}

static err take_version(void *ctx, const struct json *v)
{
	((struct grype *)ctx)->version = keep(ctx, v);
	return NULL;
}

static err take_timestamp(void *ctx, const struct json *v)
{
	((struct grype *)ctx)->at = fact_time(json_text(v));
	return NULL;
}

static err take_input(void *ctx, const struct json *v)
{
	((struct grype *)ctx)->image = keep(ctx, v);
	return NULL;
}

static err take_source_type(void *ctx, const struct json *v)
{
	((struct grype *)ctx)->source_type = keep(ctx, v);
	return NULL;
}

/* The highest base score of CVSS 3 or 4; of an older one where there is no other. */
static int64_t score_in(const struct json *vulnerability)
{
	const struct json *list = json_get(vulnerability, "cvss");
	int64_t best = FIELD_NO_INT, old = FIELD_NO_INT;

	for (const struct json *m = fact_items(list); m; m = m->next) {
		int64_t score = fact_score(json_text(json_path(m, "metrics.baseScore")));
		int64_t *to = str_starts(json_text(json_get(m, "version")), STR("2")) ? &old : &best;

		if (json_text(json_path(m, "metrics.baseScore")).p && score > *to)
			*to = score;
	}
	return best >= 0 ? best : old;
}

static struct str first_text(const struct json *list)
{
	return json_text(fact_items(list));
}

/* The vulnerability itself and those it is known by elsewhere. */
static void put_vulnerability(const struct json *v, struct s_finding *f)
{
	const struct json *vulnerability = json_get(v, "vulnerability"),
		*related = json_get(v, "relatedVulnerabilities");
	struct str ids[16] = { json_text(json_get(vulnerability, "id")) };
	struct str text = json_text(json_get(vulnerability, "description"));
	size_t n = 1;

	f->score = score_in(vulnerability);
	for (const struct json *m = fact_items(related); m; m = m->next) {
		if (n < ARRAY_LEN(ids))
			ids[n++] = json_text(json_get(m, "id"));
		if (f->score < 0)
			f->score = score_in(m);
		if (!text.n)
			text = json_text(json_get(m, "description"));
	}
	f->rule = ids[0];
	f->alias = fact_alias(ids, n);
	f->severity = fact_severity(json_text(json_get(vulnerability, "severity")));
	f->message = text;
	f->fix = first_text(json_path(vulnerability, "fix.versions"));
}

static err take_match(void *ctx, const struct json *v)
{
	struct grype *g = ctx;
	const struct json *artifact = json_get(v, "artifact"), *places = json_get(artifact, "locations");
	struct str purl = json_text(json_get(artifact, "purl")), name = json_text(json_get(artifact, "name"));
	struct s_finding f = report_finding_blank();

	if (v->kind != JSON_OBJECT)
		return report_fault(g->p.r, v, "a match must be an object");
	put_vulnerability(v, &f);
	f.version = json_text(json_get(artifact, "version"));
	f.component = purl.n ? fact_purl(g->p.tmp, purl, &f.version)
			     : fact_package(g->p.tmp, json_text(json_get(artifact, "type")), name);
	if (places && places->kind == JSON_ARRAY)
		f.path = fact_path(g->p.tmp, json_text(json_get(places->first, "path")));
	f.title = arena_printf(g->p.tmp, "%.*s in %.*s", FMT(f.rule), FMT(name));
	f.context = f.component;
	return report_finding(&g->p, &f);
}

/* Ignored by a rule the user gave: accepted in the report. */
static err take_ignored(void *ctx, const struct json *v)
{
	struct grype *g = ctx;
	struct s_finding f = report_finding_blank();
	const struct json *artifact = json_get(v, "artifact");
	struct str purl = json_text(json_get(artifact, "purl"));

	put_vulnerability(v, &f);
	f.version = json_text(json_get(artifact, "version"));
	f.component = purl.n ? fact_purl(g->p.tmp, purl, &f.version)
			     : fact_package(g->p.tmp, json_text(json_get(artifact, "type")),
					    json_text(json_get(artifact, "name")));
	f.suppressed = 1;
	f.context = f.component;
	return report_finding(&g->p, &f);
}

static err read_all(struct grype *g)
{
	static const struct json_want outline[] = {
		{ "matches?", take_matches, 0 }, { "descriptor.version", take_version, 0 },
		{ "descriptor.timestamp", take_timestamp, 0 }, { "source.type", take_source_type, 0 },
		{ "source.target.userInput", take_input, 0 }, { NULL, NULL, 0 },
	};
	static const struct json_want wants[] = {
		{ "matches[]", take_match, 0 }, { "ignoredMatches[]", take_ignored, 0 }, { NULL, NULL, 0 },
	};
	struct s_scan_begin b;

	g->at = INSTANT_NONE;
	TRY(report_json(g->p.r, outline, g, NULL));
	if (!g->matches)
		return fail(ERR_INPUT, "%s has no 'matches': it is no report of Grype", g->p.r->name);
	b = report_scan(str_is(g->source_type, "image") ? SCAN_CONTAINER : SCAN_DEPENDENCY, STR("grype"), g->version);
	b.effective = g->at;
	b.artefact = fact_image(g->image);
	TRY(report_begin(&g->p, &b));
	TRY(report_json(g->p.r, wants, g, NULL));
	return report_end(&g->p);
}

static err grype_read(struct reader *r)
{
	struct grype g = { .matches = false };
	err e;

	report_start(&g.p, r);
	e = read_all(&g);
	report_done(&g.p);
	return e;
}

const struct reader_kind reader_grype = {
	.name = "grype", .title = "Grype JSON", .recognise = recognise, .read = grype_read,
};
