/* Both ends of the collector's process. */
#include "source/collect_git.h"

#include <unistd.h>

#include "base/sandbox.h"
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

static err collect_in_sandbox(const struct collect_spec *spec, struct submission_writer *out)
{
	/* Git opens /dev/null for writing before it does anything else. */
	static const char *const everything[] = { "/", NULL }, *const nothing[] = { "/dev/null", NULL };
	struct sandbox_spec sandbox = {
		.allow = SANDBOX_READ_FILES | SANDBOX_WRITE_FILES | SANDBOX_CHILDREN | SANDBOX_CODE,
		.read_paths = everything, .write_paths = nothing,
	};
	struct sandbox_layers layers;

	TRY(sandbox_enter(&sandbox, &layers));
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
