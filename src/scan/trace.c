#include "scan/trace.h"

#include <stdlib.h>

#include "scan/code.h"

enum {
	AHEAD = 2,		/* bytes behind an end that an assertion may see */
	ENDS_MAX = 4096,	/* more than that is not carried over */
};

struct window {
	unsigned rule;
	struct scan_span span;
};

struct end {
	size_t at;
	unsigned rule;
};

struct scan_trace {
	size_t size;		/* of the input */
	struct end *v;
	size_t n, room;
	bool over;
	struct window *empty;	/* by rule, then offset */
	size_t empties, empty_room;
};

struct scan_trace *scan_trace_new(size_t size)
{
	struct scan_trace *t = base_alloc(sizeof(*t));

	t->size = size;
	return t;
}

void scan_trace_free(struct scan_trace *t)
{
	if (!t)
		return;
	free(t->v);
	free(t->empty);
	free(t);
}

void scan_trace_empty(struct scan_trace *t, unsigned rule, struct scan_span window)
{
	if (t->empties == t->empty_room) {
		t->empty_room = t->empty_room ? t->empty_room * 2 : 16;
		t->empty = base_realloc(t->empty, t->empty_room * sizeof(*t->empty));
	}
	t->empty[t->empties++] = (struct window){ rule, window };
}

void scan_trace_add(struct scan_trace *t, unsigned rule, size_t at)
{
	if (t->n == ENDS_MAX) {
		t->over = true;
		return;
	}
	if (t->n == t->room) {
		t->room = t->room ? t->room * 2 : 16;
		t->v = base_realloc(t->v, t->room * sizeof(*t->v));
	}
	t->v[t->n++] = (struct end){ at, rule };
}

static int by_place(const void *a, const void *b)
{
	const struct end *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->rule < y->rule ? -1 : x->rule > y->rule;
}

static int by_rule_and_place(const void *a, const void *b)
{
	const struct window *x = a, *y = b;

	if (x->rule != y->rule)
		return x->rule < y->rule ? -1 : 1;
	return x->span.from < y->span.from ? -1 : x->span.from > y->span.from;
}

struct scan_trace *scan_trace_end(struct scan_trace *t)
{
	if (t->over) {
		scan_trace_free(t);
		return NULL;
	}
	if (t->n)
		qsort(t->v, t->n, sizeof(*t->v), by_place);
	/* A large input comes in chunks, each in order. */
	if (t->empties)
		qsort(t->empty, t->empties, sizeof(*t->empty), by_rule_and_place);
	return t;
}

/* The first end at or behind an offset. */
static size_t first_from(const struct scan_trace *t, size_t at)
{
	size_t lo = 0, hi = t->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (t->v[mid].at < at)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* The copied piece that holds [from, to), or NULL. */
static const struct odb_span *piece_with(const struct scan_origin *o, size_t from, size_t to)
{
	size_t lo = 0, hi = o->n;

	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (o->spans[mid].at <= from)
			lo = mid;
		else
			hi = mid;
	}
	if (lo == o->n || o->spans[lo].from == ODB_NEW || to > o->spans[lo].at + o->spans[lo].n)
		return NULL;
	return &o->spans[lo];
}

/* What the pattern saw is the same where the bytes before the window and in it are,
 * and both windows end, or do not end, where their input ends. */
bool scan_trace_was_empty(const struct scan_origin *origin, unsigned rule, struct scan_span window, size_t size)
{
	size_t before = window.from > SCAN_BEHIND ? window.from - SCAN_BEHIND : 0;
	const struct odb_span *s = piece_with(origin, before, window.to);
	const struct window *was;
	struct window w = { .rule = rule };

	if (!s || (before == 0 && s->from != 0))
		return false;
	w.span = (struct scan_span){ window.from - s->at + s->from, window.to - s->at + s->from };
	if (!origin->base->empties || (window.to == size) != (w.span.to == origin->base->size))
		return false;
	was = bsearch(&w, origin->base->empty, origin->base->empties, sizeof(w), by_rule_and_place);
	return was && was->span.to == w.span.to;
}

/* The ends that a copied piece settles: all that can be seen from an end stands in
 * the piece, or ends where the input and the base both end. False: none. */
static bool settled(const struct scan_origin *o, const struct odb_span *s, size_t size, size_t overlap,
		    struct scan_span *out)
{
	bool heads = s->at == 0 && s->from == 0;
	bool tails = s->at + s->n == size && s->from + s->n == o->base->size;
	size_t before = heads ? 0 : overlap, behind = tails ? 0 : AHEAD;

	/* A short one costs more to step over than to look at again. */
	if (s->from == ODB_NEW || s->n < before + behind + overlap)
		return false;
	*out = (struct scan_span){ s->at + before, s->at + s->n - behind };
	return true;
}

static void carry(struct scan_state *st, const struct scan_trace *base, const struct odb_span *s,
		  struct scan_span ends)
{
	size_t to = ends.to - s->at + s->from;

	for (size_t i = first_from(base, ends.from - s->at + s->from); i < base->n && base->v[i].at <= to; i++)
		scan_state_end(st, base->v[i].rule, base->v[i].at - s->from + s->at);
}

static err look(struct scan_state *st, size_t least, size_t most, size_t size, size_t overlap)
{
	struct scan_look l = { least > overlap ? least - overlap : 0,
			       size - most > AHEAD ? most + AHEAD : size, least, most };

	return scan_state_look(st, &l);
}

err scan_trace_follow(struct scan_state *st, const struct scan_origin *origin, size_t size, size_t overlap)
{
	size_t next = 0;	/* ends before it are settled */

	for (size_t i = 0; i < origin->n; i++) {
		struct scan_span ends;

		if (!settled(origin, &origin->spans[i], size, overlap, &ends))
			continue;
		if (ends.from > next)
			TRY(look(st, next, ends.from - 1, size, overlap));
		carry(st, origin->base, &origin->spans[i], ends);
		next = ends.to + 1;
	}
	return next <= size ? look(st, next, size, size, overlap) : NULL;
}
