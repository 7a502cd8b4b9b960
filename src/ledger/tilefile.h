/* One tile or bundle read from its file and found of the right form. Nothing
 * here says that its bytes are the right ones. */
#ifndef LEDGER_TILEFILE_H
#define LEDGER_TILEFILE_H

#include "base/buf.h"
#include "crypto/digest.h"
#include "ledger/tile.h"

/* Replaces what `out` holds. Where a partial tile was removed the full one
 * serves, and tile->width says so. ERR_INTEGRITY names the file: it is missing,
 * or not as long as its width says. */
MUST_USE err tilefile_read(const char *folder, struct tile *tile, struct buf *out);

/* Takes the next entry off a bundle; false when the bytes do not hold one. */
MUST_USE bool tilefile_entry(struct str *rest, struct str *entry);

/* Folds 2^deep hashes, in place, into the first. */
void tilefile_fold(struct digest *row, unsigned deep);

#endif
