/* What single words of custody.yaml mean. */
#include "source/config.h"

#include "base/embed.h"

/* A folder within a repository: relative, without a way out of it. */
static bool is_folder(struct str path)
{
	struct str rest = path, step;

	if (path.n > 512 || str_starts(path, STR("/")) || str_has(path, STR("*")))
		return false;
	while (rest.n && str_split(&rest, '/', &step))
		if (step.n == 0 || str_is(step, ".."))
			return false;
	return true;
}

bool config_place(struct str text, struct r_system_place *out)
{
	size_t colon = str_find(text, STR(":"), 0);
	struct str path = colon < text.n ? str_from(text, colon + 1) : STR("");

	out->repository = (struct str){ text.p, colon };
	if (path.n >= 3 && str_ends(path, STR("/**")))
		path.n -= 3;
	else if (str_is(path, "**"))
		path.n = 0;
	while (path.n && path.p[path.n - 1] == '/')
		path.n--;
	out->path = path;
	return colon && colon <= 256 && is_folder(path);
}

int64_t config_months(struct str text)
{
	struct str rest = str_trim(text), number;
	uint64_t n;

	if (!str_split(&rest, ' ', &number) || !str_to_u64(number, &n) || n == 0 || n > 100)
		return FIELD_NO_INT;
	rest = str_trim(rest);
	if (str_is(rest, "year") || str_is(rest, "years"))
		return (int64_t)n * 12;
	return str_is(rest, "month") || str_is(rest, "months") ? (int64_t)n : FIELD_NO_INT;
}

struct str config_control_id(struct arena *a, struct str text, const char **near)
{
	struct str rest = embed_get("content/controls-2022.csv"), line, id, wanted = text;
	const char *ids[128] = { NULL };
	size_t n = 0;

	if (text.n && text.p[0] >= '0' && text.p[0] <= '9')
		wanted = arena_printf(a, "A.%.*s", FMT(text));
	str_split(&rest, '\n', &line);	/* the heading */
	while (str_split(&rest, '\n', &line) && n < ARRAY_LEN(ids) - 1) {
		if (!str_split(&line, ',', &id))
			continue;
		if (str_is_caseless(id, wanted))
			return arena_str(a, id);
		ids[n++] = arena_cstr(a, id);
	}
	if (near)
		*near = choice_nearest(ids, wanted);
	return (struct str){ 0 };
}

/* What somebody might write where a person's name belongs. */
static const char *const tools[] = {
	"github", "gitlab", "github actions", "gitlab ci", "bitbucket", "jenkins", "jira", "confluence", "sonarqube",
	"sonarcloud", "snyk", "trivy", "grype", "semgrep", "codeql", "gitleaks", "trufflehog", "dependabot", "renovate",
	"checkov", "terraform", "ansible", "docker", "kubernetes", "argocd", "argo cd", "flux", "vault", "okta",
	"entra id", "azure ad", "azure devops", "azure", "aws", "gcp", "splunk", "datadog", "grafana", "prometheus",
	"elastic", "elasticsearch", "servicenow", "pagerduty", "slack", "teams", "circleci", "travis ci", "teamcity",
	"bamboo", "nexus", "artifactory", "harbor", "owasp zap", "zap", "burp", "burp suite", "nessus", "qualys", "wiz",
	"fortify", "checkmarx", "veracode", "black duck", "mend", "whitesource", "fossa", "dependency-track",
	"dependency track", "defectdojo", "copilot", "github copilot", "claude", "chatgpt", "cursor", "drata", "vanta",
	"custody", "ci", "ci/cd", "pipeline", "the pipeline", "scanner", "automation", "automatic", "tool", "bot",
};

bool config_is_tool(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(tools); i++)
		if (str_is_caseless(name, str_c(tools[i])))
			return true;
	return str_ends(name, STR("[bot]")) || str_ends(name, STR("-bot"));
}

static int more_first(const void *a, const void *b)
{
	const struct config_load *x = a, *y = b;

	if (x->controls != y->controls)
		return x->controls < y->controls ? 1 : -1;
	return str_cmp(x->owner, y->owner);
}

struct config_load *config_loads(struct arena *a, const struct config *c, size_t *n)
{
	const struct config_control *v = c->controls.v;
	struct config_load *out = ARENA_ARRAY(a, struct config_load, c->controls.n + 1);

	*n = 0;
	for (size_t i = 0; i < c->controls.n; i++) {
		struct str owner = v[i].owner;
		size_t k = 0;

		if (!owner.n && v[i].role != FIELD_UNKNOWN)
			owner = str_c(role_words[v[i].role]);
		while (owner.n && k < *n && !str_is_caseless(out[k].owner, owner))
			k++;
		if (!owner.n)
			continue;
		if (k == *n)
			out[(*n)++] = (struct config_load){ owner, 0 };
		out[k].controls++;
	}
	qsort(out, *n, sizeof(*out), more_first);
	return out;
}
