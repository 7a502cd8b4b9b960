#include "git/branches.h"

#include "git/run.h"

enum { NAME_MAX_BYTES = 4096 };

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

static int rank_of(struct str main, struct strs liked, struct str name)
{
	if (str_eq(name, main))
		return 3;
	for (size_t i = 0; i < liked.n; i++)
		if (str_eq(name, liked.v[i]))
			return 2;
	return 1;
}

/* The branch's name without where it is kept; absent where it is none. */
static struct str name_of(struct str ref)
{
	if (str_starts(ref, STR("refs/heads/")))
		return str_from(ref, 11);
	if (str_starts(ref, STR("refs/remotes/")) && !str_ends(ref, STR("/HEAD")))
		return without_remote(str_from(ref, 13));
	return (struct str){ 0 };
}

err git_branches_of_head(struct git_repo *r, struct arena *a, struct strs liked, struct str *name)
{
	const char *const args[] = { "for-each-ref", "--contains=HEAD", "--format=%(refname)", "refs/heads",
				     "refs/remotes", NULL };
	const struct git_piece form = { '\n', NAME_MAX_BYTES };
	struct str line, best = { 0 }, main = git_branches_main(r);
	GIT_STREAM_AUTO s = GIT_STREAM_NONE;
	int best_rank = 0, status;
	bool more = true;

	TRY(git_stream_open(r, args, STR(""), &s));
	while (more) {
		struct str shown;
		int rank;

		TRY(git_stream_next(&s, form, &line, &more));
		shown = more ? name_of(line) : (struct str){ 0 };
		rank = shown.n ? rank_of(main, liked, shown) : 0;
		if (rank > best_rank) {
			best = arena_utf8(a, arena_str(a, shown));
			best_rank = rank;
		}
	}
	TRY(git_stream_close(&s, &status));
	*name = best;
	return NULL;
}
