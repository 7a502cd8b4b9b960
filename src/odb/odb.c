#include "odb/odb.h"

#include <stdlib.h>

#include "odb/parts.h"

enum { OBJECTS_MAX = INT32_MAX, FAULTS_MAX = 64 * 1024 };

static err number(struct odb *o)
{
	uint64_t n = 0;

	for (size_t i = 0; i < o->n_packs; i++) {
		o->packs[i].first_no = (uint32_t)n;
		n += o->packs[i].n;
		if (n > OBJECTS_MAX)
			return fail(ERR_LIMIT, "the repository holds more than %d objects", OBJECTS_MAX);
		odb_pack_order(&o->packs[i], o->paths[i]);
	}
	o->first_loose = (uint32_t)n;
	n += o->n_loose;
	if (n > OBJECTS_MAX)
		return fail(ERR_LIMIT, "the repository holds more than %d objects", OBJECTS_MAX);
	o->count = (uint32_t)n;
	return NULL;
}

err odb_open(const struct odb_spec *spec, struct odb **out)
{
	struct odb *o = base_alloc(sizeof(*o));
	err e;

	ASSERT(spec->id_bytes == ODB_ID_SHA1 || spec->id_bytes == ODB_ID_SHA256);
	o->a = arena_new();
	o->faults = buf_new(FAULTS_MAX);
	o->id_bytes = spec->id_bytes;
	e = odb_places(o, spec->objects);
	if (!e)
		e = number(o);
	if (e) {
		odb_free(o);
		return e;
	}
	odb_mark_again(o);
	*out = o;
	return NULL;
}

void odb_free(struct odb *o)
{
	if (!o)
		return;
	for (size_t i = 0; i < o->n_packs; i++)
		odb_pack_done(&o->packs[i]);
	free(o->packs);
	free(o->paths);
	free(o->loose);
	buf_done(&o->faults);
	arena_free(o->a);
	free(o);
}

uint32_t odb_count(const struct odb *o)
{
	return o->count;
}

size_t odb_id_bytes(const struct odb *o)
{
	return o->id_bytes;
}

const struct odb_pack *odb_pack_of(const struct odb *o, uint32_t no)
{
	size_t lo = 0, hi = o->n_packs;

	ASSERT(no < o->count);
	if (no >= o->first_loose)
		return NULL;
	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (o->packs[mid].first_no <= no)
			lo = mid;
		else
			hi = mid;
	}
	while (no - o->packs[lo].first_no >= o->packs[lo].n)
		lo++;
	return &o->packs[lo];
}

const uint8_t *odb_id(const struct odb *o, uint32_t no)
{
	const struct odb_pack *p = odb_pack_of(o, no);

	return p ? odb_pack_id(p, no - p->first_no) : o->loose[no - o->first_loose].id;
}

bool odb_again(const struct odb *o, uint32_t no)
{
	const struct odb_pack *p = odb_pack_of(o, no);
	uint32_t at;

	if (!p)
		return o->loose[no - o->first_loose].again;
	at = no - p->first_no;
	return p->again && p->again[at / 8] >> (at % 8) & 1;
}

static int64_t find_loose(const struct odb *o, const uint8_t *id)
{
	size_t lo = 0, hi = o->n_loose;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (memcmp(o->loose[mid].id, id, o->id_bytes) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < o->n_loose && memcmp(o->loose[lo].id, id, o->id_bytes) == 0 ? (int64_t)lo : -1;
}

int64_t odb_find(const struct odb *o, const uint8_t *id)
{
	int64_t at;

	for (size_t i = 0; i < o->n_packs; i++) {
		at = odb_pack_find(&o->packs[i], id);
		if (at >= 0)
			return o->packs[i].first_no + at;
	}
	at = find_loose(o, id);
	return at < 0 ? -1 : o->first_loose + at;
}

void odb_faults(const struct odb *o, void (*visit)(void *ctx, struct str sentence), void *ctx)
{
	struct str rest = buf_str(&o->faults), line;

	while (str_split(&rest, '\n', &line))
		if (line.n)
			visit(ctx, line);
}

/* The sources in order: packs, then loose objects; each ascending by id. */
struct merge {
	const struct odb *o;
	size_t *heap, n;		/* sources, the least id first */
	uint32_t *at;			/* how far each source is read */
};

static const uint8_t *id_at(const struct merge *m, size_t source)
{
	return source < m->o->n_packs ? odb_pack_id(&m->o->packs[source], m->at[source])
				      : m->o->loose[m->at[source]].id;
}

static bool before(const struct merge *m, size_t x, size_t y)
{
	int order = memcmp(id_at(m, x), id_at(m, y), m->o->id_bytes);

	return order ? order < 0 : x < y;
}

static void sink_down(struct merge *m, size_t i)
{
	for (;;) {
		size_t least = i, child = 2 * i + 1, kept = m->heap[i];

		for (size_t c = child; c < child + 2 && c < m->n; c++)
			if (before(m, m->heap[c], m->heap[least]))
				least = c;
		if (least == i)
			return;
		m->heap[i] = m->heap[least];
		m->heap[least] = kept;
		i = least;
	}
}

static void mark(struct odb *o, size_t source, uint32_t at)
{
	if (source < o->n_packs)
		o->packs[source].again[at / 8] |= (uint8_t)(1u << (at % 8));
	else
		o->loose[at].again = true;
}

static uint32_t size_of(const struct odb *o, size_t source)
{
	return source < o->n_packs ? o->packs[source].n : (uint32_t)o->n_loose;
}

void odb_mark_again(struct odb *o)
{
	struct merge m = { .o = o };
	uint8_t last[ODB_ID_SHA256];
	bool any = false;

	if (o->n_packs + (o->n_loose > 0) < 2 && o->n_loose < 2)
		return;
	m.heap = base_alloc((o->n_packs + 1) * sizeof(*m.heap));
	m.at = base_alloc((o->n_packs + 1) * sizeof(*m.at));
	for (size_t i = 0; i <= o->n_packs; i++) {
		if (i < o->n_packs)
			o->packs[i].again = base_alloc(o->packs[i].n / 8 + 1);
		if (size_of(o, i))
			m.heap[m.n++] = i;
	}
	for (size_t i = m.n; i-- > 0; )
		sink_down(&m, i);
	while (m.n) {
		size_t source = m.heap[0];
		const uint8_t *id = id_at(&m, source);

		if (any && memcmp(last, id, o->id_bytes) == 0)
			mark(o, source, m.at[source]);
		memcpy(last, id, o->id_bytes);
		any = true;
		if (++m.at[source] == size_of(o, source))
			m.heap[0] = m.heap[--m.n];
		sink_down(&m, 0);
	}
	free(m.heap);
	free(m.at);
}
