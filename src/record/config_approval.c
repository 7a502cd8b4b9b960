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
	FIELD(r_config_approval, person, FIELD_ID, 0, 0, "signed: the person who approves"),
	FIELD(r_config_approval, signer, FIELD_TEXT, FIELD_WORDS, 320, "signed: whom the key is listed for"),
	FIELD(r_config_approval, why, FIELD_TEXT, FIELD_WORDS, 1024, "what they say of it"),
	{ 0 },
};
static const struct table table = TABLE(r_config_approval, "config.approval", fields);

/* What waited comes into force, and what was in force goes. */
static err take_branches(struct apply *ap, bool secured)
{
	if (!secured)
		return NULL;
	TRY(db_run(ap->db, SQL("DELETE FROM view_release_branch WHERE waiting = 0"), DB_NONE, NULL));
	return db_run(ap->db, SQL("UPDATE view_release_branch SET waiting = 0"), DB_NONE, NULL);
}

static err into_force(struct apply *ap, const struct r_config_approval *f)
{
	struct db_value matters = record_blob(ap->a, f->matters);
	int64_t proposed, secured;

	TRY(db_get_int(ap->db, SQL("SELECT count(*) FROM view_config WHERE matters = $1 AND state = 'proposed'"),
		       DB_ARGS(matters), 0, &proposed));
	TRY(db_get_int(ap->db, SQL("SELECT secured FROM view_config"), DB_NONE, 0, &secured));
	if (proposed)
		TRY(take_branches(ap, secured == 1));
	return db_run(ap->db, SQL("UPDATE view_config SET state = $2, secured = 1 WHERE matters = $1 AND "
				  "state <> 'approved'"),
		      DB_ARGS(matters, DB_T(f->how == APPROVED_ALONE ? STR("alone") : STR("approved"))), NULL);
}

static err apply(struct apply *ap, const struct record *r)
{
	const struct r_config_approval *f = r->facts;
	struct db_value matters = record_blob(ap->a, f->matters);

	if (f->how != APPROVED_ALONE)
		TRY(db_run(ap->db, SQL("DELETE FROM view_config_approval WHERE matters = $1 AND how = 'alone'"),
			   DB_ARGS(matters), NULL));
	TRY(db_run(ap->db, SQL("INSERT INTO view_config_approval (matters, how, at, idx) VALUES ($1, $2, $3, $4) "
			       "ON CONFLICT DO NOTHING"),
		   DB_ARGS(matters, DB_T(str_c(approval_words[f->how])), DB_I(r->header.effective), DB_I(r->idx)),
		   NULL));
	return into_force(ap, f);
}

const struct record_type record_config_approval = {
	"config.approval.v1", &table, "a configuration was approved", NULL, NULL, apply,
};
