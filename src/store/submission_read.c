#include "store/submission.h"

#include "base/file.h"
#include "text/json.h"

static const struct json_pick everything = { 0, 0 };

struct reading {
	int fd;
	const struct submission_calls *calls;
	void *ctx;
	struct arena *a;
	struct buf in;			/* bytes read and not yet used */
	size_t at;
	struct digest_ctx *digest;
	char kind[65], name[1025];
	int64_t size, left;		/* of the evidence; -1: none yet */
	bool started;
	int64_t items;
};

/* Makes n bytes available at r->in.p + r->at; false at a clean end of stream. */
static err need(struct reading *r, size_t n, bool *got)
{
	size_t have = r->in.n - r->at, more;

	*got = true;
	if (have >= n)
		return NULL;
	if (have)
		memmove(r->in.p, r->in.p + r->at, have);
	r->in.n = have;
	r->at = 0;
	while (r->in.n < n) {
		size_t want = n - r->in.n > 65536 ? n - r->in.n : 65536;
		char *room = buf_grow(&r->in, want);
		ssize_t got_now;

		ASSERT(room);
		TRY(fd_read_some(r->fd, "the submission", room, n - (r->in.n - want), &more));
		got_now = (ssize_t)more;
		r->in.n -= want - (size_t)got_now;
		if (more == 0)
			break;
	}
	*got = r->in.n >= n;
	if (!*got && r->in.n > 0)
		return fail(ERR_INPUT, "the submission was cut short");
	return NULL;
}

struct frame {
	char letter;
	struct str payload, whole;
};

static err next_frame(struct reading *r, struct frame *f)
{
	const uint8_t *p;
	size_t n;
	bool got;

	TRY(need(r, 5, &got));
	if (!got)
		return fail(ERR_INPUT, "the submission was cut short");
	p = (const uint8_t *)r->in.p + r->at;
	n = (size_t)p[1] << 24 | (size_t)p[2] << 16 | (size_t)p[3] << 8 | p[4];
	if (n > SUBMISSION_FRAME_MAX)
		return fail(ERR_INPUT, "a frame of the submission is larger than %d bytes", SUBMISSION_FRAME_MAX);
	TRY(need(r, 5 + n, &got));
	if (!got)
		return fail(ERR_INPUT, "the submission was cut short");
	f->letter = r->in.p[r->at];
	f->whole = (struct str){ r->in.p + r->at, 5 + n };
	f->payload = str_from(f->whole, 5);
	r->at += 5 + n;
	return NULL;
}

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
		TRY(take_table(r, *t, str_from(payload, nul + 1), &item));
		r->items++;
		return r->calls->item(r->ctx, *t, item);
	}
	return err_hint(fail(ERR_INPUT, "the submission holds an item of the unknown kind '%.*s'", FMT(str_cut(name, 64))),
			"it was written by a newer custody: install that version");
}

static err take_start(struct reading *r, struct str payload)
{
	void *start;

	if (r->started)
		return fail(ERR_INPUT, "the submission begins twice");
	r->started = true;
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

	if (r->size >= 0 || r->items)
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
	struct str done;
	int64_t a, b;

	if (!str_split(&payload, ' ', &done) || !str_to_i64(done, &a) || !str_to_i64(payload, &b))
		return fail(ERR_INPUT, "the submission's progress is no progress");
	return r->calls->progress ? r->calls->progress(r->ctx, a, b) : NULL;
}

/* "kind sentence[\nhint]" from a reader that could not do it. */
static err take_failure(struct str payload)
{
	struct str kind, text;
	uint64_t k;

	if (!str_split(&payload, ' ', &kind) || !str_to_u64(kind, &k) || k > ERR_GATE)
		return fail(ERR_FAILED, "the reader failed without saying why");
	str_split(&payload, '\n', &text);
	if (payload.p)
		return err_hint(fail((enum err_kind)k, "%.*s", FMT(text)), "%.*s", FMT(payload));
	return fail((enum err_kind)k, "%.*s", FMT(text));
}

struct copying {
	void (*progress)(void *ctx, int64_t done, int64_t of);
	void *ctx;
};

