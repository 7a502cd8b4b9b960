/* What the rules of single areas share. Private to the decision. */
#ifndef JUDGE_DELIVERY_PARTS_H
#define JUDGE_DELIVERY_PARTS_H

#include "base/instant.h"
#include "judge/delivery.h"
#include "record/types.h"

enum { REASONS_MAX = 8, RUN_NAMES = 4 };

struct delivery_list {
	struct str v[REASONS_MAX];
	size_t n;
};

/* One area on the way to its decision. */
struct deciding {
	const struct facts *f;
	struct arena *a;
	struct area_decision *d;
	const struct facts_control *c;		/* NULL: not declared */
	struct delivery_list faults, stale, open, have;
	bool evidence, embedded;		/* some; some that nobody had to upload */
	int64_t newest;				/* evidence of it running, INSTANT_NONE */
	const char *runs[RUN_NAMES];		/* names in facts.runs */
	bool by_change;				/* each change is a run */
	bool by_review;				/* reviews of changes are its follow-up */
};

/* Adds one phrase; what is beyond REASONS_MAX is dropped. */
void delivery_parts_add(struct deciding *x, struct delivery_list *l, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Evidence of this date, come by upload or otherwise. */
void delivery_parts_evidence(struct deciding *x, int64_t at, bool embedded);

/* Sums over all release branches. */
struct delivery_sums {
	int64_t changes, branches, no_pull, gone, tagged, pulls_known;
	struct facts_three reviews, checks, tickets;
};
struct delivery_sums delivery_parts_sums(const struct facts *f);

/* Open findings of a kind ("" is any) on release branches, at least that severe. */
int64_t delivery_parts_open(const struct facts *f, const char *kind, int severity, int situation);
enum { DELIVERY_ANYWHERE = -1 };

/* Files of a kind in all trees; whether any tree was read. */
int64_t delivery_parts_files(const struct facts *f, const char *kind);

/* Fills d->runs. */
void delivery_runs(struct deciding *x);

/* Runs the rules of the area. */
void delivery_rules(struct deciding *x);

#endif
