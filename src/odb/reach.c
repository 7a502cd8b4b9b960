#include "odb/reach.h"

#include <stdlib.h>

#include "base/hex.h"
#include "odb/history.h"

enum { TAGS_DEEP = 8, PATH_DEEP = 1024, TREE_MAX = 256 << 20, TAG_MAX = 1 << 20 };

struct reach {
	const struct odb_reach_spec *spec;
	struct odb *o;
	struct odb_history h;
	uint8_t *asked, *leads;		/* bits: asked for; a tree that leads to one */
	uint16_t *classes;		/* of each object */
	int32_t *commit_of;		/* object → index of the commit, or -1 */
	uint32_t *via;			/* the tree an object was first met in */
	int32_t *first;			/* index of the commit that brought it, or -1 */
	uint32_t *stack;
	size_t stack_room;
};

static bool bit(const uint8_t *bits, uint32_t no)
{
	return bits[no / 8] >> (no % 8) & 1;
}

static void set_bit(uint8_t *bits, uint32_t no)
{
	bits[no / 8] |= (uint8_t)(1u << (no % 8));
}

static bool matters(const struct reach *r, uint32_t no)
{
	return bit(r->asked, no) || bit(r->leads, no);
}

/* Trees that hold what is asked for, or hold trees that do: again until nothing is added,
 * at most as often as folders are deep. */
static void find_leading(struct reach *r)
{
	bool more = true;

	while (more) {
		more = false;
		for (uint32_t no = 0; no < odb_count(r->o); no++) {
			if (bit(r->leads, no))
				continue;
			for (size_t e = r->h.edges_of[no]; e < r->h.edges_of[no + 1]; e++)
				if (matters(r, r->h.edge[e])) {
					set_bit(r->leads, no);
					more = true;
					break;
				}
		}
	}
}

/* The commit a reference leads to, through tags. -1: none that is here. */
static int64_t commit_of_ref(struct reach *r, const uint8_t *id)
{
	int64_t no = odb_find(r->o, id);

	for (int i = 0; i < TAGS_DEEP && no >= 0; i++) {
		uint8_t target[ODB_ID_SHA256];
		struct odb_whole whole;
		struct str hex;

		if (r->commit_of[no] >= 0)
			return no;
		if (odb_read(r->o, (uint32_t)no, TAG_MAX, &whole))
			return -1;
		hex = (struct str){ whole.bytes, whole.n };
		no = -1;
		if (whole.type == ODB_TAG && str_starts(hex, STR("object "))) {
			hex = str_from(hex, strlen("object "));
			hex.n = hex.n < 2 * odb_id_bytes(r->o) ? hex.n : 2 * odb_id_bytes(r->o);
			if (hex_get(hex, target, odb_id_bytes(r->o)))
				no = odb_find(r->o, target);
		}
		free(whole.bytes);
	}
	return -1;
}

/* The index of a commit's parent, or -1. */
static int32_t parent(const struct reach *r, const struct odb_commit *c, uint32_t k)
{
	int64_t no = r->h.parent[c->first_parent + k];

	return no < 0 ? -1 : r->commit_of[no];
}

/* Classes go from commits to their parents, each commit once all its children are done. */
static void spread_over_commits(struct reach *r)
{
	uint32_t *children = base_alloc((r->h.commits + 1) * sizeof(*children)), *todo;
	size_t n = 0;

	todo = base_alloc((r->h.commits + 1) * sizeof(*todo));
	for (size_t i = 0; i < r->h.commits; i++)
		for (uint32_t k = 0; k < r->h.commit[i].parents; k++)
			if (parent(r, &r->h.commit[i], k) >= 0)
				children[parent(r, &r->h.commit[i], k)]++;
	for (size_t i = 0; i < r->h.commits; i++)
		if (!children[i])
			todo[n++] = (uint32_t)i;
	while (n) {
		const struct odb_commit *c = &r->h.commit[todo[--n]];

		for (uint32_t k = 0; k < c->parents; k++) {
			int32_t p = parent(r, c, k);

			if (p < 0)
				continue;
			r->classes[r->h.commit[p].no] |= r->classes[c->no];
			if (--children[p] == 0)
				todo[n++] = (uint32_t)p;
		}
	}
	free(children);
	free(todo);
}

