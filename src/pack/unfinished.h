/* The temporary name under which a pack is made, and what a process that was
 * killed left under such a name. */
#ifndef PACK_UNFINISHED_H
#define PACK_UNFINISHED_H

#include "base/arena.h"

/* "PATH.unfinished-PID-XXXXXXXX", which nothing has yet; in `a`. Removes those
 * beside it whose process is no more. */
const char *unfinished_name(struct arena *a, const char *path);

#endif
