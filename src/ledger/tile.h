/* Names of tiles (c2sp.org/tlog-tiles v0.1.0): where the hashes of a level, and
 * the entries beneath them, are found under the log's folder or URL. */
#ifndef LEDGER_TILE_H
#define LEDGER_TILE_H

#include "base/base.h"
#include "base/str.h"

enum {
	TILE_WIDTH = 256,	/* hashes of a full tile */
	TILE_LEVELS = 8,	/* a log of 2^63-1 leaves has no more */
	TILE_ENTRIES = -1,	/* as a level: the bundle of entries */
	TILE_PATH = 64,		/* bytes of the longest path and a NUL */
};

struct tile {
	int level;		/* 0 to 63, or TILE_ENTRIES */
	uint64_t n;		/* from the left */
	unsigned width;		/* 1 to 256 */
};

/* "tile/0/x001/234", "tile/entries/000.p/17". */
void tile_path(char out[TILE_PATH], const struct tile *t);

/* False unless it is exactly what tile_path writes for some tile. */
MUST_USE bool tile_path_get(struct str path, struct tile *out);

/* How many of the tile's hashes a log of this size has: 0 to 256. */
unsigned tile_width_at(int level, uint64_t n, uint64_t size);

#endif
