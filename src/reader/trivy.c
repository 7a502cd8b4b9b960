/* Trivy's JSON: vulnerabilities, misconfigurations, secrets and licences of one
 * artefact or cluster, each kind a scan of its own. Lists may be missing or null. What
 * is the same for all results is read first; then one pass for each kind that is
 * there. Results stand in one of several places, by version and command. */
#include "reader/report.h"

#include "base/instant.h"

enum { RESULTS_MAX = 200000 };

struct trivy_result { struct str target, class, type, resource; };

/* Where results stand: reports since 2021, reports before, and clusters. */
static const char *const places[] = {
	"Results[]", "[]", "Resources[].Results[]", "Vulnerabilities[].Results[]", "Misconfigurations[].Results[]",
};
enum { PLACES = 5, OF_A_RESOURCE = 2 };

struct trivy {
	struct report p;
	struct str name, artefact_type, version, os, image_id, cluster, coverage;
	struct str space, kind;		/* of the resource that is being read */
	int64_t at;
	struct trivy_result *results;
	size_t n, room;
	size_t now;			/* results begun in this pass */
	bool has[4];			/* vulnerabilities, misconfigurations, secrets, licences were looked for */
	bool there[PLACES];
	bool schema;
};

static bool recognise(const struct reader_head *h)
{
	if (reader_head_has(h, "ClusterName"))
		return reader_head_has(h, "Resources") || reader_head_has(h, "Vulnerabilities") ||
		       reader_head_has(h, "Misconfigurations");
	return (reader_head_has(h, "SchemaVersion") &&
		(reader_head_has(h, "ArtifactName") || reader_head_has(h, "Results") ||
		 reader_head_has(h, "ArtifactType"))) ||
	       (reader_head_has(h, "[].Target") && (reader_head_has(h, "[].Vulnerabilities") ||
						     reader_head_has(h, "[].Type") || reader_head_has(h, "[].Class")));
}

static struct str keep(struct trivy *t, const struct json *v)
{
	return json_text(v).p ? arena_str(t->p.r->a, json_text(v)) : (struct str){ 0 };
}

static err take_name(void *ctx, const struct json *v)
{
	((struct trivy *)ctx)->name = keep(ctx, v);
	return NULL;
}

static err take_schema(void *ctx, const struct json *v)
{
	((struct trivy *)ctx)->schema = v->kind == JSON_NUMBER;
	return NULL;
}

static err take_artefact_type(void *ctx, const struct json *v)
{
	((struct trivy *)ctx)->artefact_type = keep(ctx, v);
	return NULL;
}

static err take_version(void *ctx, const struct json *v)
{
	((struct trivy *)ctx)->version = keep(ctx, v);
	return NULL;
}

static err take_created(void *ctx, const struct json *v)
{
	((struct trivy *)ctx)->at = fact_time(json_text(v));
	return NULL;
}

static err take_family(void *ctx, const struct json *v)
{
	((struct trivy *)ctx)->os = keep(ctx, v);
	return NULL;
}

static err take_image(void *ctx, const struct json *v)
{
	((struct trivy *)ctx)->image_id = keep(ctx, v);
	return NULL;
}

static err take_cluster(void *ctx, const struct json *v)
{
	((struct trivy *)ctx)->cluster = keep(ctx, v);
	return NULL;
}

static err take_space(void *ctx, const struct json *v)
{
	((struct trivy *)ctx)->space = keep(ctx, v);
	return NULL;
}

static err take_kind(void *ctx, const struct json *v)
{
	((struct trivy *)ctx)->kind = keep(ctx, v);
	return NULL;
}

/* The resource's last part: "namespace/Kind/name". */
static err take_resource(void *ctx, const struct json *v)
{
	struct trivy *t = ctx;

	t->kind = arena_printf(t->p.r->a, "%.*s/%.*s/%.*s", FMT(t->space), FMT(t->kind), FMT(json_text(v)));
	return NULL;
}

/* The result the current value is in. */
static struct trivy_result *result(struct trivy *t)
{
	ASSERT(t->now > 0 && t->now <= t->n);
	return &t->results[t->now - 1];
}

/* First pass: makes it. */
static err make_result(void *ctx, const struct json *v)
{
	struct trivy *t = ctx;

	if (v->kind != JSON_OBJECT)
		return report_fault(t->p.r, v, "a result must be an object");
	if (t->n == RESULTS_MAX)
		return report_fault(t->p.r, v, "there are more than 200000 results");
	if (t->n == t->room) {
		size_t room = t->room ? t->room * 2 : 16;
		struct trivy_result *wider = ARENA_ARRAY(t->p.r->a, struct trivy_result, room);

		if (t->n)
			memcpy(wider, t->results, t->n * sizeof(*wider));
		t->results = wider;
		t->room = room;
	}
	t->results[t->n++] = (struct trivy_result){ .resource = t->kind };
	t->now = t->n;
	return NULL;
}

