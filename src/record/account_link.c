/* account.link: this account is this person, and how that was known. Accounts of
 * somebody who has no person record are linked to one account among them. */
#include "record/types.h"

static const struct field fields[] = {
	FIELD(r_account_link, account, FIELD_ID, FIELD_REQUIRED, 0, "the account"),
	FIELD(r_account_link, how, FIELD_TEXT, FIELD_REQUIRED, 64, "e-mail, mailmap, no-reply, alias, stated"),
	FIELD(r_account_link, person, FIELD_ID, FIELD_REQUIRED, 0, "the person, or the account that stands for them"),
	{ 0 },
};
static const struct table table = TABLE(r_account_link, "account.link", fields);

static err apply(struct apply *ap, const struct record *r)
{
	const struct r_account_link *f = r->facts;

	return db_run(ap->db, SQL("UPDATE view_account SET person = $2, linked_how = $3 WHERE id = $1"),
		      DB_ARGS(record_blob(ap->a, f->account), record_blob(ap->a, f->person), DB_T(f->how)), NULL);
}

const struct record_type record_account_link = {
	"account.link.v1", &table, "an account belongs to a person", NULL, NULL, apply,
};
