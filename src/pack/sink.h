/* Where the bytes of a pack go: a folder, or one .zip file. Both are made under
 * a temporary name beside the wanted one and take its place only when they are
 * whole and on the disk; an earlier pack there is replaced, anything else is
 * refused. */
#ifndef PACK_SINK_H
#define PACK_SINK_H

#include "base/base.h"
#include "base/str.h"

/* Files come one after the other: begin, add …, end. The context is the sink's. */
struct pack_sink {
	void *ctx;
	err (*begin)(void *ctx, const char *path);
	err (*add)(void *ctx, struct str bytes);
	err (*end)(void *ctx);
	err (*finish)(void *ctx);	/* everything durable under the wanted name */
	void (*free)(void *ctx);	/* before finish: leaves nothing behind */
};

/* ERR_CONFLICT where something lies at `path` that is no pack. */
MUST_USE err pack_sink_folder(const char *path, struct pack_sink *out);
MUST_USE err pack_sink_zip(const char *path, struct pack_sink *out);

#endif
