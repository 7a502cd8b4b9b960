/* account: a name somebody acts under in one system: a git identity, a login of
 * a code host. Several accounts may be one person (account.link). */
#include "record/types.h"

static const struct field fields[] = {
	FIELD(r_account, email, FIELD_TEXT, FIELD_WORDS, 320, "address"),
	FIELD(r_account, host, FIELD_TEXT, FIELD_REQUIRED, 128, "git, github, gitlab, local …"),
	FIELD_CHOICE(r_account, kind, FIELD_REQUIRED, account_kind_words, "person, bot, host, tool or unknown"),
	FIELD(r_account, login, FIELD_TEXT, FIELD_WORDS, 256, "login"),
	FIELD(r_account, name, FIELD_TEXT, FIELD_WORDS, 256, "name shown"),
	FIELD(r_account, why, FIELD_TEXT, 0, 128, "what the kind was concluded from"),
	{ 0 },
};
static const struct table table = TABLE(r_account, "account", fields);

static err apply(struct apply *ap, const struct record *r)
{
	const struct r_account *f = r->facts;
	int64_t last;

	TRY(db_get_int(ap->db, SQL("SELECT max(no) FROM view_account"), DB_NONE, 0, &last));
	return db_run(ap->db, SQL("INSERT INTO view_account (id, no, host, kind, why, person, linked_how, idx) "
		"VALUES ($1, $2, $3, $4, $5, NULL, NULL, $6) ON CONFLICT DO NOTHING"),
		DB_ARGS(record_blob(ap->a, r->header.about), DB_I(last + 1), DB_T(f->host),
			DB_T(str_c(account_kind_words[f->kind])), DB_T(f->why.p ? f->why : STR("")),
			DB_I(r->idx)), NULL);
}

const struct record_type record_account = { "account.v1", &table, "an account is known", NULL, NULL, apply };
