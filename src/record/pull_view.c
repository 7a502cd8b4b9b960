#include "record/pull_view.h"

#include "record/pull_merge.h"
#include "record/types.h"

enum { NO_NUMBER = -1 };

struct viewing {
	struct apply *ap;
	int64_t repository, number;
	struct pull_merge m;
};

/* The telling of the same words may be dated anew. */
static err put_telling(struct apply *ap, const struct pull_view_telling *t)
{
	int64_t number = t->pull->number == FIELD_NO_INT ? NO_NUMBER : t->pull->number, changed;
	struct str telling = host_pulls_telling(ap->a, t->pull);
	struct digest d = digest_of(telling);

	TRY(db_run(ap->db, SQL("INSERT INTO view_pull_told (repository_no, number, digest, head, told_at, newest, telling, idx, "
		"proven) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING"),
		DB_ARGS(DB_I(t->repository), DB_I(number), DB_B(digest_str(&d)), record_blob(ap->a, t->pull->head),
			DB_I(t->told), DB_I(t->pull->newest), DB_B(telling), DB_I(t->idx), DB_I(t->proven)), &changed));
	if (changed)
		return NULL;
	if (t->proven)
		TRY(db_run(ap->db, SQL("UPDATE view_pull_told SET proven = 1 WHERE repository_no = $1 AND number = $2 AND digest = $3"),
			   DB_ARGS(DB_I(t->repository), DB_I(number), DB_B(digest_str(&d))), NULL));
	return db_run(ap->db, SQL("UPDATE view_pull_told SET told_at = $4 WHERE repository_no = $1 AND number = $2 AND digest = $3 "
		"AND told_at < $4"),
		DB_ARGS(DB_I(t->repository), DB_I(number), DB_B(digest_str(&d)), DB_I(t->told)), NULL);
}

static err take_tellings(struct viewing *v, struct db_rows *rows, bool numbered)
{
	struct arena *a = v->ap->a;
	bool more;

	for (;;) {
		struct pull_merge_telling t = { .numbered = numbered };

		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		t.told = db_int(rows, 0);
		t.newest = db_int(rows, 1);
		t.digest = arena_str(a, db_blob(rows, 2));
		t.idx = db_int(rows, 4);
		TRY(host_pulls_read(a, arena_str(a, db_blob(rows, 3)), &t.pull));
		pull_merge_add(&v->m, &t);
	}
}

static err read_numbered(struct viewing *v)
{
	DB_ROWS rows = NULL;

	TRY(db_query(v->ap->db, SQL("SELECT told_at, newest, digest, telling, idx FROM view_pull_told WHERE repository_no = $1 "
		"AND number = $2"), DB_ARGS(DB_I(v->repository), DB_I(v->number)), &rows));
	return take_tellings(v, rows, true);
}

static err read_by_head(struct viewing *v)
{
	struct str head = pull_merge_head(&v->m);
	DB_ROWS rows = NULL;

	if (!head.p)
		return NULL;
	TRY(db_query(v->ap->db, SQL("SELECT told_at, newest, digest, telling, idx FROM view_pull_told WHERE repository_no = $1 "
		"AND head = $2 AND number = -1"), DB_ARGS(DB_I(v->repository), record_blob(v->ap->a, head)), &rows));
	return take_tellings(v, rows, false);
}

static err clear(struct viewing *v)
{
	struct db *db = v->ap->db;
	const struct db_value id[] = { DB_I(v->repository), DB_I(v->number) };

	TRY(db_run(db, SQL("DELETE FROM view_pull WHERE repository_no = $1 AND number = $2"), id, 2, NULL));
	TRY(db_run(db, SQL("DELETE FROM view_pull_account WHERE repository_no = $1 AND number = $2"), id, 2, NULL));
	TRY(db_run(db, SQL("DELETE FROM view_pull_commit WHERE repository_no = $1 AND number = $2"), id, 2, NULL));
	TRY(db_run(db, SQL("DELETE FROM view_pull_ticket WHERE repository_no = $1 AND number = $2"), id, 2, NULL));
	TRY(db_run(db, SQL("DELETE FROM view_review WHERE repository_no = $1 AND number = $2"), id, 2, NULL));
	return db_run(db, SQL("DELETE FROM view_check WHERE repository_no = $1 AND number = $2"), id, 2, NULL);
}

static err put_reviews(struct viewing *v)
{
	const struct r_review *r = v->m.reviews;
	struct arena *a = v->ap->a;

	for (size_t i = 0; i < v->m.reviews_n; i++)
		TRY(db_run(v->ap->db, SQL("INSERT INTO view_review (repository_no, number, seq, reviewer, state, at, commit_id) "
			"VALUES ($1, $2, $3, $4, $5, $6, $7)"),
			DB_ARGS(DB_I(v->repository), DB_I(v->number), DB_I(i), record_blob(a, r[i].reviewer),
				DB_T(str_c(review_state_words[r[i].state])), db_int_or_null(r[i].at, INT64_MIN),
				record_blob(a, r[i].commit)), NULL));
	return NULL;
}

