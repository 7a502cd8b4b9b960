/* The walk. A unit of work is a delta tree: its root is inflated, its deltas are
 * applied depth-first, each object is made once. What is alive at a time is the
 * path from the root; a base whose last delta was made is given back. */
#include "odb/odb.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "odb/delta.h"
#include "odb/parts.h"

struct shared {
	const struct odb *o;
	const struct odb_walk_spec *spec;
	struct odb_plan *plans;
	struct odb_unit *units;
	size_t n_units;
	atomic_size_t next;
	atomic_bool stop;
};

/* One object on the path from the root. */
struct frame {
	uint32_t rank, next;		/* its rank; its next delta to be made */
	char *bytes;			/* NULL: let go */
	size_t n;
	void *keep;
};

struct worker {
	struct shared *s;
	const struct odb_sink *sink;
	struct odb_inflater *inflater;
	struct odb_pool *pool;
	struct odb_spans spans;
	struct frame *v;
	size_t depth, room, live;
	size_t pinned;			/* a base in use, counted from 1; 0: none */
	const struct odb_pack *pack;
	struct odb_plan *plan;
	enum odb_type type;
	struct odb_walked walked;
	err error;
};

static bool wanted(const struct worker *w, enum odb_type type)
{
	return w->s->spec->types >> type & 1;
}

static uint32_t number(const struct worker *w, uint32_t rank)
{
	return w->pack->first_no + w->pack->by_offset[rank];
}

static err lose(struct worker *w, uint32_t no, enum odb_loss why, uint64_t size)
{
	w->walked.lost++;
	return w->sink->lost(w->sink->ctx, no, why, size);
}

/* Everything that hangs below a frame's rank: what `each` does with it. */
static err below(struct worker *w, uint32_t rank, err (*each)(struct worker *w, uint32_t rank))
{
	uint32_t at = w->plan->first[rank], *stack;
	size_t n = 0, room = 64;
	err e = NULL;

	if (at == ODB_NONE)
		return NULL;
	stack = base_alloc(room * sizeof(*stack));
	stack[n++] = at;
	while (n && !e) {
		at = stack[--n];
		w->plan->seen[at] = 1;
		e = each(w, at);
		if (n + 2 > room)
			stack = base_realloc(stack, (room *= 2) * sizeof(*stack));
		if (w->plan->next[at] != ODB_NONE)
			stack[n++] = w->plan->next[at];
		if (w->plan->first[at] != ODB_NONE)
			stack[n++] = w->plan->first[at];
	}
	free(stack);
	return e;
}

static err leave_one(struct worker *w, uint32_t rank)
{
	(void)rank;
	w->walked.left++;
	return NULL;
}

static err lose_one(struct worker *w, uint32_t rank)
{
	return lose(w, number(w, rank), ODB_NO_BASE, 0);
}

static err lose_tree(struct worker *w, uint32_t rank, enum odb_loss why, uint64_t size)
{
	TRY(lose(w, number(w, rank), why, size));
	return below(w, rank, lose_one);
}

static void let_go(struct worker *w, struct frame *f)
{
	if (!f->bytes)
		return;
	odb_pool_give(w->pool, f->bytes, f->n);
	w->live -= f->n;
	f->bytes = NULL;
}

static char *take(struct worker *w, size_t n)
{
	uint64_t most = w->s->spec->live_max ? w->s->spec->live_max : ODB_LIVE_MAX;

	for (size_t i = 0; i + 1 < w->depth && w->live + n > most; i++)
		if (i + 1 != w->pinned)
			let_go(w, &w->v[i]);
	w->live += n;
	return odb_pool_take(w->pool, n);
}

static void give(struct worker *w, char *bytes, size_t n)
{
	odb_pool_give(w->pool, bytes, n);
	w->live -= n;
}

/* A delta's own bytes, in memory of the pool. */
static bool delta_bytes(struct worker *w, const struct odb_entry *e, char **out)
{
	*out = take(w, e->size);
	if (odb_inflate(w->inflater, odb_pack_stream(w->pack, e->stream), *out, e->size))
		return true;
	give(w, *out, e->size);
	return false;
}

enum made { MADE, MADE_NOT, MADE_TOO_LARGE };

/* The object at `rank`, a delta on `base`. */
static enum made make_delta(struct worker *w, uint32_t rank, struct str base, struct str *out)
{
	enum made made = MADE_NOT;
	uint64_t base_size, size;
	struct odb_entry e;
	char *delta, *bytes;

