/* Which series a scan belongs to and which scan it follows: decided once, here,
 * and written into the closing record. */
#ifndef STORE_INTAKE_SERIES_H
#define STORE_INTAKE_SERIES_H

#include "store/intake_parts.h"

struct series {
	struct str id;			/* of the series, new when it was not known */
	int64_t no;			/* its row, or -1 */
	struct str system, place, scope, artefact, commit;
	int64_t position, effective;	/* position FIELD_NO_INT where unknown */
	int proposed;
	struct str follows;		/* id of a scan, "none" or "late" */
	bool known;			/* this very scan is the head, or was seen and is late */
};

/* Texts live in `a`. */
MUST_USE err series_find(struct intake *in, const struct s_scan_begin *b, struct arena *a,
			 struct series *out);

#endif
