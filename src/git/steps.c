#include "git/steps.h"

#include "base/instant.h"
#include "base/map.h"
#include "git/run.h"

/* "time commit parent parent …" */
static bool step_take(struct git_repo *r, struct arena *a, struct str line, struct git_step *out)
{
	struct str time, word;

	*out = (struct git_step){ .at = INSTANT_NONE };
	if (!str_split(&line, ' ', &time) || !str_split(&line, ' ', &word) || !git_is_id(r, word))
		return false;
	if (!str_to_i64(time, &out->at))
		out->at = INSTANT_NONE;
	out->commit = arena_str(a, word);
	while (str_split(&line, ' ', &word)) {
		if (!git_is_id(r, word))
			return false;
		if (out->parents++ == 0)
			out->parent = arena_str(a, word);
	}
	return true;
}

static err read_all(struct git_repo *r, struct arena *a, struct git_stream *s, struct buf *steps)
{
	const struct git_piece form = { '\n', 1 << 20 };
	bool more = true;

	while (more) {
		struct git_step step;
		struct str line;
		void *slot;

		TRY(git_stream_next(s, form, &line, &more));
		if (!more)
			break;
		if (!step_take(r, a, line, &step))
			return fail(ERR_INPUT, "git listed the history of %s in an unknown form", r->dir);
		slot = buf_grow(steps, sizeof(step));
		if (slot)
			memcpy(slot, &step, sizeof(step));
		TRY(buf_ok(steps, "the list of changes"));
	}
	return NULL;
}

static void cut_since(struct git_steps *s, int64_t since)
{
	size_t keep = 0;

	if (since == INSTANT_NONE)
		return;
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].at >= since)
			keep = i + 1;
	if (keep < s->n) {
		s->stop = s->v[keep].commit;
		s->n = keep;
		s->broken = false;
	}
}

static void mark_boundary(const struct git_repo *r, struct git_steps *s)
{
	OWNED(map) known = map_new();

	for (size_t i = 0; i < r->boundary.n; i++)
		map_put_int(known, r->boundary.v[i], 1);
	for (size_t i = 0; i < s->n; i++) {
		s->v[i].boundary = map_has(known, s->v[i].commit);
		s->merges |= s->v[i].parents > 1;
	}
}

err git_steps_read(struct git_repo *r, struct arena *a, const struct git_steps_spec *spec,
		   struct git_steps *out)
{
	const char *const args[] = { "rev-list", "--first-parent", "--parents", "--timestamp",
				     "--stdin", NULL };
	BUF_AUTO steps = buf_new((size_t)GIT_STEPS * sizeof(struct git_step));
	BUF_AUTO in = buf_new(1024);
	GIT_STREAM_AUTO s = GIT_STREAM_NONE;
	struct git_steps made = { .stop = spec->stop };
	int status;

	buf_addf(&in, "%.*s\n", FMT(spec->tip));
	if (spec->stop.p)
		buf_addf(&in, "^%.*s\n", FMT(spec->stop));
	TRY(git_stream_open(r, args, buf_str(&in), &s));
	TRY(read_all(r, a, &s, &steps));
	TRY(git_stream_close(&s, &status));
	made.n = steps.n / sizeof(struct git_step);
	made.v = ARENA_ARRAY(a, struct git_step, made.n + 1);
	if (steps.n)
		memcpy(made.v, steps.p, steps.n);
	made.broken = status != 0;
	cut_since(&made, spec->since);
	mark_boundary(r, &made);
	*out = made;
	return NULL;
}
