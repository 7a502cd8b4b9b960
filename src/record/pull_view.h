/* What is known of one pull request, put together from every export that told of
 * it. Exports have no time of their own, so each is dated by the newest instant in
 * it; where two tell different things the newer one counts, what is left out is
 * taken from the other, and no review, check or commit once told is forgotten. The
 * outcome is a function of the set of tellings: their order decides nothing. */
#ifndef RECORD_PULL_VIEW_H
#define RECORD_PULL_VIEW_H

#include "record/types_delivery.h"

struct pull_view_telling {
	int64_t repository;		/* row of view_repository */
	const struct r_pull *pull;	/* number FIELD_NO_INT: of whichever ends in its head */
	int64_t told, idx;		/* instant of the export; the record */
	bool proven;			/* collected, or signed by a pipeline: no file somebody wrote */
};

/* Adds what was told and computes the pull request, or all that end in its head,
 * anew. Database errors alone. */
MUST_USE err pull_view_tell(struct apply *ap, const struct pull_view_telling *t);

/* A newer export told the same as the newest telling so far. */
MUST_USE err pull_view_again(struct apply *ap, int64_t repository, int64_t number, int64_t told);

#endif
