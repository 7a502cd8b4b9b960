#include "store/match.h"

enum { NONE = -1 };

struct seen {
	struct match_keys keys;
	int64_t attributes, ref;
	int32_t line, known;		/* known: index, or NONE */
	uint8_t how;
};

struct match {
	struct match_known *known;
	int32_t *known_seen;		/* for each known: the seen it matched */
	struct seen *seen;
	size_t n_known, room_known, n_seen, room_seen;
};

struct match *match_new(void)
{
	return base_alloc(sizeof(struct match));
}

void match_free(struct match *m)
{
	if (!m)
		return;
	free(m->known);
	free(m->known_seen);
	free(m->seen);
	free(m);
}

size_t match_known_count(const struct match *m)
{
	return m->n_known;
}

size_t match_seen_count(const struct match *m)
{
	return m->n_seen;
}

void match_add_known(struct match *m, const struct match_known *k)
{
	if (m->n_known == m->room_known) {
		m->room_known = m->room_known ? m->room_known * 3 / 2 : 1024;
		m->known = base_realloc(m->known, m->room_known * sizeof(*m->known));
	}
	m->known[m->n_known++] = *k;
}

void match_add_seen(struct match *m, const struct match_seen *s)
{
	int32_t line = s->line > INT32_MAX ? INT32_MAX : (int32_t)s->line;

	if (m->n_seen == m->room_seen) {
		m->room_seen = m->room_seen ? m->room_seen * 3 / 2 : 1024;
		m->seen = base_realloc(m->seen, m->room_seen * sizeof(*m->seen));
	}
	m->seen[m->n_seen++] = (struct seen){ s->keys, s->attributes, s->ref, line, NONE, MATCH_NOTHING };
}

/* A chained table from one key to the known findings that have it, oldest first. */
struct index {
	int32_t *head, *next;
	size_t mask;
};

static uint64_t key_at(const struct match_keys *k, int which)
{
	const uint64_t all[] = { k->fingerprint, k->place, k->component, k->loose };

	return all[which];
}

static size_t slot(const struct index *ix, uint64_t key)
{
	return (size_t)(key * 0x9E3779B97F4A7C15u >> 17) & ix->mask;
}

static struct index index_build(const struct match *m, int which, bool present_only)
{
	struct index ix = { .mask = 15 };

	while (ix.mask < m->n_known)
		ix.mask = ix.mask * 2 + 1;
	ix.head = base_alloc((ix.mask + 1) * sizeof(*ix.head));
	ix.next = base_alloc((m->n_known + 1) * sizeof(*ix.next));
	memset(ix.head, 0xFF, (ix.mask + 1) * sizeof(*ix.head));
	for (size_t i = m->n_known; i-- > 0;) {
		uint64_t key = key_at(&m->known[i].keys, which);
		size_t at = slot(&ix, key);

		if (!key || m->known_seen[i] != NONE || (present_only && !(m->known[i].present && m->known[i].own)))
			continue;
		ix.next[i] = ix.head[at];
		ix.head[at] = (int32_t)i;
	}
	return ix;
}

static void index_done(struct index *ix)
{
	free(ix->head);
	free(ix->next);
}

/* How good a known finding is as a partner: present in the own series, then
 * formerly of the own series, then of another scope. */
static int rank(const struct match_known *k)
{
	return k->own ? (k->present ? 2 : 1) : 0;
}

static int32_t best_partner(const struct match *m, const struct index *ix, int which, uint64_t key)
{
	int32_t best = NONE;

	for (int32_t i = ix->head[slot(ix, key)]; i != NONE; i = ix->next[i]) {
		if (m->known_seen[i] != NONE || key_at(&m->known[i].keys, which) != key)
			continue;
		if (best == NONE || rank(&m->known[i]) > rank(&m->known[best]))
			best = i;
	}
	return best;
}

static void pair(struct match *m, size_t s, int32_t k, int how)
{
	m->seen[s].known = k;
	m->seen[s].how = (uint8_t)how;
	m->known_seen[k] = (int32_t)s;
}

/* One pass with one exact key: each seen takes the best partner that is left. */
static void pass(struct match *m, int which)
{
	struct index ix = index_build(m, which, false);

	for (size_t s = 0; s < m->n_seen; s++) {
		uint64_t key = key_at(&m->seen[s].keys, which);
		int32_t k;

		if (!key || m->seen[s].known != NONE)
			continue;
		k = best_partner(m, &ix, which, key);
		if (k != NONE)
			pair(m, s, k, which);
	}
	index_done(&ix);
}

struct left {
	uint64_t key;
	int32_t line, seen;
};

static int by_key(const void *a, const void *b)
{
	const struct left *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return (x->seen > y->seen) - (x->seen < y->seen);
}

static uint64_t *key_of(struct seen *s, int which)
{
	return which == 0 ? &s->keys.fingerprint : which == 1 ? &s->keys.place : &s->keys.component;
}

/* Gives equals an ordinal by line, so that distinct findings stay distinct in
 * whatever order the tool wrote them. */
