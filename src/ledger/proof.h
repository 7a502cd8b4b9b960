/* Proofs that travel (c2sp.org/tlog-proof, "@v1" as of 2026-05-22): one file
 * that says a leaf stands in a log, checked with nothing but keys. */
#ifndef LEDGER_PROOF_H
#define LEDGER_PROOF_H

#include "base/arena.h"
#include "base/base.h"
#include "base/buf.h"
#include "ledger/checkpoint.h"
#include "ledger/tree.h"

enum { PROOF_BYTES_MAX = NOTE_BYTES_MAX + (1 << 20), PROOF_EXTRA_MAX = 64 * 1024 };

struct proof {
	struct str extra;		/* not authenticated; absent or bytes */
	uint64_t index;
	struct tree_path path;
	struct str checkpoint;		/* the signed note, verbatim */
};

void proof_put(struct buf *out, const struct proof *p);

/* Views live in `a` and in `bytes`. Checks the form, and of the checkpoint that
 * there is one; ERR_INPUT, ERR_LIMIT. */
MUST_USE err proof_get(struct arena *a, struct str bytes, struct proof *out);

/* Whether `leaf` (the bytes of the entry) is in the log trusted. *out is the
 * checkpoint it rests on. ERR_INTEGRITY when not. */
MUST_USE err proof_verify(struct arena *a, const struct proof *p, struct str leaf,
			  const struct checkpoint_trust *trust, struct checkpoint_signed *out);

#endif
