#include "store/submission_frames.h"

#include "text/json.h"

static const struct json_pick everything = { 0, 0 };

struct reading {
	struct frames in;
	const struct submission_calls *calls;
	void *ctx;
	struct arena *a;
	struct submission_shapes shapes;
	char kind[65], name[1025];
	int64_t size, left;		/* of the evidence; -1: none yet */
	bool begun;
};

static err take_table(struct reading *r, const struct table *t, struct str text, void **out)
{
	struct json *doc;
	void *item = arena_alloc(r->a, t->size);

	TRY(json_parse(r->a, t->name, text, &doc));
	TRY(json_to_table(r->a, t->name, doc, t, everything, item));
	*out = item;
	return NULL;
}

static err take_item(struct reading *r, struct str payload)
{
	size_t nul = str_find(payload, (struct str){ "", 1 }, 0);
	struct str name = { payload.p, nul };
	void *item;

	if (nul == payload.n)
		return fail(ERR_INPUT, "an item of the submission has no name");
	for (const struct table *const *t = item_tables; *t; t++) {
		if (!str_is(name, (*t)->name))
			continue;
		if (submission_row_fits(*t))
			return fail(ERR_INPUT, "the submission holds a '%s' that is no row", (*t)->name);
		TRY(take_table(r, *t, str_from(payload, nul + 1), &item));
		return r->calls->item(r->ctx, *t, item);
	}
	return err_hint(fail(ERR_INPUT, "the submission holds an item of the unknown kind '%.*s'", FMT(str_cut(name, 64))),
			"it was written by a newer custody: install that version");
}

static err take_row(struct reading *r, struct str payload)
{
	const struct row_shape *shape;
	struct str values;
	void *item;

	TRY(frames_row(&r->shapes, payload, &shape, &values));
	if (shape->t == r->calls->skip)
		return NULL;
	item = arena_alloc(r->a, shape->t->size);
	TRY(submission_row_get(shape, values, item));
	return r->calls->item(r->ctx, shape->t, item);
}

static err take_start(struct reading *r, struct str payload)
{
	void *start;

	if (r->begun)
		return fail(ERR_INPUT, "the submission begins twice");
	r->begun = true;
	TRY(take_table(r, &submission_start_table, payload, &start));
	if (!str_is(((struct s_start *)start)->format, "custody-submission/1"))
		return fail(ERR_INPUT, "the submission is of a format this program does not know");
	return r->calls->start(r->ctx, start);
}

/* At most one, before the first item: what the items were read from. */
static err take_evidence(struct reading *r, struct str payload)
{
	void *e;
	struct s_evidence *head;

	if (r->size >= 0 || r->in.items)
		return fail(ERR_INPUT, "the submission holds evidence where none belongs");
	TRY(take_table(r, &item_evidence, payload, &e));
	head = e;
	r->size = r->left = head->size;
	snprintf(r->kind, sizeof(r->kind), "%.*s", FMT(head->kind));
	snprintf(r->name, sizeof(r->name), "%.*s", FMT(head->name));
	return NULL;
}

static err take_bytes(struct reading *r, struct str payload)
{
	struct s_evidence e = { str_c(r->kind), str_c(r->name), r->size };

	if (r->size < 0 || (int64_t)payload.n > r->left || payload.n == 0)
		return fail(ERR_INPUT, "the submission holds bytes that belong to nothing");
	r->left -= (int64_t)payload.n;
	return r->calls->evidence ? r->calls->evidence(r->ctx, &e, payload) : NULL;
}

static err take_progress(struct reading *r, struct str payload)
{
	int64_t done, of;

	TRY(frames_progress(payload, &done, &of));
	return r->calls->progress ? r->calls->progress(r->ctx, done, of) : NULL;
}

static err take_content(struct reading *r, const struct frame *f)
{
	switch (f->letter) {
	case 'S':
		return take_start(r, f->payload);
	case 'T':
		return frames_declare(&r->shapes, f->payload);
	case 'R':
		return take_row(r, f->payload);
	case 'I':
		return take_item(r, f->payload);
	case 'E':
		return take_evidence(r, f->payload);
	case 'B':
		return take_bytes(r, f->payload);
	case 'P':
		return take_progress(r, f->payload);
	}
	return fail(ERR_INPUT, "the submission holds a frame of an unknown kind");
}

static err take_frame(struct reading *r, const struct frame *f, bool *end)
{
	if (f->letter == 'X')
		return frames_failure(f->payload);
	if (r->left > 0 && f->letter != 'B')
		return fail(ERR_INPUT, "the evidence of the submission is not whole");
	if (f->letter != 'Z')
		return take_content(r, f);
	*end = true;
	return frames_end(&r->in, r->a, f->payload);
}

static err read_all(int fd, const struct submission_calls *calls, void *ctx, bool trusted)
{
	OWNED(arena) a = arena_new();
	struct reading r = { .in = frames_new(fd), .calls = calls, .ctx = ctx, .a = a, .size = -1 };
	struct frame f = { 0 };
	bool end = false;
	err e = NULL;

	r.in.trusted = trusted;
	while (!e && !end) {
		arena_reset(a);
		e = frames_next(&r.in, &f);
		if (!e)
			e = take_frame(&r, &f, &end);
	}
	frames_done(&r.in);
	return e;
}

err submission_read(int fd, const struct submission_calls *calls, void *ctx)
{
	return read_all(fd, calls, ctx, false);
}

err submission_read_copy(int fd, const struct submission_calls *calls, void *ctx)
{
	return read_all(fd, calls, ctx, true);
}
