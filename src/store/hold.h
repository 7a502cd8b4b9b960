/* Legal holds: what must not be destroyed, whoever orders it. Each is a record with its
 * reason; letting it go is one too. Every order of erasure asks here first. */
#ifndef STORE_HOLD_H
#define STORE_HOLD_H

#include "store/erase.h"

struct hold {
	struct str id;			/* hexadecimal */
	struct str person, system;	/* ids, absent: not of one */
	int64_t no, at, idx;		/* no: what people call it */
	int64_t from, to;		/* days, INSTANT_NONE: open */
	int64_t released_at;		/* INSTANT_NONE: it holds */
	int64_t released_idx;
	bool everything;
};
struct holds {
	struct store *s;
	struct arena *a;
	struct hold *v;
	size_t n;
};

/* Those that hold; with `all` also those that were let go. Oldest first. */
MUST_USE err hold_read(struct store *s, struct arena *a, bool all, struct holds *out);

/* The number of the first hold over it; 0: none. `digest` in hexadecimal. */
MUST_USE err hold_on_evidence(const struct holds *h, struct str digest, int64_t *no);
MUST_USE err hold_on_record(const struct holds *h, int64_t idx, int64_t *no);

/* ERR_DENIED where a hold covers anything of the plan; it names the hold. */
MUST_USE err hold_check(struct store *s, struct arena *a, const struct erase_plan *plan);

/* Places one: `f` says what it covers (released is 0). *no is its number. ERR_LIMIT for
 * more than 10,000, those that were let go too. */
MUST_USE err hold_place(struct store *s, struct arena *a, const struct r_hold *f, int64_t *no);

/* Lets one go. ERR_MISSING where none of that number holds. */
MUST_USE err hold_release(struct store *s, struct arena *a, int64_t no, struct str why);

#endif