static void spread_over_trees(struct reach *r)
{
	bool more = true;

	for (size_t i = 0; i < r->h.commits; i++)
		if (r->h.commit[i].tree >= 0)
			r->classes[r->h.commit[i].tree] |= r->classes[r->h.commit[i].no];
	while (more) {
		more = false;
		for (uint32_t no = 0; no < odb_count(r->o); no++) {
			uint16_t c = r->classes[no];

			if (!c || !bit(r->leads, no))
				continue;
			for (size_t e = r->h.edges_of[no]; e < r->h.edges_of[no + 1]; e++) {
				uint16_t *child = &r->classes[r->h.edge[e]];

				more |= (*child | c) != *child;
				*child |= c;
			}
		}
	}
}

static void mark_refs(struct reach *r)
{
	for (size_t i = 0; i < r->spec->n_refs; i++) {
		const struct odb_ref *ref = &r->spec->refs[i];
		int64_t no = commit_of_ref(r, ref->id), tree;

		if (no < 0)
			continue;
		r->classes[no] |= (uint16_t)ref->class;
		tree = r->h.commit[r->commit_of[no]].tree;
		if (ref->head && tree >= 0)
			r->classes[tree] |= ODB_AT_HEAD;
	}
}

static void push(struct reach *r, size_t *n, uint32_t no)
{
	if (*n == r->stack_room) {
		r->stack_room = r->stack_room ? r->stack_room * 2 : 256;
		r->stack = base_realloc(r->stack, r->stack_room * sizeof(*r->stack));
	}
	r->stack[(*n)++] = no;
}

/* Everything below a commit's tree that matters and was not met before. */
static void meet(struct reach *r, int32_t commit)
{
	int64_t root = r->h.commit[commit].tree;
	size_t n = 0;

	if (root < 0 || !matters(r, (uint32_t)root) || r->first[root] >= 0)
		return;
	r->first[root] = commit;
	r->via[root] = UINT32_MAX;
	push(r, &n, (uint32_t)root);
	while (n) {
		uint32_t no = r->stack[--n];

		for (size_t e = r->h.edges_of[no]; e < r->h.edges_of[no + 1]; e++) {
			uint32_t child = r->h.edge[e];

			if (!matters(r, child) || r->first[child] >= 0)
				continue;
			r->first[child] = commit;
			r->via[child] = no;
			if (bit(r->leads, child))
				push(r, &n, child);
		}
	}
}

/* Commits whose parents are done, the oldest first. */
struct queue {
	const struct odb_commit *commit;
	int32_t *v;
	size_t n;
};

static bool older(const struct queue *q, int32_t x, int32_t y)
{
	const struct odb_commit *a = &q->commit[x], *b = &q->commit[y];

	return a->at != b->at ? a->at < b->at : a->no < b->no;
}

static void queue_add(struct queue *q, int32_t x)
{
	size_t i = q->n++;

	for (; i && older(q, x, q->v[(i - 1) / 2]); i = (i - 1) / 2)
		q->v[i] = q->v[(i - 1) / 2];
	q->v[i] = x;
}

static int32_t queue_take(struct queue *q)
{
	int32_t first = q->v[0], last = q->v[--q->n];
	size_t i = 0, c;

	while ((c = 2 * i + 1) < q->n) {
		if (c + 1 < q->n && older(q, q->v[c + 1], q->v[c]))
			c++;
		if (!older(q, q->v[c], last))
			break;
		q->v[i] = q->v[c];
		i = c;
	}
	q->v[i] = last;
	return first;
}

struct order {
	uint32_t *waits;		/* parents not done */
	uint32_t *first_child, *next;	/* children, through `link` numbers counted from 1 */
	uint32_t *child;
};

static void order_init(const struct reach *r, struct order *o)
{
	uint32_t links = 0;

	*o = (struct order){ base_alloc((r->h.commits + 1) * 4), base_alloc((r->h.commits + 1) * 4),
			     base_alloc((r->h.parents + 1) * 4), base_alloc((r->h.parents + 1) * 4) };
	for (size_t i = 0; i < r->h.commits; i++)
		for (uint32_t k = 0; k < r->h.commit[i].parents; k++) {
			int32_t p = parent(r, &r->h.commit[i], k);

			if (p < 0)
				continue;
			links++;
			o->child[links] = (uint32_t)i;
			o->next[links] = o->first_child[p];
			o->first_child[p] = links;
			o->waits[i]++;
		}
}

