/* OpenSSH signatures (PROTOCOL.sshsig), as git writes them into commits and
 * tags: whether one is good over given bytes, and whose key made it. Who that
 * is says a file of allowed signers (signers.h). */
#ifndef CRYPTO_SSHSIG_H
#define CRYPTO_SSHSIG_H

#include "base/arena.h"
#include "base/base.h"
#include "crypto/sshkey.h"

struct sshsig {
	struct str kind;		/* of the key: "ssh-ed25519" … */
	struct str key;			/* the public key in wire form */
	struct str space;		/* the namespace it was made for: "git" */
	struct str hash;		/* "sha256" or "sha512" */
	struct str signature;		/* wire form */
	char fingerprint[SSHKEY_FINGERPRINT];
};

/* Whether the text begins like an armoured SSH signature. */
bool sshsig_is(struct str armoured);

/* Reads the armour (at most 64 KiB); views live in `a`. Says nothing about
 * whether the signature is good. ERR_INPUT, ERR_LIMIT. */
MUST_USE err sshsig_parse(struct arena *a, struct str armoured, struct sshsig *out);

/* ERR_INTEGRITY when it is not good over `message`, or made for another
 * namespace; otherwise as sshkey_verify. */
MUST_USE err sshsig_verify(const struct sshsig *sig, struct str message, const char *space);

#endif
