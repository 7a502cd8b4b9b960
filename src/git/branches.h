/* Branches by name: where one is in this clone, which one a detached HEAD is of,
 * and which is the repository's main one. */
#ifndef GIT_BRANCHES_H
#define GIT_BRANCHES_H

#include "git/git.h"

/* The tip of a branch: of this clone, else as last fetched from origin, else from
 * another remote; a name that is no branch is read as git reads names (a tag, an
 * id). ERR_MISSING. */
MUST_USE err git_branches_tip(struct git_repo *r, struct arena *a, struct str name, struct str *commit);

/* Whether a branch of this name is here, of this clone or as last fetched. */
MUST_USE err git_branches_have(struct git_repo *r, struct arena *a, struct str name, bool *yes);

/* The branch that contains HEAD: the main one where it does, else one of `liked`,
 * else the first by name; absent where none does. */
MUST_USE err git_branches_of_head(struct git_repo *r, struct arena *a, struct strs liked, struct str *name);

/* The host's default branch as last fetched, else "main", "master" or "trunk",
 * whichever is here first; absent where none is. */
struct str git_branches_main(const struct git_repo *r);

#endif
