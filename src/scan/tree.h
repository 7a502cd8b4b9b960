/* Walking inputs through the engine: any sequence the caller can iterate (files
 * at a commit through git, members of an archive), or a folder on disk. Every
 * input ends in the coverage of the state, scanned or not. */
#ifndef SCAN_TREE_H
#define SCAN_TREE_H

#include "scan/engine.h"

/* One input from the caller. */
struct scan_item {
	struct str path;
	struct str bytes;	/* alive until the next call */
	enum scan_skip skip;	/* not to be scanned, and why; bytes are then absent */
	bool unreadable;	/* its bytes could not be had */
	uint64_t size;		/* of an item without bytes, for the totals */
};

/* Gives the next input; *more is false behind the last. */
struct scan_items {
	err (*next)(void *ctx, struct scan_item *item, bool *more);
	void *ctx;
};

struct scan_walk_sink {
	/* One match; the file is item->path. */
	err (*found)(void *ctx, const struct scan_item *item, const struct scan_view *view,
		     const struct scan_match *m);
	/* After each input, scanned or not; may be NULL. */
	err (*done)(void *ctx, const struct scan_item *item, const struct scan_result *result);
	void *ctx;
};

/* Scans every item. An unreadable item does not stop the walk. */
MUST_USE err scan_each(struct scan_state *st, struct scan_items items,
		       const struct scan_walk_sink *sink);

enum {
	SCAN_FILE_MAX = 64 << 20,	/* bytes of one file, by default */
	SCAN_DEPTH_MAX = 64,		/* folders below the first */
};

struct scan_tree_spec {
	const char *dir;
	uint64_t file_max;		/* 0: SCAN_FILE_MAX */
	/* Whether a path below `dir` is left out (a folder with all in it); may be
	 * NULL. ".git" is always left out. */
	bool (*leave)(void *ctx, struct str path);
	void *leave_ctx;
};

/* Scans the files below a folder in byte order of their names. Links are
 * counted, never followed; what cannot be opened counts as unreadable. Paths
 * are relative to the folder. Fails where the folder itself cannot be opened. */
MUST_USE err scan_tree(struct scan_state *st, const struct scan_tree_spec *spec,
		       const struct scan_walk_sink *sink);

#endif
