/* The ledger: headers in order, in the database and as an RFC 6962 tree in
 * tiles, under signed checkpoints. It knows bytes, not record types. Four events
 * are kept apart: appended (in the caller's transaction), sequenced (that
 * transaction committed), signed (integrated, read back, checkpoint swapped in),
 * anchored (somebody else vouches for it). */
#ifndef LEDGER_LEDGER_H
#define LEDGER_LEDGER_H

#include "base/base.h"
#include "crypto/digest.h"
#include "db/db.h"

struct ledger;

/* One record as bytes. Absent parts have p == NULL. */
struct ledger_entry {
	struct str header, facts, facts_salt, words, words_salt, key;
};

/* `tiles` is the folder of the tile directory, `keys` that of the signing key;
 * both borrowed for the ledger's life, like the database. The key may be absent
 * (keys NULL): then ledger_sign refuses. */
MUST_USE err ledger_open(struct db *db, const char *tiles, const char *keys, struct ledger **out);
void ledger_close(struct ledger *l);
static inline UNUSED void ledger_close_at(struct ledger **l) { ledger_close(*l); }
#define LEDGER_AUTO __attribute__((cleanup(ledger_close_at))) struct ledger *

/* Inside a transaction: the entry at the next position. *already: its key was
 * there before, *idx is that position and nothing was written. */
MUST_USE err ledger_append(struct ledger *l, const struct ledger_entry *e, int64_t *idx, bool *already);

/* Sequenced entries so far (within the caller's transaction: including its own). */
MUST_USE err ledger_size(struct ledger *l, int64_t *size);

struct ledger_head {
	int64_t size, signed_at;
	struct digest root;
	struct str note;		/* the signed checkpoint, lives with the ledger */
};

/* The newest signed head; size 0 and an absent note before the first. */
MUST_USE err ledger_head(struct ledger *l, struct ledger_head *out);

/* Integrates what is sequenced and not yet signed: tiles written and synced, new
 * leaves and right edge read back and folded, the checkpoint signed and swapped
 * in. Opens its own transaction. Does nothing when all is signed. ERR_INTEGRITY
 * when what is read back differs: nothing was signed then. ERR_CONFLICT with a
 * sentence when the clock is behind the last checkpoint. */
MUST_USE err ledger_sign(struct ledger *l, int64_t now);

/* Adds a signed note over a text of the log's own that cannot be taken for a
 * checkpoint: its first line is "custody pack manifest v1" (asserted), which no
 * origin can be. ERR_DENIED without the key. */
MUST_USE err ledger_sign_note(struct ledger *l, struct str text, struct buf *out);

/* The origin (checkpoint name) and verifier key line of this log. */
struct str ledger_origin(const struct ledger *l);
struct str ledger_vkey(const struct ledger *l);

#endif
