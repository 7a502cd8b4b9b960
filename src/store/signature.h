/* Whose signature it is: an SSH signature (ssh-keygen -Y sign -n file) over bytes, by a
 * key that the home's allowed_signers lists for somebody at that time and its
 * revoked_keys does not name. No other list counts: whoever brings a signature would
 * bring the list that fits it. */
#ifndef STORE_SIGNATURE_H
#define STORE_SIGNATURE_H

#include "store/store.h"

enum { SIGNATURE_MESSAGE_MAX = 256 << 20 };

struct signature_spec {
	struct str message;		/* what is signed */
	const char *name;		/* of it, for sentences */
	const char *signature;		/* file */
	int64_t at;			/* when the key must be listed */
};

struct signature_found {
	struct str signer, key;		/* principals; fingerprint */
	struct str armour, listed, revoked;	/* bytes of the signature and of the lists it was checked against */
};

/* ERR_INTEGRITY where the signature is not good over the message, ERR_DENIED where its
 * key is listed for nobody, or revoked. Texts live in `a`. */
MUST_USE err signature_check(struct store *s, struct arena *a, const struct signature_spec *spec,
			     struct signature_found *out);

/* Keeps the signature and the lists as evidence, so that anybody can check it again, and
 * adds their digests to `cites` (hexadecimal, at most eight before), which it sorts. */
MUST_USE err signature_keep(struct store *s, struct arena *a, const struct signature_found *found,
			    struct strs *cites);

/* Whether the principals name a service that a configuration in force declares (kind:
 * service): one that is only proposed, or that an export calls so, is none. */
MUST_USE err signature_of_service(struct store *s, struct arena *a, struct str signer, bool *service);

#endif
