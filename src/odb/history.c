#include "odb/history.h"

#include <stdlib.h>

#include "base/hex.h"

enum { MODE_TREE = 040000, MODE_TYPE = 0170000, HEADERS_MAX = 100000 };

struct edge { uint32_t tree, child; };

/* What one thread gathers. */
struct gathering {
	struct odb *o;
	const uint8_t *asked;
	struct edge *v;
	size_t n, room;
	struct odb_history h;		/* commits and parents */
};

bool odb_tree_next(struct str *rest, size_t id_bytes, struct odb_entry_of_tree *out)
{
	const char *space = memchr(rest->p, ' ', rest->n < 8 ? rest->n : 8), *nul;
	unsigned mode = 0;

	if (!rest->n || !space)
		return false;
	for (const char *c = rest->p; c < space; c++) {
		if (*c < '0' || *c > '7')
			return false;
		mode = mode << 3 | (unsigned)(*c - '0');
	}
	*rest = str_from(*rest, (size_t)(space + 1 - rest->p));
	nul = memchr(rest->p, '\0', rest->n);
	if (!nul || rest->n - (size_t)(nul - rest->p) < 1 + id_bytes)
		return false;
	*out = (struct odb_entry_of_tree){ mode, { rest->p, (size_t)(nul - rest->p) }, (const uint8_t *)nul + 1 };
	*rest = str_from(*rest, (size_t)(nul - rest->p) + 1 + id_bytes);
	return true;
}

static void add_edge(struct gathering *g, uint32_t tree, uint32_t child)
{
	if (g->n == g->room) {
		g->room = g->room ? g->room * 2 : 4096;
		g->v = base_realloc(g->v, g->room * sizeof(*g->v));
	}
	g->v[g->n++] = (struct edge){ tree, child };
}

static bool is_asked(const struct gathering *g, int64_t no)
{
	return no >= 0 && g->asked[no / 8] >> (no % 8) & 1;
}

static void take_tree(struct gathering *g, const struct odb_object *x)
{
	struct odb_entry_of_tree e;
	struct str rest = x->bytes;

	while (odb_tree_next(&rest, odb_id_bytes(g->o), &e)) {
		unsigned type = e.mode & MODE_TYPE;
		int64_t child;

		if (type != MODE_TREE && type != 0100000 && type != 0120000)
			continue;
		child = odb_find(g->o, e.id);
		if (type == MODE_TREE ? child >= 0 : is_asked(g, child))
			add_edge(g, x->no, (uint32_t)child);
	}
	g->h.lost += rest.n > 0;
}

/* The object whose id stands in hexadecimal behind `word`, or -1. */
static int64_t named(const struct gathering *g, struct str line, const char *word)
{
	uint8_t id[ODB_ID_SHA256];
	struct str hex = str_from(line, strlen(word));

	return hex_get(hex, id, odb_id_bytes(g->o)) ? odb_find(g->o, id) : -1;
}

static void add_parent(struct odb_history *h, int64_t no)
{
	if (h->parents == h->parent_room) {
		h->parent_room = h->parent_room ? h->parent_room * 2 : 1024;
		h->parent = base_realloc(h->parent, h->parent_room * sizeof(*h->parent));
	}
	h->parent[h->parents++] = no;
}

/* "… <ann@example.org> 1700000000 +0100": the seconds. */
static int64_t seconds_of(struct str line)
{
	const char *end = memrchr(line.p, '>', line.n);
	struct str rest, word;
	int64_t at;

	if (!end)
		return 0;
	rest = str_trim(str_from(line, (size_t)(end + 1 - line.p)));
	return str_split(&rest, ' ', &word) && str_to_i64(word, &at) ? at : 0;
}

