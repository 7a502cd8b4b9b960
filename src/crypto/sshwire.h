/* The data types of SSH messages (RFC 4251 §5), read off the front of a view.
 * Each returns false and leaves `rest` alone where the bytes do not suffice. */
#ifndef CRYPTO_SSHWIRE_H
#define CRYPTO_SSHWIRE_H

#include "base/base.h"
#include "base/buf.h"

MUST_USE bool sshwire_u8(struct str *rest, uint8_t *out);
MUST_USE bool sshwire_u32(struct str *rest, uint32_t *out);

/* A length and that many bytes, borrowed from `rest`. */
MUST_USE bool sshwire_string(struct str *rest, struct str *out);

/* A whole number that is not negative, as big-endian bytes without leading
 * zeros. */
MUST_USE bool sshwire_mpint(struct str *rest, struct str *out);

void sshwire_put_u32(struct buf *b, uint32_t v);
void sshwire_put_string(struct buf *b, struct str s);

#endif
