/* host.pulls: what the code host said of pull (merge) requests: reviews, checks,
 * who merged what when. Whether a review was independent is computed from who
 * else worked on it, never taken from the host's word. */
#include "record/types.h"

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
	FIELD(r_pull, number, FIELD_INT, FIELD_REQUIRED, 0, "its number"),
	FIELD(r_pull, people, FIELD_ID, FIELD_MANY, 256, "authors, co-authors and pushers of its commits"),
	FIELD_GROUPS(r_pull, reviews, FIELD_MANY, 200, &review_table, "reviews"),
	FIELD(r_pull, reviews_known, FIELD_FLAG, FIELD_REQUIRED, 0, "whether the export tells reviews"),
	FIELD(r_pull, tickets, FIELD_TEXT, FIELD_MANY, 64, "tickets linked to it"),
	{ 0 },
};
static const struct table pull_table = TABLE(r_pull, "pull", pull_fields);

static const struct field fields[] = {
	FIELD_GROUPS(r_host_pulls, pulls, FIELD_REQUIRED | FIELD_MANY, 64, &pull_table, "the pull requests"),
	FIELD(r_host_pulls, repository, FIELD_ID, FIELD_REQUIRED, 0, "the repository"),
	{ 0 },
};
static const struct table table = TABLE(r_host_pulls, "host.pulls", fields);

struct digest host_pulls_digest(const struct r_pull *p)
{
	BUF_AUTO text = buf_new(FACTS_MAX);
	struct json_writer w = json_write(&text);

	json_put_table(&w, &pull_table, (struct json_pick){ FIELD_WORDS, 0 }, p);
	return digest_of(buf_str(&text));
}

struct pull_apply {
	struct apply *ap;
	const struct record *r;
	const struct r_pull *p;
	int64_t repository;
};

static err account_kind(struct apply *ap, struct str account, struct str *out)
{
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(ap->db, SQL("SELECT kind FROM view_account WHERE id = $1"),
		     DB_ARGS(record_blob(ap->a, account)), &rows));
	TRY(db_next(rows, &more));
	*out = more ? arena_str(ap->a, db_text(rows, 0)) : STR("unknown");
	return NULL;
}

static err clear(struct pull_apply *s)
{
	struct db *db = s->ap->db;
	const struct db_value id[] = { DB_I(s->repository), DB_I(s->p->number) };

	TRY(db_run(db, SQL("DELETE FROM view_pull WHERE repository_no = $1 AND number = $2"), id, 2, NULL));
	TRY(db_run(db, SQL("DELETE FROM view_review WHERE repository_no = $1 AND number = $2"), id, 2, NULL));
	return db_run(db, SQL("DELETE FROM view_check WHERE repository_no = $1 AND number = $2"), id, 2, NULL);
}

/* The account, or the person it belongs to: two accounts of one person are one. */
static err same_person(struct apply *ap, struct str one, struct str other, bool *same)
{
	int64_t n;

	*same = str_eq(one, other);
	if (*same)
		return NULL;
	TRY(db_get_int(ap->db, SQL("SELECT count(*) FROM view_account a JOIN view_account b ON a.person = b.person "
				   "WHERE a.id = $1 AND b.id = $2"),
		       DB_ARGS(record_blob(ap->a, one), record_blob(ap->a, other)), 0, &n));
	*same = n > 0;
	return NULL;
}

/* Whether the reviewer neither opened the request nor worked on its commits. */
static err is_outside(struct pull_apply *s, struct str reviewer, bool *outside)
{
	const struct str *people = s->p->people.v;
	bool same = false;

	if (s->p->author.p)
		TRY(same_person(s->ap, reviewer, s->p->author, &same));
	for (size_t i = 0; !same && i < s->p->people.n; i++)
		TRY(same_person(s->ap, reviewer, people[i], &same));
	*outside = !same;
	return NULL;
}

/* An approval counts when a person from outside gave it before the merge on the
 * commit that was merged. An unknown commit or time does not count. */
static bool in_force(const struct r_pull *p, const struct r_review *v)
{
	return v->state == REVIEW_APPROVED && v->at != INT64_MIN && p->merged_at != INT64_MIN &&
	       v->at <= p->merged_at && v->commit.p && p->head.p && str_eq(v->commit, p->head);
}

