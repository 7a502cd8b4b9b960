/* What vouches for the times of a log: said in one sentence on the status, the
 * verification and the first page of a pack. What was kept of anchors is checked
 * again before it is named; an anchor that does not hold is said as well. */
#ifndef STORE_VOUCH_H
#define STORE_VOUCH_H

#include "base/arena.h"
#include "db/db.h"

struct vouch {
	struct str times;		/* one sentence */
	struct str age;			/* one more where the log is younger than the work it describes, or absent */
	int64_t records;		/* of the log that are under some anchor that holds */
	int64_t of;			/* records under a checkpoint */
	int64_t since;			/* time of the newest anchor that holds, INSTANT_NONE without */
	int64_t broken;			/* anchors, among those looked at, that do not hold */
};

/* Reads a home's database; texts live in `a`. */
MUST_USE err vouch_read(struct db *db, struct arena *a, struct vouch *out);

/* Both sentences as one text. */
MUST_USE err vouch_sentence(struct db *db, struct arena *a, struct str *out);

/* Whether the body of a kept_anchor row holds over the signed checkpoint note it
 * is of: a time stamp's signature and digest (whoever signed: the roots are
 * another question, timestamp.h), a witness's line under the key that is its
 * source. A pushed branch says nothing that could be checked here. ERR_INTEGRITY,
 * ERR_INPUT. *who: the name to show. */
struct vouch_anchor {
	struct str kind, source, body, note;
	int64_t at;
};
MUST_USE err vouch_check(struct arena *a, const struct vouch_anchor *k, struct str *who);

#endif
