/* Files that become durable together: each is written under a temporary name,
 * synced, then linked into place, and every folder touched is synced once at
 * the end. A file is there whole or not at all, and one that exists is never
 * replaced: the same content is fine, another is an integrity error. */
#ifndef LEDGER_DURABLE_H
#define LEDGER_DURABLE_H

#include "base/base.h"
#include "base/str.h"

struct durable;

struct durable *durable_new(void);

/* Drops what was not committed; temporary files are removed. */
void durable_free(struct durable *d);
OWNER(durable)

/* Makes the missing folders of a path, to be synced by the commit. */
MUST_USE err durable_folder_for(struct durable *d, const char *path);

/* The folder of this path gained or lost a name: sync it at the commit. */
void durable_touch(struct durable *d, const char *path);

/* Writes a file that nobody changes any more (mode 0444). */
MUST_USE err durable_put(struct durable *d, const char *path, struct str bytes);

/* After this everything put is on the disk under its name. An error of the
 * kind ERR_IO means the state of the disk is unknown: stop and recover. */
MUST_USE err durable_commit(struct durable *d);

#endif
