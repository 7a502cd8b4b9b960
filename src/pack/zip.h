/* The end of a pack that is one file: the ZIP archive's comment, which holds the
 * digest of every byte before it (doc/format-pack.md, page 2). */
#ifndef PACK_ZIP_H
#define PACK_ZIP_H

#include "base/base.h"
#include "base/buf.h"
#include "crypto/digest.h"

enum {
	PACK_ZIP_COMMENT = 85,		/* bytes of the comment */
	PACK_ZIP_END = 22,		/* bytes of the end record before it */
};

void pack_zip_comment(struct buf *out, const struct digest *d);

/* False unless it is exactly such a comment. */
MUST_USE bool pack_zip_comment_get(struct str comment, struct digest *out);

#endif
