/* Approving what one person proposed: which configuration is in force. What matters in it
 * (which controls apply, release branches, people, retention) counts once somebody else
 * stands behind it: stated from another account, signed, or reviewed on its way into the
 * release branch. One person alone may say so, until a second one approved anything; it
 * is recorded as that. */
#ifndef SOURCE_CONFIG_APPROVE_H
#define SOURCE_CONFIG_APPROVE_H

#include "store/store.h"

/* The configuration that was applied last. Texts in `a`. */
struct config_standing {
	struct str about, digest, matters, state;	/* ids and digests in hexadecimal */
	struct str by;				/* account that applied it */
	int64_t at, idx, waiting;		/* waiting: release branches proposed, not in force */
	bool seconded;				/* a second person approved this or one before it */
};

/* ERR_MISSING where none was applied. */
MUST_USE err config_standing(struct store *s, struct arena *a, struct config_standing *out);

struct config_approve_spec {
	int how;			/* APPROVED_… */
	struct str why;
	struct str by;			/* account; absent: the one of this machine's user */
	struct str commit;		/* reviewed: the commit that brought it */
	int64_t change, repository, pull;	/* reviewed: rows of that change and its repository; the number */
	const char *signature;	/* signed: over the file as it was applied */
};

/* *already is true where it is approved as well or better. ERR_DENIED: nobody approves
 * their own (store/second.h); nobody is alone after a second person; a review counts where
 * no export that somebody could have written tells it, by a person who is known. */
MUST_USE err config_approve(struct store *s, struct arena *a, const struct config_approve_spec *spec, bool *already);

#endif
