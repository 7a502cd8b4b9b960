/* Nobody approves their own. The one place that says whether two acts are of two people,
 * for whatever carries an approval. */
#ifndef STORE_SECOND_H
#define STORE_SECOND_H

#include "store/store.h"

/* Who acts: an account; or a person, where a key or a code host says so. The other one is
 * absent. Ids in hexadecimal. */
struct second_party { struct str account, person; };

/* NULL only where both are known persons and not the same one. ERR_DENIED otherwise: two
 * accounts that nobody is known behind may be one person's. */
MUST_USE err second_person(struct store *s, struct arena *a, const struct second_party *proposed,
			   const struct second_party *approves);

/* Whose the account is; absent where nobody is known behind it. */
MUST_USE err second_person_of(struct store *s, struct arena *a, const struct second_party *p, struct str *person);

#endif
