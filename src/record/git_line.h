/* Lines of first parents that branches share. A change counts with one branch;
 * another whose line meets that one's joins it at a position and holds what lies
 * there and below. Here: what happens to that when a branch is renamed, ends,
 * loses changes, or is the one with which shared changes are to count. */
#ifndef RECORD_GIT_LINE_H
#define RECORD_GIT_LINE_H

#include "record/types.h"

struct git_line {
	struct apply *ap;
	int64_t repository;
	struct str branch;
};

/* The branch `before` goes on under the line's name, and so do its scans. */
MUST_USE err git_line_rename(const struct git_line *l, struct str before);

/* Commits that left the branch: those that another branch holds count with that
 * one from now on; the others are gone. */
MUST_USE err git_line_lose(const struct git_line *l, const struct str *commits, size_t n);

/* Whether the changes shared with the branch it joins are to count with this one:
 * it is the main branch, or the other ended. */
MUST_USE err git_line_take(const struct git_line *l, const struct r_git_collection *f);

/* The branch is no longer there. What another one holds counts with that. */
MUST_USE err git_line_end(const struct git_line *l, const struct record *r);

#endif
