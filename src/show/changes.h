/* `custody change`: the population of changes as a list, and one of them whole. */
#ifndef SHOW_CHANGES_H
#define SHOW_CHANGES_H

#include "db/db.h"
#include "show/list.h"

struct show_changes_query {
	struct str repository, branch;	/* absent: any release branch */
	int64_t from, to;
	bool no_pull, unreviewed, unknown, security, gone;	/* only those */
	int64_t limit;			/* 0 is all */
};

/* Newest first, branch after branch. */
MUST_USE err show_changes(struct db *db, const struct show_changes_query *q, enum show_format format, int fd);

/* By the first digits of its commit (four or more). ERR_MISSING where there is none,
 * ERR_USAGE where there are several. */
MUST_USE err show_changes_one(struct db *db, struct arena *a, struct str commit, enum show_format format,
			      struct buf *out);

#endif
