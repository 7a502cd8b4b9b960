/* Ed25519 (RFC 8032): the signatures of checkpoints and witnesses. */
#ifndef CRYPTO_ED25519_H
#define CRYPTO_ED25519_H

#include "base/base.h"
#include "base/str.h"

enum { ED25519_SEED = 32 };

struct ed25519_pub {
	uint8_t b[32];
};

struct ed25519_sig {
	uint8_t b[64];
};

/* A private key; its memory is wiped when it is freed. */
struct ed25519_key;

/* From the 32 bytes of the seed (RFC 8032 calls it the private key). The caller
 * wipes its own copy. */
struct ed25519_key *ed25519_key_new(const uint8_t seed[ED25519_SEED]);
void ed25519_key_free(struct ed25519_key *k);
OWNER(ed25519_key)

struct ed25519_pub ed25519_public(const struct ed25519_key *k);
struct ed25519_sig ed25519_sign(const struct ed25519_key *k, struct str message);

/* False for a wrong signature and for a public key that is no point. */
MUST_USE bool ed25519_verify(const struct ed25519_pub *pub, struct str message,
			     const struct ed25519_sig *sig);

/* Overwrites memory in a way the compiler keeps. */
void ed25519_wipe(void *p, size_t n);

#endif
