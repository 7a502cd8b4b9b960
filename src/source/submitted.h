/* The home's side: a submission that a job without a home wrote is taken in. It is
 * found whole first; the very same one again changes nothing. Who sent it is claimed,
 * unless a signature over it is good and its key is listed. */
#ifndef SOURCE_SUBMITTED_H
#define SOURCE_SUBMITTED_H

#include "source/import.h"

/* Whether the file begins as a submission does; it stands at its start again. */
MUST_USE err submitted_is(int fd, const char *name, bool *yes);

/* What the items are of comes from the file alone: spec->context gives its name only. */
MUST_USE err submitted_import(struct store *s, struct arena *a, const struct import_spec *spec, int fd,
			      struct import_result *out);

#endif
