/* GitLab's security reports, versions 2.3 to 15: one shape for static analysis,
 * dependencies, containers, secrets and running sites. What kind it is stands in
 * `scan`, which may follow the list or, in old reports, be missing. */
#include "reader/report.h"

#include "base/instant.h"

struct gitlab {
	struct report p;
	struct str type, tool, version, status, report_version;
	int64_t at;
	bool list, any;
};

static bool recognise(const struct reader_head *h)
{
	return (reader_head_has(h, "vulnerabilities[].identifiers") &&
		reader_head_has(h, "vulnerabilities[].location")) ||
	       reader_head_has(h, "scan.scanner") || reader_head_has(h, "scan.analyzer") ||
	       (reader_head_has(h, "vulnerabilities") && reader_head_has(h, "remediations"));
}

static struct str keep(struct gitlab *g, const struct json *v)
{
	return json_text(v).p ? arena_str(g->p.r->a, json_text(v)) : (struct str){ 0 };
}

/* ISO 8601 without a zone: the schema says these times are UTC. */
static int64_t time_of(struct arena *a, struct str s)
{
	int64_t t = fact_time(s);

	return t == INSTANT_NONE && s.n ? fact_time(arena_printf(a, "%.*sZ", FMT(s))) : t;
}

static err take_version(void *ctx, const struct json *v)
{
	((struct gitlab *)ctx)->report_version = keep(ctx, v);
	return NULL;
}

static err take_list(void *ctx, const struct json *v)
{
	((struct gitlab *)ctx)->list = v->kind == JSON_ARRAY;
	return NULL;
}

static err take_scan(void *ctx, const struct json *v)
{
	struct gitlab *g = ctx;

	g->type = keep(g, json_get(v, "type"));
	g->tool = keep(g, json_path(v, "scanner.name"));
	if (!g->tool.n)
		g->tool = keep(g, json_path(v, "scanner.id"));
	g->version = keep(g, json_path(v, "scanner.version"));
	g->status = keep(g, json_get(v, "status"));
	g->at = time_of(g->p.tmp, json_text(json_get(v, "end_time")));
	if (g->at == INSTANT_NONE)
		g->at = time_of(g->p.tmp, json_text(json_get(v, "start_time")));
	return NULL;
}

static err take_any(void *ctx, const struct json *v)
{
	(void)v;
	((struct gitlab *)ctx)->any = true;
	return NULL;
}

/* Old reports say what they are in each vulnerability. */
static err take_category(void *ctx, const struct json *v)
{
	struct gitlab *g = ctx;

	if (!g->type.n)
		g->type = keep(g, v);
	return NULL;
}

static err take_scanner(void *ctx, const struct json *v)
{
	struct gitlab *g = ctx;

	if (!g->tool.n)
		g->tool = keep(g, v);
	return NULL;
}

/* GitLab's names of the files: what an old report without findings is. */
static struct str type_by_name(const char *name)
{
	static const struct { const char *part, *type; } names[] = {
		{ "sast", "sast" }, { "dependency", "dependency_scanning" }, { "container", "container_scanning" },
		{ "secret", "secret_detection" }, { "dast", "dast" },
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strstr(name, names[i].part))
			return str_c(names[i].type);
	return (struct str){ 0 };
}

static int kind_of(struct str type)
{
	static const struct { const char *type; int kind; } types[] = {
		{ "sast", SCAN_STATIC }, { "dependency_scanning", SCAN_DEPENDENCY },
		{ "container_scanning", SCAN_CONTAINER },
		{ "cluster_image_scanning", SCAN_CONTAINER }, { "secret_detection", SCAN_SECRET },
		{ "dast", SCAN_DYNAMIC },
		{ "api_fuzzing", SCAN_DYNAMIC }, { "coverage_fuzzing", SCAN_DYNAMIC },
		{ "sast_iac", SCAN_INFRASTRUCTURE },
	};

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (str_is(type, types[i].type))
			return types[i].kind;
	return SCAN_STATIC;
}

static bool one_word(struct str s)
{
	return s.n > 0 && s.n <= 100 && !str_has(s, STR(" "));
}

