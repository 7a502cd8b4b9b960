#include "source/ci.h"

#include "base/hex.h"
#include "text/yaml.h"

enum { SCANS_MAX = 200 };

struct known_tool {
	const char *word;	/* in a step's uses or command */
	const char *tool;
	int kind;
};

static const struct known_tool known[] = {
	{ "gitleaks", "gitleaks", SCAN_SECRET }, { "trufflehog", "trufflehog", SCAN_SECRET },
	{ "detect-secrets", "detect-secrets", SCAN_SECRET }, { "ggshield", "ggshield", SCAN_SECRET },
	{ "kingfisher", "kingfisher", SCAN_SECRET }, { "secret_detection", "gitlab", SCAN_SECRET },
	{ "codeql-action", "CodeQL", SCAN_STATIC }, { "semgrep", "Semgrep", SCAN_STATIC },
	{ "sonarqube", "SonarQube", SCAN_STATIC }, { "sonarcloud", "SonarCloud", SCAN_STATIC },
	{ "sonar-scanner", "SonarQube", SCAN_STATIC }, { "bandit", "Bandit", SCAN_STATIC },
	{ "gosec", "gosec", SCAN_STATIC }, { "brakeman", "Brakeman", SCAN_STATIC },
	{ "flawfinder", "flawfinder", SCAN_STATIC }, { "cppcheck", "cppcheck", SCAN_STATIC },
	{ "clang-tidy", "clang-tidy", SCAN_STATIC }, { "njsscan", "njsscan", SCAN_STATIC },
	{ "jobs/sast", "gitlab", SCAN_STATIC }, { "security/sast", "gitlab", SCAN_STATIC },
	{ "snyk", "Snyk", SCAN_DEPENDENCY }, { "npm audit", "npm audit", SCAN_DEPENDENCY },
	{ "yarn audit", "yarn audit", SCAN_DEPENDENCY }, { "pnpm audit", "pnpm audit", SCAN_DEPENDENCY },
	{ "pip-audit", "pip-audit", SCAN_DEPENDENCY }, { "cargo audit", "cargo audit", SCAN_DEPENDENCY },
	{ "cargo-audit", "cargo audit", SCAN_DEPENDENCY }, { "cargo deny", "cargo deny", SCAN_DEPENDENCY },
	{ "govulncheck", "govulncheck", SCAN_DEPENDENCY }, { "osv-scanner", "OSV-Scanner", SCAN_DEPENDENCY },
	{ "dependency-review-action", "dependency review", SCAN_DEPENDENCY },
	{ "dependency-check", "dependency-check", SCAN_DEPENDENCY }, { "bundler-audit", "bundler-audit", SCAN_DEPENDENCY },
	{ "grype", "Grype", SCAN_DEPENDENCY }, { "anchore/scan-action", "Grype", SCAN_CONTAINER },
	{ "dependency_scanning", "gitlab", SCAN_DEPENDENCY }, { "trivy", "Trivy", SCAN_CONTAINER },
	{ "container_scanning", "gitlab", SCAN_CONTAINER }, { "dockle", "Dockle", SCAN_CONTAINER },
	{ "checkov", "Checkov", SCAN_INFRASTRUCTURE }, { "tfsec", "tfsec", SCAN_INFRASTRUCTURE },
	{ "kics", "KICS", SCAN_INFRASTRUCTURE }, { "terrascan", "Terrascan", SCAN_INFRASTRUCTURE },
	{ "hadolint", "hadolint", SCAN_INFRASTRUCTURE }, { "zizmor", "zizmor", SCAN_INFRASTRUCTURE },
	{ "zaproxy", "ZAP", SCAN_DYNAMIC }, { "nuclei", "Nuclei", SCAN_DYNAMIC },
	{ "fossa", "FOSSA", SCAN_LICENCE }, { "license-checker", "license-checker", SCAN_LICENCE },
	{ "licensee", "licensee", SCAN_LICENCE }, { "scancode", "ScanCode", SCAN_LICENCE },
	{ "license_finder", "LicenseFinder", SCAN_LICENCE }, { "reuse lint", "REUSE", SCAN_LICENCE },
};

struct reading {
	struct arena *a;
	struct ci_found *out;
};

static void add(struct reading *r, const struct known_tool *t, const char *why)
{
	struct ci_found *f = r->out;
	struct r_ci_scan *s;

	for (size_t i = 0; i < f->n; i++) {
		s = &f->scans[i];
		if (!str_is(s->tool, t->tool) || !str_is(s->kind, scan_kind_words[t->kind]))
			continue;
		/* One enforced run is enough for the tool to be enforced. */
		if (!why) {
			s->enforced = STR("enforced");
			s->why = (struct str){ 0 };
		}
		return;
	}
	if (f->n == SCANS_MAX)
		return;
	f->scans[f->n++] = (struct r_ci_scan){
		.enforced = why ? STR("skippable") : STR("enforced"), .kind = str_c(scan_kind_words[t->kind]),
		.tool = str_c(t->tool), .why = str_c(why),
	};
}

