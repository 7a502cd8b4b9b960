/* What must hold of the database layer, the same on SQLite and PostgreSQL. */
#include "unit.h"

#include <stdio.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/instant.h"
#include "db/db.h"
#include "db/driver.h"
#include "db/db_table.h"

static char folder[64];
static bool on_postgres;
static char where[600];		/* the database under test */
static struct db *db;

static const char fixture[] =
	"CREATE TABLE kept_t (k int64 PRIMARY KEY, t text, b blob, n int64);"
	"CREATE TABLE kept_pair (a text NOT NULL, b int64 NOT NULL, v text, PRIMARY KEY (b, a));"
	"CREATE TABLE view_loose (x text, y int64);";

static struct db *open_as(enum db_mode mode, int wait_ms)
{
	struct db *d = NULL;

	assert_ok(db_open(where, mode, wait_ms, &d));
	return d;
}

/* Each test has a database, or a schema, of its own. */
static int setup(void **s)
{
	static unsigned round_no;

	(void)s;
	round_no++;
	if (on_postgres)
		snprintf(where, sizeof(where), "%s schema=t%u_%ld", getenv("CUSTODY_TEST_POSTGRES"),
			 round_no, (long)getpid());
	else
		snprintf(where, sizeof(where), "sqlite:%s/%u.db", folder, round_no);
	db = open_as(DB_WRITE, 200);
	assert_ok(db_begin(db));
	assert_ok(db->driver->types(db));
	assert_ok(db_script(db, str_c(fixture)));
	assert_ok(db_commit(db));
	return 0;
}

static int teardown(void **s)
{
	(void)s;
	db_close(db);
	return 0;
}

static int64_t count_t(struct db *d)
{
	int64_t n = -1;

	assert_ok(db_get_int(d, SQL("SELECT count(*) FROM kept_t"), DB_NONE, -1, &n));
	return n;
}

static err put_t(struct db *d, int64_t k, struct db_value t, struct db_value b)
{
	return db_run(d, SQL("INSERT INTO kept_t (k, t, b, n) VALUES ($1, $2, $3, $1)"),
		      DB_ARGS(DB_I(k), t, b), NULL);
}

static void every_value_comes_back_as_it_went_in(void **s)
{
	static const char bytes[] = { 0, 1, (char)0xff, '\n', 0 };
	struct str blob = { bytes, sizeof(bytes) }, none = { NULL, 0 };
	DB_ROWS r = NULL;
	bool more;

	(void)s;
	assert_ok(put_t(db, INT64_MIN, DB_T(STR("na\xc3\xafve")), DB_B(blob)));
	assert_ok(put_t(db, INT64_MAX, DB_T(STR("")), DB_B(STR(""))));
	assert_ok(put_t(db, 0, db_text_or_null(none), db_blob_or_null(none)));
	assert_ok(db_query(db, SQL("SELECT k, t, b FROM kept_t ORDER BY k"), DB_NONE, &r));
	assert_int_equal(db_columns(r), 3);
	assert_ok(db_next(r, &more));
	assert_true(more && db_int(r, 0) == INT64_MIN && str_is(db_text(r, 1), "na\xc3\xafve"));
	assert_true(str_eq(db_blob(r, 2), blob));
	assert_int_equal(db_cell(r, 2).kind, DB_BLOB);
	assert_ok(db_next(r, &more));
	assert_true(more && db_is_null(r, 1) && db_is_null(r, 2) && !db_text(r, 1).p);
	assert_ok(db_next(r, &more));
	assert_true(more && db_int(r, 0) == INT64_MAX && db_text(r, 1).p && !db_text(r, 1).n);
	assert_true(db_blob(r, 2).p && !db_is_null(r, 2));
	assert_ok(db_next(r, &more));
	assert_false(more);
	assert_ok(db_next(r, &more));
	assert_false(more);
}

static void text_that_is_not_utf8_is_refused(void **s)
{
	(void)s;
	assert_fails(put_t(db, 1, DB_T(STR("\xff")), DB_N), ERR_INPUT);
	assert_fails(put_t(db, 1, DB_T(STR("a\0b")), DB_N), ERR_INPUT);
	assert_int_equal(count_t(db), 0);
}