/* Later passes: the next one begins. */
static err next_result(void *ctx, const struct json *v)
{
	(void)v;
	((struct trivy *)ctx)->now++;
	return NULL;
}

static err take_target(void *ctx, const struct json *v)
{
	result(ctx)->target = keep(ctx, v);
	return NULL;
}

static err take_class(void *ctx, const struct json *v)
{
	static const struct { const char *class; int has; } classes[] = {
		{ "os-pkgs", 0 }, { "lang-pkgs", 0 }, { "config", 1 }, { "secret", 2 }, { "license", 3 },
		{ "license-file", 3 },
	};
	struct trivy *t = ctx;

	result(t)->class = keep(t, v);
	for (size_t i = 0; i < ARRAY_LEN(classes); i++)
		if (str_is(json_text(v), classes[i].class))
			t->has[classes[i].has] = true;
	return NULL;
}

static err take_type(void *ctx, const struct json *v)
{
	result(ctx)->type = keep(ctx, v);
	return NULL;
}

static err seen_vulnerabilities(void *ctx, const struct json *v)
{
	((struct trivy *)ctx)->has[0] |= v->kind == JSON_ARRAY;
	return NULL;
}

static err seen_misconfigurations(void *ctx, const struct json *v)
{
	((struct trivy *)ctx)->has[1] |= v->kind == JSON_ARRAY;
	return NULL;
}

static err seen_secrets(void *ctx, const struct json *v)
{
	((struct trivy *)ctx)->has[2] |= v->kind == JSON_ARRAY;
	return NULL;
}

static err seen_licences(void *ctx, const struct json *v)
{
	((struct trivy *)ctx)->has[3] |= v->kind == JSON_ARRAY;
	return NULL;
}

static err see_0(void *ctx, const struct json *v)
{
	((struct trivy *)ctx)->there[0] |= v->kind == JSON_OBJECT;
	return NULL;
}

static err see_1(void *ctx, const struct json *v)
{
	((struct trivy *)ctx)->there[1] |= v->kind == JSON_OBJECT;
	return NULL;
}

static err see_2(void *ctx, const struct json *v)
{
	((struct trivy *)ctx)->there[2] |= v->kind == JSON_OBJECT;
	return NULL;
}

static err see_3(void *ctx, const struct json *v)
{
	((struct trivy *)ctx)->there[3] |= v->kind == JSON_OBJECT;
	return NULL;
}

static err see_4(void *ctx, const struct json *v)
{
	((struct trivy *)ctx)->there[4] |= v->kind == JSON_OBJECT;
	return NULL;
}

static err read_head(struct trivy *t)
{
	static const struct json_want wants[] = {
		{ "SchemaVersion", take_schema, 0 }, { "ArtifactName", take_name, 0 }, { "ArtifactType", take_artefact_type, 0 },
		{ "CreatedAt", take_created, 0 }, { "Trivy.Version", take_version, 0 },
		{ "Metadata.OS.Family", take_family, 0 }, { "Metadata.ImageID", take_image, 0 },
		{ "ClusterName", take_cluster, 0 }, { "Results[]?", see_0, 0 }, { "[]?", see_1, 0 },
		{ "Resources[].Results[]?", see_2, 0 }, { "Vulnerabilities[].Results[]?", see_3, 0 },
		{ "Misconfigurations[].Results[]?", see_4, 0 }, { NULL, NULL, 0 },
	};

	t->at = INSTANT_NONE;
	return report_json(t->p.r, wants, t, NULL);
}

static const char *path_of(struct trivy *t, size_t place, const char *end)
{
	return arena_printf(t->p.r->a, "%s%s", places[place], end).p;
}

/* The resource's own keys stand in front of its results. */
static const char *resource_path(struct trivy *t, size_t place, const char *end)
{
	struct str of = str_c(places[place]);

	return arena_printf(t->p.r->a, "%.*s%s", (int)(of.n - strlen(".Results[]")), of.p, end).p;
}

