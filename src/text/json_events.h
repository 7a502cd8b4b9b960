/* JSON as events, for documents too large for a tree. One call per piece of
 * input; what a reader wants it names by paths, and each value at such a path is
 * handed over as a tree (struct json), which keeps readers short: "for every
 * element of runs[].results[], give me the tree". */
#ifndef TEXT_JSON_EVENTS_H
#define TEXT_JSON_EVENTS_H

#include "text/json.h"

enum { JSON_WANTS = 32, JSON_SUBTREE_MAX = 16 * 1024 * 1024 };

struct json_events;

/* A path with [] for "any element" and * for "any member": "runs[].results[]",
 * "[]" (top-level array), "" (the whole document), "vulnerabilities.*",
 * "dependencies[].vulns[]". The tree of each matching value is handed over whole,
 * in document order, with its key where it has one; it lives in an arena that is
 * reset after the call. A value nested in another matched value is not matched
 * again; where two paths match the same value, the first listed takes it.
 * A path that ends in '?' ("runs[].results?") is told when the value begins: a node
 * of its kind alone, without key, text or children. Other paths still get the value
 * or what is in it. */
struct json_want {
	const char *path;	/* NULL ends the list, of at most JSON_WANTS */
	err (*take)(void *ctx, const struct json *v);
	size_t max;		/* bytes of one subtree, 0 is JSON_SUBTREE_MAX */
};

/* `name` and `wants` are borrowed for its life. */
struct json_events *json_events_new(const char *name, const struct json_want *wants, void *ctx);
void json_events_free(struct json_events *e);
OWNER(json_events)

/* Errors: those of json_parse(), also for keys that are twice within a matched
 * value or on the way to one; ERR_LIMIT for a subtree larger than its maximum or a
 * string longer than 64 MiB anywhere; and what `take` returns, as it is. After an
 * error nothing more is read. */
MUST_USE err json_events_feed(struct json_events *e, struct str piece);
MUST_USE err json_events_end(struct json_events *e);

/* During `take`: the position in the array at that array depth on the way to the
 * value (0 is the outermost), for "which run am I in"; -1 where there is none. */
int64_t json_events_index(const struct json_events *e, unsigned array_depth);

#endif
