/* Changes of a release branch with what the code host said of each: the rows from
 * which the facts document counts and `custody change` lists, so that both say
 * the same. */
#ifndef SHOW_CHANGE_ROWS_H
#define SHOW_CHANGE_ROWS_H

#include "db/db.h"
#include "judge/change.h"

struct show_change_rows;

struct show_change_rows_spec {
	int64_t repository_no;
	struct str branch;
	int64_t from, to;	/* committed in [from, to] */
	bool shared;		/* with those that count with a branch it joins */
};

/* Texts are valid until the next row. */
struct show_change_row {
	int64_t no, at, position, pull, merged_at;	/* pull -1, merged_at INSTANT_NONE: none */
	int64_t touches, parents, idx;
	struct str commit;				/* bytes */
	struct str author;				/* bytes of the account's id */
	struct str author_kind;				/* as known today, joined persons and all */
	struct str signature, signer, tag;
	struct str standing, whose;			/* of the signature; account its key is listed for */
	bool by_host_key;				/* signed by the code host itself */
	bool ticket_in_message;
	struct change_facts facts;
	struct change_answer answers[CHANGE_QUESTIONS];
	struct change_answer reviewed;			/* independent review before merge */
};

/* Newest first. The rows hold a statement open: keep them short. */
MUST_USE err show_change_rows_open(struct db *db, const struct show_change_rows_spec *spec,
				   struct show_change_rows **out);
/* Those that a rewritten history took away. */
MUST_USE err show_change_rows_open_gone(struct db *db, const struct show_change_rows_spec *spec,
					struct show_change_rows **out);
MUST_USE err show_change_rows_next(struct show_change_rows *r, struct show_change_row *row, bool *more);
void show_change_rows_free(struct show_change_rows *r);
OWNER(show_change_rows)

#endif
