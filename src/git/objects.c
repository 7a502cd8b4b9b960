#include "git/objects.h"

enum { HEADER = 1024 };

struct git_objects git_objects_of(struct git_repo *r, const struct str *ids, size_t n, size_t max)
{
	return (struct git_objects){ .r = r, .ids = ids, .n = n, .max = max, .s = GIT_STREAM_NONE };
}

void git_objects_done(struct git_objects *o)
{
	git_stream_done(&o->s);
}

static err start(struct git_objects *o)
{
	const char *const args[] = { "cat-file", o->sizes_only ? "--batch-check" : "--batch",
				     "--buffer", NULL };
	BUF_AUTO in = buf_new(SIZE_MAX);	/* as long as the list */

	for (size_t i = o->at; i < o->n; i++) {
		buf_add(&in, o->ids[i]);
		buf_add_char(&in, '\n');
	}
	return git_stream_open(o->r, args, buf_str(&in), &o->s);
}

/* "id type size", or "id missing". False where it is neither. */
static bool header_of(struct str line, struct git_object *out)
{
	struct str id, type, size;
	uint64_t n;

	if (!str_split(&line, ' ', &id) || !str_split(&line, ' ', &type))
		return false;
	if (str_is(type, "missing")) {
		out->found = GIT_MISSING;
		return true;
	}
	if (!str_split(&line, ' ', &size) || !str_to_u64(size, &n) || n > SIZE_MAX / 2 || type.n == 0)
		return false;
	out->found = GIT_FOUND;
	out->size = (size_t)n;
	out->type = str_is(type, "tag") ? 'g' : type.p[0];
	return true;
}

static err read_one(struct git_objects *o, struct git_object *out, bool *more)
{
	struct str line;

	TRY(git_stream_next(&o->s, (struct git_piece){ '\n', HEADER }, &line, more));
	if (!*more)
		return NULL;
	if (!header_of(line, out))
		return fail(ERR_INPUT, "git answered in an unknown form about an object of %s", o->r->dir);
	if (out->found == GIT_MISSING || o->sizes_only)
		return NULL;
	/* A line end follows the object. */
	TRY(git_stream_take(&o->s, out->size + 1, o->max + 1, &out->bytes, more));
	if (*more)
		out->bytes.n = out->size < o->max ? out->size : o->max;
	return NULL;
}

err git_objects_next(struct git_objects *o, struct git_object *out)
{
	struct git_object got = { .found = GIT_DAMAGED };
	bool more = true;
	int status;

	ASSERT(o->at < o->n);
	if (o->damaged > GIT_DAMAGED_IN_A_ROW) {
		o->at++;
		*out = got;
		return NULL;
	}
	if (!o->s.open)
		TRY(start(o));
	TRY(read_one(o, &got, &more));
	o->at++;
	if (!more) {
		TRY(git_stream_close(&o->s, &status));
		got = (struct git_object){ .found = GIT_DAMAGED };
	}
	o->damaged = more ? 0 : o->damaged + 1;
	*out = got;
	return NULL;
}