	if (!odb_pack_entry(w->pack, odb_pack_offset(w->pack, w->pack->by_offset[rank]), &e))
		return MADE_NOT;
	if (e.size > w->s->spec->object_max)
		return MADE_TOO_LARGE;
	if (!delta_bytes(w, &e, &delta))
		return MADE_NOT;
	if (odb_delta_sizes((struct str){ delta, e.size }, &base_size, &size)) {
		out->n = size;
		made = MADE_TOO_LARGE;
	}
	if (made == MADE_TOO_LARGE && size <= w->s->spec->object_max) {
		bytes = take(w, size);
		made = odb_delta_apply((struct str){ delta, e.size }, base, bytes, size, &w->spans) ? MADE : MADE_NOT;
		if (made == MADE)
			*out = (struct str){ bytes, size };
		else
			give(w, bytes, size);
	}
	give(w, delta, e.size);
	return made;
}

static enum made make_whole(struct worker *w, uint32_t rank, struct str *out)
{
	struct odb_entry e;
	char *bytes;

	if (!odb_pack_entry(w->pack, odb_pack_offset(w->pack, w->pack->by_offset[rank]), &e))
		return MADE_NOT;
	out->n = e.size;
	if (e.size > w->s->spec->object_max)
		return MADE_TOO_LARGE;
	bytes = take(w, e.size);
	if (!odb_inflate(w->inflater, odb_pack_stream(w->pack, e.stream), bytes, e.size)) {
		give(w, bytes, e.size);
		return MADE_NOT;
	}
	*out = (struct str){ bytes, e.size };
	return MADE;
}

/* Makes a frame's bytes again that were let go: from the nearest base still there. */
static bool make_again(struct worker *w, size_t depth)
{
	size_t from = depth;

	while (from > 0 && !w->v[from].bytes)
		from--;
	for (size_t i = from; i <= depth; i++) {
		struct str bytes;
		enum made made;

		if (w->v[i].bytes)
			continue;
		w->pinned = i;
		made = i == 0 ? make_whole(w, w->v[0].rank, &bytes)
			      : make_delta(w, w->v[i].rank, (struct str){ w->v[i - 1].bytes, w->v[i - 1].n }, &bytes);
		w->pinned = 0;
		if (made != MADE)
			return false;
		w->v[i].bytes = (char *)(uintptr_t)bytes.p;
		if (i > from + 1)
			let_go(w, &w->v[i - 1]);
	}
	return true;
}

static err tell(struct worker *w, uint32_t no, const struct odb_object *o, void **keep)
{
	*keep = NULL;
	w->walked.given++;
	(void)no;
	return w->sink->object(w->sink->ctx, o, keep);
}

static void push(struct worker *w, uint32_t rank, struct str bytes, void *keep)
{
	if (w->depth == w->room) {
		w->room = w->room ? w->room * 2 : 64;
		w->v = base_realloc(w->v, w->room * sizeof(*w->v));
	}
	w->v[w->depth++] = (struct frame){ rank, w->plan->first[rank], (char *)(uintptr_t)bytes.p, bytes.n, keep };
}

static void pop(struct worker *w)
{
	struct frame *f = &w->v[--w->depth];

	let_go(w, f);
	if (f->keep && w->sink->drop)
		w->sink->drop(w->sink->ctx, f->keep);
}

/* The next delta on the object at the end of the path: made, told, and the path's new end. */
static err step(struct worker *w)
{
	struct frame *f = &w->v[w->depth - 1];
	uint32_t rank = f->next;
	struct odb_object o = { .no = number(w, rank), .type = w->type };
	enum made made = MADE_NOT;
	void *keep;

	f->next = w->plan->next[rank];
	w->plan->seen[rank] = 1;
	if (make_again(w, w->depth - 1))
		made = make_delta(w, rank, (struct str){ f->bytes, f->n }, &o.bytes);
	if (made != MADE)
		return lose_tree(w, rank, made == MADE_NOT ? ODB_DAMAGED : ODB_TOO_LARGE, o.bytes.n);
	if (f->next == ODB_NONE)
		let_go(w, f);
	o.id = odb_id(w->s->o, o.no);
	o.again = odb_again(w->s->o, o.no);
	o.base = f->keep;
	o.spans = w->spans.v;
	o.n_spans = w->spans.n;
	TRY(tell(w, o.no, &o, &keep));
	push(w, rank, o.bytes, keep);
	return NULL;
}

static err walk_tree(struct worker *w, uint32_t root)
{
	struct odb_object o = { .no = number(w, root) };
	struct odb_entry e = { .type = ODB_BLOB };
	enum made made;
	void *keep;

	w->plan->seen[root] = 1;
	if (odb_pack_entry(w->pack, odb_pack_offset(w->pack, w->pack->by_offset[root]), &e) && !wanted(w, e.type)) {
		w->walked.left++;
		return below(w, root, leave_one);
	}
	w->type = o.type = e.type;
	made = make_whole(w, root, &o.bytes);
	if (made != MADE)
		return lose_tree(w, root, made == MADE_NOT ? ODB_DAMAGED : ODB_TOO_LARGE, o.bytes.n);
	o.id = odb_id(w->s->o, o.no);
	o.again = odb_again(w->s->o, o.no);
	TRY(tell(w, o.no, &o, &keep));
	push(w, root, o.bytes, keep);
	while (w->depth) {
		if (w->v[w->depth - 1].next == ODB_NONE)
			pop(w);
		else
			TRY(step(w));
	}
	return NULL;
}

