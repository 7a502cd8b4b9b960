/* Views in memory for tests of what is read from them: one repository with ten
 * changes, an export of the host for some, two scans. Day 0 is 2026-01-01. */
#ifndef TEST_UNIT_VIEWS_H
#define TEST_UNIT_VIEWS_H

#include "unit.h"

#include "base/instant.h"
#include "db/db.h"

enum { VIEWS_DAY0 = 20454 };
#define VIEWS_AT(day) (((int64_t)VIEWS_DAY0 + (day)) * DAY_SECONDS)

static inline UNUSED void views_script(struct db *db, const char *sql)
{
	assert_ok(db_script(db, str_c(sql)));
}

static inline UNUSED struct db *views_empty(void)
{
	struct db *db = NULL;

	assert_ok(db_open("sqlite::memory:", DB_WRITE, 100, &db));
	assert_ok(db_migrate(db));
	return db;
}

/* Accounts: 1 ann, 2 ben (persons), 3 a bot, 4 the host, 5 ann again on the host. */
static const char views_people[] =
	"INSERT INTO view_account (id, no, host, kind, why, person, linked_how, idx) VALUES "
	"(x'01', 1, 'git', 'person', '', x'aa', 'e-mail', 0), (x'02', 2, 'github', 'person', '', NULL, NULL, 0), "
	"(x'03', 3, 'github', 'bot', '', NULL, NULL, 0), (x'04', 4, 'git', 'host', '', NULL, NULL, 0), "
	"(x'05', 5, 'github', 'person', '', x'aa', 'e-mail', 0);";

static const char views_repository[] =
	"INSERT INTO view_system (id, no, name, declared, exposure, data_class, owner, idx) VALUES "
	"(x'11', 1, 'app', 0, 'unknown', 'unknown', NULL, 0);"
	"INSERT INTO view_repository (id, no, name, host, slug, system_no, idx) VALUES "
	"(x'21', 1, 'app', 'github.com', 'acme/app', 1, 0);"
	"INSERT INTO view_branch (repository_no, branch, release, tip, changes, first_at, last_at, position, complete, "
	"why, collected_at, idx) VALUES (1, 'main', 1, x'000000000000000000000000000000000000000a', 10, 1767225600, 1775001600, 10, 1, '', 1775088000, 1);";

static inline UNUSED void views_change(struct db *db, int64_t n, int64_t pull)
{
	uint8_t commit[20] = { [19] = (uint8_t)n };

	assert_ok(db_run(db, SQL("INSERT INTO view_change (no, repository_no, branch, commit_id, position, at, author, committer, "
		"pull, parents, paths, touches, tickets, signed, signer, tag, gone, idx) VALUES "
		"($1, 1, 'main', $2, $1, $3, $4, $4, $5, 1, 1, $6, 0, 'none', NULL, NULL, 0, 1)"),
		DB_ARGS(DB_I(n), DB_B(((struct str){ (char *)commit, 20 })), DB_I(VIEWS_AT(9 * (n - 1))),
			DB_B(STR("\x01")), db_int_or_null(pull, -1), DB_I(n == 3)), NULL));
}

static inline UNUSED void views_changes(struct db *db)
{
	views_script(db, views_people);
	views_script(db, views_repository);
	for (int64_t n = 1; n <= 10; n++)
		views_change(db, n, n == 7 ? -1 : 100 + n);
}

/* The host's word on a change: one review. */
struct views_pull {
	int64_t n, approved_after;		/* seconds behind the merge; negative is before */
	const char *reviewer;			/* id of one byte, or NULL for no review */
	bool other_commit;
	bool pushed;				/* the reviewer worked on its commits */
};
static inline UNUSED void views_review(struct db *db, const struct views_pull *p, const char *state, int64_t seq)
{
	assert_ok(db_run(db, SQL("INSERT INTO view_review (repository_no, number, seq, reviewer, state, at, commit_id) "
		"VALUES (1, $1, $6, $2, $3, $4, $5)"),
		DB_ARGS(DB_I(100 + p->n), DB_B(str_c(p->reviewer)), DB_T(str_c(state)),
			DB_I(VIEWS_AT(9 * (p->n - 1)) + p->approved_after),
			DB_B(p->other_commit ? STR("else") : STR("head")), DB_I(seq)), NULL));
}
static inline UNUSED void views_pull(struct db *db, const struct views_pull *p)
{
	assert_ok(db_run(db, SQL("INSERT INTO view_pull (repository_no, number, author, merged_by, merged_at, merge_commit, "
		"head_commit, commits, commits_known, checks_known, reviews_known, tickets_known, checks_failed, checks_passed, "
		"checks_unsure, tickets, reviews, told_at, digest, idx) VALUES "
		"(1, $1, $3, $5, $2, NULL, $4, 1, 1, 1, 1, 1, 0, 2, 0, 0, 1, $2, $4, 2)"),
		DB_ARGS(DB_I(100 + p->n), DB_I(VIEWS_AT(9 * (p->n - 1))), DB_B(STR("\x05")), DB_B(STR("head")),
			DB_B(STR("\x02"))), NULL));
	if (p->reviewer)
		views_review(db, p, "approved", 0);
	if (p->pushed)
		assert_ok(db_run(db, SQL("INSERT INTO view_pull_account (repository_no, number, account, role) "
			"VALUES (1, $1, $2, 'worked')"), DB_ARGS(DB_I(100 + p->n), DB_B(str_c(p->reviewer))), NULL));
}

#endif
