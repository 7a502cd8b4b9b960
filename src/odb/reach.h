/* Where given blobs can be reached from, asked once for all of them: which kinds of
 * references lead to them, which commit brought each first, and under which path.
 * Every tree and commit is read once; what is kept in memory is numbers. */
#ifndef ODB_REACH_H
#define ODB_REACH_H

#include "base/arena.h"
#include "odb/odb.h"

/* What a reference is; a blob has the bits of all that lead to it. */
enum odb_class {
	ODB_AT_HEAD = 1,		/* in the tree of HEAD itself */
	ODB_IN_HEAD = 2,		/* in HEAD's history */
	ODB_IN_BRANCH = 4,		/* in that of another branch */
	ODB_IN_TAG = 8,
	ODB_IN_NOTES = 16,
	ODB_IN_STASH = 32,
	ODB_IN_REFLOG = 64,
	ODB_IN_OTHER = 128,
};

struct odb_ref {
	uint8_t id[ODB_ID_SHA256];	/* of a commit or tag */
	enum odb_class class;
	bool head;			/* HEAD: its tree is what is there now */
};

struct odb_reach_spec {
	struct odb *objects;
	const uint32_t *blobs;		/* numbers, each once */
	size_t n;
	const struct odb_ref *refs;
	size_t n_refs;
	size_t threads;
};

struct odb_reached {
	unsigned classes;		/* of enum odb_class; 0: nothing leads to it */
	int64_t commit;			/* number of the first that holds it, or -1 */
	bool merge;			/* which is a merge that none of its parents has it from */
	int64_t at;			/* when it was committed, seconds since 1970 */
	struct str path;		/* there; absent where there is no commit */
};

/* One answer for each blob, in `a`. `lost` (may be NULL) is the number of trees and
 * commits that could not be read: what they lead to may be called unreachable. */
MUST_USE err odb_reach(const struct odb_reach_spec *spec, struct arena *a, struct odb_reached *out,
		       uint64_t *lost);

#endif
