/* Git's deltas: an object as copies from a base and new bytes (gitformat-pack(5),
 * "Deltified representation"). */
#ifndef ODB_DELTA_H
#define ODB_DELTA_H

#include "odb/odb.h"

/* The sizes a delta says of its base and its result. False where it is cut short. */
MUST_USE bool odb_delta_sizes(struct str delta, uint64_t *base, uint64_t *result);

struct odb_spans {
	struct odb_span *v;
	size_t n, room;
};

void odb_spans_done(struct odb_spans *s);

/* Makes the result, whose size is `n` as the delta says. Pieces go to `spans`, which
 * is emptied first. False where the delta reads or writes outside. */
MUST_USE bool odb_delta_apply(struct str delta, struct str base, char *out, size_t n, struct odb_spans *spans);

#endif
