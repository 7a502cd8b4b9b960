/* `npm audit --json`, both shapes: npm 6 lists advisories; npm 7 and later lists
 * packages, each with what it is vulnerable by (an advisory, or the name of another
 * package in the list). A package that is only reached through others gets a finding
 * of its own, as npm counts it. */
#include "reader/report.h"

struct npm {
	struct report p;
	bool seven, six, failed;
	int64_t packages;		/* looked at; FIELD_NO_INT where it does not say */
	struct str said;
};

static bool recognise(const struct reader_head *h)
{
	return reader_head_has(h, "auditReportVersion") || reader_head_has(h, "advisories") ||
	       (reader_head_has(h, "vulnerabilities") && reader_head_has(h, "metadata.dependencies")) ||
	       (reader_head_has(h, "error.summary") && reader_head_has(h, "error.detail"));
}

/* "GHSA-…" at the end of an advisory's address. */
static struct str ghsa_of(struct str url)
{
	size_t at = str_find(url, STR("GHSA-"), 0);
	struct str id = str_from(url, at);

	return id.n >= 19 ? (struct str){ id.p, 19 } : (struct str){ 0 };
}

static struct str first_path(const struct json *nodes)
{
	return json_text(fact_items(nodes));
}

static struct str fix_of(struct arena *a, const struct json *fix)
{
	struct str name = json_text(json_get(fix, "name")), version = json_text(json_get(fix, "version"));

	if (name.n && version.n)
		return arena_printf(a, "%.*s %.*s", FMT(name), FMT(version));
	return json_true(fix) ? STR("npm audit fix") : (struct str){ 0 };
}

static struct s_finding package_finding(struct npm *n, const struct json *package)
{
	struct s_finding f = report_finding_blank();
	struct str name = json_text(json_get(package, "name"));

	f.component = fact_package(n->p.tmp, STR("npm"), name.n ? name : package->key);
	f.path = first_path(json_get(package, "nodes"));
	f.severity = fact_severity(json_text(json_get(package, "severity")));
	f.fix = fix_of(n->p.tmp, json_get(package, "fixAvailable"));
	f.context = f.component;
	return f;
}

static err put_advisory(struct npm *n, const struct json *package, const struct json *via)
{
	struct s_finding f = package_finding(n, package);
	struct str ids[] = { ghsa_of(json_text(json_get(via, "url"))), json_text(json_get(via, "source")) };
	struct str score = json_text(json_path(via, "cvss.score"));
	int severity = fact_severity(json_text(json_get(via, "severity")));

	f.alias = fact_alias(ids, ARRAY_LEN(ids));
	f.rule = f.alias;
	f.title = json_text(json_get(via, "title"));
	f.message = f.title;
	f.score = score.n && !str_is(score, "0") ? fact_score(score) : FIELD_NO_INT;
	if (severity != FIELD_UNKNOWN)
		f.severity = severity;
	return report_finding(&n->p, &f);
}

/* Only reached through other packages of the list. */
static err put_indirect(struct npm *n, const struct json *package, struct str through)
{
	struct s_finding f = package_finding(n, package);

	f.rule = STR("vulnerable-dependency");	/* the list of ways changes from run to run */
	f.title = arena_printf(n->p.tmp, "%.*s depends on a vulnerable version of %.*s", FMT(package->key),
			       FMT(through));
	return report_finding(&n->p, &f);
}

/* npm counts packages: one finding for each advisory, else one for the package. */
static err take_package(void *ctx, const struct json *v)
{
	struct npm *n = ctx;
	const struct json *via = json_get(v, "via");
	struct str through = { 0 };
	int64_t advisories = 0;

	if (v->kind != JSON_OBJECT)
		return report_fault(n->p.r, v, "a vulnerable package must be an object");
	for (const struct json *m = fact_items(via); m; m = m->next) {
		if (m->kind == JSON_STRING)
			through = through.n ? through : m->text;
		if (m->kind != JSON_OBJECT)
			continue;
		advisories++;
		TRY(put_advisory(n, v, m));
	}
	return advisories ? NULL : put_indirect(n, v, through.n ? through : STR("another package"));
}

