#include "git/graph.h"

#include "base/hex.h"

enum { LINE_MAX_BYTES = 1 << 20, ID_MAX = 32, NOBODY = UINT32_MAX,
       LINES_BETWEEN = 512, BESIDE_BYTES = 16 << 20 };

/* Nodes are numbered as they are met. Edges of node i are edges[first[i]] up to
 * edges[first[i] + count[i]]. */
struct node {
	uint32_t first;
	uint32_t owner;		/* the step that brought it in; NOBODY */
	uint16_t count;
	bool listed, step, boundary;
};

struct graph {
	size_t id;		/* bytes of an id */
	uint8_t *ids;
	struct node *nodes;
	uint32_t *edges, *order, *table;
	size_t nodes_n, nodes_room, edges_n, edges_room, order_n, table_room;
};

static void graph_free(struct graph *g)
{
	free(g->ids);
	free(g->nodes);
	free(g->edges);
	free(g->order);
	free(g->table);
}

static const uint8_t *id_of(const struct graph *g, size_t i)
{
	return g->ids + i * g->id;
}

static size_t slot_of(const struct graph *g, const uint8_t *id)
{
	uint64_t h;
	size_t at;

	memcpy(&h, id, sizeof(h));
	at = (size_t)(h * 0x9E3779B97F4A7C15u >> 20) & (g->table_room - 1);
	while (g->table[at] != NOBODY && memcmp(id_of(g, g->table[at]), id, g->id) != 0)
		at = (at + 1) & (g->table_room - 1);
	return at;
}

static void table_grow(struct graph *g)
{
	g->table_room = g->table_room ? g->table_room * 2 : 4096;
	g->table = base_realloc(g->table, g->table_room * sizeof(*g->table));
	memset(g->table, 0xFF, g->table_room * sizeof(*g->table));
	for (size_t i = 0; i < g->nodes_n; i++)
		g->table[slot_of(g, id_of(g, i))] = (uint32_t)i;
}

static void nodes_grow(struct graph *g)
{
	g->nodes_room = g->nodes_room ? g->nodes_room * 2 : 2048;
	g->nodes = base_realloc(g->nodes, g->nodes_room * sizeof(*g->nodes));
	g->ids = base_realloc(g->ids, g->nodes_room * g->id);
	g->order = base_realloc(g->order, g->nodes_room * sizeof(*g->order));
}

static uint32_t node_find(struct graph *g, const uint8_t *id)
{
	size_t at;

	if (2 * g->nodes_n >= g->table_room)
		table_grow(g);
	at = slot_of(g, id);
	if (g->table[at] != NOBODY)
		return g->table[at];
	if (g->nodes_n == g->nodes_room)
		nodes_grow(g);
	memcpy(g->ids + g->nodes_n * g->id, id, g->id);
	g->nodes[g->nodes_n] = (struct node){ .owner = NOBODY };
	g->table[at] = (uint32_t)g->nodes_n;
	return (uint32_t)g->nodes_n++;
}

static void edges_grow(struct graph *g)
{
	g->edges_room = g->edges_room ? g->edges_room * 2 : 4096;
	g->edges = base_realloc(g->edges, g->edges_room * sizeof(*g->edges));
}

static void edge_add(struct graph *g, uint32_t to)
{
	if (g->edges_n == g->edges_room)
		edges_grow(g);
	g->edges[g->edges_n++] = to;
}

/* "commit parent parent …" */
static err line_take(struct graph *g, struct str line)
{
	uint8_t id[ID_MAX];
	uint32_t self = NOBODY, first = (uint32_t)g->edges_n;
	struct str word;

	while (str_split(&line, ' ', &word)) {
		if (!hex_get(word, id, g->id))
			return fail(ERR_INPUT, "git listed a commit without its id");
		if (self == NOBODY)
			self = node_find(g, id);
		else
			edge_add(g, node_find(g, id));
		if (g->nodes_n > GIT_GRAPH_COMMITS || g->edges_n > 4 * (size_t)GIT_GRAPH_COMMITS)
			return fail(ERR_LIMIT, "the history holds more than %d commits", GIT_GRAPH_COMMITS);
	}
	ASSERT(g->nodes && g->order);
	if (self == NOBODY || g->nodes[self].listed || g->edges_n - first > UINT16_MAX)
		return NULL;
	g->nodes[self].first = first;
	g->nodes[self].count = (uint16_t)(g->edges_n - first);
	g->nodes[self].listed = true;
	g->order[g->order_n++] = self;
	return NULL;
}

static err graph_read(struct git_repo *r, const struct git_steps *spec, struct git_stream *beside,
		      struct graph *g)
{
	const char *const args[] = { "rev-list", "--parents", "--stdin", NULL };
	const struct git_piece line = { '\n', LINE_MAX_BYTES };
	GIT_STREAM_AUTO s = GIT_STREAM_NONE;
	BUF_AUTO in = buf_new(1024);
	struct str piece;
	size_t lines = 0;
	int status;

