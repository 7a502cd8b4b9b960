/* What must hold of reading CI configurations: each tool as pipelines call it, what
 * kind of scan it is, and whether findings stop the pipeline. */
#include "unit.h"

#include "source/ci.h"

/* Wanted: "kind tool enforced" or "kind tool skippable", in order, '; ' between. */
static void gives(const char *whose, const char *text, const char *want)
{
	OWNED(arena) a = arena_new();
	BUF_AUTO b = buf_new(4096);
	struct ci_found found;

	ci_read(a, whose, str_c(text), &found);
	for (size_t i = 0; i < found.n; i++)
		buf_addf(&b, "%s%.*s %.*s %.*s", i ? "; " : "", FMT(found.scans[i].kind), FMT(found.scans[i].tool),
			 FMT(found.scans[i].enforced));
	buf_add_char(&b, '\0');
	if (strcmp(b.p, want) != 0)
		fail_msg("%s\ngives: %s\nwanted: %s", text, b.p, want);
}

struct one {
	const char *call, *kind, *tool;
};

static const struct one actions[] = {
	{ "github/codeql-action/analyze@v3", "static", "CodeQL" }, { "returntocorp/semgrep-action@v1", "static", "Semgrep" },
	{ "SonarSource/sonarqube-scan-action@v5", "static", "SonarQube" },
	{ "SonarSource/sonarcloud-github-action@v3", "static", "SonarCloud" },
	{ "vapier/coverity-scan-action@v1", "static", "Coverity" }, { "securego/gosec@master", "static", "gosec" },
	{ "snyk/actions/node@master", "dependency", "Snyk" }, { "snyk/actions/docker@master", "container", "Snyk" },
	{ "snyk/actions/iac@master", "infrastructure", "Snyk" },
	{ "aquasecurity/trivy-action@0.28.0", "container", "Trivy" },
	{ "anchore/scan-action@v6", "container", "Grype" }, { "gitleaks/gitleaks-action@v2", "secret", "gitleaks" },
	{ "trufflesecurity/trufflehog@main", "secret", "trufflehog" },
	{ "actions/dependency-review-action@v4", "dependency", "dependency review" },
	{ "google/osv-scanner-action/osv-scanner-action@v2", "dependency", "OSV-Scanner" },
	{ "bridgecrewio/checkov-action@v12", "infrastructure", "Checkov" },
	{ "aquasecurity/tfsec-action@v1", "infrastructure", "tfsec" },
	{ "checkmarx/kics-github-action@v2", "infrastructure", "KICS" },
	{ "hadolint/hadolint-action@v3", "infrastructure", "hadolint" },
	{ "goodwithtech/dockle-action@main", "container", "Dockle" },
	{ "zaproxy/action-baseline@v0.14.0", "dynamic", "ZAP" }, { "zaproxy/action-full-scan@v0.12.0", "dynamic", "ZAP" },
	{ "golang/govulncheck-action@v1", "dependency", "govulncheck" },
	{ "pypa/gh-action-pip-audit@v1", "dependency", "pip-audit" },
	{ "rustsec/audit-check@v2", "dependency", "cargo audit" },
	{ "EmbarkStudios/cargo-deny-action@v2", "dependency", "cargo deny" },
	{ "dependency-check/Dependency-Check_Action@main", "dependency", "dependency-check" },
	{ "fsfe/reuse-action@v5", "licence", "REUSE" }, { "fossas/fossa-action@v1", "licence", "FOSSA" },
};

