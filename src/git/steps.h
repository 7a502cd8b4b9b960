/* The steps of a branch: its line of first parents, newest first, as git lists
 * it. Everything else about a step is read from its objects. */
#ifndef GIT_STEPS_H
#define GIT_STEPS_H

#include "git/git.h"

enum { GIT_STEPS = 4000000 };

struct git_step {
	struct str commit;
	struct str parent;	/* the first; absent: a root, or the boundary */
	int64_t at;		/* committed */
	uint32_t parents;	/* as git follows them */
	bool boundary;		/* its parents exist, but not here */
};

struct git_steps {
	struct git_step *v;
	size_t n;
	struct str stop;	/* what the caller left out: that commit and before; or absent */
	bool broken;		/* git could not read on behind the last step */
	bool merges;
};

/* Steps from `tip` (an id) down to, not with, `stop` (an id, or absent). With
 * `since` (or INSTANT_NONE) the steps older than the last one committed since
 * then are left out, and the first of them becomes `stop`. */
struct git_steps_spec {
	struct str tip, stop;
	int64_t since;
};
MUST_USE err git_steps_read(struct git_repo *r, struct arena *a, const struct git_steps_spec *spec,
			    struct git_steps *out);

#endif
