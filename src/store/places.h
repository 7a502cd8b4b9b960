/* Where things fall: a repository and a path in it belong to the system that declares
 * the longest folder around it; an undeclared system is asked last. */
#ifndef STORE_PLACES_H
#define STORE_PLACES_H

#include "base/arena.h"
#include "db/db.h"

struct place {
	int64_t system_no;	/* -1: falls to none */
	struct str system;	/* its name, in the arena */
	struct str path;	/* the folder that was declared, empty for all */
	bool declared;
};

/* `slug` (owner and name on the host) counts as the repository's name too; it may be
 * absent. `path` empty asks for the whole. */
struct place_query { struct str repository, slug, path; };
MUST_USE err place_find(struct db *db, struct arena *a, const struct place_query *q, struct place *out);

#endif
