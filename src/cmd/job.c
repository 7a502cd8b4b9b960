#include "cmd/job.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"

static struct str env_text(const char *name)
{
	const char *v = getenv(name);

	return v && *v && strlen(v) <= 256 && str_is_utf8(str_c(v)) ? str_c(v) : (struct str){ 0 };
}

/* The variable that says this is a job, or NULL. */
static const char *job_variable(void)
{
	static const char *const names[] = { "GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD", "JENKINS_URL", "CIRCLECI",
		"BUILDKITE", "TEAMCITY_VERSION", "CODEBUILD_BUILD_ID", "BITBUCKET_BUILD_NUMBER", "CI", NULL };

	for (const char *const *n = names; *n; n++)
		if (env_text(*n).n && !str_is_caseless(env_text(*n), STR("false")))
			return *n;
	return NULL;
}

err job_open_home(struct cmd_run *run, bool to, struct store **out)
{
	const char *job = job_variable();

	if (!store_exists(run->home) && job) {
		err e = fail(ERR_DENIED, "this is a CI job (%s is set) without a home; a log begun here would be seen by "
			     "nobody again", job);

		return to ? err_hint(e, "--to FILE writes a submission; custody import FILE at the home takes it in")
			  : err_hint(e, "do it at the home, or name one with --home");
	}
	if (!store_exists(run->home)) {
		TRY(store_ensure(run->home));
		cmd_say(run, "home %s made", run->home);
	}
	return store_open_write(run->home, 60000, out);
}

static void first_env(struct str *given, const char *const names[])
{
	for (; !given->n && *names; names++)
		*given = env_text(*names);
}

/* The names of GitHub, GitLab, Azure Pipelines, Bitbucket, CircleCI, Jenkins and others. */
void job_context(struct intake_context *c)
{
	static const char *const commits[] = { "GITHUB_SHA", "CI_COMMIT_SHA", "BUILD_SOURCEVERSION", "BITBUCKET_COMMIT",
		"CIRCLE_SHA1", "GIT_COMMIT", "CODEBUILD_RESOLVED_SOURCE_VERSION", "BUILD_VCS_NUMBER", NULL };
	static const char *const branches[] = { "GITHUB_HEAD_REF", "GITHUB_REF_NAME", "CI_COMMIT_REF_NAME",
		"BUILD_SOURCEBRANCHNAME", "BITBUCKET_BRANCH", "CIRCLE_BRANCH", "GIT_BRANCH", NULL };
	static const char *const runs[] = { "GITHUB_RUN_ID", "CI_PIPELINE_ID", "BUILD_BUILDID",
		"BITBUCKET_BUILD_NUMBER", "CIRCLE_WORKFLOW_ID", "BUILD_TAG", "CODEBUILD_BUILD_ID", NULL };
	static const char *const repositories[] = { "GITHUB_REPOSITORY", "CI_PROJECT_PATH", "BUILD_REPOSITORY_NAME",
		"BITBUCKET_REPO_FULL_NAME", NULL };

	first_env(&c->commit, commits);
	first_env(&c->branch, branches);
	first_env(&c->run, runs);
	first_env(&c->repository, repositories);
	if (field_check_item(&(struct field){ .kind = FIELD_COMMIT }, &c->commit))
		c->commit = (struct str){ 0 };
}

err job_out_open(struct cmd_run *run, struct str to, struct job_out *out)
{
	const char *path = arena_cstr(run->a, to);

	if (str_is(to, "-")) {
		*out = (struct job_out){ NULL, STDOUT_FILENO };
		return NULL;
	}
	*out = (struct job_out){ path, open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) };
	if (out->fd < 0 && errno == EEXIST)
		return fail(ERR_CONFLICT, "%s is there already, and is not overwritten", path);
	return out->fd < 0 ? fail_errno("cannot write %s", path) : NULL;
}

err job_out_end(struct job_out *out, err e)
{
	if (!out->path)
		return e;
	if (!e && fsync(out->fd))
		e = fail_errno("cannot write %s", out->path);
	close(out->fd);
	if (e)
		unlink(out->path);
	return e;
}

const char *job_folder(void)
{
	const char *v = getenv("TMPDIR");

	return v && *v ? v : "/tmp";
}
