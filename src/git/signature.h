/* Signatures in commits and tags: which kind, whose key. Whether one is good is
 * for crypto/ to say, over the payload git_commit.h gives. */
#ifndef GIT_SIGNATURE_H
#define GIT_SIGNATURE_H

#include "git/git.h"

/* By the first line of the armour; GIT_UNSIGNED for an absent or empty text. */
enum git_signature git_signature_kind(struct str armour);

/* The key, in `a`: "SHA256:…" of an SSH key; 40 hexadecimal digits of an
 * OpenPGP key, or the 16 of its id where the signature names no more (RFC 4880
 * §5.2.3.5, RFC 9580 §5.2.3.35). Absent where the signature does not say. */
struct str git_signature_key(struct arena *a, struct str armour);

#endif
