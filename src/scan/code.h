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

#endif
