#include "pack/zip.h"

static const struct str begins = STR_INIT("custody-zip/1 sha256=");

void pack_zip_comment(struct buf *out, const struct digest *d)
{
	buf_add(out, begins);
	digest_add_hex(out, d);
}

bool pack_zip_comment_get(struct str comment, struct digest *out)
{
	return comment.n == PACK_ZIP_COMMENT && str_starts(comment, begins) &&
	       digest_get(str_from(comment, begins.n), out);
}