static err read_place(struct trivy *t, size_t place)
{
	bool resource = place >= OF_A_RESOURCE;
	const struct json_want wants[] = {
		{ path_of(t, place, "?"), make_result, 0 }, { path_of(t, place, ".Target"), take_target, 0 },
		{ path_of(t, place, ".Class"), take_class, 0 }, { path_of(t, place, ".Type"), take_type, 0 },
		{ path_of(t, place, ".Vulnerabilities?"), seen_vulnerabilities, 0 },
		{ path_of(t, place, ".Misconfigurations?"), seen_misconfigurations, 0 },
		{ path_of(t, place, ".Secrets?"), seen_secrets, 0 }, { path_of(t, place, ".Licenses?"), seen_licences, 0 },
		{ resource ? resource_path(t, place, ".Namespace") : NULL, take_space, 0 },
		{ resource ? resource_path(t, place, ".Kind") : NULL, take_kind, 0 },
		{ resource ? resource_path(t, place, ".Name") : NULL, take_resource, 0 }, { NULL, NULL, 0 },
	};

	return report_json(t->p.r, wants, t, NULL);
}

static bool is_trivy(const struct trivy *t)
{
	bool any = t->schema || t->name.n || t->cluster.n;

	for (size_t i = 0; i < PLACES; i++)
		any |= t->there[i];
	return any;
}

static err read_outline(struct trivy *t)
{
	TRY(read_head(t));
	for (size_t i = 0; i < PLACES; i++)
		if (t->there[i])
			TRY(read_place(t, i));
	if (!is_trivy(t))
		return fail(ERR_INPUT, "%s names no schema, artefact or result: it is no report of Trivy", t->p.r->name);
	if (t->n == 0)
		t->coverage = STR("the report names no target: nothing in the artefact was of a kind that Trivy reads");
	for (int i = 1; i < 4; i++)
		if (t->has[i])
			return NULL;
	t->has[0] = true;	/* nothing else is there, so it was asked for vulnerabilities */
	return NULL;
}

/* Of the source the severity is from, else of NVD, else of whoever states one. */
static int64_t score_of(const struct json *v)
{
	const struct json *cvss = json_get(v, "CVSS"), *best = NULL;
	struct str source = json_text(json_get(v, "SeveritySource"));
	static const char *const keys[] = { "V3Score", "V40Score" };
	struct str number = { 0 };

	for (const struct json *m = cvss ? cvss->first : NULL; m; m = m->next)
		if (str_eq(m->key, source) && json_get(m, "V3Score"))
			best = m;
	if (!best)
		best = json_get(cvss, "nvd");
	if (!best && cvss)
		best = cvss->first;
	for (size_t i = 0; i < ARRAY_LEN(keys) && !number.n; i++)
		number = json_text(json_get(best, keys[i]));
	return number.n ? fact_score(number) : FIELD_NO_INT;
}

/* A place of a resource in a cluster is named with the resource. */
static struct str place_of(struct trivy *t, struct str path)
{
	struct str resource = result(t)->resource;

	path = fact_path(t->p.tmp, path);
	return resource.n ? arena_printf(t->p.tmp, "%.*s:%.*s", FMT(resource), FMT(path)) : path;
}

static err take_vulnerability(void *ctx, const struct json *v)
{
	struct trivy *t = ctx;
	const struct trivy_result *in = result(t);
	struct s_finding f = report_finding_blank();
	struct str purl = json_text(json_path(v, "PkgIdentifier.PURL")), package = json_text(json_get(v, "PkgName"));
	bool os = str_is(in->class, "os-pkgs");

	f.rule = json_text(json_get(v, "VulnerabilityID"));
	f.alias = fact_alias(&f.rule, 1);
	f.version = json_text(json_get(v, "InstalledVersion"));
	f.component = purl.n ? fact_purl(t->p.tmp, purl, &f.version)
			     : fact_package(t->p.tmp, os && t->os.n ? t->os : in->type, package);
	f.fix = json_text(json_get(v, "FixedVersion"));
	f.severity = fact_severity(json_text(json_get(v, "Severity")));
	f.score = score_of(v);
	f.title = json_text(json_get(v, "Title"));
	f.message = json_text(json_get(v, "Description"));
	f.path = json_text(json_get(v, "PkgPath"));
	if (!f.path.n)	/* "image:tag (alpine 3.9.4)" changes with each build */
		f.path = os ? fact_image(t->name.n ? t->name : in->target) : in->target;
	f.path = place_of(t, f.path);
	f.context = f.component;
	if (!f.title.n)
		f.title = arena_printf(t->p.tmp, "%.*s in %.*s", FMT(f.rule), FMT(package));
	return report_finding(&t->p, &f);
}

static err take_misconfiguration(void *ctx, const struct json *v)
{
	struct trivy *t = ctx;
	const struct json *cause = json_get(v, "CauseMetadata");
	struct str status = json_text(json_get(v, "Status")), resource = json_text(json_get(cause, "Resource"));
	struct s_finding f = report_finding_blank();

	if (status.n && !str_is(status, "FAIL"))
		return NULL;
	f.rule = json_text(json_get(v, "ID"));
	if (!f.rule.n)
		f.rule = json_text(json_get(v, "AVDID"));
	f.severity = fact_severity(json_text(json_get(v, "Severity")));
	f.title = json_text(json_get(v, "Title"));
	f.message = json_text(json_get(v, "Message"));
	f.path = place_of(t, result(t)->target);
	f.line = fact_int(json_get(cause, "StartLine"));
	f.context = fact_squeeze(t->p.tmp, resource.n ? resource : f.message);
	return report_finding(&t->p, &f);
}

