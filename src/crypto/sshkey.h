/* SSH public keys and the signatures made with them: ssh-ed25519 (RFC 8709),
 * ecdsa-sha2-nistp256/384/521 (RFC 5656), rsa-sha2-256/512 (RFC 8332; keys of
 * 2048 to 16384 bits), and the two kinds that live in a security key
 * (PROTOCOL.u2f). Signatures over SHA-1 are refused. */
#ifndef CRYPTO_SSHKEY_H
#define CRYPTO_SSHKEY_H

#include "base/base.h"
#include "base/str.h"
#include "crypto/digest.h"

enum { SSHKEY_FINGERPRINT = 51 };	/* "SHA256:", 43 characters and a NUL */

/* The name of the key's kind, from the front of the blob; false when the blob
 * does not begin with one. */
MUST_USE bool sshkey_kind(struct str key, struct str *kind);

/* Whether `signature` (the wire form: algorithm and bytes) is the key's over
 * `data`. ERR_INPUT: not of its form; ERR_INTEGRITY: the signature is wrong;
 * ERR_FAILED: a kind of key or signature that is not accepted. */
MUST_USE err sshkey_verify(struct str key, struct str data, struct str signature);

/* As `ssh-keygen -l` writes it: "SHA256:" and base64 without padding. */
void sshkey_fingerprint(char out[SSHKEY_FINGERPRINT], struct str key);

#endif
