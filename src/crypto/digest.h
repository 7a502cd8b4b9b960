/* SHA-256, the only digest the record uses. A digest is a plain value, compared
 * in constant time, written as 64 lower-case hexadecimal digits. */
#ifndef CRYPTO_DIGEST_H
#define CRYPTO_DIGEST_H

#include "base/arena.h"
#include "base/base.h"
#include "base/buf.h"

enum { DIGEST_BYTES = 32, DIGEST_TEXT = 65 };	/* 64 digits and a NUL */

struct digest {
	uint8_t b[DIGEST_BYTES];
};

/* Of the whole; of `n` pieces as if they were one. */
struct digest digest_of(struct str bytes);
struct digest digest_of_parts(const struct str *parts, size_t n);

/* Piece by piece. digest_end gives the result and starts afresh. */
struct digest_ctx;
struct digest_ctx *digest_ctx_new(void);
void digest_ctx_free(struct digest_ctx *c);
OWNER(digest_ctx)
void digest_add(struct digest_ctx *c, struct str bytes);
struct digest digest_end(struct digest_ctx *c);

bool digest_eq(const struct digest *a, const struct digest *b);
bool digest_is_zero(const struct digest *d);

void digest_put(char out[DIGEST_TEXT], const struct digest *d);
/* The same in `a`. */
struct str digest_hex(struct arena *a, const struct digest *d);
void digest_add_hex(struct buf *b, const struct digest *d);

/* In base64, as checkpoints write the root of a log: so it is written everywhere. */
enum { DIGEST_BASE64 = 45 };	/* 44 characters and a NUL */
void digest_put_base64(char out[DIGEST_BASE64], const struct digest *d);

/* False unless `s` is exactly 64 lower-case hexadecimal digits. */
MUST_USE bool digest_get(struct str s, struct digest *out);

/* The 32 bytes as a view. */
struct str digest_str(const struct digest *d);

#endif
