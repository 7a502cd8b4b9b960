/* People and their accounts: the list, one of them whole, and what to call an
 * account anywhere else. Names come from the erasable parts; where those were
 * destroyed the name is "erased". */
#ifndef SHOW_PEOPLE_H
#define SHOW_PEOPLE_H

#include "db/db.h"
#include "show/list.h"
#include "store/join.h"

/* What to call the account (or person) of this id: 16 bytes as in a view, or 32
 * hexadecimal digits. The person's name where it is linked, else its own; "erased",
 * or "nobody known" where there is no such id. Lives in `a`. */
MUST_USE err show_account_name(struct db *db, struct arena *a, struct str id, struct str *out);

struct show_people_query {
	struct str kind;	/* person, bot, host, tool, unknown, service; absent: any */
	bool unmatched;		/* only ambiguous and unmatched accounts */
	bool persons;		/* persons, one row each, instead of accounts */
	int64_t limit;		/* 0 is all */
};
MUST_USE err show_people_list(const struct directory *d, const struct show_people_query *q,
			      enum show_format format, int fd);

/* What joining did, for people: counts, then what stays open. */
MUST_USE err show_people_joined(const struct directory *d, const struct join *plan, struct buf *out);

/* One person (or the account that stands for one) with every account. */
MUST_USE err show_people_one(struct db *db, const struct directory *d, struct str text,
			     enum show_format format, struct buf *out);

#endif
