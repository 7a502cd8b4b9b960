#include "git/git.h"

#include "base/file.h"
#include "git/refs.h"
#include "git/run.h"

enum { SMALL = 64 * 1024, BOUNDARY_BYTES = 8 << 20 };

void git_repo_free(struct git_repo *r)
{
	if (r)
		arena_free(r->a);
}

bool git_is_id(const struct git_repo *r, struct str s)
{
	if (s.n != r->hex)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= '0' && s.p[i] <= '9') && !(s.p[i] >= 'a' && s.p[i] <= 'f'))
			return false;
	return true;
}

/* Where the repository is and of what kind: five lines of git rev-parse. */
static err find(struct git_repo *r)
{
	const char *const args[] = { "rev-parse", "--is-bare-repository", "--is-shallow-repository",
		"--show-object-format", "--absolute-git-dir", "--path-format=absolute",
		"--git-common-dir", NULL };
	struct git_call call = { .env = git_run_env(r->a, NULL), .dir = r->dir, .args = args };
	BUF_AUTO out = buf_new(SMALL);
	struct str rest, line[6], said;
	size_t n = 0;
	int status;

	TRY(git_run(r->a, &call, &out, &status, &said));
	if (status && str_starts(said, STR("not a git repository")))
		return fail(ERR_MISSING, "%s is not in a git repository", r->dir);
	if (status)
		return fail(ERR_INPUT, "git cannot open %s: %.*s", r->dir, FMT(said));
	rest = arena_str(r->a, buf_str(&out));
	while (n < ARRAY_LEN(line) && str_split(&rest, '\n', &line[n]))
		n++;
	if (n != 6 || rest.p)
		return fail(ERR_INPUT, "the path of the repository %s holds a line end", r->dir);
	r->bare = str_is(line[0], "true");
	r->shallow = str_is(line[1], "true");
	r->sha256 = str_is(line[2], "sha256");
	r->hex = r->sha256 ? 64 : 40;
	r->git_dir = arena_cstr(r->a, line[3]);
	r->common_dir = arena_cstr(r->a, line[4]);
	r->linked = strcmp(r->git_dir, r->common_dir) != 0;
	r->env = git_run_env(r->a, r->git_dir);
	return NULL;
}

/* One line of output without its end; absent where git says no. */
static err ask(struct git_repo *r, struct arena *a, const char *const *args, struct str *line)
{
	struct git_call call = { .env = r->env, .args = args };
	BUF_AUTO out = buf_new(SMALL);
	struct str said;
	int status;

	TRY(git_run(a, &call, &out, &status, &said));
	*line = (struct str){ 0 };
	if (status == 0)
		*line = arena_utf8(a, str_trim(arena_str(a, buf_str(&out))));
	return NULL;
}

static err read_head(struct git_repo *r)
{
	const char *const branch[] = { "symbolic-ref", "-q", "HEAD", NULL };
	const char *const commit[] = { "rev-parse", "-q", "--verify", "HEAD", NULL };
	struct str name;

	TRY(ask(r, r->a, branch, &name));
	if (str_starts(name, STR("refs/heads/")))
		r->branch = str_from(name, 11);
	TRY(ask(r, r->a, commit, &r->head));
	if (!git_is_id(r, r->head))
		r->head = (struct str){ 0 };
	r->empty = r->head.p == NULL;
	return NULL;
}

/* The file "shallow" lists commits that are here without their parents. */
static err read_boundary(struct git_repo *r)
{
	const char *path = arena_printf(r->a, "%s/shallow", r->common_dir).p;
	BUF_AUTO text = buf_new(BOUNDARY_BYTES);
	struct str rest, line;

	if (!r->shallow || !file_exists(path))
		return NULL;
	TRY(file_read(path, &text));
	r->boundary.v = ARENA_ARRAY(r->a, struct str, text.n / r->hex + 1);
	rest = arena_str(r->a, buf_str(&text));
	while (str_split(&rest, '\n', &line))
		if (git_is_id(r, str_trim(line)))
			r->boundary.v[r->boundary.n++] = str_trim(line);
	return NULL;
}

static err open_all(struct git_repo *r)
{
	if (!dir_exists(r->dir))
		return fail(ERR_MISSING, "there is no folder %s", r->dir);
	TRY(find(r));
	TRY(read_head(r));
	TRY(read_boundary(r));
	TRY(git_refs_remotes(r));
	TRY(git_refs_worktrees(r));
	return git_refs_read(r);
}

err git_repo_open(const char *dir, struct git_repo **repo)
{
	struct arena *a = arena_new();
	struct git_repo *r = ARENA_NEW(a, struct git_repo);
	err e;

	r->a = a;
	r->dir = arena_cstr(a, str_c(dir));
	e = open_all(r);
	if (e) {
		arena_free(a);
		return e;
	}
	*repo = r;
	return NULL;
}

err git_commit_of(struct git_repo *r, struct arena *a, struct str name, struct str *commit)
{
	const char *const args[] = { "rev-parse", "-q", "--verify", "--end-of-options",
		arena_printf(a, "%.*s^{commit}", FMT(name)).p, NULL };
	struct str line;

	TRY(ask(r, a, args, &line));
	if (!git_is_id(r, line))
		return fail(ERR_MISSING, "%s has no commit %.*s", r->dir, FMT(name));
	*commit = line;
	return NULL;
}
