/* Turns entries in order into the files of a log: bundles, tiles of hashes and
 * the tiles above them, each written once when it is full, or at the end as a
 * partial one. */
#ifndef LEDGER_TILEWRITER_H
#define LEDGER_TILEWRITER_H

#include "base/base.h"
#include "base/str.h"
#include "crypto/digest.h"

enum {
	TILEWRITER_LEAF_MAX = 65535,
	TILEWRITER_BUNDLE_MAX = 256 * (2 + TILEWRITER_LEAF_MAX),
};

struct tilewriter;

/* A writer that stands behind `size` entries. Where they do not fill their last
 * tile of a level, the caller hands over its hashes, and its bundle. */
struct tilewriter *tilewriter_new(const char *folder, uint64_t size);
void tilewriter_free(struct tilewriter *w);
OWNER(tilewriter)
void tilewriter_give_hashes(struct tilewriter *w, int level, struct str hashes);
void tilewriter_give_bundle(struct tilewriter *w, struct str bundle);

/* The next entry, at most TILEWRITER_LEAF_MAX bytes. */
MUST_USE err tilewriter_add(struct tilewriter *w, struct str leaf);

/* Writes the partial tiles of the present size; everything is durable then. */
MUST_USE err tilewriter_finish(struct tilewriter *w);

#endif
