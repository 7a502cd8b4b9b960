/* The leaf hashes of a log, made from the entries themselves and found equal to
 * those of the lowest tiles. Where there are
 * many, a thread of its own reads and hashes ahead of the caller, so that what
 * the caller does with each entry costs no time beside the hashing. */
#ifndef LEDGER_TILEHASH_H
#define LEDGER_TILEHASH_H

#include "ledger/tile.h"
#include "ledger/tree.h"

struct tilehash;

/* One bundle. The leaves up to `width` are hashed; `top` is the hash over all of
 * them where the bundle is full. */
struct tilehash_page {
	uint64_t n;
	unsigned width;
	struct str bundle;
	struct digest leaf[TILE_WIDTH], top;
};

/* The bundles of a log of `size` entries from bundle `first` on. `folder` is
 * borrowed. */
struct tilehash *tilehash_new(const char *folder, uint64_t size, uint64_t first);
void tilehash_free(struct tilehash *h);
OWNER(tilehash)

/* The next bundle, valid until the next call; NULL behind the last one.
 * ERR_INTEGRITY where a file is missing or damaged or a hash is another one, and
 * ERR_IO: then it is over. */
MUST_USE err tilehash_next(struct tilehash *h, const struct tilehash_page **out);

#endif