static err take_secret(void *ctx, const struct json *v)
{
	struct trivy *t = ctx;
	struct s_finding f = report_finding_blank();

	f.rule = json_text(json_get(v, "RuleID"));
	f.severity = fact_severity(json_text(json_get(v, "Severity")));
	f.title = json_text(json_get(v, "Title"));
	f.path = place_of(t, result(t)->target);
	f.line = fact_int(json_get(v, "StartLine"));
	f.context = redact_context(t->p.tmp, t->p.r->secret_key, json_text(json_get(v, "Match")));
	return report_finding(&t->p, &f);
}

static err take_licence(void *ctx, const struct json *v)
{
	struct trivy *t = ctx;
	struct s_finding f = report_finding_blank();
	struct str package = json_text(json_get(v, "PkgName")), file = json_text(json_get(v, "FilePath"));

	f.rule = json_text(json_get(v, "Name"));
	f.severity = fact_severity(json_text(json_get(v, "Severity")));
	f.component = fact_package(t->p.tmp, result(t)->type, package);
	f.path = place_of(t, file.n ? file : result(t)->target);
	f.title = arena_printf(t->p.tmp, "licence %.*s%s%.*s", FMT(f.rule), package.n ? " of " : "", FMT(package));
	f.context = f.component;
	return report_finding(&t->p, &f);
}

struct part { int kind; const char *list; err (*take)(void *ctx, const struct json *v); };

static const struct part parts[4] = {
	{ SCAN_DEPENDENCY, ".Vulnerabilities[]", take_vulnerability },
	{ SCAN_INFRASTRUCTURE, ".Misconfigurations[]", take_misconfiguration },
	{ SCAN_SECRET, ".Secrets[]", take_secret },
	{ SCAN_LICENCE, ".Licenses[]", take_licence },
};

static struct s_scan_begin begin_of(const struct trivy *t, const struct part *part)
{
	bool image = str_is(t->artefact_type, "container_image") || t->image_id.n || t->cluster.n;
	struct s_scan_begin b = report_scan(part->kind, STR("trivy"), t->version);

	if (image && b.kind == SCAN_DEPENDENCY)
		b.kind = SCAN_CONTAINER;
	if (image)
		b.artefact = t->cluster.n ? t->cluster : fact_image(t->name);
	b.effective = t->at;
	return b;
}

static err read_part(struct trivy *t, const struct part *part)
{
	struct s_scan_begin b = begin_of(t, part);

	TRY(report_begin(&t->p, &b));
	t->p.coverage = t->coverage;
	t->p.empty = t->n == 0;
	t->now = 0;
	for (size_t i = 0; i < PLACES; i++) {
		const struct json_want wants[] = {
			{ path_of(t, i, "?"), next_result, 0 }, { path_of(t, i, part->list), part->take, 0 },
			{ NULL, NULL, 0 },
		};

		if (t->there[i])
			TRY(report_json(t->p.r, wants, t, NULL));
	}
	return report_end(&t->p);
}

static err trivy_read(struct reader *r)
{
	struct trivy t = { .n = 0 };
	err e;

	report_start(&t.p, r);
	e = read_outline(&t);
	for (size_t i = 0; i < ARRAY_LEN(parts) && !e; i++)
		if (t.has[i])
			e = read_part(&t, &parts[i]);
	report_done(&t.p);
	return e;
}

static const struct redact_rule secrets[] = {
	{ "**.Secrets[].Match" }, { "**.Secrets[].Code" }, { NULL },
};

static err secret_there(void *ctx, const struct json *v)
{
	(void)v;
	*(bool *)ctx = true;
	return NULL;
}

static err redact_when(struct reader *r, bool *yes)
{
	static const struct json_want wants[] = {
		{ "Results[].Secrets[]?", secret_there, 0 }, { "[].Secrets[]?", secret_there, 0 },
		{ "Resources[].Results[].Secrets[]?", secret_there, 0 }, { NULL, NULL, 0 },
	};

	*yes = false;
	return report_json(r, wants, yes, NULL);
}

const struct reader_kind reader_trivy = {
	.name = "trivy", .title = "Trivy JSON", .recognise = recognise, .read = trivy_read, .redact = secrets,
	.redact_when = redact_when,
};
