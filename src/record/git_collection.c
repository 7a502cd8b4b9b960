/* git.collection: closes one look at a release branch: where its tip was, how
 * many changes it holds, and what could not be seen. Commits that an earlier
 * collection found and this one did not are listed: history was rewritten. */
#include "record/git_line.h"

static const struct field fields[] = {
	FIELD(r_git_collection, boundary, FIELD_INT, 0, 0, "steps where history ends here but not there"),
	FIELD(r_git_collection, branch, FIELD_TEXT, FIELD_REQUIRED, 256, "the branch"),
	FIELD(r_git_collection, changes, FIELD_INT, FIELD_REQUIRED, 0, "changes on it in all"),
	FIELD(r_git_collection, collection, FIELD_ID, FIELD_REQUIRED, 0, "this collection"),
	FIELD(r_git_collection, complete, FIELD_FLAG, FIELD_REQUIRED, 0, "whether all history was here"),
	FIELD(r_git_collection, continues, FIELD_TEXT, 0, 256, "what the branch was called before: the same line of first parents"),
	FIELD(r_git_collection, ended, FIELD_FLAG, 0, 0, "the branch is no longer there"),
	FIELD(r_git_collection, first_at, FIELD_TIME, 0, 0, "oldest change seen"),
	FIELD(r_git_collection, from, FIELD_COMMIT, 0, 0, "tip at the collection before"),
	FIELD(r_git_collection, joins, FIELD_TEXT, 0, 256, "the branch with which the changes it shares are counted"),
	FIELD(r_git_collection, joins_at, FIELD_INT, 0, 0, "the place on the line from which on down they are shared"),
	FIELD(r_git_collection, last_at, FIELD_TIME, 0, 0, "newest change seen"),
	FIELD(r_git_collection, lost, FIELD_COMMIT, FIELD_MANY, 1000, "changes that are no longer on it"),
	FIELD(r_git_collection, principal, FIELD_FLAG, 0, 0, "the repository's main branch: what it shares is counted with it"),
	FIELD(r_git_collection, release, FIELD_FLAG, FIELD_REQUIRED, 0, "whether it is a release branch"),
	FIELD(r_git_collection, repository, FIELD_ID, FIELD_REQUIRED, 0, "the repository"),
	FIELD(r_git_collection, rewritten, FIELD_FLAG, FIELD_REQUIRED, 0, "whether history was rewritten"),
	FIELD(r_git_collection, signers, FIELD_TEXT, 0, 64, "digest of the list that signatures were checked against"),
	FIELD(r_git_collection, tip, FIELD_COMMIT, 0, 0, "the tip; absent on an empty branch"),
	FIELD(r_git_collection, why, FIELD_TEXT, 0, 512, "what could not be seen, and the command that fetches it"),
	{ 0 },
};
static const struct table table = TABLE(r_git_collection, "git.collection", fields);

static err put_branch(struct apply *ap, const struct record *r, int64_t repository)
{
	const struct r_git_collection *f = r->facts;
	int64_t last;

	TRY(db_get_int(ap->db, SQL("SELECT max(position) FROM view_change WHERE repository_no = $1 AND branch = $2"),
		       DB_ARGS(DB_I(repository), DB_T(f->branch)), 0, &last));
	TRY(db_run(ap->db, SQL("DELETE FROM view_branch WHERE repository_no = $1 AND branch = $2"),
		   DB_ARGS(DB_I(repository), DB_T(f->branch)), NULL));
	return db_run(ap->db, SQL("INSERT INTO view_branch (repository_no, branch, release, tip, changes, first_at, "
		"last_at, position, complete, why, collected_at, idx, joins, joins_at, signers) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"),
		DB_ARGS(DB_I(repository), DB_T(f->branch), DB_I(f->release == 1), record_blob(ap->a, f->tip),
			DB_I(f->changes), db_int_or_null(f->first_at, INT64_MIN), db_int_or_null(f->last_at, INT64_MIN),
			DB_I(last), DB_I(f->complete == 1), DB_T(f->why.p ? f->why : STR("")),
			DB_I(r->header.received), DB_I(r->idx), db_text_or_null(f->joins),
			db_int_or_null(f->joins_at, FIELD_NO_INT), db_text_or_null(f->signers)), NULL);
}

static err apply(struct apply *ap, const struct record *r)
{
	const struct r_git_collection *f = r->facts;
	struct git_line line = { .ap = ap, .branch = f->branch };

	TRY(db_get_int(ap->db, SQL("SELECT no FROM view_repository WHERE id = $1"),
		       DB_ARGS(record_blob(ap->a, f->repository)), 0, &line.repository));
	if (f->ended == 1)
		return git_line_end(&line, r);
	if (f->continues.n)
		TRY(git_line_rename(&line, f->continues));
	TRY(git_line_lose(&line, f->lost.v, f->lost.n));
	TRY(put_branch(ap, r, line.repository));
	if (f->joins.n)
		TRY(git_line_take(&line, f));
	return NULL;
}

const struct record_type record_git_collection = {
	"git.collection.v1", &table, "a look at a release branch", NULL, NULL, apply,
};
