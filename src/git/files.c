#include "git/tree.h"

const char *const git_file_words[] = { "codeowners", "ci", "rules", "lockfile", "manifest", "updater",
	"security", "licence", "hooks", "scanner", "image", "infrastructure", "signers", "guide", NULL };

/* How a row's text is compared: with the whole path; with the name in any
 * folder; the name's beginning or its end in any folder; or as a folder from
 * the root, every file in it counting. Without case where letters vary in use. */
enum how { PATH, NAME, NAME_STARTS, NAME_ENDS, FOLDER };

static const struct {
	enum git_file_kind kind;
	enum how how;
	struct str text;
	const char *tool;
} rows[] = {
	{ GIT_FILE_CODEOWNERS, PATH, STR_INIT("CODEOWNERS"), NULL },
	{ GIT_FILE_CODEOWNERS, PATH, STR_INIT(".github/CODEOWNERS"), "github" },
	{ GIT_FILE_CODEOWNERS, PATH, STR_INIT(".gitlab/CODEOWNERS"), "gitlab" },
	{ GIT_FILE_CODEOWNERS, PATH, STR_INIT(".gitea/CODEOWNERS"), "gitea" },
	{ GIT_FILE_CODEOWNERS, PATH, STR_INIT("docs/CODEOWNERS"), NULL },
	{ GIT_FILE_CI, FOLDER, STR_INIT(".github/workflows/"), "github-actions" },
	{ GIT_FILE_CI, FOLDER, STR_INIT(".gitea/workflows/"), "gitea-actions" },
	{ GIT_FILE_CI, FOLDER, STR_INIT(".forgejo/workflows/"), "forgejo-actions" },
	{ GIT_FILE_CI, FOLDER, STR_INIT(".gitlab/ci/"), "gitlab-ci" },
	{ GIT_FILE_CI, FOLDER, STR_INIT(".woodpecker/"), "woodpecker" },
	{ GIT_FILE_CI, FOLDER, STR_INIT(".buildkite/"), "buildkite" },
	{ GIT_FILE_CI, FOLDER, STR_INIT(".tekton/"), "tekton" },
	{ GIT_FILE_CI, NAME_STARTS, STR_INIT(".gitlab-ci"), "gitlab-ci" },
	{ GIT_FILE_CI, NAME_STARTS, STR_INIT("azure-pipelines"), "azure-pipelines" },
	{ GIT_FILE_CI, PATH, STR_INIT("bitbucket-pipelines.yml"), "bitbucket-pipelines" },
	{ GIT_FILE_CI, NAME, STR_INIT("Jenkinsfile"), "jenkins" },
	{ GIT_FILE_CI, PATH, STR_INIT(".circleci/config.yml"), "circleci" },
	{ GIT_FILE_CI, PATH, STR_INIT(".travis.yml"), "travis" },
	{ GIT_FILE_CI, PATH, STR_INIT(".drone.yml"), "drone" },
	{ GIT_FILE_CI, PATH, STR_INIT(".cirrus.yml"), "cirrus" },
	{ GIT_FILE_CI, PATH, STR_INIT("appveyor.yml"), "appveyor" },
	{ GIT_FILE_CI, NAME, STR_INIT("action.yml"), "github-actions" },
	{ GIT_FILE_CI, NAME, STR_INIT("action.yaml"), "github-actions" },
	{ GIT_FILE_RULES, PATH, STR_INIT(".github/settings.yml"), "settings" },
	{ GIT_FILE_RULES, FOLDER, STR_INIT(".github/rulesets/"), "rulesets" },
	{ GIT_FILE_RULES, PATH, STR_INIT(".asf.yaml"), "asf" },
	{ GIT_FILE_LOCK, NAME, STR_INIT("package-lock.json"), "npm" },
	{ GIT_FILE_LOCK, NAME, STR_INIT("npm-shrinkwrap.json"), "npm" },
	{ GIT_FILE_LOCK, NAME, STR_INIT("yarn.lock"), "yarn" },
	{ GIT_FILE_LOCK, NAME, STR_INIT("pnpm-lock.yaml"), "pnpm" },
	{ GIT_FILE_LOCK, NAME, STR_INIT("bun.lock"), "bun" },
	{ GIT_FILE_LOCK, NAME, STR_INIT("bun.lockb"), "bun" },
	{ GIT_FILE_LOCK, NAME, STR_INIT("deno.lock"), "deno" },
	{ GIT_FILE_LOCK, NAME, STR_INIT("Cargo.lock"), "cargo" },
	{ GIT_FILE_LOCK, NAME, STR_INIT("go.sum"), "go" },
	{ GIT_FILE_LOCK, NAME, STR_INIT("poetry.lock"), "poetry" },
	{ GIT_FILE_LOCK, NAME, STR_INIT("Pipfile.lock"), "pipenv" },
	{ GIT_FILE_LOCK, NAME, STR_INIT("uv.lock"), "uv" },
	{ GIT_FILE_LOCK, NAME, STR_INIT("pdm.lock"), "pdm" },
	{ GIT_FILE_LOCK, NAME, STR_INIT("Gemfile.lock"), "bundler" },
	{ GIT_FILE_LOCK, NAME, STR_INIT("composer.lock"), "composer" },
	{ GIT_FILE_LOCK, NAME, STR_INIT("gradle.lockfile"), "gradle" },
	{ GIT_FILE_LOCK, NAME, STR_INIT("packages.lock.json"), "nuget" },
	{ GIT_FILE_LOCK, NAME, STR_INIT("mix.lock"), "mix" },
	{ GIT_FILE_LOCK, NAME, STR_INIT("pubspec.lock"), "pub" },
	{ GIT_FILE_LOCK, NAME, STR_INIT("Podfile.lock"), "cocoapods" },
	{ GIT_FILE_LOCK, NAME, STR_INIT("Package.resolved"), "swift" },
	{ GIT_FILE_LOCK, NAME, STR_INIT("flake.lock"), "nix" },
	{ GIT_FILE_LOCK, NAME, STR_INIT(".terraform.lock.hcl"), "terraform" },
	{ GIT_FILE_MANIFEST, NAME, STR_INIT("package.json"), "npm" },
	{ GIT_FILE_MANIFEST, NAME, STR_INIT("Cargo.toml"), "cargo" },
	{ GIT_FILE_MANIFEST, NAME, STR_INIT("go.mod"), "go" },
	{ GIT_FILE_MANIFEST, NAME, STR_INIT("pyproject.toml"), "python" },
	{ GIT_FILE_MANIFEST, NAME, STR_INIT("requirements.txt"), "pip" },
	{ GIT_FILE_MANIFEST, NAME, STR_INIT("Pipfile"), "pipenv" },
	{ GIT_FILE_MANIFEST, NAME, STR_INIT("Gemfile"), "bundler" },
	{ GIT_FILE_MANIFEST, NAME, STR_INIT("composer.json"), "composer" },
	{ GIT_FILE_MANIFEST, NAME, STR_INIT("pom.xml"), "maven" },
	{ GIT_FILE_MANIFEST, NAME, STR_INIT("build.gradle"), "gradle" },
	{ GIT_FILE_MANIFEST, NAME, STR_INIT("build.gradle.kts"), "gradle" },
	{ GIT_FILE_MANIFEST, NAME_ENDS, STR_INIT(".csproj"), "nuget" },
	{ GIT_FILE_UPDATER, PATH, STR_INIT(".github/dependabot.yml"), "dependabot" },
	{ GIT_FILE_UPDATER, PATH, STR_INIT(".github/dependabot.yaml"), "dependabot" },
	{ GIT_FILE_UPDATER, PATH, STR_INIT(".dependabot/config.yml"), "dependabot" },
	{ GIT_FILE_UPDATER, PATH, STR_INIT("renovate.json"), "renovate" },
	{ GIT_FILE_UPDATER, PATH, STR_INIT("renovate.json5"), "renovate" },
	{ GIT_FILE_UPDATER, PATH, STR_INIT(".renovaterc"), "renovate" },
	{ GIT_FILE_UPDATER, PATH, STR_INIT(".renovaterc.json"), "renovate" },
	{ GIT_FILE_UPDATER, PATH, STR_INIT(".github/renovate.json"), "renovate" },
	{ GIT_FILE_UPDATER, PATH, STR_INIT(".github/renovate.json5"), "renovate" },
	{ GIT_FILE_UPDATER, PATH, STR_INIT(".gitlab/renovate.json"), "renovate" },
	{ GIT_FILE_SECURITY, PATH, STR_INIT("SECURITY.md"), NULL },
	{ GIT_FILE_SECURITY, PATH, STR_INIT("SECURITY"), NULL },
	{ GIT_FILE_SECURITY, PATH, STR_INIT("SECURITY.txt"), NULL },
	{ GIT_FILE_SECURITY, PATH, STR_INIT("SECURITY.rst"), NULL },
	{ GIT_FILE_SECURITY, PATH, STR_INIT("SECURITY.adoc"), NULL },
	{ GIT_FILE_SECURITY, PATH, STR_INIT(".github/SECURITY.md"), NULL },
	{ GIT_FILE_SECURITY, PATH, STR_INIT("docs/SECURITY.md"), NULL },
	{ GIT_FILE_SECURITY, NAME, STR_INIT("security.txt"), NULL },
	{ GIT_FILE_LICENCE, NAME, STR_INIT("LICENSE"), NULL },
	{ GIT_FILE_LICENCE, NAME, STR_INIT("LICENCE"), NULL },
	{ GIT_FILE_LICENCE, NAME, STR_INIT("COPYING"), NULL },
	{ GIT_FILE_LICENCE, NAME_STARTS, STR_INIT("LICENSE."), NULL },
	{ GIT_FILE_LICENCE, NAME_STARTS, STR_INIT("LICENSE-"), NULL },
	{ GIT_FILE_LICENCE, NAME_STARTS, STR_INIT("LICENCE."), NULL },
	{ GIT_FILE_LICENCE, NAME_STARTS, STR_INIT("COPYING."), NULL },
	{ GIT_FILE_LICENCE, FOLDER, STR_INIT("LICENSES/"), "reuse" },
	{ GIT_FILE_HOOKS, PATH, STR_INIT(".pre-commit-config.yaml"), "pre-commit" },
	{ GIT_FILE_HOOKS, PATH, STR_INIT(".pre-commit-config.yml"), "pre-commit" },
	{ GIT_FILE_HOOKS, FOLDER, STR_INIT(".husky/"), "husky" },
	{ GIT_FILE_HOOKS, PATH, STR_INIT("lefthook.yml"), "lefthook" },
	{ GIT_FILE_SCANNER, PATH, STR_INIT(".gitleaks.toml"), "gitleaks" },
	{ GIT_FILE_SCANNER, PATH, STR_INIT(".gitleaksignore"), "gitleaks" },
	{ GIT_FILE_SCANNER, PATH, STR_INIT(".secrets.baseline"), "detect-secrets" },
	{ GIT_FILE_SCANNER, PATH, STR_INIT(".trivyignore"), "trivy" },
	{ GIT_FILE_SCANNER, PATH, STR_INIT("trivy.yaml"), "trivy" },
	{ GIT_FILE_SCANNER, PATH, STR_INIT(".grype.yaml"), "grype" },
	{ GIT_FILE_SCANNER, PATH, STR_INIT(".snyk"), "snyk" },
	{ GIT_FILE_SCANNER, NAME_STARTS, STR_INIT(".semgrep"), "semgrep" },
	{ GIT_FILE_SCANNER, PATH, STR_INIT(".checkov.yaml"), "checkov" },
	{ GIT_FILE_SCANNER, PATH, STR_INIT("sonar-project.properties"), "sonarqube" },
	{ GIT_FILE_SCANNER, FOLDER, STR_INIT(".github/codeql/"), "codeql" },
	{ GIT_FILE_SCANNER, PATH, STR_INIT("osv-scanner.toml"), "osv-scanner" },
	{ GIT_FILE_IMAGE, NAME, STR_INIT("Dockerfile"), "docker" },
	{ GIT_FILE_IMAGE, NAME_STARTS, STR_INIT("Dockerfile."), "docker" },
	{ GIT_FILE_IMAGE, NAME_ENDS, STR_INIT(".Dockerfile"), "docker" },
	{ GIT_FILE_IMAGE, NAME, STR_INIT("Containerfile"), "docker" },
	{ GIT_FILE_INFRA, NAME_ENDS, STR_INIT(".tf"), "terraform" },
	{ GIT_FILE_INFRA, NAME, STR_INIT("Chart.yaml"), "helm" },
	{ GIT_FILE_INFRA, NAME, STR_INIT("kustomization.yaml"), "kustomize" },
	{ GIT_FILE_INFRA, NAME, STR_INIT("Pulumi.yaml"), "pulumi" },
	{ GIT_FILE_INFRA, NAME_STARTS, STR_INIT("docker-compose"), "compose" },
	{ GIT_FILE_INFRA, NAME, STR_INIT("compose.yaml"), "compose" },
	{ GIT_FILE_SIGNERS, NAME, STR_INIT("allowed_signers"), "git" },
	{ GIT_FILE_SIGNERS, NAME, STR_INIT(".allowed_signers"), "git" },
	{ GIT_FILE_GUIDE, NAME, STR_INIT("CONTRIBUTING.md"), NULL },
	{ GIT_FILE_GUIDE, PATH, STR_INIT(".github/pull_request_template.md"), "github" },
	{ GIT_FILE_GUIDE, FOLDER, STR_INIT(".github/PULL_REQUEST_TEMPLATE/"), "github" },
	{ GIT_FILE_GUIDE, FOLDER, STR_INIT(".gitlab/merge_request_templates/"), "gitlab" },
};

static bool starts_caseless(struct str s, struct str start)
{
	return s.n >= start.n && str_is_caseless((struct str){ s.p, start.n }, start);
}

static bool row_fits(enum how how, struct str text, struct str path, struct str name)
{
	switch (how) {
	case PATH:
		return str_is_caseless(path, text);
	case NAME:
		return str_is_caseless(name, text);
	case NAME_STARTS:
		return starts_caseless(name, text);
	case NAME_ENDS:
		return str_ends(name, text);
	case FOLDER:
		return str_starts(path, text);
	}
	return false;
}

bool git_file_kind_of(struct str path, enum git_file_kind *kind, const char **tool)
{
	struct str name = path;

	for (size_t i = path.n; i > 0 && name.n == path.n; i--)
		if (path.p[i - 1] == '/')
			name = str_from(path, i);
	if (str_has(path, STR("node_modules/")))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (!row_fits(rows[i].how, rows[i].text, path, name))
			continue;
		*kind = rows[i].kind;
		*tool = rows[i].tool;
		return true;
	}
	return false;
}
