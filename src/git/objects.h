/* Objects by id in a given order, each whole or cut, through one git cat-file.
 * A damaged object, which ends git, is stepped over. */
#ifndef GIT_OBJECTS_H
#define GIT_OBJECTS_H

#include "git/run.h"

enum git_found { GIT_FOUND, GIT_MISSING, GIT_DAMAGED };

struct git_object {
	enum git_found found;
	struct str bytes;	/* at most the maximum; valid until the next call */
	size_t size;		/* of the object */
	char type;		/* its first letter; 'g' for a tag */
};

/* Damaged objects one after the other before giving up on the rest. */
enum { GIT_DAMAGED_IN_A_ROW = 16 };

struct git_objects {
	struct git_repo *r;
	const struct str *ids;	/* borrowed */
	size_t n, at, max, damaged;
	bool sizes_only;
	struct git_stream s;
};
#define GIT_OBJECTS_AUTO __attribute__((cleanup(git_objects_done))) struct git_objects
void git_objects_done(struct git_objects *o);

/* Gets ready; nothing runs before the first call of git_objects_next(). */
struct git_objects git_objects_of(struct git_repo *r, const struct str *ids, size_t n, size_t max);

/* The next object of the list; not called more often than the list is long. */
MUST_USE err git_objects_next(struct git_objects *o, struct git_object *out);

#endif