static err put_checks(struct viewing *v)
{
	for (size_t i = 0; i < v->m.checks_n; i++) {
		const struct r_check *c = &v->m.checks[i].run;

		TRY(db_run(v->ap->db, SQL("INSERT INTO view_check (repository_no, number, seq, name, result, at, started) "
			"VALUES ($1, $2, $3, $4, $5, $6, $7)"),
			DB_ARGS(DB_I(v->repository), DB_I(v->number), DB_I(i), DB_T(c->name),
				DB_T(str_c(check_result_words[c->result])), db_int_or_null(c->at, INT64_MIN),
				db_int_or_null(c->started, INT64_MIN)), NULL));
	}
	return NULL;
}

static err put_account(struct viewing *v, struct str account, const char *role)
{
	if (!account.p)
		return NULL;
	return db_run(v->ap->db, SQL("INSERT INTO view_pull_account (repository_no, number, account, role) VALUES ($1, $2, $3, $4) "
		"ON CONFLICT DO NOTHING"), DB_ARGS(DB_I(v->repository), DB_I(v->number), record_blob(v->ap->a, account),
		DB_T(str_c(role))), NULL);
}

static err put_lists(struct viewing *v)
{
	const struct pull_merge *m = &v->m;
	struct arena *a = v->ap->a;

	TRY(put_account(v, m->pull.author, "author"));
	for (size_t i = 0; i < m->people.n; i++)
		TRY(put_account(v, m->people.v[i], "worked"));
	for (size_t i = 0; i < m->commits.n; i++)
		TRY(db_run(v->ap->db, SQL("INSERT INTO view_pull_commit (repository_no, number, commit_id) VALUES ($1, $2, $3) "
			"ON CONFLICT DO NOTHING"), DB_ARGS(DB_I(v->repository), DB_I(v->number),
			record_blob(a, m->commits.v[i])), NULL));
	for (size_t i = 0; i < m->tickets.n; i++)
		TRY(db_run(v->ap->db, SQL("INSERT INTO view_pull_ticket (repository_no, number, ticket) VALUES ($1, $2, $3) "
			"ON CONFLICT DO NOTHING"), DB_ARGS(DB_I(v->repository), DB_I(v->number), DB_T(m->tickets.v[i])), NULL));
	return NULL;
}

static err put_pull(struct viewing *v)
{
	const struct pull_merge *m = &v->m;
	const struct r_pull *p = &m->pull;
	struct arena *a = v->ap->a;

	return db_run(v->ap->db, SQL("INSERT INTO view_pull (repository_no, number, author, merged_by, merged_at, merge_commit, "
		"head_commit, commits, commits_known, checks_known, reviews_known, tickets_known, checks_failed, checks_passed, "
		"checks_unsure, tickets, reviews, told_at, digest, idx) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, "
		"$12, $13, $14, $15, $16, $17, $18, $19, $20)"),
		DB_ARGS(DB_I(v->repository), DB_I(v->number), record_blob(a, p->author), record_blob(a, p->merged_by),
			db_int_or_null(p->merged_at, INT64_MIN), record_blob(a, p->merge), record_blob(a, p->head),
			DB_I(p->commits_total > 0 ? p->commits_total : (int64_t)m->commits.n), DB_I(p->commits_known),
			DB_I(p->checks_known), DB_I(p->reviews_known), DB_I(p->tickets_known), DB_I(m->failed),
			DB_I(m->passed), DB_I(m->unsure), DB_I(m->tickets.n), DB_I(m->reviews_n), DB_I(m->last.told),
			DB_B(m->last.digest), DB_I(m->last.idx)), NULL);
}

static err compute(struct apply *ap, int64_t repository, int64_t number)
{
	struct viewing v = { .ap = ap, .repository = repository, .number = number };

	pull_merge_start(&v.m, ap->a);
	TRY(read_numbered(&v));
	TRY(read_by_head(&v));
	pull_merge_end(&v.m);
	TRY(clear(&v));
	TRY(put_pull(&v));
	TRY(put_reviews(&v));
	TRY(put_checks(&v));
	return put_lists(&v);
}

/* The pull requests that end in this commit. */
static err compute_by_head(struct apply *ap, int64_t repository, struct str head)
{
	struct db_value commit = record_blob(ap->a, head);
	int64_t number = NO_NUMBER;

	for (;;) {
		TRY(db_get_int(ap->db, SQL("SELECT min(number + 0) FROM view_pull WHERE repository_no = $1 AND head_commit = $2 "
			"AND number > $3"), DB_ARGS(DB_I(repository), commit, DB_I(number)), NO_NUMBER, &number));
		if (number < 0)
			return NULL;
		TRY(compute(ap, repository, number));
	}
}

err pull_view_tell(struct apply *ap, const struct pull_view_telling *t)
{
	TRY(put_telling(ap, t));
	if (t->pull->number != FIELD_NO_INT)
		return compute(ap, t->repository, t->pull->number);
	return t->pull->head.p ? compute_by_head(ap, t->repository, t->pull->head) : NULL;
}

err pull_view_again(struct apply *ap, int64_t repository, int64_t number, int64_t told)
{
	int64_t changed;

	TRY(db_run(ap->db, SQL("UPDATE view_pull_told SET told_at = $3 WHERE repository_no = $1 AND number = $2 AND told_at < $3 "
		"AND digest = (SELECT digest FROM view_pull WHERE repository_no = $1 AND number = $2)"),
		DB_ARGS(DB_I(repository), DB_I(number), DB_I(told)), &changed));
	return changed ? compute(ap, repository, number) : NULL;
}
