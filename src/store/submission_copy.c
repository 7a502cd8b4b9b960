/* The first pass over a submission: see store/submission.h. */
#include "store/submission_frames.h"

#include <unistd.h>

#include "base/file.h"

enum { WRITE_AT = 1 << 20 };

struct copying {
	struct frames in;
	int to;
	struct buf out;			/* bytes not yet written */
	struct submission_shapes *shapes;
	const struct submission_copy_calls *calls;
	void *ctx;
	void *item;			/* room for one of any row's table */
};

static err flush(struct copying *c)
{
	err e = fd_write_all(c->to, "the copy of the submission", buf_str(&c->out));

	buf_clear(&c->out);
	return e;
}

static err take_row(struct copying *c, const struct frame *f)
{
	const struct row_shape *shape;
	struct str values;

	TRY(frames_row(c->shapes, f->payload, &shape, &values));
	if (!c->calls->row)
		return NULL;
	TRY(submission_row_get(shape, values, c->item));
	return c->calls->row(c->ctx, shape->t, c->item, (struct submission_place){ f->at, (int64_t)f->payload.n });
}

static err take_progress(struct copying *c, struct str payload)
{
	int64_t done, of;

	TRY(frames_progress(payload, &done, &of));
	if (c->calls->progress)
		c->calls->progress(c->ctx, done, of);
	return NULL;
}

static err take_frame(struct copying *c, const struct frame *f, bool *end)
{
	OWNED(arena) a = NULL;

	*end = f->letter == 'Z' || f->letter == 'X';
	if (f->letter == 'X')
		return frames_failure(f->payload);
	if (f->letter == 'Z') {
		a = arena_new();
		TRY(frames_end(&c->in, a, f->payload));
	}
	if (f->letter == 'R')
		TRY(take_row(c, f));
	if (f->letter == 'T')
		TRY(frames_declare(c->shapes, f->payload));
	if (f->letter == 'P')
		TRY(take_progress(c, f->payload));
	buf_add(&c->out, f->whole);
	return *end || c->out.n >= WRITE_AT ? flush(c) : NULL;
}

static size_t largest_item(void)
{
	size_t most = 0;

	for (const struct table *const *t = item_tables; *t; t++)
		if ((*t)->size > most)
			most = (*t)->size;
	return most;
}

err submission_copy(int from, int to, const struct submission_copy_calls *calls, void *ctx,
		    struct submission_shapes *shapes)
{
	struct copying c = { .in = frames_new(from), .to = to, .shapes = shapes, .calls = calls, .ctx = ctx,
			     .out = buf_new(WRITE_AT + SUBMISSION_FRAME_MAX + 5), .item = base_alloc(largest_item()) };
	struct frame f = { 0 };
	bool end = false;
	err e = NULL;

	*shapes = (struct submission_shapes){ .n = 0 };
	while (!e && !end) {
		e = frames_next(&c.in, &f);
		if (!e)
			e = take_frame(&c, &f, &end);
	}
	if (!e)
		e = frames_no_more(&c.in);
	frames_done(&c.in);
	buf_done(&c.out);
	free(c.item);
	return e;
}

err submission_row_again(int copy, const struct submission_shapes *shapes, struct submission_place at, /* allow: one door */
			 struct arena *a, void *item)
{
	char *bytes = arena_alloc(a, (size_t)at.n);
	const struct row_shape *shape;
	struct str values;

	if (pread(copy, bytes, (size_t)at.n, at.at) != at.n)
		return fail_errno("cannot read the copy of the submission");
	TRY(frames_row(shapes, (struct str){ bytes, (size_t)at.n }, &shape, &values));
	return submission_row_get(shape, values, item);
}
