#include "odb/odb.h"

#include <stdlib.h>

#include "odb/delta.h"
#include "odb/parts.h"

enum { CHAIN_MAX = 4096 };

struct reading {
	const struct odb *o;
	uint64_t max;
	struct odb_inflater *inflater;
	struct odb_pool *pool;
	struct odb_spans spans;
};

static err damaged(void)
{
	return fail(ERR_INTEGRITY, "an object of the repository is damaged");
}

/* The offsets from a delta down to its whole base; *n of them. */
static err chain(const struct odb_pack *p, uint32_t at, uint64_t *v, size_t *n)
{
	uint64_t offset = odb_pack_offset(p, at);

	for (*n = 0; *n < CHAIN_MAX; ) {
		struct odb_entry e;
		int64_t base;

		if (!odb_pack_entry(p, offset, &e))
			return damaged();
		v[(*n)++] = offset;
		if (e.kind == ODB_WHOLE)
			return NULL;
		offset = e.base;
		if (e.kind == ODB_ID_DELTA) {
			base = odb_pack_find(p, e.base_id);
			if (base < 0)
				return damaged();
			offset = odb_pack_offset(p, (uint32_t)base);
		}
	}
	return fail(ERR_LIMIT, "an object of the repository is a delta of more than %d steps", CHAIN_MAX);
}

static err stream(struct reading *r, const struct odb_pack *p, const struct odb_entry *e, struct str *out)
{
	char *bytes;

	if (e->size > r->max)
		return fail(ERR_LIMIT, "an object of the repository has %llu bytes", (unsigned long long)e->size);
	bytes = odb_pool_take(r->pool, e->size);
	if (!odb_inflate(r->inflater, odb_pack_stream(p, e->stream), bytes, e->size)) {
		odb_pool_give(r->pool, bytes, e->size);
		return damaged();
	}
	*out = (struct str){ bytes, e->size };
	return NULL;
}

static void give(struct reading *r, struct str s)
{
	odb_pool_give(r->pool, (char *)(uintptr_t)s.p, s.n);
}

/* `base` becomes what the delta at `offset` makes of it. */
static err apply(struct reading *r, const struct odb_pack *p, uint64_t offset, struct str *base)
{
	struct str delta, made = { 0 };
	uint64_t base_size, size;
	struct odb_entry e;
	bool done = false;

	if (!odb_pack_entry(p, offset, &e))
		return damaged();
	TRY(stream(r, p, &e, &delta));
	if (odb_delta_sizes(delta, &base_size, &size) && size <= r->max) {
		made = (struct str){ odb_pool_take(r->pool, size), size };
		done = odb_delta_apply(delta, *base, (char *)(uintptr_t)made.p, size, &r->spans);
	}
	give(r, delta);
	if (!done) {
		give(r, made);
		return damaged();
	}
	give(r, *base);
	*base = made;
	return NULL;
}

static err read_packed(struct reading *r, const struct odb_pack *p, uint32_t at, struct odb_object *out)
{
	uint64_t v[CHAIN_MAX];
	struct odb_entry e;
	size_t n;
	err failed;

	TRY(chain(p, at, v, &n));
	if (!odb_pack_entry(p, v[n - 1], &e))
		return damaged();
	TRY(stream(r, p, &e, &out->bytes));
	out->type = e.type;
	while (--n) {
		failed = apply(r, p, v[n - 1], &out->bytes);
		if (failed) {
			give(r, out->bytes);
			return failed;
		}
	}
	return NULL;
}

static err read_one(struct reading *r, uint32_t no, struct odb_object *out)
{
	const struct odb_pack *p = odb_pack_of(r->o, no);

	if (p)
		return read_packed(r, p, no - p->first_no, out);
	return odb_loose_read(r->o, no - r->o->first_loose, r->max, r->pool, out);
}

err odb_read(struct odb *o, uint32_t no, uint64_t max, struct odb_whole *out)
{
	OWNED(odb_inflater) inflater = odb_inflater_new();
	OWNED(odb_pool) pool = odb_pool_new();
	struct reading r = { .o = o, .max = max, .inflater = inflater, .pool = pool };
	struct odb_object got = { 0 };
	err e = read_one(&r, no, &got);

	odb_spans_done(&r.spans);
	TRY(e);
	*out = (struct odb_whole){ got.type, (char *)(uintptr_t)got.bytes.p, got.bytes.n };
	return NULL;
}
