#include "text/json_events.h"

#include "text/json_build.h"

enum { STEPS = 16 };	/* of one path */

/* A path cut into its steps; an element step has p == NULL. */
struct path {
	struct str step[STEPS];
	unsigned n;
	bool peek;	/* ended in '?' */
};

/* A container on the way. Bit i of a mask stands for wants[i]. */
struct frame {
	bool array;
	int64_t index;
	uint32_t mask;		/* wants whose path leads here or further */
	uint32_t seen;		/* of those, the ones whose next key was there */
};

struct json_events {
	const char *name;
	const struct json_want *wants;
	void *ctx;
	struct path paths[JSON_WANTS];
	unsigned n;
	struct json_lex *lex;
	struct arena *arena;
	struct json_build build;
	const struct json_want *building;	/* the want whose value is being read */
	uint64_t start;				/* offset where it began */
	struct frame frames[JSON_DEPTH];
	unsigned depth;				/* frames open */
	unsigned skipped;			/* containers within one nobody wants */
	uint32_t next;				/* wants that lead to the coming value */
};

static void path_parse(struct path *p, const char *text)
{
	struct str rest = str_c(text), part;

	p->peek = str_ends(rest, STR("?"));
	rest.n -= p->peek;
	while (str_split(&rest, '.', &part)) {
		unsigned elements = 0;

		while (str_ends(part, STR("[]"))) {
			part.n -= 2;
			elements++;
		}
		ASSERT(p->n + 1 + elements <= STEPS);
		if (part.n)
			p->step[p->n++] = part;
		while (elements--)
			p->step[p->n++] = (struct str){ 0 };
	}
}

/* The wants of `mask` whose step at `depth` is this key, or an element. */
static uint32_t follow(const struct json_events *e, uint32_t mask, unsigned depth, struct str key)
{
	uint32_t to = 0;

	for (; mask; mask &= mask - 1) {
		unsigned i = (unsigned)__builtin_ctz(mask);
		const struct path *p = &e->paths[i];
		const struct str *step = &p->step[depth];

		if (depth >= p->n)
			continue;
		if (key.p && step->p ? str_eq(*step, key) || str_is(*step, "*") : key.p == step->p)
			to |= (uint32_t)1 << i;
	}
	return to;
}

/* The want whose path ends at the coming value, or NULL. */
static const struct json_want *complete(const struct json_events *e, uint32_t mask)
{
	for (; mask; mask &= mask - 1) {
		unsigned i = (unsigned)__builtin_ctz(mask);

		if (e->paths[i].n == e->depth && !e->paths[i].peek)
			return &e->wants[i];
	}
	return NULL;
}

/* Tells those who only want to know that the coming value is there. */
static err peek(struct json_events *e, uint32_t mask, enum json_kind kind)
{
	const struct json_place *at = json_lex_place(e->lex);
	struct json v = { .kind = kind, .line = at->line, .column = at->column };

	for (; mask; mask &= mask - 1) {
		unsigned i = (unsigned)__builtin_ctz(mask);

		if (e->paths[i].n == e->depth && e->paths[i].peek)
			TRY(e->wants[i].take(e->ctx, &v));
	}
	return NULL;
}

/* The wants that lead to the value now beginning. */
static uint32_t arrive(struct json_events *e)
{
	struct frame *f = e->depth ? &e->frames[e->depth - 1] : NULL;

	if (f && f->array) {
		f->index++;
		return follow(e, f->mask, e->depth - 1, (struct str){ 0 });
	}
	return e->next;
}

static err within_max(struct json_events *e)
{
	const struct json_place *at = json_lex_place(e->lex);
	size_t max = e->building->max ? e->building->max : JSON_SUBTREE_MAX;

	if (at->offset - e->start <= max)
		return NULL;
	return fail(ERR_LIMIT, "%s:%u:%u: one value at '%s' is larger than %zu bytes", e->name,
		    at->line, at->column, e->building->path, max);
}

static void begin(struct json_events *e, const struct json_want *w)
{
	e->building = w;
	e->start = json_lex_place(e->lex)->offset;
}

/* Hands the tree over once it is whole. */
static err deliver(struct json_events *e)
{
	err failed;

	if (e->build.depth)
		return NULL;
	failed = e->building->take(e->ctx, e->build.root);
	e->building = NULL;
	arena_reset(e->arena);
	json_build_start(&e->build, e->arena, e->name, json_lex_place(e->lex));
	return failed;
}

