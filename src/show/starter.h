/* A first custody.yaml, written from what a home holds: repositories, their owner on
 * the host, who commits, what CI scans. Every guess says from what, and asks to be
 * confirmed. Some 40 lines for ten repositories. */
#ifndef SHOW_STARTER_H
#define SHOW_STARTER_H

#include "store/directory.h"

/* `now` bounds what is recent. Appends the whole file. */
MUST_USE err show_starter(struct db *db, const struct directory *d, int64_t now, struct buf *out);

#endif