	buf_addf(&in, "%.*s\n", FMT(spec->v[0].commit));
	if (spec->stop.p)
		buf_addf(&in, "^%.*s\n", FMT(spec->stop));
	TRY(git_stream_open(r, args, buf_str(&in), &s));
	for (bool more = true; more;) {
		TRY(git_stream_next(&s, line, &piece, &more));
		if (more)
			TRY(line_take(g, piece));
		if (beside && ++lines % LINES_BETWEEN == 0)
			TRY(git_stream_fill(beside, BESIDE_BYTES));
	}
	TRY(git_stream_close(&s, &status));
	if (status)
		return fail(ERR_INPUT, "git stopped in the middle of the history of %s", r->dir);
	return NULL;
}

/* Marks what is reachable from `from` and nobody's yet; whether that runs into
 * the boundary. Each node is pushed at most once, so the stack never outgrows
 * the nodes. */
static bool own(struct graph *g, uint32_t *stack, uint32_t from, uint32_t owner)
{
	bool open = g->nodes[from].boundary;
	size_t n = 0;

	if (g->nodes[from].owner == NOBODY && !g->nodes[from].step) {
		g->nodes[from].owner = owner;
		stack[n++] = from;
	}
	while (n) {
		const struct node *at = &g->nodes[stack[--n]];

		for (size_t i = 0; i < at->count; i++) {
			struct node *next = &g->nodes[g->edges[at->first + i]];

			if (next->owner != NOBODY || next->step)
				continue;
			next->owner = owner;
			open |= next->boundary;
			stack[n++] = g->edges[at->first + i];
		}
	}
	return open;
}

/* The number of each step's node; marks steps and boundary. */
static err mark(struct git_repo *r, struct graph *g, const struct git_steps *spec, uint32_t *step)
{
	uint8_t id[ID_MAX];

	ASSERT(g->nodes && g->edges);
	for (size_t i = 0; i < r->boundary.n; i++)
		if (hex_get(r->boundary.v[i], id, g->id))
			g->nodes[node_find(g, id)].boundary = true;
	for (size_t i = 0; i < spec->n; i++) {
		if (!hex_get(spec->v[i].commit, id, g->id))
			return fail(ERR_INPUT, "git listed a step without its id");
		step[i] = node_find(g, id);
		g->nodes[step[i]].step = true;
	}
	return NULL;
}

static err own_all(struct git_repo *r, struct graph *g, const struct git_steps *spec,
		   struct git_carried_set *sets)
{
	uint32_t *step = base_alloc((spec->n + 1) * sizeof(*step));
	err e = mark(r, g, spec, step);
	uint32_t *stack = base_alloc((g->nodes_n + 1) * sizeof(*stack));

	for (size_t i = spec->n; i > 0 && !e; i--) {
		const struct node s = g->nodes[step[i - 1]];

		for (size_t k = 1; k < s.count; k++)
			sets[i - 1].open |= own(g, stack, g->edges[s.first + k], (uint32_t)i - 1);
	}
	free(step);
	free(stack);
	return e;
}

/* Gives each step its commits in the order git listed them. */
static void hand_out(struct graph *g, struct arena *a, struct git_carried_set *sets)
{
	for (size_t i = 0; i < g->order_n; i++) {
		const struct node *n = &g->nodes[g->order[i]];

		if (n->owner != NOBODY)
			sets[n->owner].total++;
	}
	for (size_t i = 0; i < g->order_n; i++) {
		const struct node *n = &g->nodes[g->order[i]];
		struct git_carried_set *set;
		char *hex;

		if (n->owner == NOBODY)
			continue;
		set = &sets[n->owner];
		if (!set->commits)
			set->commits = ARENA_ARRAY(a, struct str, set->total < GIT_CARRIED ? set->total : GIT_CARRIED);
		if (set->n == GIT_CARRIED)
			continue;
		hex = arena_alloc(a, 2 * g->id + 1);
		hex_put(hex, id_of(g, g->order[i]), g->id);
		set->commits[set->n++] = (struct str){ hex, 2 * g->id };
	}
}

err git_graph_carried(struct git_repo *r, struct arena *a, const struct git_steps *spec,
		      struct git_stream *beside, struct git_carried_set **sets)
{
	__attribute__((cleanup(graph_free))) struct graph g = { .id = r->hex / 2 };
	struct git_carried_set *made = ARENA_ARRAY(a, struct git_carried_set, spec->n + 1);

	ASSERT(spec->n > 0);
	nodes_grow(&g);
	edges_grow(&g);
	TRY(graph_read(r, spec, beside, &g));
	TRY(own_all(r, &g, spec, made));
	hand_out(&g, a, made);
	*sets = made;
	return NULL;
}
