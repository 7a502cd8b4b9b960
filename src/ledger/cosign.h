/* Cosignatures (c2sp.org/tlog-cosignature v1.0.1, Ed25519): a witness says that
 * at a time a checkpoint was the largest consistent one it had seen. The
 * signed message does not name the witness, so its key is used for nothing
 * else. */
#ifndef LEDGER_COSIGN_H
#define LEDGER_COSIGN_H

#include "base/base.h"
#include "base/buf.h"
#include "crypto/ed25519.h"

enum { COSIGN_BYTES = 72 };	/* time, 8 bytes big-endian, and the signature */

/* The bytes behind the key id of a signature line. `text` is a checkpoint with
 * its final newline; time is above 0. */
void cosign_sign(uint8_t out[COSIGN_BYTES], const struct ed25519_key *key, struct str text,
		 int64_t time);

/* False unless `bytes` is this key's cosignature of the text; *time as signed. */
MUST_USE bool cosign_check(const struct ed25519_pub *pub, struct str text, struct str bytes,
			   int64_t *time);

#endif