static void sums_and_counts_are_integers(void **s)
{
	int64_t n;

	(void)s;
	for (int64_t k = 1; k <= 4; k++)
		assert_ok(put_t(db, k * 30000, DB_N, DB_N));
	assert_ok(db_get_int(db, SQL("SELECT sum(n) FROM kept_t"), DB_NONE, -1, &n));
	assert_int_equal(n, 300000);
	assert_ok(db_get_int(db, SQL("SELECT sum(-n) FROM kept_t"), DB_NONE, -1, &n));
	assert_int_equal(n, -300000);
	assert_ok(db_get_int(db, SQL("SELECT sum(n - n) FROM kept_t"), DB_NONE, -1, &n));
	assert_int_equal(n, 0);
	assert_ok(db_get_int(db, SQL("SELECT sum(n * 1000000000) FROM kept_t"), DB_NONE, -1, &n));
	assert_true(n == INT64_C(300000000000000));
	assert_ok(db_get_int(db, SQL("SELECT sum(n) FROM kept_t WHERE k < 0"), DB_NONE, -1, &n));
	assert_int_equal(n, -1);
	assert_ok(db_get_int(db, SQL("SELECT count(*) FROM kept_t WHERE n > $1 AND n = k"),
			     DB_ARGS(DB_I(30000)), -1, &n));
	assert_int_equal(n, 3);
	assert_ok(db_get_int(db, SQL("SELECT length(t) FROM kept_t ORDER BY k LIMIT $1"),
			     DB_ARGS(DB_I(1)), -1, &n));
	assert_int_equal(n, -1);
	assert_ok(db_get_int(db, SQL("SELECT k = 30000 FROM kept_t ORDER BY k"), DB_NONE, -1, &n));
	assert_int_equal(n, 1);
}

static void text_is_ordered_and_compared_by_its_bytes(void **s)
{
	static const char *const words[] = { "b", "a", "B", "A", "\xc3\xa4", "a b", "ab", "_", "" };
	static const char want[] = "|A|B|_|a|a b|ab|b|\xc3\xa4";
	BUF_AUTO got = buf_new(1000);
	DB_ROWS r = NULL;
	bool more = true;
	int64_t n;

	(void)s;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		assert_ok(put_t(db, (int64_t)i, DB_T(str_c(words[i])), DB_N));
	assert_ok(db_query(db, SQL("SELECT t FROM kept_t ORDER BY t"), DB_NONE, &r));
	assert_ok(db_next(r, &more));
	while (more) {
		buf_add(&got, db_text(r, 0));
		assert_ok(db_next(r, &more));
		if (more)
			buf_add_char(&got, '|');
	}
	assert_true(str_is(buf_str(&got), want));
	assert_ok(db_get_int(db, SQL("SELECT count(*) FROM kept_t WHERE t LIKE $1 ESCAPE '!'"),
			     DB_ARGS(DB_T(STR("A%"))), -1, &n));
	assert_int_equal(n, 1);
	assert_ok(db_get_int(db, SQL("SELECT count(*) FROM kept_t WHERE lower(t) = 'a'"), DB_NONE,
			     -1, &n));
	assert_int_equal(n, 2);
}

static void changed_rows_are_counted(void **s)
{
	int64_t n = -1;

	(void)s;
	assert_ok(put_t(db, 1, DB_N, DB_N));
	assert_ok(db_run(db, SQL("INSERT INTO kept_t (k) VALUES ($1) ON CONFLICT DO NOTHING"),
			 DB_ARGS(DB_I(1)), &n));
	assert_int_equal(n, 0);
	assert_ok(db_run(db, SQL("INSERT INTO kept_t (k) VALUES ($1) ON CONFLICT DO NOTHING"),
			 DB_ARGS(DB_I(2)), &n));
	assert_int_equal(n, 1);
	assert_ok(db_run(db, SQL("UPDATE kept_t SET n = 5"), DB_NONE, &n));
	assert_int_equal(n, 2);
	assert_ok(db_run(db, SQL("DELETE FROM kept_t WHERE k = 77"), DB_NONE, &n));
	assert_int_equal(n, 0);
	assert_ok(db_run(db, SQL("DELETE FROM kept_t"), DB_NONE, &n));
	assert_int_equal(n, 2);
}

