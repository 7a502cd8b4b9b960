/* git.changes: a batch of the population of changes to a release branch. One
 * change is one first-parent step; its title, being words, is apart. The batch
 * stands from the moment it is applied: a change once seen is never forgotten. */
#include "record/types.h"

const char *const touch_words[] = { "authentication", "payment", "customer-data", "encryption",
	"administration", "pipeline", "dependencies", "infrastructure", "tests", "documents", NULL };
const char *const signature_words[] = { "none", "ssh", "openpgp", "x509", NULL };
const char *const standing_words[] = { "unchecked", "author", "committer", "other", "unlisted", "outdated",
	"revoked", "bad", NULL };
const char *const change_role_words[] = { "coauthor", "branch-author", "branch-committer", NULL };

static const struct field person_fields[] = {
	FIELD(r_change_person, account, FIELD_ID, FIELD_REQUIRED, 0, "the account"),
	FIELD_CHOICE(r_change_person, role, FIELD_REQUIRED, change_role_words, "their part in it"),
	{ 0 },
};
static const struct table person_table = TABLE(r_change_person, "change person", person_fields);

static const struct field change_fields[] = {
	FIELD(r_change, at, FIELD_TIME, FIELD_REQUIRED, 0, "committed"),
	FIELD(r_change, author, FIELD_ID, FIELD_REQUIRED, 0, "author's account"),
	FIELD(r_change, authored, FIELD_TIME, 0, 0, "written"),
	FIELD(r_change, carried, FIELD_COMMIT, FIELD_MANY, 256, "branch commits it brought in"),
	FIELD(r_change, claimed, FIELD_TIME, 0, 0, "the date it bears, where that cannot be and `at` is its neighbour's"),
	FIELD(r_change, commit, FIELD_COMMIT, FIELD_REQUIRED, 0, "the commit"),
	FIELD(r_change, committer, FIELD_ID, FIELD_REQUIRED, 0, "committer's account"),
	FIELD(r_change, parents, FIELD_INT, FIELD_REQUIRED, 0, "number of parents"),
	FIELD(r_change, paths, FIELD_PATH, FIELD_MANY, 64, "first paths it touched"),
	FIELD(r_change, paths_total, FIELD_INT, 0, 0, "paths it touched in all"),
	FIELD_GROUPS(r_change, people, FIELD_MANY, 128, &person_table, "others who worked on it"),
	FIELD(r_change, picked, FIELD_COMMIT, FIELD_MANY, 32, "commits it says it was picked from"),
	FIELD(r_change, position, FIELD_INT, FIELD_REQUIRED, 0, "place on the branch, rising to the tip"),
	FIELD(r_change, pull, FIELD_INT, 0, 0, "number of the pull request"),
	FIELD_CHOICE(r_change, signature, FIELD_REQUIRED, signature_words, "kind of signature"),
	FIELD(r_change, signed_by, FIELD_TEXT, 0, 128, "fingerprint of the key"),
	FIELD(r_change, signer, FIELD_ID, 0, 0, "account of the one the key is listed for"),
	FIELD_CHOICE(r_change, standing, FIELD_UNKNOWN_OK, standing_words, "what the signature is worth by the home's list"),
	FIELD(r_change, tag, FIELD_TEXT, 0, 256, "tag on it"),
	FIELD(r_change, tickets, FIELD_TEXT, FIELD_MANY, 32, "tickets it names"),
	{ .name = "touches", .kind = FIELD_ENUM, .flags = FIELD_MANY, .max = 10, .choices = touch_words,
	  .offset = offsetof(struct r_change, touches), .help = "what its paths touch" },
	{ 0 },
};
static const struct table change_table = TABLE(r_change, "change", change_fields);

static const struct field fields[] = {
	FIELD(r_git_changes, branch, FIELD_TEXT, FIELD_REQUIRED, 256, "the release branch"),
	FIELD_GROUPS(r_git_changes, changes, FIELD_REQUIRED | FIELD_MANY, 256, &change_table, "the changes"),
	FIELD(r_git_changes, collection, FIELD_ID, FIELD_REQUIRED, 0, "the collection that found them"),
	FIELD(r_git_changes, repository, FIELD_ID, FIELD_REQUIRED, 0, "the repository"),
	FIELD(r_git_changes, titles, FIELD_TEXT, FIELD_MANY | FIELD_WORDS, 256, "their titles, in order"),
	{ 0 },
};
static const struct table table = TABLE(r_git_changes, "git.changes", fields);

static int64_t touch_bits(const struct r_change *c)
{
	const int *t = c->touches.v;
	int64_t bits = 0;

	for (size_t i = 0; i < c->touches.n; i++)
		bits |= (int64_t)1 << t[i];
	return bits;
}

/* How many, or -1. */
static int64_t paths_known(const struct r_change *c)
{
	return c->paths_total == FIELD_NO_INT ? -1 : c->paths_total;
}