static const struct one commands[] = {
	{ "cov-build --dir cov-int make", "static", "Coverity" }, { "sonar-scanner -Dsonar.token=$T", "static", "SonarQube" },
	{ "mvn verify sonar:sonar", "static", "SonarQube" }, { "codeql database analyze db", "static", "CodeQL" },
	{ "semgrep ci", "static", "Semgrep" }, { "bandit -r src", "static", "Bandit" }, { "gosec ./...", "static", "gosec" },
	{ "bundle exec brakeman", "static", "Brakeman" }, { "snyk code test", "static", "Snyk" },
	{ "snyk test --all-projects", "dependency", "Snyk" }, { "snyk container test image", "container", "Snyk" },
	{ "snyk iac test", "infrastructure", "Snyk" }, { "npm audit --omit=dev", "dependency", "npm audit" },
	{ "yarn npm audit", "dependency", "yarn audit" }, { "pnpm audit", "dependency", "pnpm audit" },
	{ "pip install pip-audit && pip-audit", "dependency", "pip-audit" }, { "cargo audit", "dependency", "cargo audit" },
	{ "cargo deny check", "dependency", "cargo deny" }, { "govulncheck ./...", "dependency", "govulncheck" },
	{ "bundle audit check --update", "dependency", "bundler-audit" }, { "safety check -r r.txt", "dependency", "Safety" },
	{ "dependency-check.sh --scan .", "dependency", "dependency-check" },
	{ "osv-scanner -r .", "dependency", "OSV-Scanner" }, { "trivy fs .", "dependency", "Trivy" },
	{ "trivy config .", "infrastructure", "Trivy" }, { "trivy image app", "container", "Trivy" },
	{ "grype dir:.", "dependency", "Grype" }, { "gitleaks detect", "secret", "gitleaks" },
	{ "trufflehog git file://.", "secret", "trufflehog" }, { "checkov -d .", "infrastructure", "Checkov" },
	{ "tfsec .", "infrastructure", "tfsec" }, { "hadolint Dockerfile", "infrastructure", "hadolint" },
	{ "dockle app:1", "container", "Dockle" }, { "zap-baseline.py -t http://app", "dynamic", "ZAP" },
	{ "npx license-checker --failOn GPL", "licence", "license-checker" }, { "pip-licenses", "licence", "pip-licenses" },
	{ "reuse lint", "licence", "REUSE" },
};

static void every_tool_is_known_as_pipelines_call_it(void **state)
{
	char text[400], want[200];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(actions); i++) {
		snprintf(text, sizeof(text), "jobs:\n  a:\n    steps:\n      - uses: %s\n", actions[i].call);
		snprintf(want, sizeof(want), "%s %s enforced", actions[i].kind, actions[i].tool);
		gives("github-actions", text, want);
	}
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		snprintf(want, sizeof(want), "%s %s enforced", commands[i].kind, commands[i].tool);
		snprintf(text, sizeof(text), "jobs:\n  a:\n    steps:\n      - run: |\n          %s\n", commands[i].call);
		gives("github-actions", text, want);
		snprintf(text, sizeof(text), "a:\n  script:\n    - %s\n", commands[i].call);
		gives("gitlab-ci", text, want);
		snprintf(text, sizeof(text), "pipeline { stages { stage('a') { steps {\n  sh '%s'\n} } } }\n", commands[i].call);
		gives("jenkins", text, want);
	}
}

static void what_only_installs_or_uploads_is_no_scan(void **state)
{
	(void)state;
	gives("github-actions", "jobs: {a: {steps: [{run: pip install bandit}, {run: npm install -g snyk}]}}", "");
	gives("github-actions", "jobs: {a: {steps: [{uses: github/codeql-action/upload-sarif@v3}]}}", "");
	gives("github-actions", "jobs: {a: {steps: [{uses: snyk/actions/setup@master}]}}", "");
	gives("circleci", "orbs: {snyk: snyk/snyk@1.5.0}\n", "");
	gives("jenkins", "// sh 'gitleaks detect'\n", "");
}

