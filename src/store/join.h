/* Whose account is whose: accounts (names in commits, logins of code hosts) are
 * joined to persons by address, by the login in a host's no-reply address, by a
 * declared other name. What fits several, or none, is told with the likeliest match
 * and why; nothing is guessed. Accounts that share an address or a login are one
 * person even where nobody knows who. */
#ifndef STORE_JOIN_H
#define STORE_JOIN_H

#include "store/directory.h"
#include "store/store.h"

enum join_state {
	JOIN_KNOWN,		/* linked already, rightly */
	JOIN_NEW,		/* to be linked */
	JOIN_AMBIGUOUS,
	JOIN_UNMATCHED,
	JOIN_MACHINE,		/* bot, host or tool: never linked by a rule */
};
extern const char *const join_state_words[];

struct join {
	enum join_state state;
	struct str person;	/* a person's id, or that of the account that stands for them */
	bool nameless;		/* `person` is an account's: no person record */
	const char *how;	/* "e-mail", "mailmap", "no-reply", "alias"; NULL: not linked */
	struct str likely;	/* name and address of who it may be; absent: nobody */
	const char *why;	/* what speaks for that, one phrase; NULL */
};

/* One for each account of the directory, in its order. */
MUST_USE err join_plan(const struct directory *d, struct join **out);

struct join_counts {
	size_t linked, known, ambiguous, unmatched, machines, grouped, persons;
};
struct join_counts join_count(const struct directory *d, const struct join *plan);

/* Writes the links that are new. */
MUST_USE err join_write(struct store *s, const struct directory *d, const struct join *plan);

/* Joins what is not ambiguous: who worked on a change and who reviewed it is asked of
 * persons, so this comes before anything is concluded. `a` is used meanwhile. */
MUST_USE err join_now(struct store *s, struct arena *a);

/* Links one account as a person stated. */
MUST_USE err join_state_link(struct store *s, struct str account, struct str person);

/* Makes a person answer for a bot: the service it stands for, and its owner. */
MUST_USE err join_own(struct store *s, const struct directory *d, const struct directory_account *bot,
		      struct str owner);

#endif
