#include "reader/fact.h"

#include "base/instant.h"
#include "record/types.h"

struct word { const char *word; int means; };

static const struct word severities[] = {
	{ "critical", SEVERITY_CRITICAL }, { "blocker", SEVERITY_CRITICAL }, { "severe", SEVERITY_CRITICAL },
	{ "high", SEVERITY_HIGH }, { "error", SEVERITY_HIGH }, { "important", SEVERITY_HIGH },
	{ "major", SEVERITY_HIGH }, { "serious", SEVERITY_HIGH },
	{ "medium", SEVERITY_MEDIUM }, { "moderate", SEVERITY_MEDIUM }, { "warning", SEVERITY_MEDIUM },
	{ "low", SEVERITY_LOW }, { "minor", SEVERITY_LOW }, { "note", SEVERITY_LOW },
	{ "none", SEVERITY_NONE }, { "info", SEVERITY_NONE }, { "informational", SEVERITY_NONE },
	{ "information", SEVERITY_NONE }, { "negligible", SEVERITY_NONE }, { "unimportant", SEVERITY_NONE },
	{ "inventory", SEVERITY_NONE }, { "experiment", SEVERITY_NONE },
};

static const struct word tools[] = {
	{ "gitleaks", SCAN_SECRET }, { "trufflehog", SCAN_SECRET }, { "detect-secrets", SCAN_SECRET },
	{ "ggshield", SCAN_SECRET }, { "gitguardian", SCAN_SECRET }, { "whispers", SCAN_SECRET },
	{ "noseyparker", SCAN_SECRET }, { "nosey parker", SCAN_SECRET }, { "kingfisher", SCAN_SECRET },
	{ "talisman", SCAN_SECRET }, { "git-secrets", SCAN_SECRET }, { "betterleaks", SCAN_SECRET },
	{ "secretlint", SCAN_SECRET }, { "credscan", SCAN_SECRET }, { "secret_detection", SCAN_SECRET },
	{ "trivy", SCAN_DEPENDENCY }, { "grype", SCAN_DEPENDENCY }, { "osv-scanner", SCAN_DEPENDENCY },
	{ "osv", SCAN_DEPENDENCY }, { "dependency-check", SCAN_DEPENDENCY }, { "snyk open source", SCAN_DEPENDENCY },
	{ "npm", SCAN_DEPENDENCY }, { "pip-audit", SCAN_DEPENDENCY }, { "govulncheck", SCAN_DEPENDENCY },
	{ "cargo-audit", SCAN_DEPENDENCY }, { "dependabot", SCAN_DEPENDENCY }, { "renovate", SCAN_DEPENDENCY },
	{ "docker scout", SCAN_CONTAINER }, { "dockle", SCAN_CONTAINER }, { "clair", SCAN_CONTAINER },
	{ "anchore", SCAN_CONTAINER }, { "snyk container", SCAN_CONTAINER },
	{ "checkov", SCAN_INFRASTRUCTURE }, { "tfsec", SCAN_INFRASTRUCTURE }, { "kics", SCAN_INFRASTRUCTURE },
	{ "terrascan", SCAN_INFRASTRUCTURE }, { "kube-linter", SCAN_INFRASTRUCTURE },
	{ "kubescape", SCAN_INFRASTRUCTURE }, { "hadolint", SCAN_INFRASTRUCTURE }, { "tflint", SCAN_INFRASTRUCTURE },
	{ "snyk iac", SCAN_INFRASTRUCTURE }, { "actionlint", SCAN_INFRASTRUCTURE }, { "zizmor", SCAN_INFRASTRUCTURE },
	{ "scorecard", SCAN_INFRASTRUCTURE }, { "kubesec", SCAN_INFRASTRUCTURE }, { "polaris", SCAN_INFRASTRUCTURE },
	{ "zap", SCAN_DYNAMIC }, { "owasp zap", SCAN_DYNAMIC }, { "nuclei", SCAN_DYNAMIC }, { "burp", SCAN_DYNAMIC },
	{ "nikto", SCAN_DYNAMIC }, { "stackhawk", SCAN_DYNAMIC }, { "dastardly", SCAN_DYNAMIC },
	{ "scancode", SCAN_LICENCE }, { "licensee", SCAN_LICENCE }, { "reuse", SCAN_LICENCE },
};