static void findings_that_stop_nothing_are_skippable(void **state)
{
	(void)state;
	gives("github-actions", "jobs: {a: {steps: [{run: gosec ./... || true}]}}", "static gosec skippable");
	gives("github-actions", "jobs: {a: {steps: [{run: bandit -r . --exit-zero}]}}", "static Bandit skippable");
	gives("github-actions", "jobs: {a: {steps: [{uses: securego/gosec@v2, with: {args: -no-fail ./...}}]}}",
	      "static gosec skippable");
	gives("github-actions", "jobs: {a: {steps: [{uses: aquasecurity/trivy-action@v0, with: {scan-type: fs, "
	      "exit-code: '0'}}]}}", "dependency Trivy skippable");
	gives("github-actions", "jobs: {a: {steps: [{uses: bridgecrewio/checkov-action@v12, with: {soft_fail: true}}]}}",
	      "infrastructure Checkov skippable");
	gives("github-actions", "jobs: {a: {continue-on-error: true, steps: [{uses: anchore/scan-action@v6}]}}",
	      "container Grype skippable");
	gives("github-actions", "on: {push: {paths: [src/**]}}\njobs: {a: {steps: [{run: semgrep ci}]}}",
	      "static Semgrep skippable");
	gives("gitlab-ci", "a: {allow_failure: true, script: [semgrep ci]}", "static Semgrep skippable");
	gives("gitlab-ci", "a: {when: manual, script: [semgrep ci]}", "static Semgrep skippable");
	gives("azure-pipelines", "steps: [{script: gitleaks detect, continueOnError: true}]", "secret gitleaks skippable");
	gives("github-actions", "jobs: {a: {steps: [{run: gosec . || true}, {run: gosec .}]}}", "static gosec enforced");
}

static void each_platform_has_its_own_forms(void **state)
{
	(void)state;
	gives("gitlab-ci", "include:\n  - template: Security/SAST.gitlab-ci.yml\n"
	      "  - template: Security/Secret-Detection.gitlab-ci.yml\n  - template: Jobs/Dependency-Scanning.gitlab-ci.yml\n"
	      "  - template: Security/SAST-IaC.gitlab-ci.yml\n  - template: Security/Container-Scanning.gitlab-ci.yml\n"
	      "  - template: Security/DAST.gitlab-ci.yml\n",
	      "static gitlab skippable; secret gitlab skippable; dependency gitlab skippable; "
	      "infrastructure gitlab skippable; container gitlab skippable; dynamic gitlab skippable");
	gives("gitlab-ci", "include: [{component: $CI_SERVER_FQDN/components/sast/sast@2}]", "static gitlab skippable");
	gives("azure-pipelines", "steps: [{task: SonarQubeAnalyze@7}, {task: SnykSecurityScan@1}, "
	      "{task: dependency-check-build-task@6}, {task: AdvancedSecurity-Codeql-Analyze@1}, "
	      "{task: AdvancedSecurity-Dependency-Scanning@1}]",
	      "static SonarQube enforced; dependency Snyk enforced; dependency dependency-check enforced; "
	      "static CodeQL enforced; dependency AdvancedSecurity enforced");
	gives("bitbucket-pipelines", "pipelines: {default: [{step: {script: [{pipe: 'atlassian/git-secrets-scan:3.1.0'}, "
	      "{pipe: 'snyk/snyk-scan:1.0.1'}, {pipe: 'sonarsource/sonarqube-scan:4.0.0'}]}}]}",
	      "secret git-secrets enforced; dependency Snyk enforced; static SonarQube enforced");
	gives("circleci", "jobs: {a: {steps: [snyk/scan]}, b: {steps: [{sonarcloud/scan: {}}]}, "
	      "c: {steps: [{snyk/scan: {fail-on-issues: false}}]}}",
	      "dependency Snyk enforced; static SonarCloud enforced");
	gives("jenkins", "node {\n  withSonarQubeEnv('s') { sh 'mvn verify' }\n  dependencyCheck additionalArguments: ''\n"
	      "  snykSecurity snykInstallation: 'l'\n}\n",
	      "static SonarQube enforced; dependency dependency-check enforced; dependency Snyk enforced");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_tool_is_known_as_pipelines_call_it),
		cmocka_unit_test(what_only_installs_or_uploads_is_no_scan),
		cmocka_unit_test(findings_that_stop_nothing_are_skippable),
		cmocka_unit_test(each_platform_has_its_own_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