static err put_reviews(struct pull_apply *s, int64_t *independent)
{
	const struct r_review *v = s->p->reviews.v;

	*independent = 0;
	for (size_t i = 0; i < s->p->reviews.n; i++) {
		struct str kind;
		bool outside;

		TRY(account_kind(s->ap, v[i].reviewer, &kind));
		TRY(is_outside(s, v[i].reviewer, &outside));
		if (in_force(s->p, &v[i]) && outside && str_is(kind, "person"))
			++*independent;
		TRY(db_run(s->ap->db, SQL("INSERT INTO view_review (repository_no, number, seq, reviewer, reviewer_kind, "
			"state, at, commit_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"),
			DB_ARGS(DB_I(s->repository), DB_I(s->p->number), DB_I(i), record_blob(s->ap->a, v[i].reviewer),
				DB_T(kind), DB_T(str_c(review_state_words[v[i].state])),
				db_int_or_null(v[i].at, INT64_MIN), record_blob(s->ap->a, v[i].commit)), NULL));
	}
	return NULL;
}

static err put_checks(struct pull_apply *s, int64_t counts[2])
{
	const struct r_check *v = s->p->checks.v;

	for (size_t i = 0; i < s->p->checks.n; i++) {
		bool late = v[i].at != INT64_MIN && s->p->merged_at != INT64_MIN && v[i].at > s->p->merged_at;

		if (v[i].result == CHECK_PASSED && !late)
			counts[0]++;
		if (v[i].result == CHECK_FAILED || v[i].result == CHECK_PENDING ||
		    (late && v[i].result == CHECK_PASSED))
			counts[1]++;
		TRY(db_run(s->ap->db, SQL("INSERT INTO view_check (repository_no, number, seq, name, result, at) "
				"VALUES ($1, $2, $3, $4, $5, $6)"),
			   DB_ARGS(DB_I(s->repository), DB_I(s->p->number), DB_I(i), DB_T(v[i].name),
				   DB_T(str_c(check_result_words[v[i].result])),
				   db_int_or_null(v[i].at, INT64_MIN)), NULL));
	}
	return NULL;
}

static err put_carried(struct pull_apply *s)
{
	const struct str *commit = s->p->commits.v;
	int64_t change;

	if (!s->p->merge.p)
		return NULL;
	TRY(db_get_int(s->ap->db, SQL("SELECT max(no) FROM view_change WHERE repository_no = $1 AND commit_id = $2"),
		       DB_ARGS(DB_I(s->repository), record_blob(s->ap->a, s->p->merge)), -1, &change));
	for (size_t i = 0; change >= 0 && i < s->p->commits.n; i++)
		TRY(db_run(s->ap->db, SQL("INSERT INTO view_branch_commit (repository_no, commit_id, change_no, how) "
				"VALUES ($1, $2, $3, 'host') ON CONFLICT DO NOTHING"),
			   DB_ARGS(DB_I(s->repository), record_blob(s->ap->a, commit[i]), DB_I(change)), NULL));
	return NULL;
}

static err put_pull(struct pull_apply *s)
{
	const struct r_pull *p = s->p;
	struct arena *a = s->ap->a;
	struct digest digest = host_pulls_digest(p);
	int64_t independent, checks[2] = { 0, 0 };

	TRY(clear(s));
	TRY(put_reviews(s, &independent));
	TRY(put_checks(s, checks));
	TRY(put_carried(s));
	return db_run(s->ap->db, SQL("INSERT INTO view_pull (repository_no, number, author, merged_by, merged_at, "
		"merge_commit, head_commit, commits, checks_known, checks_failed, checks_passed, tickets, reviews, "
		"independent, digest, idx) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"),
		DB_ARGS(DB_I(s->repository), DB_I(p->number), record_blob(a, p->author), record_blob(a, p->merged_by),
			db_int_or_null(p->merged_at, INT64_MIN), record_blob(a, p->merge), record_blob(a, p->head),
			DB_I(p->commits_total > 0 ? p->commits_total : (int64_t)p->commits.n),
			DB_I(p->checks_known == 1), DB_I(checks[1]), DB_I(checks[0]), DB_I(p->tickets.n),
			DB_I(p->reviews_known == 1 ? (int64_t)p->reviews.n : -1), DB_I(independent),
			DB_B(digest_str(&digest)), DB_I(s->r->idx)), NULL);
}

static err apply(struct apply *ap, const struct record *r)
{
	const struct r_host_pulls *f = r->facts;
	const struct r_pull *v = f->pulls.v;
	struct pull_apply s = { .ap = ap, .r = r };

	TRY(db_get_int(ap->db, SQL("SELECT no FROM view_repository WHERE id = $1"),
		       DB_ARGS(record_blob(ap->a, f->repository)), 0, &s.repository));
	for (size_t i = 0; i < f->pulls.n; i++) {
		s.p = &v[i];
		TRY(put_pull(&s));
	}
	return NULL;
}

const struct record_type record_host_pulls = {
	"host.pulls.v1", &table, "pull requests as the host tells them", NULL, NULL, apply,
};
