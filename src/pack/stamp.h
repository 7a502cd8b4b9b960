/* Time stamps of RFC 3161: as much of a reply as a check without the authority's
 * certificate needs. Whether the authority signed, openssl ts -verify tells. */
#ifndef PACK_STAMP_H
#define PACK_STAMP_H

#include "base/base.h"
#include "base/str.h"

struct pack_stamp_says {
	int64_t at;		/* the time it states; INSTANT_NONE where it cannot be told */
	bool fits;		/* its imprint is the digest of the bytes */
};

/* Reads a TimeStampResp in DER and compares its imprint with `bytes`. ERR_INPUT
 * when it is none, was not granted, or uses a digest that is not known here. */
MUST_USE err pack_stamp_read(struct str der, struct str bytes, struct pack_stamp_says *out);

#endif
