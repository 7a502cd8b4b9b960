/* Inside the collector of a repository: its state, and who sends what. */
#ifndef SOURCE_COLLECT_PARTS_H
#define SOURCE_COLLECT_PARTS_H

#include "source/collect_git.h"

#include "git/changes.h"
#include "git/people.h"
#include "git/vouch.h"

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
	struct git_vouch *vouch;
	int64_t vouch_from;		/* older signatures are not checked */
	int64_t now, neighbour, odd_dates, backward;
	struct str first_odd, first_backward;
	struct many items, ci;		/* of the tree */
	int64_t actions, unpinned;
	struct str first_unpinned;
	struct str renamed[RENAMED_MAX];	/* earlier names of branches that go on */
	size_t renamed_n;
};

/* One change of the branch that is being sent. */
MUST_USE err collect_git_change(struct collecting *c, const struct git_change *g);

/* Notes on dates that cannot be, of the changes sent since the last call. */
MUST_USE err collect_git_dates(struct collecting *c);

/* The population of each release branch, and which branches ended. */
MUST_USE err collect_branches(struct collecting *c);

#endif
