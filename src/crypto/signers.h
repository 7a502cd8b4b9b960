/* Files of allowed signers, as ssh-keygen and git read them (ssh-keygen(1),
 * ALLOWED SIGNERS): which key may sign for whom, for what and when. */
#ifndef CRYPTO_SIGNERS_H
#define CRYPTO_SIGNERS_H

#include "base/arena.h"
#include "base/base.h"
#include "crypto/sshsig.h"

struct signer {
	struct str principals;		/* "ann@example.com,*@ops.example.com" */
	struct str spaces;		/* patterns of namespaces; absent: any */
	struct str kind, key;		/* the key's kind and wire form */
	int64_t after, before;		/* instants, both included; INSTANT_NONE */
	bool authority;			/* signs certificates, never data */
	size_t line;			/* 1 is the first */
};

struct signers {
	struct signer *v;
	size_t n;
	struct strs revoked;		/* keys in wire form, or fingerprints: they vouch for nothing */
};

enum signers_word {
	SIGNERS_LISTED,		/* good, by a key that is listed: for whom and when says signers_find() */
	SIGNERS_UNLISTED,	/* good, by a key that is listed for nobody */
	SIGNERS_REVOKED,	/* by a key that is listed as revoked */
	SIGNERS_BAD,		/* not over this message, or made for another namespace */
	SIGNERS_UNCHECKED,	/* of a kind that cannot be checked here */
};

/* Reads the whole file (at most 4 MiB, 65,536 lines); views live in `a`. A time
 * without Z is read as UTC, so that the answer is the same everywhere.
 * ERR_INPUT names the line. */
MUST_USE err signers_parse(struct arena *a, struct str text, struct signers *out);

/* Adds revoked keys (at most 4 MiB): one public key as OpenSSH writes them, or one
 * fingerprint, to a line. */
MUST_USE err signers_revoke(struct arena *a, struct str text, struct signers *s);

/* What a signature over the message is worth by these lists: the one answer for
 * commits, documents, submissions and approvals alike. */
enum signers_word signers_vouch(const struct signers *s, const struct sshsig *sig, struct str message,
				const char *space);

/* The first line that lets this key sign for this namespace at that instant, or
 * NULL. The signature itself is not checked here. */
const struct signer *signers_find(const struct signers *s, const struct sshsig *sig, int64_t at);

/* Whether the line's principals cover this name: patterns with * and ?, the
 * answer no where a pattern behind ! matches. */
bool signers_covers(const struct signer *s, struct str name);

#endif