static void a_rollback_leaves_nothing_and_a_commit_is_seen_by_others(void **s)
{
	DB_AUTO other = open_as(DB_READ, 200);

	(void)s;
	db_rollback(db);
	assert_ok(db_begin(db));
	assert_true(db_in_transaction(db));
	assert_ok(put_t(db, 1, DB_N, DB_N));
	assert_int_equal(count_t(db), 1);
	assert_int_equal(count_t(other), 0);
	db_rollback(db);
	assert_false(db_in_transaction(db));
	assert_int_equal(count_t(db), 0);
	assert_ok(db_begin(db));
	assert_ok(put_t(db, 1, DB_N, DB_N));
	assert_ok(db_commit(db));
	assert_int_equal(count_t(other), 1);
}

static void a_second_writer_waits_then_hears_who_is_first(void **s)
{
	DB_AUTO other = open_as(DB_WRITE, 200);
	int64_t before = instant_ticks_ms();
	err e;

	(void)s;
	assert_ok(db_begin(db));
	e = db_begin(other);
	assert_fails(e, ERR_CONFLICT);
	assert_non_null(strstr(e->text, "has been writing"));
	assert_in_range(instant_ticks_ms() - before, 150, 2000);
	assert_false(db_in_transaction(other));
	assert_ok(db_commit(db));
	assert_ok(db_begin(other));
	assert_ok(db_commit(other));
}

static void a_reader_cannot_write(void **s)
{
	DB_AUTO reader = open_as(DB_READ, 200);

	(void)s;
	assert_fails(db_begin(reader), ERR_DENIED);
	assert_non_null(put_t(reader, 1, DB_N, DB_N));
	assert_int_equal(count_t(db), 0);
}

static void a_snapshot_sees_one_position(void **s)
{
	DB_AUTO reader = open_as(DB_READ, 200);

	(void)s;
	assert_ok(db_snapshot(reader));
	assert_ok(put_t(db, 1, DB_N, DB_N));
	assert_int_equal(count_t(reader), 0);
	assert_ok(db_snapshot(reader));
	assert_int_equal(count_t(reader), 0);
	db_snapshot_end(reader);
	assert_int_equal(count_t(reader), 0);
	db_snapshot_end(reader);
	assert_int_equal(count_t(reader), 1);
	assert_ok(db_begin(db));
	assert_ok(db_snapshot(db));
	assert_ok(put_t(db, 2, DB_N, DB_N));
	db_snapshot_end(db);
	assert_ok(db_commit(db));
	assert_int_equal(count_t(reader), 2);
}

static void fill_t(int64_t n)
{
	struct db_batch *b;
	int64_t changed = -1;

	assert_ok(db_begin(db));
	assert_ok(db_batch_begin(db, SQL("INSERT INTO kept_t (k, t, b, n) VALUES ($1, $2, $3, $4) "
					 "ON CONFLICT DO NOTHING"), &b));
	for (int64_t k = 0; k < n; k++)
		assert_ok(db_batch_add(b, DB_ARGS(DB_I(k), DB_T(STR("text")), DB_B(STR("bytes")),
						  DB_I(k % 10))));
	assert_ok(db_batch_end(b, &changed));
	assert_int_equal(changed, n);
	assert_ok(db_commit(db));
}

