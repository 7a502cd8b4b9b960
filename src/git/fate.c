#include "git/git.h"

#include "base/instant.h"
#include "git/run.h"
#include "git/steps.h"

/* Exit code of a git that only answers yes or no. */
static err answer(struct git_repo *r, const char *const *args, int *status)
{
	struct git_call call = { .env = r->env, .args = args };
	OWNED(arena) a = arena_new();
	BUF_AUTO out = buf_new(4096);
	struct str said;

	return git_run(a, &call, &out, status, &said);
}

static err lost_steps(struct git_repo *r, struct arena *a, const struct str tips[2], struct git_lost *out)
{
	const struct git_steps_spec spec = { .tip = tips[0], .stop = tips[1], .since = INSTANT_NONE };
	struct git_steps steps;

	TRY(git_steps_read(r, a, &spec, &steps));
	out->total = steps.n;
	out->commits.v = ARENA_ARRAY(a, struct str, GIT_LOST);
	for (size_t i = 0; i < steps.n && i < GIT_LOST; i++)
		out->commits.v[out->commits.n++] = steps.v[i].commit;
	return NULL;
}

/* Whether the line of first parents from `now` passes `then`. */
static err on_the_line(struct git_repo *r, struct arena *a, const struct str tips[2], bool *yes)
{
	const struct git_steps_spec spec = { .tip = tips[1], .stop = tips[0], .since = INSTANT_NONE };
	struct git_steps steps;

	TRY(git_steps_read(r, a, &spec, &steps));
	*yes = steps.n == 0 || (steps.v[steps.n - 1].parent.p &&
				str_eq(steps.v[steps.n - 1].parent, tips[0]));
	return NULL;
}

err git_tip_fate(struct git_repo *r, struct arena *a, const struct str tips[2], struct git_lost *out)
{
	const char *then = arena_cstr(a, tips[0]), *now = arena_cstr(a, tips[1]);
	const char *const here[] = { "cat-file", "-e", arena_printf(a, "%s^{commit}", then).p, NULL };
	const char *const reach[] = { "merge-base", "--is-ancestor", then, now, NULL };
	struct git_lost made = { .fate = GIT_GONE };
	bool line = false;
	int status;

	if (!git_is_id(r, tips[0]) || !git_is_id(r, tips[1]))
		return fail(ERR_INPUT, "a tip is not the id of a commit");
	TRY(answer(r, here, &status));
	if (status == 0) {
		TRY(answer(r, reach, &status));
		if (status > 1)
			return fail(ERR_INPUT, "git cannot compare %.12s with %.12s in %s", then, now, r->dir);
		made.fate = status ? GIT_REWRITTEN : GIT_ASIDE;
		if (status)
			TRY(lost_steps(r, a, tips, &made));
		else
			TRY(on_the_line(r, a, tips, &line));
		if (line)
			made.fate = GIT_KEPT;
	}
	*out = made;
	return NULL;
}
