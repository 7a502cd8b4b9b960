/* What was kept longer than the configuration says, and destroying it. Evidence counts
 * from the last time it was used, words from when they came. What still stands is never
 * due: the configuration in force, the newest document of each kind, people who have not
 * left, open findings, and the evidence that records of those cite. Neither is what a hold
 * covers, nor a list that signatures were checked against. */
#ifndef STORE_RETENTION_H
#define STORE_RETENTION_H

#include "store/hold.h"

struct retention_item {
	struct str evidence;		/* digest in hexadecimal; absent: words of a record */
	int64_t idx;			/* the record */
	struct str kind;		/* of evidence, or type of the record */
	int64_t size;			/* of evidence */
	int64_t hold;			/* number of the hold over it, 0: none */
};

struct retention {
	int64_t evidence, words;	/* months; 0: nothing is said */
	bool approved;			/* somebody stands behind it: it may be applied */
	bool proposed;			/* another one waits for a second person */
	struct retention_item *v;
	size_t n, held;
};

/* `now` is the instant to count from. At most RETENTION_MAX items of each. */
enum { RETENTION_MAX = 100000 };
MUST_USE err retention_due(struct store *s, struct arena *a, int64_t now, struct retention *out);

/* Destroys what is due and not held, by orders of erasure. ERR_DENIED while the
 * configuration is only proposed. *done is the number of parts destroyed. */
MUST_USE err retention_apply(struct store *s, struct arena *a, const struct retention *r, int64_t *done);

#endif
