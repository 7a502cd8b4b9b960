#include "store/match.h"

enum { NONE = -1 };

/* The three keys of a side; `main` is the component's or else the place's. */
struct keys {
	uint64_t fingerprint, main, loose;
};

struct seen {
	struct keys keys;
	int64_t attributes, ref;
	int32_t line, known;		/* known: index, or NONE */
};

struct known {
	struct keys keys;
	int64_t attributes;
	uint8_t id[16];
};

enum { COMPONENT = 1, PRESENT = 2, OWN = 4 };

struct match {
	struct known *known;
	uint8_t *known_bits;
	int32_t *known_seen;		/* for each known: the seen it matched */
	struct seen *seen;
	uint8_t *seen_bits, *seen_how;
	size_t n_known, room_known, n_seen, room_seen;
};

_Static_assert(sizeof(struct seen) + 2 + 4 <= MATCH_BYTES && sizeof(struct known) + 1 + 4 <= MATCH_BYTES, "told");

struct match *match_new(void)
{
	return base_alloc(sizeof(struct match));
}

void match_free(struct match *m)
{
	if (!m)
		return;
	free(m->known);
	free(m->known_bits);
	free(m->known_seen);
	free(m->seen);
	free(m->seen_bits);
	free(m->seen_how);
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

static struct keys keys_of(const struct match_keys *k)
{
	return (struct keys){ k->fingerprint, k->component ? k->component : k->place, k->loose };
}

static struct match_keys keys_told(const struct keys *k, uint8_t bits)
{
	struct match_keys out = { .fingerprint = k->fingerprint, .loose = k->loose };

	*(bits & COMPONENT ? &out.component : &out.place) = k->main;
	return out;
}

static size_t more(size_t room)
{
	return room ? room * 5 / 4 : 1024;
}

void match_add_known(struct match *m, const struct match_known *k)
{
	struct known *to;

	ASSERT(m->n_known < INT32_MAX);
	if (m->n_known == m->room_known) {
		m->room_known = more(m->room_known);
		m->known = base_realloc(m->known, m->room_known * sizeof(*m->known));
		m->known_bits = base_realloc(m->known_bits, m->room_known);
	}
	m->known_bits[m->n_known] = (uint8_t)((k->keys.component ? COMPONENT : 0) | (k->present ? PRESENT : 0) |
					      (k->own ? OWN : 0));
	to = &m->known[m->n_known++];
	to->keys = keys_of(&k->keys);
	to->attributes = k->attributes;
	memcpy(to->id, k->id, sizeof(to->id));
}

void match_add_seen(struct match *m, const struct match_seen *s)
{
	int32_t line = s->line > INT32_MAX ? INT32_MAX : (int32_t)s->line;

	ASSERT(m->n_seen < INT32_MAX);
	if (m->n_seen == m->room_seen) {
		m->room_seen = more(m->room_seen);
		m->seen = base_realloc(m->seen, m->room_seen * sizeof(*m->seen));
		m->seen_bits = base_realloc(m->seen_bits, m->room_seen);
		m->seen_how = base_realloc(m->seen_how, m->room_seen);
	}
	m->seen_bits[m->n_seen] = s->keys.component ? COMPONENT : 0;
	m->seen_how[m->n_seen] = MATCH_NOTHING;
	m->seen[m->n_seen++] = (struct seen){ keys_of(&s->keys), s->attributes, s->ref, line, NONE };
}

/* A chained table from one key to the known findings that have it, oldest first. */
struct index {
	int32_t *head, *next;
	size_t mask;
};

/* The keys in order of strength: fingerprint, place, component, loose. A side has a
 * place or a component. */
static uint64_t key_at(const struct keys *k, uint8_t bits, int which)
{
	switch (which) {
	case 0:
		return k->fingerprint;
	case 1:
		return bits & COMPONENT ? 0 : k->main;
	case 2:
		return bits & COMPONENT ? k->main : 0;
	}
	return k->loose;
}

static uint64_t known_key(const struct match *m, size_t i, int which)
{
	return key_at(&m->known[i].keys, m->known_bits[i], which);
}

static uint64_t seen_key(const struct match *m, size_t i, int which)
{
	return key_at(&m->seen[i].keys, m->seen_bits[i], which);
}

static bool is_held(const struct match *m, size_t known)
{
	return (m->known_bits[known] & (PRESENT | OWN)) == (PRESENT | OWN);
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
		uint64_t key = known_key(m, i, which);
		size_t at = slot(&ix, key);

		if (!key || m->known_seen[i] != NONE || (present_only && !is_held(m, i)))
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
static int rank(const struct match *m, int32_t i)
{
	return m->known_bits[i] & OWN ? (m->known_bits[i] & PRESENT ? 2 : 1) : 0;
}

static int32_t best_partner(const struct match *m, const struct index *ix, int which, uint64_t key)
{
	int32_t best = NONE;

	for (int32_t i = ix->head[slot(ix, key)]; i != NONE; i = ix->next[i]) {
		if (m->known_seen[i] != NONE || known_key(m, (size_t)i, which) != key)
			continue;
		if (best == NONE || rank(m, i) > rank(m, best))
			best = i;
	}
	return best;
}

static void pair(struct match *m, size_t s, int32_t k, int how)
{
	m->seen[s].known = k;
	m->seen_how[s] = (uint8_t)how;
	m->known_seen[k] = (int32_t)s;
}

/* One pass with one exact key: each seen takes the best partner that is left. */
static void pass(struct match *m, int which)
{
	struct index ix = index_build(m, which, false);

	for (size_t s = 0; s < m->n_seen; s++) {
		uint64_t key = seen_key(m, s, which);
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

/* Marks the seen whose key another has too. A table of heads alone: a slot that two
 * keys share marks too many, which costs time and nothing else. */
static size_t mark_equals(const struct match *m, int which, uint8_t *marked)
{
	struct index ix = { .mask = 15 };
	size_t n = 0;

	while (ix.mask < 3 * m->n_seen)
		ix.mask = ix.mask * 2 + 1;
	ix.head = base_alloc((ix.mask + 1) * sizeof(*ix.head));
	memset(ix.head, 0xFF, (ix.mask + 1) * sizeof(*ix.head));
	for (size_t s = 0; s < m->n_seen; s++) {
		uint64_t key = seen_key(m, s, which);
		int32_t *at = &ix.head[slot(&ix, key)];

		if (!key)
			continue;
		if (*at != NONE) {
			n += !marked[*at] + 1u;
			marked[s] = marked[*at] = 1;
		} else {
			*at = (int32_t)s;
		}
	}
	free(ix.head);
	return n;
}

/* Gives equals an ordinal by line, so that distinct findings stay distinct in
 * whatever order the tool wrote them. */
static void number_equals(struct match *m, int which)
{
	uint8_t *marked = base_alloc(m->n_seen + 1);
	size_t n = mark_equals(m, which, marked), at = 0;
	struct left *v = base_alloc((n + 1) * sizeof(*v));
	uint64_t ordinal = 0;

	for (size_t s = 0; s < m->n_seen; s++)
		if (marked[s])
			v[at++] = (struct left){ seen_key(m, s, which), m->seen[s].line, (int32_t)s };
	ASSERT(at == n);
	free(marked);
	qsort(v, n, sizeof(*v), by_key);
	for (size_t i = 0; i < n; i++) {
		struct keys *k = &m->seen[v[i].seen].keys;

		ordinal = i > 0 && v[i - 1].key == v[i].key ? ordinal + 1 : 0;
		*(which == 0 ? &k->fingerprint : &k->main) = (v[i].key ^ ordinal * 0x9E3779B97F4A7C15u) | 1;
	}
	free(v);
}

/* The seen without a partner that have a rule and a context, in order of them. */
static struct left *unmatched(const struct match *m, size_t *n)
{
	size_t room = 1, at = 0;
	struct left *v;

	for (size_t s = 0; s < m->n_seen; s++)
		room += m->seen[s].known == NONE && m->seen[s].keys.loose;
	v = base_alloc(room * sizeof(*v));
	for (size_t s = 0; s < m->n_seen; s++)
		if (m->seen[s].known == NONE && m->seen[s].keys.loose)
			v[at++] = (struct left){ m->seen[s].keys.loose, 0, (int32_t)s };
	qsort(v, at, sizeof(*v), by_key);
	*n = at;
	return v;
}

/* The last pass: same rule and context, elsewhere, and exactly one candidate is
 * left on each side; anything less certain stays new and gone. */
static void pass_single(struct match *m)
{
	struct index ix = index_build(m, 3, true);
	size_t n;
	struct left *v = unmatched(m, &n);

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

static struct outcome outcome_of(const struct keys *k, uint8_t bits, int32_t seen, int32_t known)
{
	uint64_t component = bits & COMPONENT ? k->main : 0;

	return (struct outcome){ { k->main, k->fingerprint ^ component }, seen, known };
}

static bool is_change(const struct match *m, size_t s)
{
	int32_t k = m->seen[s].known;

	return k == NONE || !is_held(m, (size_t)k) || m->known[k].attributes != m->seen[s].attributes;
}

static bool is_gone(const struct match *m, size_t k)
{
	return is_held(m, k) && m->known_seen[k] == NONE;
}

size_t match_changes(const struct match *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n_seen; i++)
		n += is_change(m, i);
	for (size_t i = 0; i < m->n_known; i++)
		n += is_gone(m, i);
	return n;
}

size_t match_new_ones(const struct match *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n_seen; i++)
		n += m->seen[i].known == NONE;
	return n;
}

static void gather(const struct match *m, struct outcome *v, int64_t *unchanged)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n_seen; i++) {
		if (is_change(m, i))
			v[n++] = outcome_of(&m->seen[i].keys, m->seen_bits[i], (int32_t)i, m->seen[i].known);
		else
			++*unchanged;
	}
	for (size_t i = 0; i < m->n_known; i++)
		if (is_gone(m, i))
			v[n++] = outcome_of(&m->known[i].keys, m->known_bits[i], NONE, (int32_t)i);
}

static struct match_known known_told(const struct match *m, size_t i)
{
	const struct known *k = &m->known[i];
	struct match_known out = { .keys = keys_told(&k->keys, m->known_bits[i]), .attributes = k->attributes,
				   .present = (m->known_bits[i] & PRESENT) != 0, .own = (m->known_bits[i] & OWN) != 0 };

	memcpy(out.id, k->id, sizeof(out.id));
	return out;
}

static void visit_one(const struct match *m, const struct outcome *o,
		      void (*visit)(void *ctx, const struct match_pair *p), void *ctx)
{
	struct match_pair p = { .ref = -1, .how = MATCH_NOTHING };
	struct match_known known;

	if (o->known != NONE) {
		known = known_told(m, (size_t)o->known);
		p.known = &known;
	}
	if (o->seen != NONE) {
		const struct seen *s = &m->seen[o->seen];

		p.ref = s->ref;
		p.how = m->seen_how[o->seen];
		p.keys = keys_told(&s->keys, m->seen_bits[o->seen]);
		p.attributes = s->attributes;
	}
	visit(ctx, &p);
}

void match_each(struct match *m, void (*visit)(void *ctx, const struct match_pair *p), void *ctx,
		int64_t *unchanged)
{
	size_t n = match_changes(m);
	struct outcome *v = base_alloc((n + 1) * sizeof(*v));

	*unchanged = 0;
	gather(m, v, unchanged);
	qsort(v, n, sizeof(*v), by_identity);
	for (size_t i = 0; i < n; i++)
		visit_one(m, &v[i], visit, ctx);
	free(v);
}

void match_each_kept(const struct match *m, void (*visit)(void *ctx, const struct match_known *k), void *ctx)
{
	for (size_t i = 0; i < m->n_known; i++) {
		struct match_known k;

		if (m->known_seen[i] == NONE)
			continue;
		k = known_told(m, i);
		visit(ctx, &k);
	}
}