static void a_batch_counts_and_reports(void **s)
{
	struct db_batch *b, *c;
	int64_t n = -1;

	(void)s;
	fill_t(3000);
	assert_int_equal(count_t(db), 3000);
	assert_ok(db_begin(db));
	assert_ok(db_batch_begin(db, SQL("INSERT INTO kept_t (k) VALUES ($1) "
					 "ON CONFLICT DO NOTHING"), &b));
	assert_ok(db_batch_begin(db, SQL("UPDATE kept_t SET n = $1 WHERE n = $2"), &c));
	for (int64_t k = 2990; k < 3010; k++) {
		assert_ok(db_batch_add(b, DB_ARGS(DB_I(k))));
		assert_ok(db_batch_add(c, DB_ARGS(DB_I(11), DB_I(1))));
	}
	assert_int_equal(count_t(db), 3010);
	assert_ok(db_batch_end(b, &n));
	assert_int_equal(n, 10);
	assert_ok(db_batch_end(c, &n));
	assert_int_equal(n, 300);
	assert_ok(db_commit(db));
}

static void a_batch_that_fails_says_so_and_nothing_stays(void **s)
{
	struct db_batch *b;
	err e = NULL;

	(void)s;
	assert_ok(db_begin(db));
	assert_ok(db_batch_begin(db, SQL("INSERT INTO kept_t (k) VALUES ($1)"), &b));
	for (int i = 0; i < 700 && !e; i++)
		e = db_batch_add(b, DB_ARGS(DB_I(i % 10)));
	if (!e)
		e = db_batch_end(b, NULL);
	assert_fails(e, ERR_FAILED);
	db_rollback(db);
	assert_int_equal(count_t(db), 0);
	fill_t(10);
}

static void queries_may_be_open_inside_each_other(void **s)
{
	DB_ROWS a = NULL;
	bool more;
	int64_t seen = 0, inner = 0;

	(void)s;
	fill_t(500);
	assert_ok(db_begin(db));
	assert_ok(db_query(db, SQL("SELECT k, t FROM kept_t WHERE k < $1 ORDER BY k"),
			   DB_ARGS(DB_I(400)), &a));
	for (;;) {
		assert_ok(db_next(a, &more));
		if (!more)
			break;
		assert_int_equal(db_int(a, 0), seen++);
		assert_ok(db_run(db, SQL("UPDATE kept_t SET t = 'x' WHERE k = $1"),
				 DB_ARGS(DB_I(db_int(a, 0))), NULL));
		for (int depth = 0; depth < 2; depth++) {
			int64_t n;

			assert_ok(db_get_int(db, SQL("SELECT n FROM kept_t WHERE k = $1"),
					     DB_ARGS(DB_I(db_int(a, 0))), -1, &n));
			inner += n;
		}
		assert_true(str_is(db_text(a, 1), "text"));
	}
	assert_ok(db_commit(db));
	assert_int_equal(seen, 400);
	assert_int_equal(inner, 2 * 40 * 45);
}

static err count_down(int64_t k, int64_t *visits)
{
	DB_ROWS r = NULL;
	bool more;

	TRY(db_query(db, SQL("SELECT k FROM kept_t WHERE k < $1 ORDER BY k DESC LIMIT 2"),
		     DB_ARGS(DB_I(k)), &r));
	for (;;) {
		TRY(db_next(r, &more));
		if (!more)
			return NULL;
		++*visits;
		TRY(count_down(db_int(r, 0), visits));
	}
}

static void the_same_query_may_be_open_several_times(void **s)
{
	int64_t visits = 0;

	(void)s;
	fill_t(8);
	assert_ok(count_down(4, &visits));
	assert_int_equal(visits, 11);
}

static void rows_closed_early_leave_the_connection_usable(void **s)
{
	(void)s;
	fill_t(5000);
	for (int i = 0; i < 20; i++) {
		DB_ROWS r = NULL;
		bool more;

		assert_ok(db_query(db, SQL("SELECT k FROM kept_t ORDER BY k"), DB_NONE, &r));
		assert_ok(db_next(r, &more));
		assert_true(more && db_int(r, 0) == 0);
	}
	assert_int_equal(count_t(db), 5000);
}

