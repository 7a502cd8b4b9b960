/* Where the commits of a branch went on the release branch: the same commit,
 * carried by a merge, picked by name, squashed or rebased under a pull request's
 * number, and as the last resort the same patch under another id. */
#ifndef GIT_MAP_H
#define GIT_MAP_H

#include "git/changes.h"

enum git_how { GIT_HOW_NONE, GIT_HOW_SAME, GIT_HOW_MERGE, GIT_HOW_PICKED, GIT_HOW_PULL, GIT_HOW_PATCH };
extern const char *const git_how_words[];	/* "none", "same", "merge" … NULL */

struct git_map;

struct git_map *git_map_new(struct git_repo *r);
void git_map_free(struct git_map *m);
OWNER(git_map)

/* Called for each change, newest first; keeps what it needs. */
void git_map_add(struct git_map *m, const struct git_change *c);

/* The change a branch commit went into, or GIT_HOW_NONE. *change lives as long
 * as the map. */
enum git_how git_map_find(const struct git_map *m, struct str commit, struct str *change);

/* The newest change that came through this pull request; false: none. */
bool git_map_pull(const struct git_map *m, int64_t pull, struct str *change);

/* What became of the patch from `base` to `head` (one commit: its parent and
 * itself; a squashed branch: its merge base and its tip). found[i] is the change
 * or absent. At most GIT_MAP_RANGES ranges are looked up among the newest
 * GIT_MAP_PATCHES changes with one parent; *complete is false beyond that. */
struct git_range {
	struct str base, head;
};
enum { GIT_MAP_RANGES = 2000, GIT_MAP_PATCHES = 5000 };
struct git_map_found {
	struct str *v;		/* one per range, in `a` */
	bool complete;
};
MUST_USE err git_map_patches(struct git_map *m, struct arena *a, const struct git_range *v, size_t n,
			     struct git_map_found *out);

#endif
