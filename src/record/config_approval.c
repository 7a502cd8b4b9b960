/* config.approval: somebody other than who applied it stands behind what matters in a
 * configuration: which controls apply, release branches, people, retention. `alone` says
 * plainly that there is nobody else. */
#include "record/types.h"

const char *const approval_words[] = { "stated", "signed", "reviewed", "alone", NULL };

static const struct field fields[] = {
	FIELD(r_config_approval, commit, FIELD_COMMIT, 0, 0, "reviewed: the commit that brought it"),
	FIELD(r_config_approval, config, FIELD_ID, FIELD_REQUIRED, 0, "the record of the configuration"),
	FIELD(r_config_approval, digest, FIELD_DIGEST, FIELD_REQUIRED, 0, "the file"),
	FIELD_CHOICE(r_config_approval, how, FIELD_REQUIRED, approval_words, "how the second person is known"),
	FIELD(r_config_approval, key, FIELD_TEXT, 0, 128, "signed: fingerprint of the key"),
	FIELD(r_config_approval, matters, FIELD_DIGEST, FIELD_REQUIRED, 0, "what is approved of it"),
	FIELD(r_config_approval, person, FIELD_ID, 0, 0, "signed, reviewed: the person who approves"),
	FIELD(r_config_approval, signer, FIELD_TEXT, FIELD_WORDS, 320, "signed: whom the key is listed for"),
	FIELD(r_config_approval, why, FIELD_TEXT, FIELD_WORDS, 1024, "what they say of it"),
	{ 0 },
};
static const struct table table = TABLE(r_config_approval, "config.approval", fields);

/* What waited comes into force, and what was in force goes. Where nothing was in force,
 * nothing waits. */
static err take_waiting(struct apply *ap)
{
	TRY(db_run(ap->db, SQL("DELETE FROM view_release_branch WHERE waiting = 0"), DB_NONE, NULL));
	TRY(db_run(ap->db, SQL("UPDATE view_release_branch SET waiting = 0"), DB_NONE, NULL));
	TRY(db_run(ap->db, SQL("DELETE FROM view_retention WHERE waiting = 0"), DB_NONE, NULL));
	return db_run(ap->db, SQL("UPDATE view_retention SET waiting = 0"), DB_NONE, NULL);
}

static err into_force(struct apply *ap, const struct r_config_approval *f)
{
	struct str how = f->how == APPROVED_ALONE ? STR("alone") : STR("approved");
	int64_t waits;

	TRY(db_get_int(ap->db, SQL("SELECT count(*) FROM view_config WHERE state = 'proposed' AND in_force IS NOT NULL"),
		       DB_NONE, 0, &waits));
	if (waits)
		TRY(take_waiting(ap));
	TRY(db_run(ap->db, SQL("UPDATE view_service SET waiting = 0"), DB_NONE, NULL));
	return db_run(ap->db, SQL("UPDATE view_config SET state = $1, in_force = matters, in_force_how = $1, "
				  "seconded = CASE WHEN $1 = 'approved' THEN 1 ELSE seconded END"),
		      DB_ARGS(DB_T(how)), NULL);
}

/* It is of the one record it names. Nobody is alone where a second person ever stood
 * behind anything. */
static err apply(struct apply *ap, const struct record *r)
{
	const struct r_config_approval *f = r->facts;
	int64_t counts;

	TRY(db_run(ap->db, SQL("INSERT INTO view_config_approval (idx, config, matters, how, at) VALUES ($1, $2, $3, $4, $5)"),
		   DB_ARGS(DB_I(r->idx), record_blob(ap->a, f->config), record_blob(ap->a, f->matters),
			   DB_T(str_c(approval_words[f->how])), DB_I(r->header.effective)), NULL));
	TRY(db_get_int(ap->db, SQL("SELECT count(*) FROM view_config WHERE id = $1 AND matters = $2 AND ($3 = 0 OR seconded = 0)"),
		       DB_ARGS(record_blob(ap->a, f->config), record_blob(ap->a, f->matters),
			       DB_I(f->how == APPROVED_ALONE)), 0, &counts));
	return counts ? into_force(ap, f) : NULL;
}

const struct record_type record_config_approval = {
	"config.approval.v1", &table, "a configuration was approved", NULL, NULL, apply,
};
