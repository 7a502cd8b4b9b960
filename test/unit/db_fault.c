/* A disk that fails at the n-th call, for every n: what was committed is there
 * afterwards, what was not is whole or absent, and the file is sound. */
#include "unit.h"

#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "db/db.h"

#include "../fault/faulty_vfs.c"

#define TABLE "CREATE TABLE IF NOT EXISTS t (k int64 PRIMARY KEY, t int64, b blob)"

enum { PER_TRANSACTION = 40, TRANSACTIONS = 6, MAX_CALLS = 3000 };

static char folder[64], where[160];

static err one_transaction(struct db *db, int64_t t)
{
	static const char filler[700] = "x";
	struct db_batch *b;

	TRY(db_begin(db));
	TRY(db_batch_begin(db, SQL("INSERT INTO t VALUES ($1, $2, $3)"), &b));
	for (int64_t i = 0; i < PER_TRANSACTION; i++)
		TRY(db_batch_add(b, DB_ARGS(DB_I(t * PER_TRANSACTION + i), DB_I(t),
					    DB_B(((struct str){ filler, sizeof(filler) })))));
	TRY(db_batch_end(b, NULL));
	return db_commit(db);
}

/* Opens, writes and scrubs; *committed counts the transactions that said so. */
static err work(int64_t *committed)
{
	DB_AUTO db = NULL;

	TRY(db_open(where, DB_WRITE, 50, &db));
	TRY(db_script(db, STR(TABLE)));
	for (int64_t t = 0; t < TRANSACTIONS; t++) {
		err e = one_transaction(db, t);

		if (e) {
			db_rollback(db);
			return e;
		}
		*committed = t + 1;
	}
	TRY(db_scrub(db));
	return db_scrub_log(db);
}

static err read_answer(struct db *db, const struct sql *sql, int64_t *out)
{
	return db_get_int(db, sql, DB_NONE, -1, out);
}

static void check(int64_t committed)
{
	DB_AUTO db = NULL;
	int64_t rows = -1, torn = -1, first = -1, damaged = -1;

	assert_ok(db_open(where, DB_WRITE, 50, &db));
	assert_ok(db_script(db, STR(TABLE)));
	assert_ok(read_answer(db, SQL("SELECT count(*) FROM pragma_integrity_check WHERE "
				      "integrity_check <> 'ok'"), &damaged));
	assert_int_equal(damaged, 0);
	assert_ok(read_answer(db, SQL("SELECT count(*) FROM t"), &rows));
	assert_true(rows >= committed * PER_TRANSACTION);
	assert_true(rows <= (committed + 1) * PER_TRANSACTION);
	assert_int_equal(rows % PER_TRANSACTION, 0);
	assert_ok(read_answer(db, SQL("SELECT count(*) FROM t WHERE k / 40 <> t"), &torn));
	assert_int_equal(torn, 0);
	assert_ok(read_answer(db, SQL("SELECT count(*) FROM t WHERE length(b) <> 700"), &first));
	assert_int_equal(first, 0);
}

/* Tries every n until the work gets through untouched; the number of tries. */
static long try_all(struct fault_plan plan)
{
	for (plan.at = 1; plan.at < MAX_CALLS; plan.at++) {
		int64_t committed = 0;
		bool faulted;
		err e;

		snprintf(where, sizeof(where), "sqlite:%s/%ld.db", folder, plan.at);
		faulty_vfs_plan(&plan);
		e = work(&committed);
		faulted = faulty_vfs_failed();
		faulty_vfs_plan(&(struct fault_plan){ 0 });
		if (e && e->kind != ERR_IO)
			fail_msg("call %ld: %s", plan.at, e->text);
		check(committed);
		if (!faulted) {
			assert_null(e);
			assert_int_equal(committed, TRANSACTIONS);
			break;
		}
	}
	assert_ok(dir_remove(folder));
	assert_ok(dir_make(folder, 0700));
	return plan.at;
}

static void one_failure_loses_nothing(void **s)
{
	static const enum fault_call kinds[] = { FAULT_OPEN, FAULT_WRITE, FAULT_SYNC,
						 FAULT_TRUNCATE, FAULT_DELETE };

	(void)s;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		assert_in_range(try_all((struct fault_plan){ .calls = kinds[i] }), 2,
				MAX_CALLS - 1);
}

static void a_disk_pulled_in_the_middle_loses_nothing(void **s)
{
	(void)s;
	assert_in_range(try_all((struct fault_plan){ .calls = FAULT_ANY, .lasting = true,
						     .torn = true }), 100, MAX_CALLS - 1);
}

static void a_full_disk_loses_nothing(void **s)
{
	(void)s;
	assert_in_range(try_all((struct fault_plan){ .calls = FAULT_WRITE, .lasting = true,
						     .full = true, .torn = true }), 50,
			MAX_CALLS - 1);
}

static void after_a_failed_sync_nothing_more_is_written(void **s)
{
	DB_AUTO db = NULL;

	(void)s;
	snprintf(where, sizeof(where), "sqlite:%s/sync.db", folder);
	faulty_vfs_plan(&(struct fault_plan){ 0 });
	assert_ok(db_open(where, DB_WRITE, 50, &db));
	assert_ok(db_script(db, STR(TABLE)));
	faulty_vfs_plan(&(struct fault_plan){ .calls = FAULT_SYNC, .at = 1 });
	assert_fails(one_transaction(db, 0), ERR_IO);
	db_rollback(db);
	assert_true(faulty_vfs_failed());
	assert_fails(db_begin(db), ERR_IO);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_failure_loses_nothing),
		cmocka_unit_test(a_disk_pulled_in_the_middle_loses_nothing),
		cmocka_unit_test(a_full_disk_loses_nothing),
		cmocka_unit_test(after_a_failed_sync_nothing_more_is_written),
	};
	int failed_tests;

	/* Thousands of fsyncs: in memory where there is such a folder. */
	snprintf(folder, sizeof(folder), "%s/custody-db-XXXXXX",
		 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	ASSERT(mkdtemp(folder));
	faulty_vfs_install();
	failed_tests = cmocka_run_group_tests(tests, NULL, NULL);
	ASSERT(!dir_remove(folder));
	return failed_tests;
}
