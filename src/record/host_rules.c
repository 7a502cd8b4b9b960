/* host.rules: rules that a branch is under: exported from the code host, or
 * declared in the tree (which says what should be, not what is). */
#include "record/types.h"

static const struct field rule_fields[] = {
	FIELD(r_rule, accounts, FIELD_ID, FIELD_MANY, 200, "accounts it names"),
	FIELD(r_rule, branch, FIELD_TEXT, FIELD_REQUIRED, 256, "branch or pattern"),
	FIELD(r_rule, rule, FIELD_TEXT, FIELD_REQUIRED, 128, "the rule"),
	FIELD(r_rule, value, FIELD_TEXT, FIELD_REQUIRED, 512, "how it is set, accounts by their number"),
	{ 0 },
};
static const struct table rule_table = TABLE(r_rule, "rule", rule_fields);

static const struct field fields[] = {
	FIELD(r_host_rules, repository, FIELD_ID, FIELD_REQUIRED, 0, "the repository"),
	FIELD_GROUPS(r_host_rules, rules, FIELD_MANY, 1000, &rule_table, "the rules"),
	FIELD(r_host_rules, source, FIELD_TEXT, FIELD_REQUIRED, 64, "host, or tree"),
	{ 0 },
};
static const struct table table = TABLE(r_host_rules, "host.rules", fields);

static err put_accounts(struct apply *ap, const struct r_rule *v, const struct r_host_rules *f, int64_t repository)
{
	const struct str *account = v->accounts.v;

	for (size_t i = 0; i < v->accounts.n; i++)
		TRY(db_run(ap->db, SQL("INSERT INTO view_rule_account (repository_no, branch, rule, source, account) "
			"VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING"),
			DB_ARGS(DB_I(repository), DB_T(v->branch), DB_T(v->rule), DB_T(f->source),
				record_blob(ap->a, account[i])), NULL));
	return NULL;
}

static err apply(struct apply *ap, const struct record *r)
{
	const struct r_host_rules *f = r->facts;
	const struct r_rule *v = f->rules.v;
	int64_t repository;

	TRY(db_get_int(ap->db, SQL("SELECT no FROM view_repository WHERE id = $1"),
		       DB_ARGS(record_blob(ap->a, f->repository)), 0, &repository));
	TRY(db_run(ap->db, SQL("DELETE FROM view_rule WHERE repository_no = $1 AND source = $2"),
		   DB_ARGS(DB_I(repository), DB_T(f->source)), NULL));
	TRY(db_run(ap->db, SQL("DELETE FROM view_rule_account WHERE repository_no = $1 AND source = $2"),
		   DB_ARGS(DB_I(repository), DB_T(f->source)), NULL));
	for (size_t i = 0; i < f->rules.n; i++) {
		TRY(db_run(ap->db, SQL("INSERT INTO view_rule (repository_no, branch, rule, value, source, at, idx) "
			"VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING"),
			DB_ARGS(DB_I(repository), DB_T(v[i].branch), DB_T(v[i].rule), DB_T(v[i].value),
				DB_T(f->source), DB_I(r->header.effective), DB_I(r->idx)), NULL));
		TRY(put_accounts(ap, &v[i], f, repository));
	}
	return NULL;
}

const struct record_type record_host_rules = {
	"host.rules.v1", &table, "rules a branch is under", NULL, NULL, apply,
};
