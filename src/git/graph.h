/* Which commits each first-parent step of a branch brought in: those reachable
 * from it that are not reachable from the step before. One pass over the ids
 * and parents that git lists, then one walk of the graph in memory. */
#ifndef GIT_GRAPH_H
#define GIT_GRAPH_H

#include "git/run.h"
#include "git/steps.h"

enum { GIT_GRAPH_COMMITS = 4000000, GIT_CARRIED = 256 };

/* Per step: how many in all, and the first GIT_CARRIED of them in git's order,
 * newest first. Ids are hexadecimal, in the arena. `open`: the branch runs into
 * the boundary of a shallow clone, so what it brought in is not known. */
struct git_carried_set {
	struct str *commits;
	size_t n, total;
	bool open;
};

/* *sets gets one entry per step. `beside` (or NULL) is another git that must not
 * stand still meanwhile: what it writes is taken in. ERR_LIMIT beyond GIT_GRAPH_COMMITS; ERR_INPUT
 * where git stopped in the middle. */
MUST_USE err git_graph_carried(struct git_repo *r, struct arena *a, const struct git_steps *steps,
			       struct git_stream *beside, struct git_carried_set **sets);

#endif
