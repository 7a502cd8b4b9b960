/* What the check of a pack learns of each evidence, and of the facts or words of
 * each record, from lines, headers, lists and erasures in any order. Such marks are
 * put on a pile and read by what they are about, so nothing of them grows in memory. */
#ifndef PACK_CHECK_EVIDENCE_H
#define PACK_CHECK_EVIDENCE_H

#include "crypto/digest.h"

struct pack_check;

enum { PACK_MARK = 42 };	/* bytes of one mark */

enum pack_mark {
	MARK_SHOWN,		/* cited by a record with a line; value: which */
	MARK_CITED,		/* by any */
	MARK_ABSENT,		/* left out by a line; value: the place of its type in the result's */
	MARK_GONE, MARK_HELD,	/* erased by a record; withheld */
	MARK_MISSING,		/* in the manifest and not there */
	MARKS,
};

MUST_USE err pack_mark_evidence(struct pack_check *c, const struct digest *d, enum pack_mark what, int64_t value);
MUST_USE err pack_mark_part(struct pack_check *c, bool words, int64_t index, enum pack_mark what, int64_t value);
/* Every evidence that is there, and whatever is not. */
MUST_USE err pack_check_evidence(struct pack_check *c);

#endif
