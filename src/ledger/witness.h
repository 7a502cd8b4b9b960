/* Witnesses (c2sp.org/tlog-witness v1.0.0, as a client): somebody elsewhere who
 * remembers the newest checkpoint of this log and signs a later one only when it
 * goes on from that. Origin, size and root leave the house, nothing else. */
#ifndef LEDGER_WITNESS_H
#define LEDGER_WITNESS_H

#include "base/arena.h"
#include "base/base.h"
#include "ledger/note.h"
#include "ledger/tiles.h"

enum { WITNESS_TRIES_MAX = 4 };

struct witness {
	struct str url;			/* what stands before "/add-checkpoint" */
	struct note_key key;
};

/* From its address and verifier key line, both borrowed. ERR_USAGE for another
 * kind of key than cosignature/v1, for no address, or one with a query. */
MUST_USE err witness_parse(struct str url, struct str vkey, struct witness *out);

struct witness_order {
	const struct witness *witness;
	struct str checkpoint;		/* signed note, of one record or more */
	struct tiles *tiles;		/* of its size; witness_ask: NULL */
	int64_t wait_ms;
};

/* What it gave: one signature line, written anew from what was read and checked
 * under its key; other lines of the answer are dropped. */
struct witness_given {
	struct str line;		/* ends in a newline, lives in the arena */
	int64_t time;			/* when it signed, by its clock */
};

/* Learns the size the witness holds, proves that this checkpoint goes on from
 * there, and takes its signature. ERR_NETWORK: no answer; ERR_MISSING: it does
 * not know this log; ERR_INTEGRITY: it holds a larger or another tree than we
 * do (this log was rolled back or runs twice), or its signature does not hold. */
MUST_USE err witness_cosign(struct arena *a, const struct witness_order *o, struct witness_given *out);

/* The size it holds, 0 where it never saw this log (then it may have taken this
 * checkpoint as its first). Errors as above, without the comparison. */
MUST_USE err witness_ask(struct arena *a, const struct witness_order *o, uint64_t *size);

#endif
