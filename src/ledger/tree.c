#include "ledger/tree.h"

struct digest tree_leaf(struct str bytes)
{
	return digest_of_parts((struct str[]){ { "\0", 1 }, bytes }, 2);
}

struct digest tree_node(const struct digest *left, const struct digest *right)
{
	char bytes[1 + 2 * DIGEST_BYTES] = { 1 };

	memcpy(bytes + 1, left->b, DIGEST_BYTES);
	memcpy(bytes + 1 + DIGEST_BYTES, right->b, DIGEST_BYTES);
	return digest_of((struct str){ bytes, sizeof(bytes) });
}

struct digest tree_empty_root(void)
{
	return digest_of(STR(""));
}

static size_t edge_count(uint64_t size)
{
	return (size_t)__builtin_popcountll(size);
}

void tree_append_perfect(struct tree *t, unsigned level, const struct digest *top)
{
	size_t n = edge_count(t->size);
	uint64_t more = UINT64_C(1) << level;

	ASSERT(t->size % more == 0 && t->size <= TREE_SIZE_MAX - more);
	t->edge[n++] = *top;
	for (uint64_t full = t->size >> level; full & 1; full >>= 1, n--)
		t->edge[n - 2] = tree_node(&t->edge[n - 2], &t->edge[n - 1]);
	t->size += more;
}

void tree_append(struct tree *t, const struct digest *leaf)
{
	tree_append_perfect(t, 0, leaf);
}

struct digest tree_root(const struct tree *t)
{
	size_t n = edge_count(t->size);
	struct digest root;

	if (!n)
		return tree_empty_root();
	root = t->edge[--n];
	while (n--)
		root = tree_node(&t->edge[n], &root);
	return root;
}

/* The way up from a leaf or subtree: its place and the last place of each row.
 * One step goes to the parent, and past the rows in which a right edge has no
 * sibling. */
struct climb {
	uint64_t at, last;
};

static bool is_right(const struct climb *c)
{
	return (c->at & 1) || c->at == c->last;
}

static void up(struct climb *c)
{
	if (is_right(c))
		while (c->at && !(c->at & 1)) {
			c->at >>= 1;
			c->last >>= 1;
		}
	c->at >>= 1;
	c->last >>= 1;
}

err tree_check_inclusion(const struct tree_head *head, uint64_t index,
			 const struct digest *leaf, const struct tree_path *path)
{
	struct climb c = { index, head->size - 1 };
	struct digest r = *leaf;

	if (head->size > TREE_SIZE_MAX || index >= head->size)
		return fail(ERR_INTEGRITY, "the inclusion proof is for a place outside the log");
	for (size_t i = 0; i < path->n; i++) {
		if (c.last == 0)
			return fail(ERR_INTEGRITY, "the inclusion proof is too long");
		r = is_right(&c) ? tree_node(&path->v[i], &r) : tree_node(&r, &path->v[i]);
		up(&c);
	}
	if (c.last != 0)
		return fail(ERR_INTEGRITY, "the inclusion proof is too short");
	if (!digest_eq(&r, &head->root))
		return fail(ERR_INTEGRITY, "the inclusion proof does not lead to the checkpoint");
	return NULL;
}

/* Both roots from the subtree they share, climbing with the rest of the path. */
static err fold_consistency(struct climb c, struct digest shared, const struct tree_path *path,
			    size_t next, struct digest roots[2])
{
	roots[0] = roots[1] = shared;
	for (; next < path->n; next++) {
		if (c.last == 0)
			return fail(ERR_INTEGRITY, "the consistency proof is too long");
		if (is_right(&c)) {
			roots[0] = tree_node(&path->v[next], &roots[0]);
			roots[1] = tree_node(&path->v[next], &roots[1]);
		} else {
			roots[1] = tree_node(&roots[1], &path->v[next]);
		}
		up(&c);
	}
	if (c.last != 0)
		return fail(ERR_INTEGRITY, "the consistency proof is too short");
	return NULL;
}

static err check_sizes(const struct tree_head *from, const struct tree_head *to,
		       const struct tree_path *path)
{
	if (from->size == 0)
		return fail(ERR_INTEGRITY, "a consistency proof from an empty log proves nothing");
	if (to->size > TREE_SIZE_MAX || to->size < from->size)
		return fail(ERR_INTEGRITY, "the newer log is smaller than the older one");
	if ((to->size == from->size) != (path->n == 0))
		return fail(ERR_INTEGRITY, "the consistency proof has the wrong length");
	return NULL;
}