static err take_old_advisory(void *ctx, const struct json *v)
{
	struct npm *n = ctx;
	const struct json *cves = json_get(v, "cves"), *found = json_get(v, "findings");
	struct str id = json_text(json_get(v, "id"));
	struct str ids[] = { first_path(cves), ghsa_of(json_text(json_get(v, "url"))),
			     json_text(json_get(v, "github_advisory_id")), id };
	struct s_finding f = report_finding_blank();

	if (v->kind != JSON_OBJECT)
		return report_fault(n->p.r, v, "an advisory must be an object");
	f.alias = fact_alias(ids, ARRAY_LEN(ids));
	f.rule = id.n ? id : v->key;
	f.component = fact_package(n->p.tmp, STR("npm"), json_text(json_get(v, "module_name")));
	f.title = json_text(json_get(v, "title"));
	f.message = json_text(json_get(v, "overview"));
	f.severity = fact_severity(json_text(json_get(v, "severity")));
	f.fix = json_text(json_get(v, "patched_versions"));
	f.context = f.component;
	if (found && found->kind == JSON_ARRAY) {
		f.version = json_text(json_get(found->first, "version"));
		f.path = first_path(json_get(found->first, "paths"));
	}
	return report_finding(&n->p, &f);
}

static err see_packages(void *ctx, const struct json *v)
{
	((struct npm *)ctx)->seven |= v->kind == JSON_OBJECT;
	return NULL;
}

static err see_advisories(void *ctx, const struct json *v)
{
	((struct npm *)ctx)->six |= v->kind == JSON_OBJECT;
	return NULL;
}

/* npm writes its error into the same file: the audit did not happen. */
static err take_error(void *ctx, const struct json *v)
{
	struct npm *n = ctx;
	struct str said = json_text(json_get(v, "summary"));

	if (!said.n)
		said = json_text(json_get(v, "detail"));
	n->failed = v->kind != JSON_NULL;
	if (said.n)
		n->said = arena_str(n->p.r->a, str_cut(said, 200));
	return NULL;
}

/* A number in npm 6, counts by kind since 7. */
static err take_total(void *ctx, const struct json *v)
{
	struct npm *n = ctx;
	int64_t total = fact_int(v->kind == JSON_OBJECT ? json_get(v, "total") : v);

	if (total != FIELD_NO_INT && (n->packages == FIELD_NO_INT || total > n->packages))
		n->packages = total;
	return NULL;
}

static err take_message(void *ctx, const struct json *v)
{
	struct npm *n = ctx;

	if (!n->said.n)
		n->said = arena_str(n->p.r->a, str_cut(json_text(v), 200));
	return NULL;
}

static err read_all(struct npm *n)
{
	static const struct json_want outline[] = {
		{ "vulnerabilities?", see_packages, 0 }, { "advisories?", see_advisories, 0 },
		{ "error", take_error, 0 }, { "metadata.dependencies", take_total, 0 },
		{ "metadata.totalDependencies", take_total, 0 },
		{ "message", take_message, 0 }, { NULL, NULL, 0 },
	};
	static const struct json_want wants[] = {
		{ "vulnerabilities.*", take_package, 0 }, { "advisories.*", take_old_advisory, 0 }, { NULL, NULL, 0 },
	};
	struct s_scan_begin b = report_scan(SCAN_DEPENDENCY, STR("npm audit"), (struct str){ 0 });

	TRY(report_json(n->p.r, outline, n, NULL));
	if (n->failed)
		return err_hint(fail(ERR_INPUT, "%s holds no audit: npm failed with '%.*s'", n->p.r->name,
				     FMT(n->said)),
				"let npm audit run again where it reaches its registry");
	if (!n->seven && !n->six)
		return fail(ERR_INPUT, "%s has neither 'vulnerabilities' nor 'advisories': it is no npm audit",
			    n->p.r->name);
	TRY(report_begin(&n->p, &b));
	TRY(report_json(n->p.r, wants, n, NULL));
	n->p.empty = n->packages == 0;
	if (n->p.empty)
		n->p.coverage = STR("nothing was looked at: no package");
	return report_end(&n->p);
}

static err npm_read(struct reader *r)
{
	struct npm n = { .packages = FIELD_NO_INT };
	err e;

	report_start(&n.p, r);
	e = read_all(&n);
	report_done(&n.p);
	return e;
}

const struct reader_kind reader_npm_audit = {
	.name = "npm-audit", .title = "npm audit JSON", .recognise = recognise, .read = npm_read,
};
