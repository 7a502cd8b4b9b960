/* Keyed digests: HMAC-SHA-256 (RFC 2104) for pseudonyms, idempotency keys and
 * subkeys. */
#ifndef CRYPTO_HMAC_H
#define CRYPTO_HMAC_H

#include "base/base.h"
#include "base/str.h"
#include "crypto/digest.h"

struct digest hmac_of(struct str key, struct str message);

/* The same over `n` pieces as if they were one. */
struct digest hmac_of_parts(struct str key, const struct str *parts, size_t n);

/* One key, many messages: the work the key alone needs is done once. Not for
 * use by two threads at a time. */
struct hmac;
struct hmac *hmac_new(struct str key);
void hmac_free(struct hmac *h);		/* wipes the key */
OWNER(hmac)
struct digest hmac_with(struct hmac *h, struct str message);

/* A subkey for one purpose: HMAC(key, label). Two labels give keys that tell
 * nothing of each other. */
struct digest hmac_derive(struct str key, const char *label);

#endif
