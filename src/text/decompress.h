/* A file or pipe read in pieces, gzip (RFC 1952) and zstd (RFC 8878) undone on the
 * way, anything else as it is. What is packed to fill a disk is refused. */
#ifndef TEXT_DECOMPRESS_H
#define TEXT_DECOMPRESS_H

#include "base/base.h"
#include "base/str.h"

enum {
	DECOMPRESS_RATIO = 1000,			/* bytes out for a byte in … */
	DECOMPRESS_RATIO_FROM = 64 * 1024 * 1024,	/* … asked from here on */
};
#define DECOMPRESS_MAX ((uint64_t)16 << 30)

struct decompress;

/* Whether a file that begins so would be unpacked; 4 bytes tell. */
bool decompress_is_packed(struct str head);

/* Reads from `fd`, which the caller closes; `name` is what errors call it. Both
 * are borrowed for its life. Gives at most DECOMPRESS_MAX bytes. */
struct decompress *decompress_open(int fd, const char *name);
void decompress_free(struct decompress *d);
OWNER(decompress)

/* Another maximum of bytes given, before the first reading. */
void decompress_limit(struct decompress *d, uint64_t max);

/* The next bytes, at most `n` of them; *got is 0 at the end only. ERR_LIMIT beyond
 * the maximum or the ratio; ERR_INPUT where the packed bytes are damaged, end in
 * the middle or are followed by others; ERR_IO. */
MUST_USE err decompress_read(struct decompress *d, void *out, size_t n, size_t *got);

/* Bytes read and bytes given so far, and whether they were packed (known after
 * the first reading). */
uint64_t decompress_taken(const struct decompress *d);
uint64_t decompress_given(const struct decompress *d);
bool decompress_was_packed(const struct decompress *d);

#endif
