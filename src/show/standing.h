/* Where each control of the catalogue stands: its state today, what the period shows
 * of it, who owns it and which evidence there is. Screens, lists and the pack ask
 * here, so that they say the same. */
#ifndef SHOW_STANDING_H
#define SHOW_STANDING_H

#include "db/db.h"
#include "judge/delivery.h"
#include "show/catalogue.h"

struct standing {
	const struct catalogue_entry *control;
	const struct area_decision *d;
	const struct facts_control *said;	/* what is declared of it, or NULL */
};

struct standings {
	struct standing *v;		/* controls of 2022 in the catalogue's order */
	size_t n;
	int64_t count[AREA_STATES];
	int64_t judged;			/* those something collected or handed over speaks to */
};

/* Everything lives in `a`. */
void standing_all(const struct facts *f, const struct delivery *d, const struct catalogue *c, struct arena *a,
		  struct standings *out);

/* Of one entry of the catalogue; NULL for what is no control of 2022. */
const struct standing *standing_of(const struct standings *all, const struct catalogue_entry *c);

/* The strongest reason for its state, or absent. */
struct str standing_because(const struct standing *s);

/* "11 of 12 held, 1 late"; "no runs known" without any. */
struct str standing_runs(struct arena *a, const struct area_runs *r);

/* Declared: the role, "a named person"; absent where nobody is. */
struct str standing_owner(const struct standing *s);

/* The first and last day that evidence in the period is of; false where none is. */
bool standing_evidenced(const struct area_runs *r);

/* Whole months between the first and the last evidence of its runs; -1 without any.
 * A certification asks for about STANDING_MONTHS. */
enum { STANDING_MONTHS = 6 };
int64_t standing_months(const struct area_runs *r);

/* How far evidence of the facts' period goes: a scan of today counts for a period that
 * ends with what this copy holds. */
int64_t standing_evidence_to(const struct facts *f);

/* Its evidence in the period, newest first: what, record, happened, received, how it
 * came, how its author is known, result. */
MUST_USE err standing_evidence(struct db *db, const struct catalogue_entry *c, int64_t from, int64_t to,
			       struct db_rows **out);

#endif
