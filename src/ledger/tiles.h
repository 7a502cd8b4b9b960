/* The log as a folder of tiles: entry bundles and the hashes above them, written
 * once and never changed. Appending takes bytes and gives back the head that a
 * checkpoint may be signed over: it is folded from what was read back. Proofs
 * come from the same files. One writer at a time; readers open it at the size
 * of a signed checkpoint. */
#ifndef LEDGER_TILES_H
#define LEDGER_TILES_H

#include "base/base.h"
#include "base/buf.h"
#include "ledger/tree.h"

enum { TILES_LEAF_MAX = 65535 };	/* bytes of one entry, by the format */

struct tiles;

/* `folder` is the one that holds (or will hold) tile/. Reads nothing yet. A
 * size above what was written shows as ERR_INTEGRITY at the first use. */
struct tiles *tiles_open(const char *folder, uint64_t size);
void tiles_free(struct tiles *t);
OWNER(tiles)

uint64_t tiles_size(const struct tiles *t);

/* Appends entries behind the present size: writes and syncs full tiles and the
 * partial ones of the new size, reads back the new entries and every tile above
 * them, and gives the new head. Written twice (after a crash) it finds the same
 * files. ERR_LIMIT: an entry is larger than 65,535 bytes (nothing was written).
 * ERR_INTEGRITY: what is there or what was read back differs. After any other
 * error too this object is of no more use: open it anew at the signed size. */
MUST_USE err tiles_append(struct tiles *t, const struct str *leaves, size_t n,
			  struct tree_head *head);

/* The root of the first `size` entries (at most tiles_size), from the files. */
MUST_USE err tiles_root(struct tiles *t, uint64_t size, struct digest *root);

/* The bytes of one entry; its leaf hash. Not checked against each other. */
MUST_USE err tiles_leaf(struct tiles *t, uint64_t index, struct buf *out);
MUST_USE err tiles_leaf_hash(struct tiles *t, uint64_t index, struct digest *out);

/* The proof of RFC 6962; index < size, 0 < old_size <= new_size, and at most
 * tiles_size (ERR_USAGE otherwise). */
MUST_USE err tiles_inclusion(struct tiles *t, uint64_t index, uint64_t size,
			     struct tree_path *out);
MUST_USE err tiles_consistency(struct tiles *t, uint64_t old_size, uint64_t new_size,
			       struct tree_path *out);

/* Recomputes everything from entry `from` on: every entry hashed again, every
 * tile compared with those beneath it. `visit` (or NULL) sees each entry in
 * order. With `from` 0 the head rests on nothing but the entries' bytes. */
struct tiles_visit {
	err (*entry)(void *ctx, uint64_t index, struct str bytes);
	void *ctx;
};
MUST_USE err tiles_verify(struct tiles *t, uint64_t from, const struct tiles_visit *visit,
			  struct tree_head *head);

/* Removes partial tiles whose full tile stands, of those that became full
 * between the two sizes. `to` is at most the size of a published checkpoint. */
MUST_USE err tiles_prune(struct tiles *t, uint64_t from, uint64_t to);

#endif
