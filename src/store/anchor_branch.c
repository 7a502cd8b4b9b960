/* The checkpoint on a branch of a repository, by git's plumbing alone. */
#include "store/anchor.h"

#include <unistd.h>

#include "base/instant.h"
#include "base/proc.h"
#include "net/http.h"

enum { ARGS = 24, SAID_MAX = 64 * 1024, LOCAL_SECONDS = 30, PUSH_SECONDS = 120 };

static const char *const who[] = { "AUTHOR", "COMMITTER" };

/* Nobody's configuration, hooks or filters take part; the repository's own says
 * only where its objects are. */
static const char *const *local_env(struct arena *a, int64_t at)
{
	static const char *const fixed[] = {
		"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/nonexistent", "LC_ALL=C", "GIT_CONFIG_NOSYSTEM=1",
		"GIT_CONFIG_GLOBAL=/dev/null", "GIT_TERMINAL_PROMPT=0", "GIT_NO_LAZY_FETCH=1", "GIT_NO_REPLACE_OBJECTS=1",
	};
	const char **env = ARENA_ARRAY(a, const char *, ARRAY_LEN(fixed) + 3 * ARRAY_LEN(who) + 1);
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(fixed); i++)
		env[n++] = fixed[i];
	for (size_t i = 0; i < ARRAY_LEN(who); i++) {
		env[n++] = arena_printf(a, "GIT_%s_NAME=custody", who[i]).p;
		env[n++] = arena_printf(a, "GIT_%s_EMAIL=custody@localhost", who[i]).p;
		env[n++] = arena_printf(a, "GIT_%s_DATE=@%lld +0000", who[i], (long long)at).p;
	}
	return env;
}

/* Whatever stands between "://" and '@' in an address may be a password. */
static struct str without_passwords(struct arena *a, struct str s)
{
	BUF_AUTO out = buf_new(SAID_MAX);

	for (size_t i = 0; i < s.n;) {
		size_t end, at = 0;

		buf_add_char(&out, s.p[i++]);
		if (i < 3 || memcmp(s.p + i - 3, "://", 3) != 0)
			continue;
		for (end = i; end < s.n && !strchr(" \t\n/'\"", s.p[end]); end++)
			if (s.p[end] == '@')
				at = end + 1;
		if (at)
			i = at;
	}
	return arena_str(a, buf_str(&out));
}

static struct str complaint(struct arena *a, struct str text)
{
	struct str line, last = STR("it gave no reason");

	while (str_split(&text, '\n', &line)) {
		if (str_starts(line, STR("hint:")) || !str_trim(line).n)
			continue;
		last = line;
		if (str_starts(line, STR("fatal: ")) || str_starts(line, STR("error: "))) {
			last = str_from(line, 7);
			break;
		}
	}
	return str_cut(arena_utf8(a, without_passwords(a, last)), 512);
}

struct call {
	const char *dir;
	const char *const *env;
	const char *const *args;	/* NULL at the end */
	unsigned seconds;
};

/* How git ended, its output (trimmed) and its complaint. */
struct ended {
	int status;
	struct str out, said;
};

static err run(struct arena *a, const struct call *c, struct str in, struct ended *out)
{
	const char *argv[ARGS] = { "git", "-C", c->dir, "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false",
				   "-c", "gc.auto=0", "-c", "maintenance.auto=false" };
	const struct proc_spec spec = { .path = "git", .argv = argv, .env = c->env, .extra = -1,
					.wall_seconds = c->seconds };
	struct proc_result r = { .out = buf_new(SAID_MAX), .error = buf_new(SAID_MAX) };
	size_t n = 11;
	err e;

	for (size_t i = 0; c->args[i]; i++) {
		ASSERT(n < ARGS - 1);
		argv[n++] = c->args[i];
	}
	e = proc_run(&spec, in, &r);
	*out = (struct ended){ r.status, arena_str(a, str_trim(buf_str(&r.out))), complaint(a, buf_str(&r.error)) };
	buf_done(&r.out);
	buf_done(&r.error);
	return e;
}

/* Plumbing in the repository that must work. */
static err plumb(struct arena *a, const struct anchor_branch *b, struct str in, const char *const *args,
		 struct str *out)
{
	struct call c = { b->dir, local_env(a, b->at), args, LOCAL_SECONDS };
	struct ended git;

	TRY(run(a, &c, in, &git));
	if (git.status)
		return fail(ERR_FAILED, "git %s in %s: %.*s", args[0], b->dir, FMT(git.said));
	*out = git.out;
	return NULL;
}

/* The same, where not being there is an answer: absent then. */
static err look(struct arena *a, const struct anchor_branch *b, const char *const *args, struct str *out)
{
	struct call c = { b->dir, local_env(a, b->at), args, LOCAL_SECONDS };
	struct ended git;

	TRY(run(a, &c, STR(""), &git));
	*out = git.status ? (struct str){ 0 } : git.out;
	return NULL;
}

#define ARGS_OF(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* A repository, a possible name, and a branch that is nobody's work. */
static err check_branch(struct arena *a, const struct anchor_branch *b, const char *ref, struct str *tip)
{
	struct str head, text;

	TRY(plumb(a, b, STR(""), ARGS_OF("rev-parse", "--git-dir"), &text));
	TRY(look(a, b, ARGS_OF("check-ref-format", "--branch", b->branch), &text));
	if (!text.p || b->branch[0] == '-')
		return fail(ERR_USAGE, "'%s' is no possible name of a branch", b->branch);
	TRY(look(a, b, ARGS_OF("symbolic-ref", "-q", "HEAD"), &head));
	if (head.p && str_is(head, ref))
		return err_hint(fail(ERR_CONFLICT, "the branch %s is checked out in %s", b->branch, b->dir),
				"name another with --branch");
	TRY(look(a, b, ARGS_OF("rev-parse", "-q", "--verify", arena_printf(a, "%s^{commit}", ref).p), tip));
	if (!tip->p)
		return NULL;
	TRY(plumb(a, b, STR(""), ARGS_OF("ls-tree", "--name-only", arena_cstr(a, *tip)), &text));
	if (!str_is(text, "checkpoint"))
		return err_hint(fail(ERR_CONFLICT, "the branch %s of %s holds other things than checkpoints", b->branch,
				     b->dir), "name another with --branch");
	return NULL;
}

