/* Every blob of a repository through the engine, whether a commit leads to it or not:
 * on every core, each blob once, of a delta only what is new. Where and since when a
 * blob with matches can be reached is asked afterwards, of few. */
#ifndef SCAN_HISTORY_H
#define SCAN_HISTORY_H

#include "odb/odb.h"
#include "scan/engine.h"

struct scan_history_spec {
	struct odb *objects;
	const struct scan_engine *engine;
	size_t threads;			/* 0: one for each core */
	uint64_t blob_max;		/* 0: SCAN_BLOB_MAX; larger ones are skipped and counted */
	bool whole;			/* scan all of each blob, deltas too: to compare */
};
enum { SCAN_BLOB_MAX = 256 << 20 };

/* Calls of `found` come one at a time, from any thread; those of one blob follow each
 * other in order of offsets. */
struct scan_history_sink {
	err (*found)(void *ctx, uint32_t no, const struct scan_view *view, const struct scan_match *m);
	void *ctx;
};

/* *coverage counts every blob once, and as unreadable every object that may be one. */
MUST_USE err scan_history(const struct scan_history_spec *spec, const struct scan_history_sink *sink,
			  struct scan_coverage *coverage);

#endif
