/* The detection engine: bytes in, matches out. Two stages: vectorscan says in
 * one pass where a rule might end, then PCRE2 confirms on a small window around
 * it; entropy, placeholder words and the rule's validator decide what is left.
 * An engine is compiled once and shared; each thread has its own state. */
#ifndef SCAN_ENGINE_H
#define SCAN_ENGINE_H

#include "scan/coverage.h"
#include "scan/match.h"
#include "scan/trace.h"

struct scan_engine;
struct scan_state;

enum { SCAN_MATCHES_DEFAULT = 1000, SCAN_MATCHES_MAX = 1000000 };

/* A set of rules as text. Absent texts mean those compiled into the program. */
struct scan_engine_spec {
	const char *rules_name;		/* what errors call it */
	struct str rules, words;
	bool reports;			/* rules for the text of reports, else for files */
};

/* Reads and compiles; a rule that vectorscan or PCRE2 cannot take is ERR_INPUT
 * "name:line: …". Loads libhs, so it is called before a sandbox closes. */
MUST_USE err scan_engine_new(const struct scan_engine_spec *spec, struct scan_engine **out);
void scan_engine_free(struct scan_engine *e);
OWNER(scan_engine)

const struct scan_rules *scan_engine_rules(const struct scan_engine *e);

/* A state per thread; freed before its engine. */
MUST_USE err scan_state_new(const struct scan_engine *e, struct scan_state **out);
void scan_state_free(struct scan_state *st);
OWNER(scan_state)

struct scan_input {
	struct str path;	/* for rules bound to paths; absent: they all apply */
	bool binary;		/* scan it although it looks binary */
	uint32_t max_matches;	/* 0: SCAN_MATCHES_DEFAULT */
	const struct scan_origin *origin;	/* only what is new is looked at; or NULL */
	/* Set, where not NULL, for the inputs made of this one: NULL where it was not
	 * scanned or there is too much to keep. The caller frees it. */
	struct scan_trace **trace;
};

/* Called once per match, in order of the secret's offset. An error stops the
 * scan and is what scan_bytes() returns. */
struct scan_sink {
	err (*found)(void *ctx, const struct scan_view *view, const struct scan_match *m);
	void *ctx;
};

/* What became of the last input. */
struct scan_result {
	enum scan_skip skipped;		/* not scanned at all, and why */
	uint32_t matches;		/* handed to the sink */
	uint32_t refused;		/* of a rule's form, but its validator said no */
	uint32_t placeholders;		/* of a rule's form, but nobody's secret */
	bool cut;			/* more matches than the maximum */
	const struct scan_rule *stopped;/* a rule that passed its work limit, or NULL */
};

/* Scans any number of bytes. Time is linear in them; memory does not depend on
 * them. Bytes that look binary are skipped unless asked for. */
MUST_USE err scan_bytes(struct scan_state *st, struct str bytes, const struct scan_input *in,
			struct scan_sink sink);

const struct scan_result *scan_state_result(const struct scan_state *st);

/* Everything this state did; callers add inputs that never became bytes. */
struct scan_coverage *scan_state_coverage(struct scan_state *st);

#endif