static err make_tree(struct arena *a, const struct anchor_branch *b, struct str *tree)
{
	struct str blob;

	TRY(plumb(a, b, b->note, ARGS_OF("hash-object", "-w", "--stdin", "--no-filters"), &blob));
	return plumb(a, b, arena_printf(a, "100644 blob %.*s\tcheckpoint\n", FMT(blob)), ARGS_OF("mktree"), tree);
}

/* The first line of a checkpoint is the log's name, the second its size. */
static struct str message(struct arena *a, struct str note)
{
	struct str origin = STR(""), size = STR("");

	if (!str_split(&note, '\n', &origin) || !str_split(&note, '\n', &size))
		size = STR("0");
	return arena_printf(a, "Checkpoint of %.*s at %.*s records\n", FMT(origin), FMT(size));
}

err anchor_branch_commit(struct arena *a, const struct anchor_branch *b, struct str *commit)
{
	const char *ref = arena_printf(a, "refs/heads/%s", b->branch).p;
	struct str tip, tree, before = { 0 }, made, none;

	TRY(check_branch(a, b, ref, &tip));
	TRY(make_tree(a, b, &tree));
	if (tip.p) {
		TRY(plumb(a, b, STR(""), ARGS_OF("rev-parse", arena_printf(a, "%.*s^{tree}", FMT(tip)).p), &before));
		if (str_eq(before, tree)) {
			*commit = tip;
			return NULL;
		}
		TRY(plumb(a, b, message(a, b->note),
			  ARGS_OF("commit-tree", arena_cstr(a, tree), "-p", arena_cstr(a, tip)), &made));
	} else {
		TRY(plumb(a, b, message(a, b->note), ARGS_OF("commit-tree", arena_cstr(a, tree)), &made));
	}
	/* The value it must have had: nobody else's commit is lost. */
	TRY(plumb(a, b, STR(""), ARGS_OF("update-ref", "-m", "custody: checkpoint", ref, arena_cstr(a, made),
					 tip.p ? arena_cstr(a, tip) : ""), &none));
	*commit = made;
	return NULL;
}

/* The person's own git, who may need keys and helpers; but not a repository that
 * the environment names, and no question on the terminal. */
static const char *const *persons_env(struct arena *a)
{
	static const char *const not[] = { "GIT_DIR=", "GIT_WORK_TREE=", "GIT_INDEX_FILE=", "GIT_OBJECT_DIRECTORY=",
					   "GIT_COMMON_DIR=", "GIT_NAMESPACE=", "GIT_TERMINAL_PROMPT=" };
	const char **env;
	size_t n = 0, kept = 0;

	while (environ[n])
		n++;
	env = ARENA_ARRAY(a, const char *, n + 2);
	for (size_t i = 0; i < n; i++) {
		bool take = true;

		for (size_t k = 0; k < ARRAY_LEN(not) && take; k++)
			take = strncmp(environ[i], not[k], strlen(not[k])) != 0;
		if (take)
			env[kept++] = environ[i];
	}
	env[kept] = "GIT_TERMINAL_PROMPT=0";
	return env;
}

err anchor_branch_push(struct arena *a, const struct anchor_branch *b, struct str remote)
{
	const char *spec = arena_printf(a, "refs/heads/%s:refs/heads/%s", b->branch, b->branch).p;
	struct call c = { b->dir, persons_env(a),
			  ARGS_OF("push", "--quiet", "--no-verify", "--", arena_cstr(a, remote), spec), PUSH_SECONDS };
	struct ended git;

	TRY(run(a, &c, STR(""), &git));
	if (git.status)
		return err_hint(fail(ERR_NETWORK, "git could not push the branch %s: %.*s", b->branch, FMT(git.said)),
				"push it by hand, and anchor again");
	return NULL;
}

/* "git@host:path", "ssh://…", "https://…" or a folder, of which the name alone. */
static struct str remote_name(struct arena *a, struct str url)
{
	size_t colon = str_find(url, STR(":"), 0), slash = str_find(url, STR("/"), 0), at = 0;

	url = without_passwords(a, url);
	if (str_has(url, STR("://")) && !str_starts(url, STR("file://")))
		return str_starts(url, STR("http")) ? http_name(a, url) : url;
	if (colon < slash && !str_starts(url, STR("file://"))) {
		for (size_t i = 0; i < colon; i++)
			if (url.p[i] == '@')
				at = i + 1;
		return str_from(url, at);
	}
	for (size_t i = 0; i + 1 < url.n; i++)
		if (url.p[i] == '/')
			at = i + 1;
	return str_from(url, at);
}

err anchor_branch_source(struct arena *a, const char *dir, struct str branch, struct str remote, struct str *out)
{
	struct anchor_branch b = { .dir = dir };
	struct str url, name = STR("a repository here");

	if (remote.p) {
		TRY(look(a, &b, ARGS_OF("remote", "get-url", "--", arena_cstr(a, remote)), &url));
		name = remote_name(a, url.p ? url : remote);
	}
	*out = str_cut(arena_printf(a, "%.*s branch %.*s", FMT(name), FMT(branch)), 512);
	return NULL;
}
