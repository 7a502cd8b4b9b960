/* The header of a record: the leaf of the log. Canonical JSON (RFC 8785) with a
 * closed set of keys, a few hundred bytes, no word a person wrote. Whoever holds
 * it can check parts handed over later and count what is not shown. Its shape is
 * fixed for the life of every home: doc/format-record.md. */
#ifndef RECORD_HEADER_H
#define RECORD_HEADER_H

#include "base/arena.h"
#include "base/buf.h"
#include "crypto/digest.h"

enum { HEADER_MAX = 16 * 1024, SALT_BYTES = 16, CITES_MAX = 64 };

/* How the content came to us. */
enum content { CONTENT_COLLECTED, CONTENT_PIPELINE, CONTENT_UPLOADED, CONTENT_STATED };
extern const char *const content_words[];

/* How the author was known. */
enum author { AUTHOR_SIGNED, AUTHOR_HOST, AUTHOR_PIPELINE, AUTHOR_SERVER, AUTHOR_CLAIMED };
extern const char *const author_words[];

struct header {
	struct str type;		/* "finding.v1" */
	struct str about;		/* id of what it is about, 32 hexadecimal digits */
	struct str by;			/* id of the account that wrote it */
	struct str in;			/* id of the submission it came with */
	int64_t effective, received;
	enum content content;
	enum author author;
	struct strs cites;		/* evidence digests, hexadecimal, ascending */
	struct digest facts, words;	/* SHA-256 over salt and part */
	bool has_words;
};

/* SHA-256 over the 16 salt bytes and the part's bytes. */
struct digest header_part_digest(const uint8_t salt[SALT_BYTES], struct str part);

/* Whether header_parse would take what header_write gives, digests aside. */
MUST_USE err header_check(const struct header *h);

/* Appends the canonical bytes. */
void header_write(const struct header *h, struct buf *out);

/* Parses and requires that the bytes are exactly what header_write gives. The
 * texts are copies in `a`. */
MUST_USE err header_parse(struct arena *a, struct str leaf, struct header *out);

/* The same by way of the field table, whatever the header looks like: what
 * header_parse does with one that its quick pass does not know. */
MUST_USE err header_parse_any(struct arena *a, struct str leaf, struct header *out);

#endif