/* Parents before children, the oldest first; in round 0 those that a reference leads
 * to, in round 1 the others. */
static void meet_all(struct reach *r, bool loose)
{
	struct queue q = { r->h.commit, base_alloc((r->h.commits + 1) * sizeof(*q.v)), 0 };
	struct order o;

	order_init(r, &o);
	for (size_t i = 0; i < r->h.commits; i++)
		if (!o.waits[i])
			queue_add(&q, (int32_t)i);
	while (q.n) {
		int32_t c = queue_take(&q);

		if (!r->classes[r->h.commit[c].no] == loose)
			meet(r, c);
		for (uint32_t l = o.first_child[c]; l; l = o.next[l])
			if (--o.waits[o.child[l]] == 0)
				queue_add(&q, (int32_t)o.child[l]);
	}
	free(q.v);
	free(o.waits);
	free(o.first_child);
	free(o.next);
	free(o.child);
}

/* The name a tree has for a child. */
static struct str name_in(struct reach *r, struct arena *a, uint32_t tree, uint32_t child)
{
	struct odb_entry_of_tree e;
	struct odb_whole whole;
	struct str rest, name = { 0 };

	if (odb_read(r->o, tree, TREE_MAX, &whole))
		return name;
	rest = (struct str){ whole.bytes, whole.n };
	while (!name.p && odb_tree_next(&rest, odb_id_bytes(r->o), &e))
		if (memcmp(e.id, odb_id(r->o, child), odb_id_bytes(r->o)) == 0)
			name = arena_str(a, e.name);
	free(whole.bytes);
	return name;
}

static struct str path_of(struct reach *r, struct arena *a, uint32_t blob)
{
	struct str path = { 0 };

	for (int deep = 0; deep < PATH_DEEP && r->via[blob] != UINT32_MAX; deep++) {
		struct str name = name_in(r, a, r->via[blob], blob);

		path = path.p ? arena_printf(a, "%.*s/%.*s", FMT(name), FMT(path)) : name;
		blob = r->via[blob];
	}
	return path;
}

static void answer(struct reach *r, struct arena *a, uint32_t blob, struct odb_reached *out)
{
	*out = (struct odb_reached){ .classes = r->classes[blob], .commit = -1 };
	if (r->first[blob] < 0)
		return;
	out->commit = r->h.commit[r->first[blob]].no;
	out->at = r->h.commit[r->first[blob]].at;
	out->merge = r->h.commit[r->first[blob]].parents > 1;
	out->path = path_of(r, a, blob);
}

static err prepare(struct reach *r)
{
	size_t count = odb_count(r->o);

	r->asked = base_alloc(count / 8 + 1);
	r->leads = base_alloc(count / 8 + 1);
	r->classes = base_alloc((count + 1) * sizeof(*r->classes));
	r->commit_of = base_alloc((count + 1) * sizeof(*r->commit_of));
	r->via = base_alloc((count + 1) * sizeof(*r->via));
	r->first = base_alloc((count + 1) * sizeof(*r->first));
	memset(r->commit_of, 0xff, (count + 1) * sizeof(*r->commit_of));
	memset(r->first, 0xff, (count + 1) * sizeof(*r->first));
	for (size_t i = 0; i < r->spec->n; i++)
		set_bit(r->asked, r->spec->blobs[i]);
	TRY(odb_history_read(r->o, r->asked, r->spec->threads, &r->h));
	for (size_t i = 0; i < r->h.commits; i++)
		r->commit_of[r->h.commit[i].no] = (int32_t)i;
	return NULL;
}

static void reach_done(struct reach *r)
{
	odb_history_done(&r->h);
	free(r->asked);
	free(r->leads);
	free(r->classes);
	free(r->commit_of);
	free(r->via);
	free(r->first);
	free(r->stack);
}

err odb_reach(const struct odb_reach_spec *spec, struct arena *a, struct odb_reached *out, uint64_t *lost)
{
	struct reach r = { .spec = spec, .o = spec->objects };
	err e = prepare(&r);

	if (!e) {
		find_leading(&r);
		mark_refs(&r);
		spread_over_commits(&r);
		spread_over_trees(&r);
		meet_all(&r, false);
		meet_all(&r, true);
		for (size_t i = 0; i < spec->n; i++)
			answer(&r, a, spec->blobs[i], &out[i]);
		if (lost)
			*lost = r.h.lost;
	}
	reach_done(&r);
	return e;
}
