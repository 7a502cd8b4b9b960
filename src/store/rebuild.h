/* Rebuilding the views: every record is applied again, in order, to fresh tables
 * beside the live ones; digests tell whether the live ones were the same; then
 * the fresh ones take their place. The old views serve until then. */
#ifndef STORE_REBUILD_H
#define STORE_REBUILD_H

#include "store/store.h"

struct rebuild_result {
	int64_t records, tables, rows, different;
	int64_t ms;
};

struct rebuild_spec {
	bool check_only;	/* compare, leave the live views as they are */
	void (*table)(void *ctx, const char *name, bool same, int64_t rows);	/* may be NULL */
	void (*progress)(void *ctx, int64_t done, int64_t of);			/* may be NULL */
	void *ctx;
};

MUST_USE err rebuild_views(struct store *s, const struct rebuild_spec *spec, struct rebuild_result *out);

#endif
