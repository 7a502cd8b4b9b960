/* Whose signature it is: an SSH signature (ssh-keygen -Y sign -n file) over bytes, by a
 * key that the file of allowed signers lists for somebody at that time. */
#ifndef STORE_SIGNATURE_H
#define STORE_SIGNATURE_H

#include "store/store.h"

enum { SIGNATURE_MESSAGE_MAX = 256 << 20 };

struct signature_spec {
	struct str message;		/* what is signed */
	const char *name;		/* of it, for sentences */
	const char *signature;		/* file */
	const char *signers;		/* file; NULL: allowed_signers in the home */
	int64_t at;			/* when the key must be listed */
};

struct signature_found { struct str signer, key; };	/* principals; fingerprint */

/* ERR_INTEGRITY where the signature is not good over the message, ERR_DENIED where its
 * key is listed for nobody. Texts live in `a`. */
MUST_USE err signature_check(struct store *s, struct arena *a, const struct signature_spec *spec,
			     struct signature_found *out);

/* Whether the principals name a service of this home (kind: service), not a person. */
MUST_USE err signature_of_service(struct store *s, struct arena *a, struct str signer, bool *service);

#endif
