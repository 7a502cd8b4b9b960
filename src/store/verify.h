/* Full verification of a home: everything is computed again from the bytes that
 * are kept. It needs no record types, no views and no configuration, but for the
 * sentence on what vouches for the times. */
#ifndef STORE_VERIFY_H
#define STORE_VERIFY_H

#include "store/store.h"

/* Surplus is told and counted, and is no damage: a file that nothing names. */
enum verify_fault { VERIFY_ALTERED, VERIFY_MISSING, VERIFY_SURPLUS };

struct verify_result {
	int64_t records, unsigned_records;	/* in the log; behind the last checkpoint */
	int64_t parts, erased_parts, missing_parts, altered_parts;
	int64_t evidence, evidence_bytes, erased_evidence, missing_evidence, altered_evidence;
	int64_t other_faults;			/* headers, tiles, checkpoints, keys, settings, the note outside */
	int64_t checkpoints;
	int64_t stamps, witnessed, pushed;	/* anchors looked at, by kind */
	int64_t broken_anchors;
	int64_t surplus;			/* files that nothing names */
	int64_t earlier_tiles;			/* partial tiles of earlier sizes, found to fit */
	struct digest root;
	int64_t size, signed_at;
	/* These live in the arena given. */
	struct str origin, vkey;
	struct str ordered_by;			/* "40, 41": the records that ordered what was destroyed, or absent */
	struct str place;			/* a sentence where this is a copy, or absent */
	struct str unread;			/* a sentence where the keys cannot be read, or absent */
	struct str vouch;			/* what vouches for the times */
};

struct verify_spec {
	struct arena *a;
	/* Each fault as a sentence; the first hundred. */
	void (*fault)(void *ctx, enum verify_fault kind, struct str sentence);
	void (*progress)(void *ctx, int64_t done, int64_t of);	/* may be NULL */
	void *ctx;
	bool headers_only;			/* not the parts and the evidence */
};

/* ERR_INTEGRITY only where nothing could be checked at all; faults are in the
 * result. */
MUST_USE err verify_home(struct store *s, const struct verify_spec *spec, struct verify_result *out);
bool verify_intact(const struct verify_result *r);

#endif
