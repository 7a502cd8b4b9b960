/* JSON as events, for documents too large for a tree. One call per piece of
 * input; the handler sees each event with the path of keys that leads to it and
 * may ask for a subtree as a tree (struct json), which keeps readers short:
 * "for every element of runs[].results[], give me the tree". */
#ifndef TEXT_JSON_EVENTS_H
#define TEXT_JSON_EVENTS_H

#include "text/json.h"

struct json_events;

/* A path with [] for "any element": "runs[].results[]", "[]" (top-level array),
 * "" (the whole document), "dependencies[].vulns[]". The tree of each matching
 * value is handed over whole; it lives in an arena that is reset after the call.
 * A value nested in another matched value is not matched again. */
struct json_want {
	const char *path;
	err (*take)(void *ctx, const struct json *v);
	size_t max;		/* bytes of one subtree, 0 is 16 MiB */
};

/* Also called when an array or object at `path` of a want ends is not offered;
 * indices: json_events_index(e, depth) gives the position in the array at that
 * array depth (0 is the outermost), for "which run am I in". */
struct json_events *json_events_new(const char *name, const struct json_want *wants, void *ctx);
void json_events_free(struct json_events *e);
OWNER(json_events)
MUST_USE err json_events_feed(struct json_events *e, struct str piece);
MUST_USE err json_events_end(struct json_events *e);
int64_t json_events_index(const struct json_events *e, unsigned array_depth);

#endif
