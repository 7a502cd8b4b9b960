/* The merging of what several exports told of one pull request: a function of the
 * set of tellings, in memory. record/pull_view.h says what holds of it. */
#ifndef RECORD_PULL_MERGE_H
#define RECORD_PULL_MERGE_H

#include "record/types_delivery.h"

struct pull_merge_telling {
	struct r_pull pull;
	int64_t told, newest, idx;	/* instant of the export, of the telling; its record */
	struct str digest;
	bool numbered;			/* false: known by its head alone */
};

struct pull_merge_check {
	struct r_check run;
	bool at_merge;			/* an export made after the merge tells it */
};

struct pull_merge {
	struct arena *a;
	struct pull_merge_telling *v;
	size_t n, room;
	/* What pull_merge_end() makes. Of `pull` everything but its lists. A list is known
	 * where it was told whole by an export made after the merge. */
	struct r_pull pull;
	struct pull_merge_telling last;	/* the newest that names the number */
	struct r_review *reviews;	/* by time; those without one first */
	struct pull_merge_check *checks;
	size_t reviews_n, checks_n;
	struct strs commits, people, tickets;
	int64_t passed, failed, unsure;	/* checks at the merge, each name once */
};

void pull_merge_start(struct pull_merge *m, struct arena *a);
/* Copies the struct; its texts are borrowed. */
void pull_merge_add(struct pull_merge *m, const struct pull_merge_telling *t);
/* The last commit as the newest telling so far has it; absent. */
struct str pull_merge_head(const struct pull_merge *m);
void pull_merge_end(struct pull_merge *m);

#endif
