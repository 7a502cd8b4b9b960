#include "text/json_build.h"

enum { POOL_LEAST = 512, POOL_MOST = 16 * 1024, FEW_KEYS = 16 };

void json_build_start(struct json_build *b, struct arena *a, const char *name,
		      const struct json_place *place)
{
	b->a = a;
	b->name = name;
	b->place = place;
	b->pool = NULL;
	b->pool_left = b->pool_size = 0;
	b->nodes = 0;
	b->depth = 0;
	b->key = (struct str){ 0 };
	b->root = NULL;
}

static struct str keep(struct json_build *b, struct str s)
{
	char *at;

	if (s.n >= POOL_MOST / 4)
		return arena_str(b->a, s);
	if (b->pool_left <= s.n) {
		b->pool_size = b->pool_size ? b->pool_size * 2 : POOL_LEAST;
		if (b->pool_size > POOL_MOST)
			b->pool_size = POOL_MOST;
		if (b->pool_size <= s.n)
			b->pool_size = POOL_MOST;
		b->pool = arena_alloc(b->a, b->pool_size);
		b->pool_left = b->pool_size;
	}
	at = b->pool;
	if (s.n)
		memcpy(at, s.p, s.n);
	b->pool += s.n + 1;
	b->pool_left -= s.n + 1;
	return (struct str){ at, s.n };
}

static err key_twice(const struct json_build *b, const struct json *v)
{
	return fail(ERR_INPUT, "%s:%u:%u: the key '%.*s' is there twice", b->name, v->line,
		    v->column, FMT(str_cut(v->key, 100)));
}

static void place_node(const struct json_build *b, struct json *v)
{
	const struct json_place *at = b->key.p ? &b->key_place : b->place;

	v->line = at->line;
	v->column = at->column;
}

static err room_for_one(struct json_build *b)
{
	if (b->nodes++ < JSON_NODES)
		return NULL;
	return fail(ERR_LIMIT, "%s:%u:%u: there are more than %d values", b->name,
		    b->place->line, b->place->column, JSON_NODES);
}

/* Puts a node behind the last one of the container that is open. */
static struct json *add(struct json_build *b, enum json_kind kind)
{
	struct json *v = ARENA_NEW(b->a, struct json);
	struct json *parent, *last;

	v->kind = kind;
	place_node(b, v);
	v->key = b->key;
	b->key = (struct str){ 0 };
	if (!b->depth) {
		b->root = v;
		return v;
	}
	parent = b->open[b->depth - 1];
	last = b->last[b->depth - 1];
	b->last[b->depth - 1] = v;
	parent->n++;
	if (last)
		last->next = v;
	else
		parent->first = v;
	if (last && parent->kind == JSON_OBJECT && b->ascending[b->depth - 1])
		b->ascending[b->depth - 1] = str_cmp(last->key, v->key) < 0;
	return v;
}

err json_build_value(struct json_build *b, enum json_kind kind, struct str text)
{
	struct json *v;

	TRY(room_for_one(b));
	v = add(b, kind);
	if (kind == JSON_STRING || kind == JSON_NUMBER)
		v->text = keep(b, text);
	return NULL;
}

void json_build_key(struct json_build *b, struct str key)
{
	b->key = keep(b, key);
	b->key_place = *b->place;
}

err json_build_open(struct json_build *b, enum json_kind kind)
{
	ASSERT(b->depth < JSON_DEPTH);
	TRY(room_for_one(b));
	b->open[b->depth] = add(b, kind);
	b->last[b->depth] = NULL;
	b->ascending[b->depth] = true;
	b->depth++;
	return NULL;
}

static int by_key(const void *left, const void *right)
{
	const struct json *a = *(const struct json *const *)left;
	const struct json *b = *(const struct json *const *)right;
	int d = str_cmp(a->key, b->key);

	if (d)
		return d;
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	return a->column < b->column ? -1 : 1;
}

/* Sorting, not hashing: hostile keys cannot make it slow. */
static err unique_among_many(const struct json_build *b, const struct json *object)
{
	const struct json **v = base_alloc(object->n * sizeof(const struct json *));
	const struct json *twice = NULL;
	size_t n = 0;

	for (const struct json *m = object->first; m; m = m->next)
		v[n++] = m;
	qsort(v, n, sizeof(const struct json *), by_key);
	for (size_t i = 1; i < n && !twice; i++)
		if (str_eq(v[i - 1]->key, v[i]->key))
			twice = v[i];
	free(v);
	return twice ? key_twice(b, twice) : NULL;
}

static err unique_among_few(const struct json_build *b, const struct json *object)
{
	for (const struct json *m = object->first; m; m = m->next)
		for (const struct json *o = object->first; o != m; o = o->next)
			if (o->key.n == m->key.n && memcmp(o->key.p, m->key.p, m->key.n) == 0)
				return key_twice(b, m);
	return NULL;
}

err json_build_close(struct json_build *b)
{
	struct json *v;

	ASSERT(b->depth > 0);
	b->depth--;
	v = b->open[b->depth];
	if (v->kind != JSON_OBJECT || b->ascending[b->depth])
		return NULL;
	return v->n <= FEW_KEYS ? unique_among_few(b, v) : unique_among_many(b, v);
}
