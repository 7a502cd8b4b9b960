/* A compiled set of rules as the scanning loop (bytes.c) sees it; nobody else
 * includes this. It does not change once made, so threads may share it. */
#ifndef SCAN_CODE_H
#define SCAN_CODE_H

#include "scan/confirm.h"
#include "scan/engine.h"
#include "scan/vector.h"
#include "scan/words.h"

/* One rule, compiled. */
struct scan_code {
	const struct scan_rule *rule;
	struct scan_confirm *confirm;
	size_t before, after;	/* of the window around an end */
	size_t needs;		/* index of the rule it needs, or the number of rules */
};

struct scan_engine {
	struct arena *arena;
	struct scan_rules rules;
	struct scan_words *words;
	struct scan_vector *vector;
	struct scan_code *code;	/* one per rule */
	size_t overlap;		/* bytes before a chunk that vectorscan sees again */
};

/* --- between bytes.c and trace.c */

/* Lets vectorscan see [from, to) and takes the ends in [least, most]. */
struct scan_look { size_t from, to, least, most; };
MUST_USE err scan_state_look(struct scan_state *st, const struct scan_look *look);

/* One end that is known already. */
void scan_state_end(struct scan_state *st, unsigned rule, size_t at);

struct scan_trace *scan_trace_new(size_t size);
void scan_trace_add(struct scan_trace *t, unsigned rule, size_t at);

/* A window in which the rule's pattern found nothing, and may see BEHIND bytes before.
 * Added in order of rules, then offsets. */
void scan_trace_empty(struct scan_trace *t, unsigned rule, struct scan_span window);

/* Whether the base had this very window, of the same bytes, and nothing was in it. */
bool scan_trace_was_empty(const struct scan_origin *origin, unsigned rule, struct scan_span window, size_t size);

/* Sorted and done; NULL (and freed) where there was too much. */
struct scan_trace *scan_trace_end(struct scan_trace *t);

/* All ends of an input of `size` bytes: those carried over and those looked for. */
MUST_USE err scan_trace_follow(struct scan_state *st, const struct scan_origin *origin, size_t size,
			       size_t overlap);

#endif
