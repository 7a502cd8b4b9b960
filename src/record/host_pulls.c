/* host.pulls: what the code host said of pull (merge) requests: reviews, checks,
 * who merged what when. The record's time is that of the export: the newest
 * instant anywhere in it. What several exports tell is put together in
 * pull_view.c, the same in whatever order they came. Whether a review was
 * independent is asked when somebody looks, never taken from the host's word. */
#include "record/types.h"

#include "record/pull_view.h"

#include "text/json.h"

const char *const review_state_words[] = { "approved", "changes-requested", "commented", "dismissed",
	"pending", NULL };
const char *const check_result_words[] = { "passed", "failed", "skipped", "pending", NULL };

static const struct field review_fields[] = {
	FIELD(r_review, at, FIELD_TIME, 0, 0, "submitted"),
	FIELD(r_review, commit, FIELD_COMMIT, 0, 0, "the commit it was made on"),
	FIELD(r_review, reviewer, FIELD_ID, FIELD_REQUIRED, 0, "reviewer's account"),
	FIELD_CHOICE(r_review, state, FIELD_REQUIRED, review_state_words, "what it says"),
	{ 0 },
};
static const struct table review_table = TABLE(r_review, "review", review_fields);

static const struct field check_fields[] = {
	FIELD(r_check, at, FIELD_TIME, 0, 0, "finished"),
	FIELD(r_check, name, FIELD_TEXT, FIELD_REQUIRED, 200, "the check"),
	FIELD_CHOICE(r_check, result, FIELD_REQUIRED, check_result_words, "its result"),
	FIELD(r_check, started, FIELD_TIME, 0, 0, "started"),
	{ 0 },
};
static const struct table check_table = TABLE(r_check, "check", check_fields);

static const struct field pull_fields[] = {
	FIELD(r_pull, author, FIELD_ID, 0, 0, "who opened it"),
	FIELD_GROUPS(r_pull, checks, FIELD_MANY, 200, &check_table, "checks on its last commit"),
	FIELD(r_pull, checks_known, FIELD_FLAG, FIELD_REQUIRED, 0, "whether the export tells checks"),
	FIELD(r_pull, commits, FIELD_COMMIT, FIELD_MANY, 256, "its commits"),
	FIELD(r_pull, commits_known, FIELD_FLAG, FIELD_REQUIRED, 0, "whether the export tells commits"),
	FIELD(r_pull, commits_total, FIELD_INT, 0, 0, "commits in all"),
	FIELD(r_pull, head, FIELD_COMMIT, 0, 0, "its last commit"),
	FIELD(r_pull, labels, FIELD_TEXT, FIELD_MANY | FIELD_WORDS, 64, "labels"),
	FIELD(r_pull, labels_total, FIELD_INT, 0, 0, "labels in all"),
	FIELD(r_pull, merge, FIELD_COMMIT, 0, 0, "the commit on the release branch"),
	FIELD(r_pull, merged_at, FIELD_TIME, 0, 0, "merged"),
	FIELD(r_pull, merged_by, FIELD_ID, 0, 0, "who merged it"),
	FIELD(r_pull, newest, FIELD_TIME, 0, 0, "the newest instant in what is told"),
	FIELD(r_pull, number, FIELD_INT, 0, 0, "its number; absent: of whichever pull request ends in `head`"),
	FIELD(r_pull, people, FIELD_ID, FIELD_MANY, 256, "authors, co-authors and pushers of its commits"),
	FIELD_GROUPS(r_pull, reviews, FIELD_MANY, 200, &review_table, "reviews"),
	FIELD(r_pull, reviews_known, FIELD_FLAG, FIELD_REQUIRED, 0, "whether the export tells reviews"),
	FIELD(r_pull, tickets, FIELD_TEXT, FIELD_MANY, 64, "tickets linked to it"),
	FIELD(r_pull, tickets_known, FIELD_FLAG, FIELD_REQUIRED, 0, "whether the export tells tickets"),
	{ 0 },
};
static const struct table pull_table = TABLE(r_pull, "pull", pull_fields);

static const struct field fields[] = {
	FIELD(r_host_pulls, complete_since, FIELD_TIME, 0, 0, "declared: no pull request merged since is left out"),
	FIELD(r_host_pulls, named, FIELD_TEXT, 0, 256, "the repository as the export names it"),
	FIELD_GROUPS(r_host_pulls, pulls, FIELD_MANY, 64, &pull_table, "the pull requests"),
	FIELD(r_host_pulls, repository, FIELD_ID, FIELD_REQUIRED, 0, "the repository"),
	FIELD(r_host_pulls, same, FIELD_INT, FIELD_MANY, 1000, "pull requests told again as they stand"),
	{ 0 },
};
static const struct table table = TABLE(r_host_pulls, "host.pulls", fields);

/* Labels are words and change no view. */
static const struct json_pick only_facts = { FIELD_WORDS, 0 };

struct str host_pulls_telling(struct arena *a, const struct r_pull *p)
{
	BUF_AUTO text = buf_new(FACTS_MAX);
	struct json_writer w = json_write(&text);

	json_put_table(&w, &pull_table, only_facts, p);
	return arena_str(a, buf_str(&text));
}

err host_pulls_read(struct arena *a, struct str telling, struct r_pull *out)
{
	struct json *v;

	TRY(json_parse(a, "pull", telling, &v));
	table_clear(&pull_table, out);
	return json_to_table(a, "pull", v, &pull_table, only_facts, out);
}

static err put_named(struct apply *ap, int64_t repository, const struct r_host_pulls *f)
{
	if (!f->named.n)
		return NULL;
	return db_run(ap->db, SQL("INSERT INTO view_repository_named (name, repository_no) VALUES ($1, $2) "
				  "ON CONFLICT DO NOTHING"), DB_ARGS(DB_T(f->named), DB_I(repository)), NULL);
}

static err put_cover(struct apply *ap, int64_t repository, const struct record *r)
{
	const struct r_host_pulls *f = r->facts;

	if (f->complete_since == INT64_MIN)
		return NULL;
	return db_run(ap->db, SQL("INSERT INTO view_pull_cover (repository_no, since, until, idx) "
				  "VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"),
		      DB_ARGS(DB_I(repository), DB_I(f->complete_since), DB_I(r->header.effective),
			      DB_I(r->idx)), NULL);
}

static err apply(struct apply *ap, const struct record *r)
{
	const struct r_host_pulls *f = r->facts;
	const struct r_pull *v = f->pulls.v;
	const int64_t *same = f->same.v;
	struct pull_view_telling t = { .told = r->header.effective, .idx = r->idx,
				       .proven = r->header.content == CONTENT_COLLECTED ||
						 r->header.content == CONTENT_PIPELINE };

	TRY(db_get_int(ap->db, SQL("SELECT no FROM view_repository WHERE id = $1"),
		       DB_ARGS(record_blob(ap->a, f->repository)), 0, &t.repository));
	TRY(put_named(ap, t.repository, f));
	TRY(put_cover(ap, t.repository, r));
	for (size_t i = 0; i < f->pulls.n; i++) {
		t.pull = &v[i];
		TRY(pull_view_tell(ap, &t));
	}
	for (size_t i = 0; i < f->same.n; i++)
		TRY(pull_view_again(ap, t.repository, same[i], t.told));
	return NULL;
}

const struct record_type record_host_pulls = {
	"host.pulls.v1", &table, "pull requests as the host tells them", NULL, NULL, apply,
};
