#include "odb/parts.h"

#include <stdlib.h>

/* The rank of a delta's base in its own pack, or -1. */
static int64_t base_rank(const struct odb_pack *p, const struct odb_entry *e)
{
	int64_t at;

	if (e->kind == ODB_OFFSET_DELTA)
		return odb_pack_at(p, e->base);
	at = odb_pack_find(p, e->base_id);
	return at < 0 ? -1 : odb_pack_at(p, odb_pack_offset(p, (uint32_t)at));
}

void odb_plan_make(const struct odb_pack *p, struct odb_plan *plan)
{
	plan->first = base_alloc((p->n + 1) * sizeof(*plan->first));
	plan->next = base_alloc((p->n + 1) * sizeof(*plan->next));
	plan->seen = base_alloc(p->n + 1);
	for (uint32_t rank = 0; rank < p->n; rank++)
		plan->first[rank] = plan->next[rank] = ODB_NONE;
	/* From the end, so that the deltas on one base come in order of offsets. */
	for (uint32_t rank = p->n; rank-- > 0; ) {
		struct odb_entry e;
		int64_t base;

		if (!odb_pack_entry(p, odb_pack_offset(p, p->by_offset[rank]), &e) || e.kind == ODB_WHOLE)
			continue;
		base = base_rank(p, &e);
		if (base < 0 || base == rank)
			continue;
		plan->next[rank] = plan->first[base];
		plan->first[base] = rank;
	}
}

void odb_plan_done(struct odb_plan *plan)
{
	free(plan->first);
	free(plan->next);
	free(plan->seen);
}

static int heavier(const void *a, const void *b)
{
	const struct odb_unit *x = a, *y = b;

	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	if (x->pack != y->pack)
		return x->pack < y->pack ? -1 : 1;
	return x->rank < y->rank ? -1 : x->rank > y->rank;
}

/* How many objects hang below each, itself included: deltas stand behind their bases
 * but for those by id, which are counted where they stand before theirs. */
static void count_below(const struct odb_pack *p, const struct odb_plan *plan, uint32_t *below)
{
	for (uint32_t rank = p->n; rank-- > 0; ) {
		below[rank] = 1;
		for (uint32_t d = plan->first[rank]; d != ODB_NONE; d = plan->next[d])
			below[rank] += below[d];
	}
}

static size_t add_units(const struct odb *o, size_t pack, const struct odb_plan *plan, struct odb_unit *v)
{
	const struct odb_pack *p = &o->packs[pack];
	uint32_t *below = base_alloc((p->n + 1) * sizeof(*below));
	size_t n = 0;

	count_below(p, plan, below);
	for (uint32_t rank = 0; rank < p->n; rank++) {
		struct odb_entry e;

		if (odb_pack_entry(p, odb_pack_offset(p, p->by_offset[rank]), &e) && e.kind == ODB_WHOLE)
			v[n++] = (struct odb_unit){ (uint32_t)pack, rank, e.size * below[rank] };
	}
	free(below);
	return n;
}

void odb_plan_units(const struct odb *o, const struct odb_plan *plans, struct odb_unit **units, size_t *n)
{
	struct odb_unit *v = base_alloc((o->count + 1) * sizeof(*v));

	*n = 0;
	for (size_t i = 0; i < o->n_packs; i++)
		*n += add_units(o, i, &plans[i], v + *n);
	for (size_t i = 0; i < o->n_loose; i++)
		v[(*n)++] = (struct odb_unit){ (uint32_t)o->n_packs, (uint32_t)i, 0 };
	*units = base_realloc(v, (*n + 1) * sizeof(*v));
	qsort(*units, *n, sizeof(**units), heavier);
}
