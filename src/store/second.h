/* Nobody approves their own. The one place that says whether two acts are of two people,
 * for whatever carries an approval. */
#ifndef STORE_SECOND_H
#define STORE_SECOND_H

#include "store/store.h"

/* Who acts: an account; or a person, where a key or a code host says so. The other one is
 * absent. Ids in hexadecimal. */
struct second_party { struct str account, person; };

/* ERR_DENIED where both are one person, or where that cannot be told because the account
 * of who proposed belongs to no known person while the other is known as one. */
MUST_USE err second_person(struct store *s, struct arena *a, const struct second_party *proposed,
			   const struct second_party *approves);

#endif
