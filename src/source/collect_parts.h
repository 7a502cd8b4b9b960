/* Inside the collector of a repository: its state, and who sends what. */
#ifndef SOURCE_COLLECT_PARTS_H
#define SOURCE_COLLECT_PARTS_H

#include "source/collect_git.h"

#include "git/changes.h"
#include "git/people.h"

enum { RENAMED_MAX = 16 };

struct collecting {
	const struct collect_spec *spec;
	struct git_repo *repo;
	struct git_mailmap *mailmap;
	struct submission_writer *out;
	struct arena *a, *each;
	struct str name;
	size_t sent;
	int64_t total;
	int64_t neighbour, odd_dates;
	struct many items, ci;		/* of the tree */
	int64_t actions, unpinned;
	struct str first_unpinned;
	struct str renamed[RENAMED_MAX];	/* earlier names of branches that go on */
	size_t renamed_n;
};

/* One change of the branch that is being sent; of a git_changes_sink. */
MUST_USE err collect_git_change(void *ctx, const struct git_change *g);

/* The population of each release branch, and which branches ended. */
MUST_USE err collect_branches(struct collecting *c);

#endif