static void a_wrong_statement_names_its_line(void **s)
{
	static const struct sql wrong = { "SELECT nothing FROM nowhere", "x.c", 7 };
	static const struct sql gap = { "SELECT k FROM kept_t WHERE k = $2", "x.c", 8 };
	int64_t n;
	err e = db_run(db, &wrong, DB_NONE, NULL);

	(void)s;
	assert_fails(e, ERR_FAILED);
	assert_non_null(strstr(e->text, "x.c:7"));
	e = db_get_int(db, &gap, DB_ARGS(DB_I(1), DB_I(1)), -1, &n);
	assert_fails(e, ERR_FAILED);
	assert_non_null(strstr(e->text, "x.c:8"));
	e = db_run(db, SQL("DELETE FROM kept_t WHERE k = $1"), DB_NONE, NULL);
	assert_fails(e, ERR_FAILED);
	assert_non_null(strstr(e->text, "takes 1 parameters"));
}

static err note_name(void *ctx, const char *table)
{
	buf_addf(ctx, "%s;", table);
	return NULL;
}

static void tables_are_listed_by_prefix(void **s)
{
	BUF_AUTO names = buf_new(1000);

	(void)s;
	assert_ok(db_each_table(db, "kept_", note_name, &names));
	assert_ok(db_each_table(db, "keptx", note_name, &names));
	assert_ok(db_each_table(db, "view_", note_name, &names));
	assert_true(str_is(buf_str(&names), "kept_pair;kept_t;view_loose;"));
}

static void put_cells(struct buf *b, const char *table)
{
	DB_ROWS r = NULL;
	bool more;

	assert_ok(db_query_table(db, table, &r));
	for (;;) {
		assert_ok(db_next(r, &more));
		if (!more)
			return;
		for (int i = 0; i < db_columns(r); i++) {
			struct db_value v = db_cell(r, i);

			if (v.kind == DB_INT)
				buf_addf(b, "%lld,", (long long)v.i);
			else
				buf_addf(b, "%.*s,", FMT(v.s));
		}
		buf_add_char(b, ';');
	}
}

static void a_table_is_read_in_the_order_of_its_key(void **s)
{
	BUF_AUTO got = buf_new(1000);

	(void)s;
	assert_ok(db_run(db, SQL("INSERT INTO kept_pair VALUES ('b', 1, NULL), ('a', 2, 'y'), "
				 "('a', 1, 'x'), ('B', 2, '')"), DB_NONE, NULL));
	assert_ok(db_run(db, SQL("INSERT INTO view_loose VALUES ('q', 2), (NULL, 1), ('q', NULL)"),
			 DB_NONE, NULL));
	put_cells(&got, "kept_pair");
	buf_add_char(&got, '/');
	put_cells(&got, "view_loose");
	assert_true(str_is(buf_str(&got), "a,1,x,;b,1,,;B,2,,;a,2,y,;/,1,;q,,;q,2,;"));
}

static void a_table_has_the_same_digest_on_both(void **s)
{
	struct digest d;
	char text[DIGEST_TEXT];
	int64_t rows;

	(void)s;
	assert_ok(db_table_digest(db, "kept_t", &d, &rows));
	digest_put(text, &d);
	assert_int_equal(rows, 0);
	assert_string_equal(text, "e3b0c44298fc1c149afbf4c8996fb924"
			    "27ae41e4649b934ca495991b7852b855");
	assert_ok(put_t(db, -2, DB_T(STR("text")), DB_B(STR("\0\1"))));
	assert_ok(put_t(db, 1, DB_N, DB_B(STR(""))));
	assert_ok(db_table_digest(db, "kept_t", &d, &rows));
	digest_put(text, &d);
	assert_int_equal(rows, 2);
	assert_string_equal(text, "5fd594b3b3b1e06a9c5bbe48606b0490"
			    "98a918427c44dea9f8812739c2d9460f");
}

static void a_transaction_with_a_failed_statement_is_undone(void **s)
{
	int64_t n = -1;

	(void)s;
	assert_ok(db_begin(db));
	assert_ok(put_t(db, 1, DB_N, DB_N));
	assert_fails(put_t(db, 1, DB_N, DB_N), ERR_FAILED);
	assert_fails(db_commit(db), ERR_FAILED);
	assert_false(db_in_transaction(db));
	assert_ok(db_get_int(db, SQL("SELECT count(*) FROM kept_t"), DB_NONE, -1, &n));
	assert_int_equal(n, 0);
	assert_ok(db_begin(db));
	assert_ok(put_t(db, 1, DB_N, DB_N));
	assert_ok(db_commit(db));
}