/* The first identifier names the rule; CVE and GHSA ids are the alias. */
static void put_identifiers(const struct json *v, struct s_finding *f)
{
	const struct json *list = json_get(v, "identifiers");
	struct str ids[32];
	size_t n = 0;

	for (const struct json *m = fact_items(list); m && n < ARRAY_LEN(ids); m = m->next) {
		struct str type = json_text(json_get(m, "type")), value = json_text(json_get(m, "value"));

		if (!f->rule.n)
			f->rule = one_word(value) ? value : json_text(json_get(m, "name"));
		if (str_is_caseless(type, STR("cve")) || str_is_caseless(type, STR("ghsa")) ||
		    str_is_caseless(type, STR("osvdb")) ||
		    str_is_caseless(type, STR("gemnasium")))
			ids[n++] = value.n ? value : json_text(json_get(m, "name"));
	}
	if (n)
		f->alias = fact_alias(ids, n);
	if (!f->rule.n)
		f->rule = json_text(json_get(v, "name"));
}

static struct str ecosystem_of(struct str file)
{
	static const struct { const char *end, *ecosystem; } files[] = {
		{ "package-lock.json", "npm" }, { "yarn.lock", "npm" }, { "pnpm-lock.yaml", "npm" },
		{ "package.json", "npm" },
		{ "npm-shrinkwrap.json", "npm" }, { "Gemfile.lock", "gem" }, { "gems.locked", "gem" },
		{ "go.sum", "go" },
		{ "go.mod", "go" }, { "requirements.txt", "pypi" }, { "Pipfile.lock", "pypi" },
		{ "poetry.lock", "pypi" },
		{ "setup.py", "pypi" }, { "uv.lock", "pypi" }, { "composer.lock", "composer" }, { "pom.xml", "maven" },
		{ "build.gradle", "maven" }, { "build.gradle.kts", "maven" }, { "packages.lock.json", "nuget" },
		{ "Cargo.lock", "cargo" }, { "conan.lock", "conan" },
	};

	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		if (str_ends(file, str_c(files[i].end)))
			return str_c(files[i].ecosystem);
	return (struct str){ 0 };
}

/* "debian:10", "alpine 3.12": the word in front. */
static struct str first_word(struct str s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] != ' ' && s.p[n] != ':')
		n++;
	return (struct str){ s.p, n };
}

static void put_component(struct gitlab *g, const struct json *at, struct s_finding *f)
{
	const struct json *dependency = json_get(at, "dependency");
	struct str name = json_text(json_path(dependency, "package.name"));
	struct str image = json_text(json_get(at, "image")), system = json_text(json_get(at, "operating_system"));

	if (!name.n)
		return;
	f->component = fact_package(g->p.tmp, image.n ? first_word(system) : ecosystem_of(f->path), name);
	f->version = json_text(json_get(dependency, "version"));
	if (image.n && !f->path.n)
		f->path = fact_image(image);
	f->context = f->component;
}

/* Where a running site was looked at: path, then method and parameter. */
static void put_site(struct gitlab *g, const struct json *at, struct s_finding *f)
{
	struct str host = json_text(json_get(at, "hostname")), path = json_text(json_get(at, "path"));

	if (!host.n && !path.n)
		return;
	f->path = arena_printf(g->p.tmp, "%.*s%.*s", FMT(host), FMT(path));
	f->context = arena_printf(g->p.tmp, "%.*s %.*s", FMT(json_text(json_get(at, "method"))),
				  FMT(json_text(json_get(at, "param"))));
}

static void put_place(struct gitlab *g, const struct json *v, struct s_finding *f)
{
	const struct json *at = json_get(v, "location");
	struct str code = json_text(json_get(v, "raw_source_code_extract"));

	f->path = fact_path(g->p.tmp, json_text(json_get(at, "file")));
	f->line = fact_int(json_get(at, "start_line"));
	put_component(g, at, f);
	if (g->p.kind == SCAN_DYNAMIC)
		put_site(g, at, f);
	if (g->p.kind == SCAN_SECRET)
		f->context = redact_context(g->p.tmp, g->p.r->secret_key,
					    code.n ? code : json_text(json_get(v, "cve")));
	else if (code.n)
		f->context = fact_squeeze(g->p.tmp, code);
}

/* The signature that counts lines from the enclosing function, not from the top. */
static struct str signature_of(const struct json *v)
{
	const struct json *items = json_path(v, "tracking.items"), *list;

