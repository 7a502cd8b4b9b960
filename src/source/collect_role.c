/* Both ends of the collector's process. */
#include "source/collect_git.h"

#include <unistd.h>

#include "base/file.h"
#include "base/sandbox.h"
#include "git/git.h"
#include "git/tree.h"
#include "source/run.h"

enum { ARGUMENTS_MAX = 1024 };

/* The command line of the role: `--describe` or nothing, branches, known tips. */
static err words_of(struct arena *a, const struct collect_spec *spec, const char *first, const char ***out)
{
	const char **argv = ARENA_ARRAY(a, const char *, ARGUMENTS_MAX + 16);
	size_t n = 0;

	if (spec->branches.n * 2 + spec->known_n * 2 > ARGUMENTS_MAX - 8)
		return fail(ERR_LIMIT, "more branches than one collection takes (%d)", ARGUMENTS_MAX / 4);
	argv[n++] = "custody";
	argv[n++] = "collector";
	if (first)
		argv[n++] = first;
	for (size_t i = 0; i < spec->branches.n; i++) {
		argv[n++] = "--branch";
		argv[n++] = arena_cstr(a, spec->branches.v[i]);
	}
	for (size_t i = 0; i < spec->known_n; i++) {
		argv[n++] = "--known";
		argv[n++] = arena_printf(a, "%.*s:%lld%s=%.*s", FMT(spec->known[i].from),
					 (long long)spec->known[i].total, spec->known[i].partial ? "-" : "", FMT(spec->known[i].name)).p;
	}
	if (spec->signers_digest.n) {
		argv[n++] = "--signers-digest";
		argv[n++] = arena_cstr(a, spec->signers_digest);
	}
	if (spec->signers) {
		argv[n++] = "--signers";
		argv[n++] = spec->signers;
	}
	if (spec->revoked) {
		argv[n++] = "--revoked";
		argv[n++] = spec->revoked;
	}
	argv[n++] = "--";
	argv[n++] = spec->dir;
	argv[n++] = arena_cstr(a, spec->name);
	*out = argv;
	return NULL;
}

err collect_git_run(struct intake *in, const struct collect_spec *spec)
{
	OWNED(arena) a = arena_new();
	const char **argv;

	TRY(words_of(a, spec, NULL, &argv));
	return source_run_argv(in, argv, spec->dir, NULL);
}

err collect_git_hear(const struct collect_spec *spec, const struct submission_calls *calls, void *ctx)
{
	OWNED(arena) a = arena_new();
	const char **argv;

	TRY(words_of(a, spec, NULL, &argv));
	return source_hear(&(struct source_said){ .argv = argv, .name = spec->dir, .calls = calls, .ctx = ctx });
}

static struct str next_line(struct str *rest)
{
	struct str line;

	return str_split(rest, '\n', &line) ? line : STR("");
}

err collect_git_describe(struct arena *a, const struct collect_spec *spec, struct collect_home *out)
{
	BUF_AUTO answer = buf_new(4096);
	const char **argv;
	struct str rest;

	TRY(words_of(a, spec, "--describe", &argv));
	TRY(source_ask(argv, spec->dir, &answer));
	rest = arena_str(a, buf_str(&answer));
	out->host = next_line(&rest);
	out->slug = next_line(&rest);
	out->same = next_line(&rest);
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

static err describe(const struct collect_spec *spec)
{
	OWNED(git_repo) repo = NULL;
	OWNED(arena) a = arena_new();
	const struct git_remote *home;
	struct str commit, host, slug, same = STR("");

	TRY(enter_sandbox());
	TRY(git_repo_open(spec->dir, &repo));
	home = git_repo_home(repo);
	for (size_t i = 0; i < spec->known_n && !same.n; i++)
		if (!git_commit_of(repo, a, spec->known[i].from, &commit))
			same = spec->known[i].name;
	host = home ? str_cut(home->host_name, 128) : STR("");
	slug = home ? str_cut(home->slug, 256) : STR("");
	return fd_write_all(STDOUT_FILENO, "the answer",
			    arena_printf(a, "%.*s\n%.*s\n%.*s\n", FMT(host), FMT(slug), FMT(same)));
}

static err give_file(const struct collect_spec *spec, const char *path)
{
	OWNED(git_repo) repo = NULL;
	OWNED(arena) a = arena_new();
	struct str where[2] = { { 0 }, str_c(path) }, bytes, step;

	TRY(enter_sandbox());
	TRY(git_repo_open(spec->dir, &repo));
	TRY(git_commit_of(repo, a, spec->branches.n ? spec->branches.v[0] : STR("HEAD"), &where[0]));
	TRY(git_tree_file(repo, a, where, &bytes));
	if (!bytes.p)
		return fail(ERR_MISSING, "there is no file %s in %s at %.*s", path, spec->dir, FMT(where[0]));
	TRY(git_tree_touched(repo, a, where, &step));
	TRY(fd_write_all(STDOUT_FILENO, "the answer", arena_printf(a, "%.*s\n", FMT(step))));
	return fd_write_all(STDOUT_FILENO, "the answer", bytes);
}

err collect_git_file_main(const struct collect_spec *spec, const char *path, int *code)
{
	return source_role_end(give_file(spec, path), code);
}

err collect_git_file(struct arena *a, const struct collect_spec *spec, const char *path, struct collect_file *out)
{
	BUF_AUTO answer = buf_new((1 << 20) + 256);
	const char **argv;
	struct str rest;

	TRY(words_of(a, spec, arena_printf(a, "--file=%s", path).p, &argv));
	TRY(source_ask(argv, spec->dir, &answer));
	rest = arena_str(a, buf_str(&answer));
	out->commit = next_line(&rest);
	out->bytes = rest;
	return NULL;
}

err collect_git_describe_main(const struct collect_spec *spec, int *code)
{
	return source_role_end(describe(spec), code);
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