static err walk_loose(struct worker *w, uint32_t at)
{
	struct odb_object o = { .no = w->s->o->first_loose + at, .id = w->s->o->loose[at].id,
				.again = w->s->o->loose[at].again };
	err e = odb_loose_read(w->s->o, at, w->s->spec->object_max, w->pool, &o);
	void *keep = NULL;

	if (e)
		return lose(w, o.no, e->kind == ERR_LIMIT ? ODB_TOO_LARGE : ODB_DAMAGED, 0);
	if (wanted(w, o.type))
		e = tell(w, o.no, &o, &keep);
	else
		w->walked.left++;
	if (keep && w->sink->drop)
		w->sink->drop(w->sink->ctx, keep);
	odb_pool_give(w->pool, (char *)(uintptr_t)o.bytes.p, o.bytes.n);
	return e;
}

static err walk_units(struct worker *w)
{
	struct shared *s = w->s;

	for (;;) {
		size_t i = atomic_fetch_add(&s->next, 1);
		const struct odb_unit *u = &s->units[i];

		if (i >= s->n_units || atomic_load(&s->stop))
			return NULL;
		if (u->pack == s->o->n_packs) {
			TRY(walk_loose(w, u->rank));
			continue;
		}
		w->pack = &s->o->packs[u->pack];
		w->plan = &s->plans[u->pack];
		TRY(walk_tree(w, u->rank));
	}
}

static void *work(void *ctx)
{
	struct worker *w = ctx;
	err e = walk_units(w);

	while (w->depth)
		pop(w);
	if (e) {
		atomic_store(&w->s->stop, true);
		w->error = err_copy(e);	/* its ring ends with the thread */
	}
	return NULL;
}

/* Deltas that no root leads to: their base is not there, or they go in a circle. */
static err lose_unseen(struct worker *w)
{
	for (size_t i = 0; i < w->s->o->n_packs; i++) {
		w->pack = &w->s->o->packs[i];
		for (uint32_t rank = 0; rank < w->pack->n; rank++)
			if (!w->s->plans[i].seen[rank])
				TRY(lose(w, number(w, rank), ODB_NO_BASE, 0));
	}
	return NULL;
}

static void worker_init(struct worker *w, struct shared *s, const struct odb_sink *sink)
{
	*w = (struct worker){ .s = s, .sink = sink, .inflater = odb_inflater_new(), .pool = odb_pool_new() };
}

static void worker_done(struct worker *w)
{
	odb_inflater_free(w->inflater);
	odb_pool_free(w->pool);
	odb_spans_done(&w->spans);
	free(w->v);
}

static err run(struct shared *s, struct worker *workers, struct odb_walked *out)
{
	size_t n = s->spec->threads;
	pthread_t *thread = base_alloc(n * sizeof(*thread));
	err e = NULL;

	for (size_t i = 1; i < n; i++)
		ASSERT(pthread_create(&thread[i], NULL, work, &workers[i]) == 0);
	work(&workers[0]);
	for (size_t i = 1; i < n; i++)
		pthread_join(thread[i], NULL);
	free(thread);
	for (size_t i = 0; i < n; i++) {
		if (workers[i].error && !e)
			e = err_in(workers[i].error, "reading objects");
		err_drop_copy(workers[i].error);
	}
	TRY(e);
	TRY(lose_unseen(&workers[0]));
	for (size_t i = 0; i < n; i++) {
		out->given += workers[i].walked.given;
		out->lost += workers[i].walked.lost;
		out->left += workers[i].walked.left;
	}
	ASSERT(out->given + out->lost + out->left == s->o->count);
	return NULL;
}

err odb_walk(struct odb *o, const struct odb_walk_spec *spec, struct odb_walked *out)
{
	struct shared s = { .o = o, .spec = spec };
	struct worker *workers = base_alloc(spec->threads * sizeof(*workers));
	struct odb_walked walked = { 0 };
	err e;

	ASSERT(spec->threads > 0);
	s.plans = base_alloc((o->n_packs + 1) * sizeof(*s.plans));
	for (size_t i = 0; i < o->n_packs; i++)
		odb_plan_make(&o->packs[i], &s.plans[i]);
	odb_plan_units(o, s.plans, &s.units, &s.n_units);
	for (size_t i = 0; i < spec->threads; i++)
		worker_init(&workers[i], &s, &spec->sinks[i]);
	e = run(&s, workers, &walked);
	for (size_t i = 0; i < spec->threads; i++)
		worker_done(&workers[i]);
	for (size_t i = 0; i < o->n_packs; i++)
		odb_plan_done(&s.plans[i]);
	free(s.plans);
	free(s.units);
	free(workers);
	TRY(e);
	*out = walked;
	return NULL;
}
