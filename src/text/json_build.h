/* Builds the tree of struct json from calls in document order: what the JSON
 * readers and the YAML reader share. No call per node to the allocator of the
 * system, and keys are compared only as far as needed. */
#ifndef TEXT_JSON_BUILD_H
#define TEXT_JSON_BUILD_H

#include "text/json_lex.h"

struct json_build {
	struct arena *a;
	const char *name;		/* for errors */
	const struct json_place *place;	/* of the current token */
	char *pool;			/* room for texts, side by side */
	size_t pool_left, pool_size;
	size_t nodes;
	unsigned depth;
	struct json *open[JSON_DEPTH], *last[JSON_DEPTH];
	bool ascending[JSON_DEPTH];	/* the keys so far: none can be there twice */
	struct str key;			/* waits for its value; p == NULL: none */
	struct json_place key_place;
	struct json *root;		/* whole when depth is 0 */
};

/* Starts a tree, leaving what was built before to the arena. `place` is read at
 * each call. The caller keeps depth below JSON_DEPTH and gives each member of an
 * object its key first. */
void json_build_start(struct json_build *b, struct arena *a, const char *name,
		      const struct json_place *place);

/* Texts are copied. ERR_LIMIT beyond JSON_NODES, ERR_INPUT for a key twice. */
MUST_USE err json_build_open(struct json_build *b, enum json_kind kind);
MUST_USE err json_build_close(struct json_build *b);
void json_build_key(struct json_build *b, struct str key);
MUST_USE err json_build_value(struct json_build *b, enum json_kind kind, struct str text);

#endif