static err on_open(void *ctx, enum json_kind kind)
{
	struct json_events *e = ctx;
	const struct json_want *w;
	uint32_t mask;

	if (e->building) {
		TRY(within_max(e));
		return json_build_open(&e->build, kind);
	}
	if (e->skipped) {
		e->skipped++;
		return NULL;
	}
	mask = arrive(e);
	TRY(peek(e, mask, kind));
	w = complete(e, mask);
	if (w) {
		begin(e, w);
		return json_build_open(&e->build, kind);
	}
	if (!mask) {
		e->skipped = 1;
		return NULL;
	}
	e->frames[e->depth++] = (struct frame){ kind == JSON_ARRAY, -1, mask, 0 };
	return NULL;
}

static err on_close(void *ctx)
{
	struct json_events *e = ctx;

	if (e->building) {
		TRY(within_max(e));
		TRY(json_build_close(&e->build));
		return deliver(e);
	}
	if (e->skipped)
		e->skipped--;
	else
		e->depth--;
	return NULL;
}

/* Refuses a second key of the same name on the way; '*' may match many. */
static err once(const struct json_events *e, uint32_t again, struct str key)
{
	const struct json_place *at = json_lex_place(e->lex);

	for (; again; again &= again - 1) {
		unsigned i = (unsigned)__builtin_ctz(again);

		if (!str_is(e->paths[i].step[e->depth - 1], "*"))
			return fail(ERR_INPUT, "%s:%u:%u: the key '%.*s' is there twice", e->name,
				    at->line, at->column, FMT(str_cut(key, 100)));
	}
	return NULL;
}

static err on_key(void *ctx, struct str key)
{
	struct json_events *e = ctx;
	struct frame *f;

	if (e->building) {
		TRY(within_max(e));
		json_build_key(&e->build, key);
		return NULL;
	}
	if (e->skipped)
		return NULL;
	f = &e->frames[e->depth - 1];
	e->next = follow(e, f->mask, e->depth - 1, key);
	TRY(once(e, e->next & f->seen, key));
	f->seen |= e->next;
	if (complete(e, e->next))
		json_build_key(&e->build, key);
	return NULL;
}

static err on_value(void *ctx, enum json_kind kind, struct str text)
{
	struct json_events *e = ctx;
	const struct json_want *w;
	uint32_t mask;

	if (e->building) {
		TRY(within_max(e));
		return json_build_value(&e->build, kind, text);
	}
	if (e->skipped)
		return NULL;
	mask = arrive(e);
	TRY(peek(e, mask, kind));
	w = complete(e, mask);
	if (!w)
		return NULL;
	begin(e, w);
	TRY(json_build_value(&e->build, kind, text));
	TRY(within_max(e));
	return deliver(e);
}

static const struct json_calls calls = { on_open, on_close, on_key, on_value };

struct json_events *json_events_new(const char *name, const struct json_want *wants, void *ctx)
{
	struct json_events *e = base_alloc(sizeof(*e));

	e->name = name;
	e->wants = wants;
	e->ctx = ctx;
	for (; wants[e->n].path; e->n++) {
		ASSERT(e->n < JSON_WANTS);
		path_parse(&e->paths[e->n], wants[e->n].path);
		e->next |= (uint32_t)1 << e->n;
	}
	e->arena = arena_new();
	e->lex = json_lex_new(name, &calls, e);
	json_build_start(&e->build, e->arena, name, json_lex_place(e->lex));
	return e;
}

void json_events_free(struct json_events *e)
{
	if (!e)
		return;
	json_lex_free(e->lex);
	arena_free(e->arena);
	free(e);
}

err json_events_feed(struct json_events *e, struct str piece)
{
	return json_lex_feed(e->lex, piece);
}

err json_events_end(struct json_events *e)
{
	return json_lex_end(e->lex);
}

int64_t json_events_index(const struct json_events *e, unsigned array_depth)
{
	for (unsigned i = 0; i < e->depth; i++) {
		if (!e->frames[i].array)
			continue;
		if (array_depth-- == 0)
			return e->frames[i].index;
	}
	return -1;
}
