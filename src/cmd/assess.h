/* One assessment: facts read, decided, kept as evidence and recorded. Shared by
 * `audit` and by whatever assesses a home that is there already. */
#ifndef CMD_ASSESS_H
#define CMD_ASSESS_H

#include "judge/delivery.h"
#include "judge/facts.h"
#include "store/store.h"

struct assessment {
	struct facts *facts;
	struct facts *before;		/* of the assessment before, or NULL */
	int64_t before_idx;		/* with before: the record that cites it */
	struct delivery delivery;
};

/* The period is the one of show_facts_read. Everything lives in `a`. Writes one
 * assessment.v1 that cites the facts document. */
MUST_USE err assess(struct store *s, struct arena *a, int64_t from, int64_t to, struct assessment *out);

#endif
