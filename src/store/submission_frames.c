#include "store/submission_frames.h"

#include <errno.h>
#include <unistd.h>

#include "text/json.h"

enum { READ_AHEAD = 256 * 1024 };

struct frames frames_new(int fd)
{
	return (struct frames){ .fd = fd, .in = buf_new(2 * SUBMISSION_FRAME_MAX + READ_AHEAD),
				.digest = digest_ctx_new() };
}

void frames_done(struct frames *r)
{
	buf_done(&r->in);
	digest_ctx_free(r->digest);
}

/* Whatever is there, at least one byte; *got 0 at the end. */
static err read_any(struct frames *r, char *room, size_t n, size_t *got)
{
	ssize_t now;

	do {
		now = read(r->fd, room, n);
	} while (now < 0 && errno == EINTR);
	if (now < 0)
		return fail_errno("cannot read the submission");
	*got = (size_t)now;
	return NULL;
}

/* Makes n bytes available at r->in.p + r->at; false at a clean end of stream. */
static err need(struct frames *r, size_t n, bool *got)
{
	size_t have = r->in.n - r->at, now = 1;

	*got = true;
	if (have >= n)
		return NULL;
	if (have)
		memmove(r->in.p, r->in.p + r->at, have);
	r->in.n = have;
	r->at = 0;
	while (r->in.n < n && now > 0) {
		size_t want = n - r->in.n > READ_AHEAD ? n - r->in.n : READ_AHEAD;
		char *room = buf_grow(&r->in, want);

		ASSERT(room);
		r->in.n -= want;
		TRY(read_any(r, room, want, &now));
		r->in.n += now;
	}
	*got = r->in.n >= n;
	if (!*got && r->in.n > 0)
		return fail(ERR_INPUT, "the submission was cut short");
	return NULL;
}

err frames_next(struct frames *r, struct frame *f)
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
	f->at = r->offset + 5;
	r->at += 5 + n;
	r->offset += 5 + (int64_t)n;
	if (!r->started && f->letter != 'S' && f->letter != 'X')
		return fail(ERR_INPUT, "this is no submission");
	r->started = true;
	r->items += f->letter == 'I' || f->letter == 'R';
	if (f->letter != 'Z' && f->letter != 'X' && !r->trusted)
		digest_add(r->digest, f->whole);
	return NULL;
}

err frames_no_more(struct frames *r)
{
	char one;
	size_t got;

	TRY(read_any(r, &one, 1, &got));
	return got || r->at < r->in.n ? fail(ERR_INPUT, "bytes stand behind the end of the submission") : NULL;
}

bool submission_is(struct str head)
{
	return head.n > 6 && head.p[0] == 'S' && head.p[1] == 0 && head.p[5] == '{' &&
	       str_has(str_cut(head, 4096), STR("custody-submission/"));
}

err frames_progress(struct str payload, int64_t *a, int64_t *b)
{
	struct str done;

	if (!str_split(&payload, ' ', &done) || !str_to_i64(done, a) || !str_to_i64(payload, b))
		return fail(ERR_INPUT, "the submission's progress is no progress");
	return NULL;
}

/* "kind sentence[\nhint]" from a reader that could not do it. */
err frames_failure(struct str payload)
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

err frames_end(struct frames *r, struct arena *a, struct str payload)
{
	struct digest is = digest_end(r->digest), said;
	struct json *doc;
	int64_t items;

	TRY(json_parse(a, "end of submission", payload, &doc));
	if (!json_int(json_get(doc, "items"), &items) || !digest_get(json_text(json_get(doc, "sha256")), &said) ||
	    items != r->items || (!r->trusted && !digest_eq(&is, &said)))
		return fail(ERR_INPUT, "the submission was altered on its way: its closing digest does not match");
	return NULL;
}

err frames_declare(struct submission_shapes *shapes, struct str payload)
{
	struct row_shape shape;

	if (shapes->n == ROW_TABLES)
		return fail(ERR_INPUT, "the submission tells of too many tables");
	TRY(submission_row_shape_get(payload, &shape));
	for (size_t i = 0; i < shapes->n; i++)
		if (shapes->v[i].t == shape.t)
			return fail(ERR_INPUT, "the submission tells of the table '%s' twice", shape.t->name);
	shapes->v[shapes->n++] = shape;
	return NULL;
}

err frames_row(const struct submission_shapes *shapes, struct str payload, const struct row_shape **shape,
	       struct str *values)
{
	if (!payload.n || (unsigned char)payload.p[0] >= shapes->n)
		return fail(ERR_INPUT, "the submission holds a row of a table it does not tell of");
	*shape = &shapes->v[(unsigned char)payload.p[0]];
	*values = str_from(payload, 1);
	return NULL;
}