static void number_equals(struct match *m, int which)
{
	struct left *v = base_alloc((m->n_seen + 1) * sizeof(*v));
	uint64_t ordinal = 0;
	size_t n = 0;

	for (size_t s = 0; s < m->n_seen; s++)
		if (*key_of(&m->seen[s], which))
			v[n++] = (struct left){ *key_of(&m->seen[s], which), m->seen[s].line, (int32_t)s };
	qsort(v, n, sizeof(*v), by_key);
	for (size_t i = 0; i < n; i++) {
		ordinal = i > 0 && v[i - 1].key == v[i].key ? ordinal + 1 : 0;
		*key_of(&m->seen[v[i].seen], which) = (v[i].key ^ ordinal * 0x9E3779B97F4A7C15u) | 1;
	}
	free(v);
}

/* The last pass: same rule and context, elsewhere, and exactly one candidate is
 * left on each side; anything less certain stays new and gone. */
static void pass_single(struct match *m)
{
	struct index ix = index_build(m, 3, true);
	struct left *v = base_alloc((m->n_seen + 1) * sizeof(*v));
	size_t n = 0;

	for (size_t s = 0; s < m->n_seen; s++)
		if (m->seen[s].known == NONE && m->seen[s].keys.loose)
			v[n++] = (struct left){ m->seen[s].keys.loose, 0, (int32_t)s };
	qsort(v, n, sizeof(*v), by_key);
	for (size_t i = 0; i < n; i++) {
		bool alone = (i == 0 || v[i - 1].key != v[i].key) && (i + 1 == n || v[i + 1].key != v[i].key);
		int32_t k = alone ? best_partner(m, &ix, 3, v[i].key) : NONE;
		int32_t other = k;

		if (k == NONE)
			continue;
		m->known_seen[k] = v[i].seen;	/* hidden, to see whether another is left */
		other = best_partner(m, &ix, 3, v[i].key);
		m->known_seen[k] = NONE;
		if (other == NONE)
			pair(m, (size_t)v[i].seen, k, 4);
	}
	free(v);
	index_done(&ix);
}

void match_run(struct match *m)
{
	ASSERT(m->n_known < INT32_MAX && m->n_seen < INT32_MAX);
	for (int which = 0; which < 3; which++)
		number_equals(m, which);
	m->known_seen = base_realloc(m->known_seen, (m->n_known + 1) * sizeof(*m->known_seen));
	memset(m->known_seen, 0xFF, (m->n_known + 1) * sizeof(*m->known_seen));
	if (m->n_known == 0)
		return;
	for (int which = 0; which < 3; which++)
		pass(m, which);
	pass_single(m);
}

struct outcome {
	uint64_t order[2];
	int32_t seen, known;
};

static int by_identity(const void *a, const void *b)
{
	const struct outcome *x = a, *y = b;

	for (int i = 0; i < 2; i++)
		if (x->order[i] != y->order[i])
			return x->order[i] < y->order[i] ? -1 : 1;
	if (x->seen != y->seen)
		return x->seen < y->seen ? -1 : 1;
	return (x->known > y->known) - (x->known < y->known);
}

static struct outcome outcome_of(const struct match_keys *k, int32_t seen, int32_t known)
{
	return (struct outcome){ { k->place ? k->place : k->component, k->fingerprint ^ k->component }, seen, known };
}

static bool is_change(const struct match *m, const struct seen *s)
{
	const struct match_known *k = s->known == NONE ? NULL : &m->known[s->known];

	return !k || !k->present || !k->own || k->attributes != s->attributes;
}

static size_t gather(const struct match *m, struct outcome *v, int64_t *unchanged)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n_seen; i++) {
		if (is_change(m, &m->seen[i]))
			v[n++] = outcome_of(&m->seen[i].keys, (int32_t)i, m->seen[i].known);
		else
			++*unchanged;
	}
	for (size_t i = 0; i < m->n_known; i++)
		if (m->known[i].present && m->known[i].own && m->known_seen[i] == NONE)
			v[n++] = outcome_of(&m->known[i].keys, NONE, (int32_t)i);
	return n;
}

void match_each(struct match *m, void (*visit)(void *ctx, const struct match_pair *p), void *ctx,
		int64_t *unchanged)
{
	struct outcome *v = base_alloc((m->n_seen + m->n_known + 1) * sizeof(*v));
	size_t n;

	*unchanged = 0;
	n = gather(m, v, unchanged);
	qsort(v, n, sizeof(*v), by_identity);
	for (size_t i = 0; i < n; i++) {
		const struct seen *s = v[i].seen == NONE ? NULL : &m->seen[v[i].seen];
		struct match_pair p = { .ref = s ? s->ref : -1, .how = s ? s->how : MATCH_NOTHING,
					.known = v[i].known == NONE ? NULL : &m->known[v[i].known] };

		if (s) {
			p.keys = s->keys;
			p.attributes = s->attributes;
		}
		visit(ctx, &p);
	}
	free(v);
}

void match_each_kept(const struct match *m, void (*visit)(void *ctx, const struct match_known *k), void *ctx)
{
	for (size_t i = 0; i < m->n_known; i++)
		if (m->known_seen[i] != NONE)
			visit(ctx, &m->known[i]);
}