static void a_table_that_is_not_in_the_catalogue_is_missing(void **s)
{
	DB_ROWS r = NULL;

	(void)s;
	assert_fails(db_query_table(db, "kept_nothing", &r), ERR_MISSING);
	assert_fails(db_query_table(db, "kept_t; DROP TABLE kept_t", &r), ERR_MISSING);
}

static void a_table_is_copied_whole(void **s)
{
	struct db *from = db;
	BUF_AUTO before = buf_new(1 << 20);
	BUF_AUTO after = buf_new(1 << 20);

	fill_t(2500);
	put_cells(&before, "kept_t");
	setup(s);
	assert_ok(db_copy_table(db, "kept_t", from));
	put_cells(&after, "kept_t");
	assert_true(before.n > 2500 && str_eq(buf_str(&before), buf_str(&after)));
	assert_fails(db_copy_table(db, "kept_t", from), ERR_FAILED);
	assert_false(db_in_transaction(db));
	assert_int_equal(count_t(db), 2500);
	assert_ok(db_begin(db));
	assert_ok(db_run(db, SQL("DELETE FROM kept_t"), DB_NONE, NULL));
	assert_ok(db_copy_table(db, "kept_t", from));
	assert_ok(db_commit(db));
	assert_int_equal(count_t(db), 2500);
	db_close(from);
}

static void scrubbing_keeps_what_is_left(void **s)
{
	(void)s;
	fill_t(1000);
	assert_ok(db_run(db, SQL("UPDATE kept_t SET t = NULL WHERE k < 500"), DB_NONE, NULL));
	assert_ok(db_scrub(db));
	assert_ok(db_scrub_log(db));
	assert_int_equal(count_t(db), 1000);
}

static void every_literal_of_this_program_fits(void **s)
{
	(void)s;
	assert_ok(db_begin(db));
	assert_ok(db_script(db, STR("CREATE TABLE schema_history (version int64 PRIMARY KEY, "
				    "name text, sha256 text, program text, at int64)")));
	assert_ok(db_commit(db));
	assert_ok(db_prepare_all(db));
}

static const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	T(every_value_comes_back_as_it_went_in),
	T(text_that_is_not_utf8_is_refused),
	T(sums_and_counts_are_integers),
	T(text_is_ordered_and_compared_by_its_bytes),
	T(changed_rows_are_counted),
	T(a_rollback_leaves_nothing_and_a_commit_is_seen_by_others),
	T(a_second_writer_waits_then_hears_who_is_first),
	T(a_reader_cannot_write),
	T(a_snapshot_sees_one_position),
	T(a_batch_counts_and_reports),
	T(a_batch_that_fails_says_so_and_nothing_stays),
	T(queries_may_be_open_inside_each_other),
	T(the_same_query_may_be_open_several_times),
	T(rows_closed_early_leave_the_connection_usable),
	T(a_wrong_statement_names_its_line),
	T(tables_are_listed_by_prefix),
	T(a_table_is_read_in_the_order_of_its_key),
	T(a_table_has_the_same_digest_on_both),
	T(a_transaction_with_a_failed_statement_is_undone),
	T(a_table_that_is_not_in_the_catalogue_is_missing),
	T(a_table_is_copied_whole),
	T(scrubbing_keeps_what_is_left),
	T(every_literal_of_this_program_fits),
};

int main(void)
{
	int failed;

	snprintf(folder, sizeof(folder), "/tmp/custody-db-XXXXXX");
	ASSERT(mkdtemp(folder));
	failed = cmocka_run_group_tests_name("sqlite", tests, NULL, NULL);
	on_postgres = true;
	if (getenv("CUSTODY_TEST_POSTGRES"))
		failed += cmocka_run_group_tests_name("postgres", tests, NULL, NULL);
	ASSERT(!dir_remove(folder));
	return failed;
}
