#include "git/branches.h"

#include "git/run.h"

enum { OUTPUT = 16 << 20 };

/* "origin/main" without its remote's name. */
static struct str without_remote(struct str shown)
{
	const char *slash = shown.n ? memchr(shown.p, '/', shown.n) : NULL;

	return slash ? str_from(shown, (size_t)(slash - shown.p) + 1) : shown;
}

static err look(struct git_repo *r, struct arena *a, struct str ref, struct str *commit)
{
	err e = git_commit_of(r, a, ref, commit);

	if (e && e->kind != ERR_MISSING)
		return e;
	if (e)
		*commit = (struct str){ 0 };
	return NULL;
}

/* Absent where no branch bears the name. */
static err find(struct git_repo *r, struct arena *a, struct str name, struct str *commit)
{
	TRY(look(r, a, arena_printf(a, "refs/heads/%.*s", FMT(name)), commit));
	if (!commit->p)
		TRY(look(r, a, arena_printf(a, "refs/remotes/origin/%.*s", FMT(name)), commit));
	for (size_t i = 0; i < r->remotes_n && !commit->p; i++)
		TRY(look(r, a, arena_printf(a, "refs/remotes/%.*s/%.*s", FMT(r->remotes[i].name), FMT(name)), commit));
	return NULL;
}

err git_branches_tip(struct git_repo *r, struct arena *a, struct str name, struct str *commit)
{
	struct str found;

	TRY(find(r, a, name, &found));
	if (!found.p)
		TRY(git_commit_of(r, a, name, &found));
	*commit = found;
	return NULL;
}

err git_branches_have(struct git_repo *r, struct arena *a, struct str name, bool *yes)
{
	struct str found;

	TRY(find(r, a, name, &found));
	*yes = found.p != NULL;
	return NULL;
}

struct str git_branches_main(const struct git_repo *r)
{
	static const char *const names[] = { "main", "master", "trunk" };

	if (r->host_branch.n)
		return without_remote(r->host_branch);
	for (size_t k = 0; k < ARRAY_LEN(names); k++)
		for (size_t i = 0; i < r->refs_n; i++) {
			const struct git_ref *ref = &r->refs[i];

			if ((ref->kind == GIT_BRANCH && str_is(ref->shown, names[k])) ||
			    (ref->kind == GIT_REMOTE_BRANCH && str_is(without_remote(ref->shown), names[k])))
				return str_c(names[k]);
		}
	return (struct str){ 0 };
}

static int rank_of(const struct git_repo *r, struct strs liked, struct str name)
{
	if (str_eq(name, git_branches_main(r)))
		return 3;
	for (size_t i = 0; i < liked.n; i++)
		if (str_eq(name, liked.v[i]))
			return 2;
	return 1;
}

err git_branches_of_head(struct git_repo *r, struct arena *a, struct strs liked, struct str *name)
{
	const char *const args[] = { "for-each-ref", "--contains=HEAD", "--format=%(refname)", "refs/heads",
				     "refs/remotes", NULL };
	BUF_AUTO out = buf_new(OUTPUT);
	struct str rest, line, best = { 0 };
	int best_rank = 0;

	TRY(git_run_ok(r, args, "list the branches that contain HEAD", &out));
	rest = arena_str(a, arena_utf8(a, buf_str(&out)));
	while (str_split(&rest, '\n', &line)) {
		struct str shown = { 0 };
		int rank;

		if (str_starts(line, STR("refs/heads/")))
			shown = str_from(line, 11);
		else if (str_starts(line, STR("refs/remotes/")) && !str_ends(line, STR("/HEAD")))
			shown = without_remote(str_from(line, 13));
		if (!shown.n)
			continue;
		rank = rank_of(r, liked, shown);
		if (rank > best_rank) {
			best = shown;
			best_rank = rank;
		}
	}
	*name = best;
	return NULL;
}
