/* Matching the findings of a report with what a series holds: one to one,
 * strongest key first. Keys are 64-bit keyed hashes, kept in the records, so the
 * decision is made once. Memory: MATCH_BYTES for each result and as many for each
 * finding the series holds, half as much again while they are sorted. */
#ifndef STORE_MATCH_H
#define STORE_MATCH_H

#include "record/types.h"

/* The four keys of one finding; 0 is "has none". The first three are given without
 * ordinal: equals are numbered by line when the report is complete. */
struct match_keys {
	uint64_t fingerprint;	/* the tool's own fingerprint */
	uint64_t place;		/* rule, path, context */
	uint64_t component;	/* rule, component, vulnerability, path */
	uint64_t loose;		/* rule and context: moved, or the one left on each side */
};

enum { MATCH_NOTHING = 0xFF, MATCH_BYTES = 64 };

struct match;

struct match *match_new(void);
void match_free(struct match *m);
OWNER(match)

/* A finding this series' head holds (present) or held, or that another scope of
 * the same place holds (neither own nor present). In order of number. */
struct match_known {
	struct match_keys keys;
	int64_t attributes;
	uint8_t id[16];
	uint8_t present, own;
};
void match_add_known(struct match *m, const struct match_known *k);

/* One result of the report. `ref` is the caller's (where to find it again). */
struct match_seen {
	struct match_keys keys;
	int64_t attributes, ref, line;
};
void match_add_seen(struct match *m, const struct match_seen *s);

size_t match_known_count(const struct match *m);
size_t match_seen_count(const struct match *m);

/* Decides. Afterwards each seen has at most one known and the reverse. */
void match_run(struct match *m);

/* How many changes match_each() will tell, and how many of them are new. */
size_t match_changes(const struct match *m);
size_t match_new_ones(const struct match *m);

struct match_pair {
	int64_t ref;			/* of the seen, or -1: a known that is gone */
	const struct match_known *known;	/* NULL: new */
	uint8_t how;			/* change_match_words, or MATCH_NOTHING */
	struct match_keys keys;		/* of the seen */
	int64_t attributes;
};

/* All outcomes that are a change (new, reappeared, moved or changed, gone), in
 * ascending order of identity; `unchanged` counts the rest. */
void match_each(struct match *m, void (*visit)(void *ctx, const struct match_pair *p), void *ctx,
		int64_t *unchanged);

/* The known findings that matched, for the digest of what is present. */
void match_each_kept(const struct match *m, void (*visit)(void *ctx, const struct match_known *k), void *ctx);

#endif
