#include "base/map.h"

struct entry {
	struct str key;		/* key.p == NULL: free */
	uint64_t hash;
	union {
		void *pointer;
		int64_t number;
	};
};

struct map {
	struct entry *v;
	size_t room, n;		/* room is a power of two */
};

struct map *map_new(void)
{
	struct map *m = base_alloc(sizeof(*m));

	m->room = 16;
	m->v = base_alloc(m->room * sizeof(*m->v));
	return m;
}

void map_free(struct map *m)
{
	if (!m)
		return;
	free(m->v);
	free(m);
}

/* Where `key` is, or where it would go. */
static struct entry *seek(const struct map *m, struct str key, uint64_t hash)
{
	size_t i = (size_t)(hash * 0x9E3779B97F4A7C15u >> 20) & (m->room - 1);

	while (m->v[i].key.p && (m->v[i].hash != hash || !str_eq(m->v[i].key, key)))
		i = (i + 1) & (m->room - 1);
	return &m->v[i];
}

static void grow(struct map *m)
{
	struct map bigger = { base_alloc(m->room * 2 * sizeof(*m->v)), m->room * 2, m->n };

	for (size_t i = 0; i < m->room; i++)
		if (m->v[i].key.p)
			*seek(&bigger, m->v[i].key, m->v[i].hash) = m->v[i];
	free(m->v);
	*m = bigger;
}

static struct entry *slot_for(struct map *m, struct str key)
{
	uint64_t hash = str_hash(key);
	struct entry *e;

	if (!key.p)
		key.p = "";
	if ((m->n + 1) * 4 > m->room * 3)
		grow(m);
	e = seek(m, key, hash);
	if (!e->key.p) {
		*e = (struct entry){ .key = key, .hash = hash };
		m->n++;
	}
	return e;
}

static const struct entry *find(const struct map *m, struct str key)
{
	const struct entry *e = seek(m, key, str_hash(key));

	return e->key.p ? e : NULL;
}

void *map_get(const struct map *m, struct str key)
{
	const struct entry *e = find(m, key);

	return e ? e->pointer : NULL;
}

int64_t map_get_int(const struct map *m, struct str key)
{
	const struct entry *e = find(m, key);

	return e ? e->number : -1;
}

void map_put(struct map *m, struct str key, void *value)
{
	ASSERT(value);
	slot_for(m, key)->pointer = value;
}

void map_put_int(struct map *m, struct str key, int64_t value)
{
	ASSERT(value >= 0);
	slot_for(m, key)->number = value;
}

bool map_has(const struct map *m, struct str key)
{
	return find(m, key) != NULL;
}

size_t map_count(const struct map *m)
{
	return m->n;
}
