/* What a repository names: branches, tags, work trees, and the addresses of
 * its remotes. Each function fills its part of a repository being opened. */
#ifndef GIT_REFS_H
#define GIT_REFS_H

#include "git/git.h"

MUST_USE err git_refs_read(struct git_repo *r);
MUST_USE err git_refs_worktrees(struct git_repo *r);

/* Remotes, and whether one of them owes us objects (a partial clone). */
MUST_USE err git_refs_remotes(struct git_repo *r);

#endif