	list = json_get(fact_items(items), "signatures");
	for (const struct json *m = fact_items(list); m; m = m->next)
		if (str_starts(json_text(json_get(m, "algorithm")), STR("scope_offset")))
			return json_text(json_get(m, "value"));
	return (struct str){ 0 };
}

/* The version in "Upgrade to version 1.2.3 or above." */
static struct str fix_of(struct str solution)
{
	static const struct str lead = STR_INIT("version ");
	size_t at = str_find(solution, lead, 0);

	if (at < solution.n)
		return first_word(str_from(solution, at + lead.n));
	return solution.n <= 128 ? solution : (struct str){ 0 };
}

static err take_vulnerability(void *ctx, const struct json *v)
{
	struct gitlab *g = ctx;
	struct s_finding f = report_finding_blank();

	if (v->kind != JSON_OBJECT)
		return report_fault(g->p.r, v, "a vulnerability must be an object");
	put_identifiers(v, &f);
	put_place(g, v, &f);
	f.title = json_text(json_get(v, "name"));
	if (!f.title.n)
		f.title = f.rule;
	f.message = json_text(json_get(v, "description"));
	f.severity = fact_severity(json_text(json_get(v, "severity")));
	f.fix = f.component.n ? fix_of(json_text(json_get(v, "solution"))) : (struct str){ 0 };
	if (g->p.kind == SCAN_SECRET)
		f.message = f.title;
	else
		f.fingerprint = signature_of(v);
	return report_finding(&g->p, &f);
}

static err read_outline(struct gitlab *g)
{
	static const struct json_want wants[] = {
		{ "version", take_version, 0 }, { "scan", take_scan, 0 }, { "vulnerabilities?", take_list, 0 },
		{ "vulnerabilities[]?", take_any, 0 }, { "vulnerabilities[].category", take_category, 0 },
		{ "vulnerabilities[].scanner.name", take_scanner, 0 },
		{ NULL, NULL, 0 },
	};

	g->at = INSTANT_NONE;
	TRY(report_json(g->p.r, wants, g, NULL));
	if (!g->list)
		return fail(ERR_INPUT, "%s has no 'vulnerabilities': it is no security report of GitLab", g->p.r->name);
	if (!g->type.n)
		g->type = type_by_name(g->p.r->name);
	if (!g->type.n && !g->any)
		return fail(ERR_INPUT, "%s lists nothing and does not say what was scanned for", g->p.r->name);
	return NULL;
}

static err read_all(struct gitlab *g)
{
	static const struct json_want wants[] = { { "vulnerabilities[]", take_vulnerability, 0 }, { NULL, NULL, 0 } };
	struct s_scan_begin b;

	TRY(read_outline(g));
	b = report_scan(kind_of(g->type), g->tool.n ? g->tool : STR("gitlab"), g->version);
	b.effective = g->at;
	TRY(report_begin(&g->p, &b));
	TRY(report_json(g->p.r, wants, g, NULL));
	g->p.failed = str_is(g->status, "failure");
	g->p.partial = g->status.n && !str_is(g->status, "success");
	if (g->p.partial)
		g->p.coverage = STR("GitLab says that the scan did not succeed");
	return report_end(&g->p);
}

static err gitlab_read(struct reader *r)
{
	struct gitlab g = { .list = false };
	err e;

	report_start(&g.p, r);
	e = read_all(&g);
	report_done(&g.p);
	return e;
}

/* `cve` of a secret is a plain digest of its line, which can be guessed from. */
static const struct redact_rule secrets[] = {
	{ "vulnerabilities[].raw_source_code_extract" }, { "vulnerabilities[].cve" }, { "vulnerabilities[].evidence" },
	{ "vulnerabilities[].details" }, { "vulnerabilities[].message" }, { NULL },
};

static err redact_when(struct reader *r, bool *yes)
{
	struct gitlab g = { .list = false };
	err e;

	report_start(&g.p, r);
	e = read_outline(&g);
	*yes = kind_of(g.type) == SCAN_SECRET;
	report_done(&g.p);
	return e;
}

const struct reader_kind reader_gitlab = {
	.name = "gitlab", .title = "GitLab security report", .recognise = recognise, .read = gitlab_read,
	.redact = secrets, .redact_when = redact_when,
};
