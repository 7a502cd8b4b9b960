/* Reads the facts document from the views, in one snapshot. */
#ifndef SHOW_FACTS_READ_H
#define SHOW_FACTS_READ_H

#include "db/db.h"
#include "judge/facts.h"

/* Times may be INSTANT_NONE but `now`. Without as_of it is now. Without a period it
 * is the one that custody.yaml declares; else the twelve months up to as_of, or up to
 * the newest change where the last one here is more than a month older (a copy that
 * was not fetched lately says nothing of the time since). */
struct facts_spec {
	int64_t now, as_of, from, to;
};

/* Everything lives in `a`. ERR_USAGE for a period that ends before it begins or
 * begins after as_of. */
MUST_USE err show_facts_read(struct db *db, const struct facts_spec *spec, struct arena *a, struct facts **out);

/* Why it is this period, one phrase; in `a` or static. */
struct str show_facts_period_why(struct arena *a, const struct facts *f);

/* The period alone, as the document would have it. */
MUST_USE err show_facts_period(struct db *db, const struct facts_spec *spec, int64_t *from, int64_t *to);

#endif