static err take_end(struct reading *r, struct str payload)
{
	struct digest is = digest_end(r->digest), said;
	struct json *doc;
	int64_t items;

	TRY(json_parse(r->a, "end of submission", payload, &doc));
	if (!json_int(json_get(doc, "items"), &items) || !digest_get(json_text(json_get(doc, "sha256")), &said) ||
	    items != r->items || !digest_eq(&is, &said))
		return fail(ERR_INPUT, "the submission was altered on its way: its closing digest does not match");
	return NULL;
}

static err check_order(const struct reading *r, const struct frame *f)
{
	if (f->letter == 'X')
		return NULL;
	if (!r->started && f->letter != 'S')
		return fail(ERR_INPUT, "this is no submission");
	if (r->left > 0 && f->letter != 'B')
		return fail(ERR_INPUT, "the evidence of the submission is not whole");
	return NULL;
}

static err take_frame(struct reading *r, const struct frame *f, bool *end)
{
	TRY(check_order(r, f));
	if (f->letter == 'Z' || f->letter == 'X') {
		*end = true;
		return f->letter == 'Z' ? take_end(r, f->payload) : take_failure(f->payload);
	}
	digest_add(r->digest, f->whole);
	switch (f->letter) {
	case 'S':
		return take_start(r, f->payload);
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

static err pass_progress(void *ctx, int64_t done, int64_t of)
{
	struct copying *c = ctx;

	if (c->progress)
		c->progress(c->ctx, done, of);
	return NULL;
}

static err copy_frame(struct reading *r, const struct frame *f, int to, bool *end)
{
	if (!r->started && f->letter != 'S' && f->letter != 'X')
		return fail(ERR_INPUT, "this is no submission");
	r->started = true;
	*end = f->letter == 'Z' || f->letter == 'X';
	if (f->letter == 'X')
		return take_failure(f->payload);
	if (f->letter == 'Z')
		TRY(take_end(r, f->payload));
	else
		digest_add(r->digest, f->whole);
	r->items += f->letter == 'I';
	if (f->letter == 'P')
		TRY(take_progress(r, f->payload));
	return fd_write_all(to, "the copy of the submission", f->whole);
}

bool submission_is(struct str head)
{
	return head.n > 6 && head.p[0] == 'S' && head.p[1] == 0 && head.p[5] == '{' &&
	       str_has(str_cut(head, 4096), STR("custody-submission/"));
}

/* What stands behind the end came from somewhere else. */
static err nothing_more(struct reading *r)
{
	char one;
	size_t got;

	TRY(fd_read_some(r->fd, "the submission", &one, 1, &got));
	return got || r->at < r->in.n ? fail(ERR_INPUT, "bytes stand behind the end of the submission") : NULL;
}

err submission_copy(int from, int to, void (*progress)(void *ctx, int64_t done, int64_t of), void *ctx)
{
	OWNED(arena) a = arena_new();
	OWNED(digest_ctx) digest = digest_ctx_new();
	struct copying c = { progress, ctx };
	const struct submission_calls calls = { .progress = pass_progress };
	struct reading r = { .fd = from, .calls = &calls, .ctx = &c, .a = a, .digest = digest, .size = -1,
			     .in = buf_new(2 * SUBMISSION_FRAME_MAX + (1 << 20)) };
	struct frame f = { 0 };
	bool end = false;
	err e = NULL;

	while (!e && !end) {
		e = next_frame(&r, &f);
		if (!e)
			e = copy_frame(&r, &f, to, &end);
	}
	if (!e)
		e = nothing_more(&r);
	buf_done(&r.in);
	return e;
}

err submission_read(int fd, const struct submission_calls *calls, void *ctx)
{
	OWNED(arena) a = arena_new();
	OWNED(digest_ctx) digest = digest_ctx_new();
	struct reading r = { .fd = fd, .calls = calls, .ctx = ctx, .a = a, .digest = digest, .size = -1,
			     .in = buf_new(2 * SUBMISSION_FRAME_MAX + (1 << 20)) };
	struct frame f = { 0 };
	bool end = false;
	err e = NULL;

	while (!e && !end) {
		arena_reset(a);
		e = next_frame(&r, &f);
		if (!e)
			e = take_frame(&r, &f, &end);
	}
	buf_done(&r.in);
	return e;
}
