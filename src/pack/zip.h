/* A pack that is one file, as bytes: everything in it but the deflated contents
 * follows from the entries (doc/format-pack.md, page 2). Who writes such a file
 * writes these bytes; who reads one takes no others. */
#ifndef PACK_ZIP_H
#define PACK_ZIP_H

#include "base/base.h"
#include "base/buf.h"
#include "crypto/digest.h"

enum {
	PACK_ZIP_PATH = 1024,		/* a name has at most so many bytes */
	PACK_ZIP_BEFORE = 50,		/* bytes in front of a content, and its name */
	PACK_ZIP_BEHIND = 24,		/* behind it */
	PACK_ZIP_LINE = 46,		/* a line of the list, with its name and … */
	PACK_ZIP_WIDE = 28,		/* … at most so many for large numbers */
	PACK_ZIP_END64 = 76,		/* the two records for large numbers before the end */
	PACK_ZIP_END = 22,		/* the end record, before the comment */
	PACK_ZIP_COMMENT = 85,
};

struct pack_zip_entry {
	struct str path;
	uint64_t at, size, packed;	/* of its first byte; of the content; of that deflated */
	uint32_t crc;
};

void pack_zip_before(struct buf *out, struct str path);
void pack_zip_behind(struct buf *out, const struct pack_zip_entry *e);
void pack_zip_line(struct buf *out, const struct pack_zip_entry *e);

/* What follows the list of entries, up to the comment. */
struct pack_zip_list {
	uint64_t count, bytes, start;
};
void pack_zip_end(struct buf *out, const struct pack_zip_list *l);

/* Bytes from the first of an entry to the first of the next. */
uint64_t pack_zip_length(const struct pack_zip_entry *e);

/* The order of entries: below 0 where a comes before b. */
int pack_zip_order(struct str a, struct str b);
bool pack_zip_is_evidence(struct str path);

/* The comment at the end holds the digest of every byte before it. */
void pack_zip_comment(struct buf *out, const struct digest *d);

/* False unless it is exactly such a comment. */
MUST_USE bool pack_zip_comment_get(struct str comment, struct digest *out);

#endif
