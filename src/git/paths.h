/* The paths each step of a branch changed against its first parent, through one
 * git diff-tree that runs beside the reader. */
#ifndef GIT_PATHS_H
#define GIT_PATHS_H

#include "git/run.h"
#include "git/steps.h"

enum { GIT_PATHS = 512 };

struct git_path_set {
	struct strs paths;	/* valid UTF-8, in git's order, in the arena */
	size_t total;
	unsigned marks;		/* of all paths, by git_paths.mark */
	bool known;		/* false: the trees are not here, or damaged */
};

struct git_paths {
	struct git_repo *r;
	const struct git_steps *steps;	/* borrowed */
	size_t at, failed;
	unsigned (*mark)(struct str path);	/* bits of one path; NULL where nobody asks */
	struct git_stream s;
	struct str ahead;	/* the id of the step the stream stands before; absent: not read */
	char ahead_bytes[65];
};
#define GIT_PATHS_AUTO __attribute__((cleanup(git_paths_done))) struct git_paths
void git_paths_done(struct git_paths *p);

/* Starts it, so that it works while other things are read. */
MUST_USE err git_paths_open(struct git_repo *r, const struct git_steps *steps, struct git_paths *p);

/* The paths of the next step. */
MUST_USE err git_paths_next(struct git_paths *p, struct arena *a, struct git_path_set *out);

/* Of "git diff-tree --name-status -z": the letter of which the path follows, no id.
 * A path is taken by its place alone, so none can pass for an id. */
bool git_paths_is_status(struct str piece);

#endif
