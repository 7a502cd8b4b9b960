/* One zlib stream of a size known beforehand, as packs hold them (RFC 1950). */
#ifndef ODB_INFLATE_H
#define ODB_INFLATE_H

#include "base/base.h"
#include "base/str.h"

struct odb_inflater;

struct odb_inflater *odb_inflater_new(void);
void odb_inflater_free(struct odb_inflater *i);
OWNER(odb_inflater)

/* Fills exactly n bytes; false where the stream is damaged or of another size. */
MUST_USE bool odb_inflate(struct odb_inflater *i, struct str in, char *out, size_t n);

#endif