static struct str lower(struct arena *a, struct str s)
{
	char *p = arena_cstr(a, s);

	for (size_t i = 0; i < s.n; i++)
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] = (char)(p[i] + 32);
	return (struct str){ p, s.n };
}

/* Whether the word stands alone: "grype" in "anchore/grype:v1", not in "grypeful". */
static bool has_word(struct str text, const char *word)
{
	struct str w = str_c(word);

	for (size_t at = str_find(text, w, 0); at < text.n; at = str_find(text, w, at + 1)) {
		char before = at ? text.p[at - 1] : ' ', after = at + w.n < text.n ? text.p[at + w.n] : ' ';
		bool left = !((before >= 'a' && before <= 'z') || (before >= '0' && before <= '9'));
		bool right = !((after >= 'a' && after <= 'z') || (after >= '0' && after <= '9'));

		if (left && right)
			return true;
	}
	return false;
}

/* One line of a command: a tool whose failure is thrown away can be skipped. */
static void read_line(struct reading *r, struct str line, const char *why)
{
	if (str_starts(str_trim(line), STR("#")))
		return;
	if (!why && (str_has(line, STR("|| true")) || str_has(line, STR("|| exit 0")) || str_has(line, STR("||true"))))
		why = "its failure is ignored (|| true)";
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (has_word(line, known[i].word))
			add(r, &known[i], why);
}

static void read_lines(struct reading *r, struct str text, const char *why)
{
	struct str rest = lower(r->a, text), line;

	while (str_split(&rest, '\n', &line))
		read_line(r, line, why);
}

/* "owner/name@ref": pinned when ref is a whole commit id. */
static void read_uses(struct reading *r, struct str uses, const char *why)
{
	size_t at = str_find(uses, STR("@"), 0);
	uint8_t id[20];

	read_lines(r, uses, why);
	if (str_starts(uses, STR("./")) || str_starts(uses, STR("docker://")))
		return;
	r->out->actions++;
	if (at < uses.n && hex_get(str_from(uses, at + 1), id, sizeof(id)))
		return;
	r->out->unpinned++;
	if (!r->out->first_unpinned.p)
		r->out->first_unpinned = arena_str(r->a, str_cut(uses, 200));
}

static const char *ignores_failure(const struct json *node, const char *inherited)
{
	const struct json *c = json_get(node, "continue-on-error");
	const struct json *allow = json_get(node, "allow_failure");

	if (c && !(c->kind == JSON_FALSE))
		return "continue-on-error";
	if (allow && allow->kind == JSON_TRUE)
		return "allow_failure";
	return inherited;
}

static void read_step(struct reading *r, const struct json *step, const char *why)
{
	struct str uses = json_text(json_get(step, "uses")), run = json_text(json_get(step, "run"));

	why = ignores_failure(step, why);
	if (uses.p)
		read_uses(r, uses, why);
	if (run.p)
		read_lines(r, run, why);
}

static void read_github(struct reading *r, const struct json *doc)
{
	const struct json *jobs = json_get(doc, "jobs");
	const struct json *on = json_get(doc, "on");
	const char *filtered = NULL;

	for (const struct json *event = on ? on->first : NULL; event && on->kind == JSON_OBJECT; event = event->next)
		if (json_get(event, "paths") || json_get(event, "paths-ignore"))
			filtered = "runs only for some paths";
	for (const struct json *job = jobs ? jobs->first : NULL; job; job = job->next) {
		const char *why = ignores_failure(job, filtered);
		const struct json *steps = json_get(job, "steps");
		struct str uses = json_text(json_get(job, "uses"));

		if (uses.p)
			read_uses(r, uses, why);
		for (const struct json *step = steps ? steps->first : NULL; step; step = step->next)
			read_step(r, step, why);
	}
}

static void read_value(struct reading *r, const struct json *v, const char *why)
{
	if (v->kind == JSON_STRING)
		read_lines(r, v->text, why);
	why = ignores_failure(v, why);
	for (const struct json *child = v->first; child; child = child->next)
		read_value(r, child, why);
}

void ci_read(struct arena *a, const char *tool, struct str text, struct ci_found *out)
{
	struct reading r = { .a = a, .out = out };
	struct json *doc;

	*out = (struct ci_found){ .scans = ARENA_ARRAY(a, struct r_ci_scan, SCANS_MAX) };
	if (!str_is_utf8(text) || yaml_parse(a, "ci", text, &doc)) {
		read_lines(&r, text, NULL);
		return;
	}
	if (tool && strcmp(tool, "github-actions") == 0)
		read_github(&r, doc);
	else
		read_value(&r, doc, NULL);
}