int fact_severity(struct str word)
{
	struct str s = str_trim(word);

	for (size_t i = 0; i < ARRAY_LEN(severities); i++)
		if (str_is_caseless(s, str_c(severities[i].word)))
			return severities[i].means;
	return FIELD_UNKNOWN;
}

int64_t fact_score(struct str number)
{
	struct str s = str_trim(number), whole;
	int64_t n, tenth = 0;

	if (!str_split(&s, '.', &whole) || !str_to_i64(whole, &n) || n < 0 || n > 10)
		return FIELD_NO_INT;
	if (s.n && s.p[0] >= '0' && s.p[0] <= '9')
		tenth = s.p[0] - '0';
	n = n * 10 + tenth;
	return n > 100 ? FIELD_NO_INT : n;
}

int fact_score_severity(int64_t tenths)
{
	if (tenths < 0)
		return FIELD_UNKNOWN;
	if (tenths >= 90)
		return SEVERITY_CRITICAL;
	if (tenths >= 70)
		return SEVERITY_HIGH;
	if (tenths >= 40)
		return SEVERITY_MEDIUM;
	return tenths > 0 ? SEVERITY_LOW : SEVERITY_NONE;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool letter(char c)
{
	c = lower(c);
	return c >= 'a' && c <= 'z';
}

/* Whether `word` stands in the name as a word of its own: "Semgrep OSS" is no "oss". */
static bool names_tool(struct str name, struct str word)
{
	for (size_t i = 0; i + word.n <= name.n; i++) {
		struct str part = { name.p + i, word.n };

		if ((i == 0 || !letter(name.p[i - 1])) && str_is_caseless(part, word) &&
		    (i + word.n == name.n || !letter(name.p[i + word.n])))
			return true;
	}
	return false;
}

int fact_tool_kind(struct str tool)
{
	size_t longest = 0;
	int kind = SCAN_STATIC;

	for (size_t i = 0; i < ARRAY_LEN(tools); i++) {
		struct str word = str_c(tools[i].word);

		if (word.n > longest && names_tool(tool, word)) {
			longest = word.n;
			kind = tools[i].means;
		}
	}
	return kind;
}

static bool space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str fact_squeeze(struct arena *a, struct str s)
{
	bool clean = true;
	size_t n = 0;
	char *out;

	s = str_trim(s);
	for (size_t i = 0; i < s.n && clean; i++)
		clean = !space(s.p[i]) || (s.p[i] == ' ' && s.p[i + 1] != ' ' && !space(s.p[i + 1]));
	if (clean)
		return s;
	out = arena_alloc(a, s.n + 1);
	for (size_t i = 0; i < s.n; i++) {
		if (!space(s.p[i]))
			out[n++] = s.p[i];
		else if (n && out[n - 1] != ' ')
			out[n++] = ' ';
	}
	return (struct str){ out, n };
}

struct str fact_first_line(struct arena *a, struct str s)
{
	struct str rest = str_trim(s), line = { 0 };

	str_split(&rest, '\n', &line);
	return fact_squeeze(a, line);
}

struct str fact_commit(struct arena *a, struct str s)
{
	char *out;

	if (s.n != 40 && s.n != 64)
		return (struct str){ 0 };
	out = arena_alloc(a, s.n + 1);
	for (size_t i = 0; i < s.n; i++) {
		out[i] = lower(s.p[i]);
		if (!strchr("0123456789abcdef", out[i]) || !out[i])
			return (struct str){ 0 };
	}
	return (struct str){ out, s.n };
}

int64_t fact_time(struct str s)
{
	int64_t t;

	return s.p && instant_get(str_trim(s), &t) ? t : INSTANT_NONE;
}

const struct json *fact_items(const struct json *v)
{
	return v && v->kind == JSON_ARRAY ? v->first : NULL;
}

int64_t fact_int(const struct json *v)
{
	int64_t n;

	if (json_int(v, &n) || (v && v->kind == JSON_STRING && str_to_i64(str_trim(v->text), &n)))
		return n >= 0 && n < (int64_t)1 << 53 ? n : FIELD_NO_INT;
	return FIELD_NO_INT;
}
