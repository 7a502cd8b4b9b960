#include "store/second.h"

static err person_of(struct store *s, struct arena *a, const struct second_party *p, struct str *person, int64_t *no)
{
	DB_ROWS rows = NULL;
	bool more;

	*person = p->person;
	*no = 0;
	if (!p->account.p)
		return NULL;
	TRY(db_query(store_db(s), SQL("SELECT no, person FROM view_account WHERE id = $1"),
		     DB_ARGS(record_blob(a, p->account)), &rows));
	TRY(db_next(rows, &more));
	if (!more)
		return NULL;
	*no = db_int(rows, 0);
	if (!p->person.p && !db_is_null(rows, 1))
		*person = record_hex(a, db_blob(rows, 1));
	return NULL;
}

err second_person_of(struct store *s, struct arena *a, const struct second_party *p, struct str *person)
{
	int64_t no;

	return person_of(s, a, p, person, &no);
}

static err not_known(int64_t no, const char *did)
{
	return err_hint(fail(ERR_DENIED, "account %lld %s it, and whose it is is not known: it may be the same person",
			     (long long)no, did),
			"custody people link %lld --person NAME says whose it is", (long long)no);
}

err second_person(struct store *s, struct arena *a, const struct second_party *proposed,
		  const struct second_party *approves)
{
	struct str first, second;
	int64_t no, other;

	TRY(person_of(s, a, proposed, &first, &no));
	TRY(person_of(s, a, approves, &second, &other));
	if (proposed->account.p && approves->account.p && str_eq(proposed->account, approves->account))
		return err_hint(fail(ERR_DENIED, "nobody approves their own: account %lld proposed it", (long long)no),
				"somebody else approves it, or --alone says that there is nobody");
	if (first.p && second.p && str_eq(first, second))
		return fail(ERR_DENIED, "nobody approves their own: the same person proposed it");
	if (!first.p)
		return not_known(no, "proposed");
	return second.p ? NULL : not_known(other, "approves");
}