static void take_commit(struct gathering *g, const struct odb_object *x)
{
	struct odb_history *h = &g->h;
	struct odb_commit c = { .no = x->no, .tree = -1, .first_parent = (uint32_t)h->parents };
	struct str rest = x->bytes, line;

	for (int i = 0; i < HEADERS_MAX && str_split(&rest, '\n', &line) && line.n; i++) {
		if (str_starts(line, STR("tree ")))
			c.tree = named(g, line, "tree ");
		else if (str_starts(line, STR("parent "))) {
			add_parent(h, named(g, line, "parent "));
			c.parents++;
		} else if (str_starts(line, STR("committer ")))
			c.at = seconds_of(line);
	}
	if (h->commits == h->commit_room) {
		h->commit_room = h->commit_room ? h->commit_room * 2 : 1024;
		h->commit = base_realloc(h->commit, h->commit_room * sizeof(*h->commit));
	}
	h->commit[h->commits++] = c;
}

static err object(void *ctx, const struct odb_object *x, void **keep)
{
	struct gathering *g = ctx;

	(void)keep;
	if (x->again)
		return NULL;
	if (x->type == ODB_TREE)
		take_tree(g, x);
	else
		take_commit(g, x);
	return NULL;
}

static err lost(void *ctx, uint32_t no, enum odb_loss why, uint64_t size)
{
	struct gathering *g = ctx;

	(void)no;
	(void)why;
	(void)size;
	g->h.lost++;
	return NULL;
}

/* Edges of all threads, sorted by tree through counting. */
static void put_edges(struct odb *o, const struct gathering *g, size_t threads, struct odb_history *out)
{
	size_t count = odb_count(o), all = 0, *at = base_alloc((count + 2) * sizeof(*at));

	for (size_t t = 0; t < threads; t++)
		for (size_t i = 0; i < g[t].n; i++, all++)
			at[g[t].v[i].tree + 1]++;
	for (size_t i = 0; i < count; i++)
		at[i + 1] += at[i];
	out->edges_of = base_alloc((count + 1) * sizeof(*out->edges_of));
	memcpy(out->edges_of, at, (count + 1) * sizeof(*at));
	out->edge = base_alloc((all + 1) * sizeof(*out->edge));
	for (size_t t = 0; t < threads; t++)
		for (size_t i = 0; i < g[t].n; i++)
			out->edge[at[g[t].v[i].tree]++] = g[t].v[i].child;
	free(at);
}

static void put_commits(struct odb_history *from, struct odb_history *out)
{
	size_t base = out->parents;

	out->commit = base_realloc(out->commit, (out->commits + from->commits + 1) * sizeof(*out->commit));
	out->parent = base_realloc(out->parent, (out->parents + from->parents + 1) * sizeof(*out->parent));
	for (size_t i = 0; i < from->commits; i++) {
		out->commit[out->commits] = from->commit[i];
		out->commit[out->commits++].first_parent += (uint32_t)base;
	}
	for (size_t i = 0; i < from->parents; i++)
		out->parent[out->parents++] = from->parent[i];
	out->lost += from->lost;
	free(from->commit);
	free(from->parent);
}

err odb_history_read(struct odb *o, const uint8_t *asked, size_t threads, struct odb_history *out)
{
	struct gathering *g = base_alloc(threads * sizeof(*g));
	struct odb_sink *sinks = base_alloc(threads * sizeof(*sinks));
	struct odb_walk_spec walk = { .types = 1u << ODB_TREE | 1u << ODB_COMMIT, .object_max = 256 << 20,
				      .sinks = sinks, .threads = threads };
	struct odb_history h = { 0 };
	struct odb_walked walked;
	err e;

	for (size_t i = 0; i < threads; i++) {
		g[i] = (struct gathering){ .o = o, .asked = asked };
		sinks[i] = (struct odb_sink){ object, NULL, lost, &g[i] };
	}
	e = odb_walk(o, &walk, &walked);
	if (!e)
		put_edges(o, g, threads, &h);
	for (size_t i = 0; i < threads; i++) {
		put_commits(&g[i].h, &h);
		free(g[i].v);
	}
	free(g);
	free(sinks);
	if (e)
		odb_history_done(&h);
	else
		*out = h;
	return e;
}

void odb_history_done(struct odb_history *h)
{
	free(h->commit);
	free(h->parent);
	free(h->edge);
	free(h->edges_of);
	*h = (struct odb_history){ 0 };
}