err tree_check_consistency(const struct tree_head *from, const struct tree_head *to,
			   const struct tree_path *path)
{
	struct climb c = { from->size - 1, to->size - 1 };
	bool whole = (from->size & (from->size - 1)) == 0;
	struct digest roots[2];

	TRY(check_sizes(from, to, path));
	if (from->size == to->size) {
		if (!digest_eq(&from->root, &to->root))
			return fail(ERR_INTEGRITY, "two logs of the same size differ");
		return NULL;
	}
	while (c.at & 1) {
		c.at >>= 1;
		c.last >>= 1;
	}
	/* Where the older log is one perfect subtree its root is what they share. */
	if (whole)
		TRY(fold_consistency(c, from->root, path, 0, roots));
	else
		TRY(fold_consistency(c, path->v[0], path, 1, roots));
	if (!digest_eq(&roots[0], &from->root) || !digest_eq(&roots[1], &to->root))
		return fail(ERR_INTEGRITY, "the newer log does not continue the older one");
	return NULL;
}

/* The largest power of two below n, n > 1. */
static uint64_t split_at(uint64_t n)
{
	return UINT64_C(1) << (63 - __builtin_clzll(n - 1));
}

/* Perfect subtrees of [from, to), largest first; `from` is aligned for them. */
static err read_parts(const struct tree_source *s, uint64_t from, uint64_t to,
		      struct digest *parts, size_t *n)
{
	*n = 0;
	while (from < to) {
		unsigned level = (unsigned)(63 - __builtin_clzll(to - from));

		TRY(s->node(s->ctx, level, from >> level, &parts[*n]));
		*n += 1;
		from += UINT64_C(1) << level;
	}
	return NULL;
}

/* The hash over the leaves [from, to), a subtree of the RFC's recursion. */
static err read_range(const struct tree_source *s, uint64_t from, uint64_t to,
		      struct digest *out)
{
	struct digest parts[TREE_PATH_MAX], r;
	size_t n;

	TRY(read_parts(s, from, to, parts, &n));
	ASSERT(n > 0);
	r = parts[--n];
	while (n--)
		r = tree_node(&parts[n], &r);
	*out = r;
	return NULL;
}

err tree_read_root(const struct tree_source *from, uint64_t size, struct digest *out)
{
	ASSERT(size <= TREE_SIZE_MAX);
	if (size)
		return read_range(from, 0, size, out);
	*out = tree_empty_root();
	return NULL;
}

err tree_read_edge(const struct tree_source *from, uint64_t size, struct tree *out)
{
	struct tree t = { .size = size };
	size_t n;

	ASSERT(size <= TREE_SIZE_MAX);
	TRY(read_parts(from, 0, size, t.edge, &n));
	*out = t;
	return NULL;
}

static void reverse(struct tree_path *p)
{
	for (size_t i = 0; i < p->n / 2; i++) {
		struct digest d = p->v[i];

		p->v[i] = p->v[p->n - 1 - i];
		p->v[p->n - 1 - i] = d;
	}
}

err tree_inclusion(const struct tree_source *from, uint64_t index, uint64_t size,
		   struct tree_path *out)
{
	struct tree_path p = { 0 };
	uint64_t lo = 0, hi = size;

	ASSERT(index < size && size <= TREE_SIZE_MAX);
	while (hi - lo > 1) {
		uint64_t mid = lo + split_at(hi - lo);

		if (index < mid) {
			TRY(read_range(from, mid, hi, &p.v[p.n++]));
			hi = mid;
		} else {
			TRY(read_range(from, lo, mid, &p.v[p.n++]));
			lo = mid;
		}
	}
	reverse(&p);
	*out = p;
	return NULL;
}

err tree_consistency(const struct tree_source *from, uint64_t old_size, uint64_t new_size,
		     struct tree_path *out)
{
	struct tree_path p = { 0 };
	uint64_t lo = 0, hi = new_size;

	ASSERT(old_size > 0 && old_size <= new_size && new_size <= TREE_SIZE_MAX);
	while (hi > old_size) {
		uint64_t mid = lo + split_at(hi - lo);

		if (old_size <= mid) {
			TRY(read_range(from, mid, hi, &p.v[p.n++]));
			hi = mid;
		} else {
			TRY(read_range(from, lo, mid, &p.v[p.n++]));
			lo = mid;
		}
	}
	/* The older log as a whole (lo == 0) is known to whoever asks. */
	if (lo)
		TRY(read_range(from, lo, hi, &p.v[p.n++]));
	reverse(&p);
	*out = p;
	return NULL;
}
