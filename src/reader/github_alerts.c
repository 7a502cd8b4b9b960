/* GitHub's alerts: the REST lists of code scanning, secret scanning and Dependabot,
 * and GraphQL's vulnerabilityAlerts. The host gives each alert a number that stays.
 * Alerts that are fixed are no findings; dismissed ones were accepted by somebody. */
#include "reader/host.h"

struct alerts {
	struct report p;
	struct json_events *events;
	struct str tool, tool_version, repository;
	int kind;
	int64_t fixed;
};

static bool recognise(const struct reader_head *h)
{
	return reader_head_has(h, "[].most_recent_instance") || reader_head_has(h, "[].secret_type") ||
	       reader_head_has(h, "[].security_advisory") || reader_head_has(h, "[].security_vulnerability") ||
	       reader_head_has(h, "data.repository.vulnerabilityAlerts") ||
	       reader_head_has(h, "data.search.nodes[].vulnerabilityAlerts") ||
	       reader_head_has(h, "data.repository.search.nodes[].vulnerabilityAlerts") ||
	       reader_head_has(h, "data.organization.repositories.nodes[].vulnerabilityAlerts");
}

static struct str text(const struct json *v)
{
	return json_text(v);
}

/* What is over is counted; *skip. Dismissed, and resolved for another reason than
 * that it was revoked, is accepted. */
static int state_of(struct alerts *g, const struct json *v, bool *skip)
{
	struct str state = text(json_get(v, "state")), resolution = text(json_get(v, "resolution"));
	bool resolved = str_is_caseless(state, STR("resolved")) || str_is_caseless(state, STR("closed"));

	*skip = str_is_caseless(state, STR("fixed")) || (resolved && str_is_caseless(resolution, STR("revoked")));
	if (*skip)
		g->fixed++;
	if (str_is_caseless(state, STR("dismissed")) || str_is_caseless(state, STR("auto_dismissed")) || resolved ||
	    HOST_GET(v, "dismissedAt", "dismissed_at"))
		return 1;
	return state.n ? 0 : FIELD_UNKNOWN;
}

static struct str number_of(struct alerts *g, const struct json *v)
{
	struct str n = text(HOST_GET(v, "number", "id"));

	return n.n ? arena_printf(g->p.tmp, "github-alert-%.*s", FMT(n)) : n;
}

static void put_code(struct alerts *g, const struct json *v, struct s_finding *f)
{
	const struct json *rule = json_get(v, "rule"), *last = json_get(v, "most_recent_instance");

	f->rule = text(HOST_GET(rule, "id", "name"));
	f->title = text(HOST_GET(rule, "description", "name"));
	f->message = text(json_path(last, "message.text"));
	f->path = fact_path(g->p.tmp, text(json_path(last, "location.path")));
	f->line = fact_int(json_path(last, "location.start_line"));
	f->severity = fact_severity(text(json_get(rule, "security_severity_level")));
	if (f->severity == FIELD_UNKNOWN)
		f->severity = fact_severity(text(json_get(rule, "severity")));
	f->context = fact_squeeze(g->p.tmp, f->message);
}

static void put_secret(struct alerts *g, const struct json *v, struct s_finding *f)
{
	const struct json *at = json_get(v, "first_location_detected");

	f->rule = text(json_get(v, "secret_type"));
	f->title = text(HOST_GET(v, "secret_type_display_name", "secret_type"));
	f->path = fact_path(g->p.tmp, text(json_get(at, "path")));
	f->line = fact_int(json_get(at, "start_line"));
	f->severity = SEVERITY_HIGH;	/* GitHub states none */
	f->context = redact_context(g->p.tmp, g->p.r->secret_key, text(json_get(v, "secret")));
}

static struct str alias_of(const struct json *advisory)
{
	const struct json *list = json_get(advisory, "identifiers");
	struct str ids[24] = { text(json_get(advisory, "cve_id")), text(HOST_GET(advisory, "ghsa_id", "ghsaId")) };
	size_t n = 2;

	for (const struct json *m = fact_items(list); m && n < ARRAY_LEN(ids); m = m->next)
		ids[n++] = text(json_get(m, "value"));
	return fact_alias(ids, n);
}

static void put_dependency(struct alerts *g, const struct json *v, struct s_finding *f)
{
	const struct json *hole = HOST_GET(v, "security_vulnerability", "securityVulnerability");
	const struct json *advisory = HOST_GET(v, "security_advisory", "securityAdvisory");
	const struct json *package = HOST_GET(v, "dependency.package");
	struct str score;

	if (!package)
		package = json_get(hole, "package");
	if (!advisory)
		advisory = json_get(hole, "advisory");
	f->alias = alias_of(advisory);
	f->rule = f->alias;
	f->component = fact_package(g->p.tmp, text(json_get(package, "ecosystem")), text(json_get(package, "name")));
	f->fix = text(HOST_GET(hole, "first_patched_version.identifier", "firstPatchedVersion.identifier"));
	f->severity = fact_severity(text(json_get(hole, "severity")));
	if (f->severity == FIELD_UNKNOWN)
		f->severity = fact_severity(text(json_get(advisory, "severity")));
	score = text(json_path(advisory, "cvss.score"));
	f->score = score.n && !str_is(score, "0") && !str_is(score, "0.0") ? fact_score(score) : FIELD_NO_INT;
	f->title = text(json_get(advisory, "summary"));
	f->message = text(json_get(advisory, "description"));
	f->path = fact_path(g->p.tmp, text(HOST_GET(v, "dependency.manifest_path", "vulnerableManifestPath")));
	f->context = f->component;
}

