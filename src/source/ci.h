/* What a CI configuration says of scans: which tools run, of which kind, and
 * whether a failure stops the pipeline; and which actions are not pinned. */
#ifndef SOURCE_CI_H
#define SOURCE_CI_H

#include "base/arena.h"
#include "record/types.h"

struct ci_found {
	struct r_ci_scan *scans;	/* path is left to the caller; no two alike */
	size_t n;
	int64_t actions, unpinned;	/* external actions used; those not at a commit */
	struct str first_unpinned;
};

/* Reads one file. `tool` is whose configuration it is ("github-actions" …). Text
 * that is no YAML is searched line by line. */
void ci_read(struct arena *a, const char *tool, struct str text, struct ci_found *out);

#endif
