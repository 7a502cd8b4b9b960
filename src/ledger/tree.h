/* The Merkle tree of RFC 6962 §2.1: hashing, appending with nothing but the
 * right edge kept, proofs made from stored subtrees, proofs checked from bytes
 * alone. Sizes and positions are at most 2^63-1. */
#ifndef LEDGER_TREE_H
#define LEDGER_TREE_H

#include "base/base.h"
#include "base/str.h"
#include "crypto/digest.h"

#define TREE_SIZE_MAX ((uint64_t)INT64_MAX)

enum { TREE_PATH_MAX = 64 };	/* no proof in a tree of 2^63-1 leaves is longer */

struct tree_head {
	uint64_t size;
	struct digest root;
};

/* The hashes of a proof, nearest to the leaf first. */
struct tree_path {
	size_t n;
	struct digest v[TREE_PATH_MAX];
};

struct digest tree_leaf(struct str bytes);	/* SHA-256(0x00 || bytes) */
struct digest tree_node(const struct digest *left, const struct digest *right);
struct digest tree_empty_root(void);		/* SHA-256 of nothing */

/* The right edge: one perfect subtree for each 1 bit of the size, largest
 * first. An empty tree is all zeros. */
struct tree {
	uint64_t size;
	struct digest edge[TREE_PATH_MAX];
};

void tree_append(struct tree *t, const struct digest *leaf);

/* Appends 2^level leaves (at most 62) by the hash over them; the size is a
 * multiple of that. */
void tree_append_perfect(struct tree *t, unsigned level, const struct digest *top);
struct digest tree_root(const struct tree *t);

/* Whether the leaf stands at `index` under this head (RFC 9162 §2.1.3.2).
 * ERR_INTEGRITY when it does not. */
MUST_USE err tree_check_inclusion(const struct tree_head *head, uint64_t index,
				  const struct digest *leaf, const struct tree_path *path);

/* Whether `from` is a beginning of `to` (RFC 9162 §2.1.4.2). ERR_INTEGRITY when
 * it is not. Every tree continues the empty one, so a `from` of size 0 proves
 * nothing and is refused: a caller that lets it pass decides so itself. */
MUST_USE err tree_check_consistency(const struct tree_head *from, const struct tree_head *to,
				    const struct tree_path *path);

/* Where the hash of a perfect subtree comes from: of 2^level leaves, the
 * index-th from the left. Only subtrees that are wholly inside the size asked
 * for are read. */
struct tree_source {
	err (*node)(void *ctx, unsigned level, uint64_t index, struct digest *out);
	void *ctx;
};

/* The root of the first `size` leaves. */
MUST_USE err tree_read_root(const struct tree_source *from, uint64_t size, struct digest *out);

/* The right edge of the first `size` leaves, ready to append to. */
MUST_USE err tree_read_edge(const struct tree_source *from, uint64_t size, struct tree *out);

/* PATH and PROOF of RFC 6962 §2.1.1 and §2.1.2; index < size, 0 < from <= to. */
MUST_USE err tree_inclusion(const struct tree_source *from, uint64_t index, uint64_t size,
			    struct tree_path *out);
MUST_USE err tree_consistency(const struct tree_source *from, uint64_t old_size,
			      uint64_t new_size, struct tree_path *out);

#endif