static err take_alert(void *ctx, const struct json *v)
{
	struct alerts *g = ctx;
	struct s_finding f = report_finding_blank();
	bool skip;

	if (v->kind != JSON_OBJECT)
		return report_fault(g->p.r, v, "an alert must be an object");
	f.suppressed = state_of(g, v, &skip);
	if (skip)
		return NULL;
	f.fingerprint = number_of(g, v);
	if (g->kind == SCAN_SECRET)
		put_secret(g, v, &f);
	else if (g->kind == SCAN_STATIC)
		put_code(g, v, &f);
	else
		put_dependency(g, v, &f);
	return report_finding(&g->p, &f);
}

/* What the first alert is decides for the list. */
static err look(void *ctx, const struct json *v)
{
	struct alerts *g = ctx;

	if (g->kind != SCAN_UNKNOWN)
		return NULL;
	if (json_get(v, "secret_type")) {
		g->kind = SCAN_SECRET;
		g->tool = STR("github secret scanning");
	} else if (json_get(v, "most_recent_instance")) {
		g->kind = SCAN_STATIC;
		g->tool = STR("github code scanning");
	} else if (HOST_GET(v, "security_vulnerability", "security_advisory", "securityVulnerability",
			    "securityAdvisory")) {
		g->kind = SCAN_DEPENDENCY;
		g->tool = STR("dependabot");
	}
	return NULL;
}

static err look_graphql(void *ctx, const struct json *v)
{
	struct alerts *g = ctx;

	(void)v;
	g->kind = SCAN_DEPENDENCY;
	g->tool = STR("dependabot");
	return NULL;
}

static err take_repository(void *ctx, const struct json *v)
{
	struct alerts *g = ctx;

	g->repository = arena_str(g->p.r->a, text(v));
	return NULL;
}

static err read_all(struct alerts *g)
{
	static const struct json_want outline[] = {
		{ "[]", look, 0 }, { "data.repository.vulnerabilityAlerts?", look_graphql, 0 },
		{ "data.search.nodes[].vulnerabilityAlerts?", look_graphql, 0 },
		{ "data.repository.search.nodes[].vulnerabilityAlerts?", look_graphql, 0 },
		{ "data.organization.repositories.nodes[].vulnerabilityAlerts?", look_graphql, 0 },
		{ "data.repository.nameWithOwner", take_repository, 0 }, { NULL, NULL, 0 },
	};
	static const struct json_want wants[] = {
		{ "[]", take_alert, 0 }, { "data.repository.vulnerabilityAlerts.nodes[]", take_alert, 0 },
		{ "data.search.nodes[].vulnerabilityAlerts.nodes[]", take_alert, 0 },
		{ "data.repository.search.nodes[].vulnerabilityAlerts.nodes[]", take_alert, 0 },
		{ "data.organization.repositories.nodes[].vulnerabilityAlerts.nodes[]", take_alert, 0 },
		{ NULL, NULL, 0 },
	};
	struct s_scan_begin b;

	TRY(report_json(g->p.r, outline, g, NULL));
	if (g->kind == SCAN_UNKNOWN)
		return err_hint(fail(ERR_INPUT, "%s holds no alert: it does not say which of GitHub's scans found none",
				     g->p.r->name),
					     "export at least the alerts of every state (state=open and closed)");
	b = report_scan(g->kind, g->tool, g->tool_version);
	b.repository = g->repository;
	TRY(report_begin(&g->p, &b));
	TRY(report_json(g->p.r, wants, g, NULL));
	if (g->fixed)
		g->p.coverage = arena_printf(g->p.r->a,
					     "%lld alerts that are fixed or revoked were not counted as findings",
					     (long long)g->fixed);
	return report_end(&g->p);
}

static err alerts_read(struct reader *r)
{
	struct alerts g = { .kind = SCAN_UNKNOWN };
	err e;

	report_start(&g.p, r);
	e = read_all(&g);
	report_done(&g.p);
	return e;
}

static const struct redact_rule secrets[] = { { "[].secret" }, { NULL } };

static err secret_there(void *ctx, const struct json *v)
{
	(void)v;
	*(bool *)ctx = true;
	return NULL;
}

static err redact_when(struct reader *r, bool *yes)
{
	static const struct json_want wants[] = { { "[].secret?", secret_there, 0 }, { NULL, NULL, 0 } };

	*yes = false;
	return report_json(r, wants, yes, NULL);
}

const struct reader_kind reader_github_alerts = {
	.name = "github-alerts", .title = "GitHub alerts", .recognise = recognise, .read = alerts_read,
	.redact = secrets, .redact_when = redact_when,
};
