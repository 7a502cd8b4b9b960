/* Both ends of the collector's process. */
#include "source/collect_git.h"

#include <unistd.h>

#include "base/file.h"
#include "base/sandbox.h"
#include "git/git.h"
#include "source/run.h"

enum { ARGUMENTS_MAX = 1024 };

err collect_git_run(struct intake *in, const struct collect_spec *spec)
{
	OWNED(arena) a = arena_new();
	const char **argv = ARENA_ARRAY(a, const char *, ARGUMENTS_MAX + 8);
	size_t n = 0;

	if (spec->branches.n * 2 + spec->known_n * 2 > ARGUMENTS_MAX - 8)
		return fail(ERR_LIMIT, "more branches than one collection takes (%d)", ARGUMENTS_MAX / 4);
	argv[n++] = "custody";
	argv[n++] = "collector";
	for (size_t i = 0; i < spec->branches.n; i++) {
		argv[n++] = "--branch";
		argv[n++] = arena_cstr(a, spec->branches.v[i]);
	}
	for (size_t i = 0; i < spec->known_n; i++) {
		argv[n++] = "--known";
		argv[n++] = arena_printf(a, "%.*s=%.*s", FMT(spec->known[i].from), FMT(spec->known[i].name)).p;
	}
	argv[n++] = "--";
	argv[n++] = spec->dir;
	argv[n++] = arena_cstr(a, spec->name);
	return source_run_argv(in, argv, spec->dir, NULL);
}

err collect_git_describe(struct arena *a, const char *dir, struct collect_home *out)
{
	const char *const argv[] = { "custody", "collector", "--describe", "--", dir, "-", NULL };
	BUF_AUTO answer = buf_new(1024);
	struct str rest;

	TRY(source_ask(argv, dir, &answer));
	rest = arena_str(a, buf_str(&answer));
	*out = (struct collect_home){ STR(""), STR("") };
	if (str_split(&rest, '\n', &out->host) && !str_split(&rest, '\n', &out->slug))
		out->slug = STR("");
	return NULL;
}

static err enter_sandbox(void)
{
	/* Git opens /dev/null for writing before it does anything else. */
	static const char *const everything[] = { "/", NULL }, *const nothing[] = { "/dev/null", NULL };
	struct sandbox_spec sandbox = {
		.allow = SANDBOX_READ_FILES | SANDBOX_WRITE_FILES | SANDBOX_CHILDREN | SANDBOX_CODE,
		.read_paths = everything, .write_paths = nothing,
	};
	struct sandbox_layers layers;

	return sandbox_enter(&sandbox, &layers);
}

static err describe(const char *dir)
{
	OWNED(git_repo) repo = NULL;
	OWNED(arena) a = arena_new();
	const struct git_remote *home;

	TRY(enter_sandbox());
	TRY(git_repo_open(dir, &repo));
	home = git_repo_home(repo);
	if (!home)
		return NULL;
	return fd_write_all(STDOUT_FILENO, "the answer", arena_printf(a, "%.*s\n%.*s\n", FMT(str_cut(home->host_name, 128)),
								      FMT(str_cut(home->slug, 256))));
}

err collect_git_describe_main(const char *dir, int *code)
{
	return source_role_end(describe(dir), code);
}

static err collect_in_sandbox(const struct collect_spec *spec, struct submission_writer *out)
{
	TRY(enter_sandbox());
	return collect_git(spec, out);
}

err collect_git_main(const struct collect_spec *spec, int *code)
{
	OWNED(submission_writer) out = NULL;
	struct s_start start = { .format = STR("custody-submission/1"), .source = STR("git"),
				 .tool = STR("custody " CUSTODY_VERSION) };
	err e;

	TRY(submission_write_start(STDOUT_FILENO, &start, &out));
	e = collect_in_sandbox(spec, out);
	if (e)
		TRY(submission_write_failure(out, e));
	else
		TRY(submission_write_end(out));
	*code = 0;
	return NULL;
}