static err put_lists(struct apply *ap, const struct r_change *c, int64_t repository, int64_t no)
{
	const struct r_change_person *p = c->people.v;
	const struct str *ticket = c->tickets.v, *carried = c->carried.v, *picked = c->picked.v;

	for (size_t i = 0; i < c->people.n; i++)
		TRY(db_run(ap->db,
			   SQL("INSERT INTO view_change_account (change_no, account, role) VALUES ($1, $2, $3) "
			       "ON CONFLICT DO NOTHING"),
			   DB_ARGS(DB_I(no), record_blob(ap->a, p[i].account),
				   DB_T(str_c(change_role_words[p[i].role]))),
			   NULL));
	for (size_t i = 0; i < c->tickets.n; i++)
		TRY(db_run(ap->db, SQL("INSERT INTO view_change_ticket (change_no, ticket) VALUES ($1, $2) "
				       "ON CONFLICT DO NOTHING"), DB_ARGS(DB_I(no), DB_T(ticket[i])), NULL));
	for (size_t i = 0; i < c->carried.n; i++)
		TRY(db_run(ap->db, SQL("INSERT INTO view_branch_commit (repository_no, commit_id, change_no, how) "
				       "VALUES ($1, $2, $3, 'merge') ON CONFLICT DO NOTHING"),
			   DB_ARGS(DB_I(repository), record_blob(ap->a, carried[i]), DB_I(no)), NULL));
	for (size_t i = 0; i < c->picked.n; i++)
		TRY(db_run(ap->db, SQL("INSERT INTO view_branch_commit (repository_no, commit_id, change_no, how) "
				       "VALUES ($1, $2, $3, 'cherry-pick') ON CONFLICT DO NOTHING"),
			   DB_ARGS(DB_I(repository), record_blob(ap->a, picked[i]), DB_I(no)), NULL));
	return NULL;
}

static err put_change(struct apply *ap, const struct record *r, const struct r_change *c, const int64_t nos[2])
{
	const struct r_git_changes *f = r->facts;
	int standing = c->standing < 0 ? 0 : c->standing;
	int64_t added;

	TRY(db_run(ap->db, SQL("INSERT INTO view_change (no, repository_no, branch, commit_id, position, at, author, "
		"committer, pull, parents, paths, touches, tickets, signed, signer, tag, gone, idx, standing, whose) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 0, $17, $18, $19) "
		"ON CONFLICT DO NOTHING"),
		DB_ARGS(DB_I(nos[1]), DB_I(nos[0]), DB_T(f->branch), record_blob(ap->a, c->commit), DB_I(c->position),
			DB_I(c->at), record_blob(ap->a, c->author), record_blob(ap->a, c->committer),
			db_int_or_null(c->pull, FIELD_NO_INT), DB_I(c->parents),
			DB_I(paths_known(c)), DB_I(touch_bits(c)), DB_I(c->tickets.n),
			DB_T(str_c(signature_words[c->signature])), db_text_or_null(c->signed_by),
			db_text_or_null(c->tag), DB_I(r->idx), DB_T(str_c(standing_words[standing])),
			record_blob(ap->a, c->signer)), &added));
	if (added)
		return put_lists(ap, c, nos[0], nos[1]);
	/* Seen before: it is back on a branch, stands at another place, or has its paths now. */
	return db_run(ap->db, SQL("UPDATE view_change SET branch = CASE WHEN gone = 1 THEN $2 ELSE branch END, gone = 0, "
				  "position = $4, standing = CASE WHEN $5 = 'unchecked' THEN standing ELSE $5 END, "
				  "whose = CASE WHEN $5 = 'unchecked' THEN whose ELSE $6 END, "
				  "touches = CASE WHEN paths < 0 THEN $8 ELSE touches END, "
				  "paths = CASE WHEN paths < 0 THEN $7 ELSE paths END "
				  "WHERE repository_no = $1 AND commit_id = $3"),
		      DB_ARGS(DB_I(nos[0]), DB_T(f->branch), record_blob(ap->a, c->commit), DB_I(c->position),
			      DB_T(str_c(standing_words[standing])), record_blob(ap->a, c->signer),
			      DB_I(paths_known(c)), DB_I(touch_bits(c))), NULL);
}

static err apply(struct apply *ap, const struct record *r)
{
	const struct r_git_changes *f = r->facts;
	const struct r_change *c = f->changes.v;
	int64_t repository, last;

	TRY(db_get_int(ap->db, SQL("SELECT no FROM view_repository WHERE id = $1"),
		       DB_ARGS(record_blob(ap->a, f->repository)), 0, &repository));
	TRY(db_get_int(ap->db, SQL("SELECT max(no) FROM view_change"), DB_NONE, 0, &last));
	for (size_t i = 0; i < f->changes.n; i++)
		TRY(put_change(ap, r, &c[i], (const int64_t[2]){ repository, last + 1 + (int64_t)i }));
	return NULL;
}

const struct record_type record_git_changes = {
	"git.changes.v1", &table, "changes to a release branch", NULL, NULL, apply,
};
