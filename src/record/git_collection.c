/* git.collection: closes one look at a release branch: where its tip was, how
 * many changes it holds, and what could not be seen. Commits that an earlier
 * collection found and this one did not are listed: history was rewritten. */
#include "record/types.h"

static const struct field fields[] = {
	FIELD(r_git_collection, boundary, FIELD_INT, 0, 0, "steps where history ends here but not there"),
	FIELD(r_git_collection, branch, FIELD_TEXT, FIELD_REQUIRED, 256, "the branch"),
	FIELD(r_git_collection, changes, FIELD_INT, FIELD_REQUIRED, 0, "changes on it in all"),
	FIELD(r_git_collection, collection, FIELD_ID, FIELD_REQUIRED, 0, "this collection"),
	FIELD(r_git_collection, complete, FIELD_FLAG, FIELD_REQUIRED, 0, "whether all history was here"),
	FIELD(r_git_collection, first_at, FIELD_TIME, 0, 0, "oldest change seen"),
	FIELD(r_git_collection, from, FIELD_COMMIT, 0, 0, "tip at the collection before"),
	FIELD(r_git_collection, last_at, FIELD_TIME, 0, 0, "newest change seen"),
	FIELD(r_git_collection, lost, FIELD_COMMIT, FIELD_MANY, 1000, "changes that are no longer on it"),
	FIELD(r_git_collection, release, FIELD_FLAG, FIELD_REQUIRED, 0, "whether it is a release branch"),
	FIELD(r_git_collection, repository, FIELD_ID, FIELD_REQUIRED, 0, "the repository"),
	FIELD(r_git_collection, rewritten, FIELD_FLAG, FIELD_REQUIRED, 0, "whether history was rewritten"),
	FIELD(r_git_collection, tip, FIELD_COMMIT, 0, 0, "the tip; absent on an empty branch"),
	FIELD(r_git_collection, why, FIELD_TEXT, 0, 512, "what could not be seen, and the command that fetches it"),
	{ 0 },
};
static const struct table table = TABLE(r_git_collection, "git.collection", fields);

static err apply(struct apply *ap, const struct record *r)
{
	const struct r_git_collection *f = r->facts;
	const struct str *lost = f->lost.v;
	int64_t repository, last;

	TRY(db_get_int(ap->db, SQL("SELECT no FROM view_repository WHERE id = $1"),
		       DB_ARGS(record_blob(ap->a, f->repository)), 0, &repository));
	for (size_t i = 0; i < f->lost.n; i++)
		TRY(db_run(ap->db, SQL("UPDATE view_change SET gone = 1 WHERE repository_no = $1 AND branch = $2 "
				       "AND commit_id = $3"),
			   DB_ARGS(DB_I(repository), DB_T(f->branch), record_blob(ap->a, lost[i])), NULL));
	TRY(db_get_int(ap->db, SQL("SELECT max(position) FROM view_change WHERE repository_no = $1 AND branch = $2"),
		       DB_ARGS(DB_I(repository), DB_T(f->branch)), 0, &last));
	TRY(db_run(ap->db, SQL("DELETE FROM view_branch WHERE repository_no = $1 AND branch = $2"),
		   DB_ARGS(DB_I(repository), DB_T(f->branch)), NULL));
	return db_run(ap->db, SQL("INSERT INTO view_branch (repository_no, branch, release, tip, changes, first_at, "
		"last_at, position, complete, why, collected_at, idx) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"),
		DB_ARGS(DB_I(repository), DB_T(f->branch), DB_I(f->release == 1), record_blob(ap->a, f->tip),
			DB_I(f->changes), db_int_or_null(f->first_at, INT64_MIN), db_int_or_null(f->last_at, INT64_MIN),
			DB_I(last), DB_I(f->complete == 1), DB_T(f->why.p ? f->why : STR("")),
			DB_I(r->header.received), DB_I(r->idx)), NULL);
}

const struct record_type record_git_collection = {
	"git.collection.v1", &table, "a look at a release branch", NULL, NULL, apply,
};
