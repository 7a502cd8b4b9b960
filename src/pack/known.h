/* Keys that were given once and found to fit: one vkey a line, outside of every
 * home, so that the next pack of the same log is known to be its. */
#ifndef PACK_KNOWN_H
#define PACK_KNOWN_H

#include "base/arena.h"

enum { PACK_KNOWN_MAX = 10000 };

/* $XDG_STATE_HOME/custody/keys, or below $HOME; NULL where there is neither. */
const char *pack_known_path(struct arena *a);

/* The lines; none where there is no file. Lines that are no keys are passed over
 * by those who use them. */
MUST_USE err pack_known_load(struct arena *a, const char *path, struct strs *out);

/* Adds a line that is not there yet. */
MUST_USE err pack_known_add(const char *path, struct str vkey);

#endif
