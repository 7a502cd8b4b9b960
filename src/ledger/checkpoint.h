/* Checkpoints (c2sp.org/tlog-checkpoint v1.0.0): origin, size and root of a log
 * as a signed note. No extension lines are written or accepted: cosignatures of
 * other kinds do not cover them and witnesses refuse them. */
#ifndef LEDGER_CHECKPOINT_H
#define LEDGER_CHECKPOINT_H

#include "base/arena.h"
#include "base/base.h"
#include "base/buf.h"
#include "ledger/note.h"
#include "ledger/tree.h"

struct checkpoint {
	struct str origin;
	struct tree_head head;
};

/* Adds the three lines that are signed. */
void checkpoint_put(struct buf *out, const struct checkpoint *c);

/* Reads exactly those three lines; the origin is borrowed. ERR_INPUT otherwise,
 * also for an empty log with a root that is not the empty one. */
MUST_USE err checkpoint_get(struct str text, struct checkpoint *out);

/* Adds the signed note, as origin the signer's name. */
void checkpoint_sign(struct buf *out, const struct tree_head *head, const struct note_signer *s);

/* Whom to believe: the log's key, and at least `quorum` of the witnesses. With
 * an absent origin the log key's name is the origin to expect. */
struct checkpoint_trust {
	struct str origin;
	struct note_key log;
	const struct note_key *witnesses;
	size_t witness_count, quorum;
};

enum { CHECKPOINT_WITNESSES_MAX = 64 };

/* A note that was checked. */
struct checkpoint_signed {
	struct checkpoint is;
	struct note note;
	struct note_seen seen[CHECKPOINT_WITNESSES_MAX];	/* as the witnesses stand */
	size_t witnessed;		/* how many of them have signed, by key */
};

/* Parses and verifies; views live in `a` and in `bytes`. ERR_INPUT for a bad
 * form; ERR_INTEGRITY for another origin, a missing or wrong signature of the
 * log, a wrong one of a known witness, or too few witnesses. */
MUST_USE err checkpoint_verify(struct arena *a, struct str bytes,
			       const struct checkpoint_trust *trust,
			       struct checkpoint_signed *out);

#endif
