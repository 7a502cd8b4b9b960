/* What must hold of PostgreSQL alone; all of it is skipped where no server is
 * named by CUSTODY_TEST_POSTGRES (tools/with-postgres.sh starts one). */
#include "unit.h"

#include <stdio.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "db/db.h"
#include "db/driver.h"
#include "db/db_table.h"

static char where[600];
static unsigned round_no;

static const struct schema_file files[] = {
	{ "0001_first.sql", STR_INIT("CREATE TABLE one (a int64 PRIMARY KEY, b blob, n int64);") },
	{ "0002_second.sql", STR_INIT("CREATE TABLE two (a int64 PRIMARY KEY, b text);") },
};

static const char *server(void)
{
	return getenv("CUSTODY_TEST_POSTGRES");
}

static int setup(void **s)
{
	(void)s;
	if (server())
		snprintf(where, sizeof(where), "%s schema=p%u_%ld", server(), ++round_no,
			 (long)getpid());
	return 0;
}

static struct db *open_as(enum db_mode mode)
{
	struct db *d = NULL;

	assert_ok(db_open(where, mode, 200, &d));
	return d;
}

static err ask(struct db *db, const char *text, int64_t *out)
{
	struct statement *st;
	DB_ROWS r = NULL;
	bool more;

	TRY(statement_get_once(db, &(struct sql){ text, __FILE__, __LINE__ }, &st));
	TRY(db_query_statement(db, st, DB_NONE, &r));
	TRY(db_next(r, &more));
	if (more)
		*out = db_int(r, 0);
	return NULL;
}

static void schema_files_are_applied_once_and_in_order(void **s)
{
	DB_AUTO db = NULL;
	DB_AUTO reader = NULL;
	int64_t n = -1;

	(void)s;
	if (!server())
		skip();
	db = open_as(DB_WRITE);
	assert_ok(migrate_files(db, files, 1));
	reader = open_as(DB_READ);
	assert_fails(migrate_files(reader, files, 2), ERR_FAILED);
	assert_ok(migrate_files(db, files, 2));
	assert_ok(migrate_files(db, files, 2));
	assert_ok(migrate_files(reader, files, 2));
	assert_fails(migrate_files(db, files, 1), ERR_FAILED);
	assert_ok(db_get_int(db, SQL("SELECT count(*) FROM schema_history"), DB_NONE, 0, &n));
	assert_int_equal(n, 2);
}

static void the_schema_of_the_program_can_be_applied(void **s)
{
	DB_AUTO db = NULL;

	(void)s;
	if (!server())
		skip();
	db = open_as(DB_WRITE);
	assert_ok(db_migrate(db));
	assert_ok(db_migrate(db));
}

static void one_parameter_may_stand_in_several_places(void **s)
{
	DB_AUTO db = NULL;
	int64_t n = -1;

	(void)s;
	if (!server())
		skip();
	db = open_as(DB_WRITE);
	assert_ok(migrate_files(db, files, 2));
	for (int i = 0; i < 2; i++)
		assert_ok(db_run(db, SQL("INSERT INTO one (a, b, n) VALUES ($1, $2, $1) "
					 "ON CONFLICT (a) DO UPDATE SET n = one.n + $1, b = $2"),
				 DB_ARGS(DB_I(5), DB_B(STR("x"))), NULL));
	assert_ok(db_get_int(db, SQL("SELECT n FROM one WHERE a = $1 AND n > $1 AND "
				     "n >= CAST($2 AS int64)"),
			     DB_ARGS(DB_I(5), DB_I(1)), 0, &n));
	assert_int_equal(n, 10);
}

static void large_numbers_are_exact_or_refused(void **s)
{
	static const struct {
		const char *query;
		int64_t want;
	} cases[] = {
		{ "SELECT 9223372036854775807::numeric", INT64_MAX },
		{ "SELECT (-9223372036854775808)::numeric", INT64_MIN },
		{ "SELECT 0::numeric", 0 },
		{ "SELECT 10000::numeric", 10000 },
		{ "SELECT 100000000::numeric", 100000000 },
		{ "SELECT -123450000::numeric", -123450000 },
		{ "SELECT 7::smallint", 7 },
		{ "SELECT (-7)::integer", -7 },
		{ "SELECT true", 1 },
		{ "SELECT 5.00::numeric", 5 },
	};
	DB_AUTO db = NULL;
	int64_t n = -1;

	(void)s;
	if (!server())
		skip();
	db = open_as(DB_WRITE);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_ok(ask(db, cases[i].query, &n));
		assert_true(n == cases[i].want);
	}
	assert_fails(ask(db, "SELECT 9223372036854775808::numeric", &n), ERR_LIMIT);
	assert_fails(ask(db, "SELECT -9223372036854775809::numeric", &n), ERR_LIMIT);
	assert_fails(ask(db, "SELECT 1e40::numeric", &n), ERR_LIMIT);
	assert_fails(ask(db, "SELECT 0.5::numeric", &n), ERR_FAILED);
	assert_fails(ask(db, "SELECT 'NaN'::numeric", &n), ERR_FAILED);
	assert_fails(ask(db, "SELECT 1.5::float8", &n), ERR_FAILED);
	assert_ok(ask(db, "SELECT 1", &n));
}

static void a_lost_connection_is_an_io_error(void **s)
{
	DB_AUTO db = NULL;
	DB_AUTO other = NULL;
	int64_t pid = 0, n;
	char text[80];

	(void)s;
	if (!server())
		skip();
	db = open_as(DB_WRITE);
	other = open_as(DB_WRITE);
	assert_ok(ask(db, "SELECT pg_backend_pid()", &pid));
	snprintf(text, sizeof(text), "SELECT pg_terminate_backend(%lld)", (long long)pid);
	assert_ok(db_begin(db));
	assert_ok(ask(other, text, &n));
	usleep(100000);
	assert_fails(ask(db, "SELECT 1", &n), ERR_IO);
	assert_fails(db_commit(db), ERR_IO);
	assert_false(db_in_transaction(db));
	assert_fails(db_begin(db), ERR_IO);
	assert_ok(db_begin(other));
	assert_ok(db_commit(other));
}

static void a_batch_on_a_lost_connection_is_an_io_error(void **s)
{
	DB_AUTO db = NULL;
	DB_AUTO other = NULL;
	struct db_batch *b;
	int64_t pid = 0, n;
	char text[80];
	err e = NULL;

	(void)s;
	if (!server())
		skip();
	db = open_as(DB_WRITE);
	other = open_as(DB_WRITE);
	assert_ok(migrate_files(db, files, 2));
	assert_ok(ask(db, "SELECT pg_backend_pid()", &pid));
	snprintf(text, sizeof(text), "SELECT pg_terminate_backend(%lld)", (long long)pid);
	assert_ok(db_begin(db));
	assert_ok(db_batch_begin(db, SQL("INSERT INTO one (a) VALUES ($1)"), &b));
	for (int64_t i = 0; i < 2000 && !e; i++) {
		if (i == 700) {
			assert_ok(ask(other, text, &n));
			usleep(100000);
		}
		e = db_batch_add(b, DB_ARGS(DB_I(i)));
	}
	if (!e)
		e = db_batch_end(b, NULL);
	assert_fails(e, ERR_IO);
	db_rollback(db);
	assert_ok(db_get_int(other, SQL("SELECT count(*) FROM one"), DB_NONE, -1, &n));
	assert_int_equal(n, 0);
}

static void the_waiting_writer_hears_the_number_of_the_first(void **s)
{
	DB_AUTO db = NULL;
	DB_AUTO other = NULL;
	int64_t pid = 0;
	char text[40];
	err e;

	(void)s;
	if (!server())
		skip();
	db = open_as(DB_WRITE);
	other = open_as(DB_WRITE);
	assert_ok(ask(db, "SELECT pg_backend_pid()", &pid));
	assert_ok(db_begin(db));
	e = db_begin(other);
	assert_fails(e, ERR_CONFLICT);
	snprintf(text, sizeof(text), "number %lld (custody)", (long long)pid);
	assert_non_null(strstr(e->text, text));
	assert_ok(db_commit(db));
}

static void writers_of_two_schemas_do_not_wait_for_each_other(void **s)
{
	DB_AUTO db = NULL;
	DB_AUTO other = NULL;
	int64_t n;

	if (!server())
		skip();
	db = open_as(DB_WRITE);
	assert_ok(migrate_files(db, files, 2));
	setup(s);
	other = open_as(DB_WRITE);
	assert_ok(db_begin(db));
	assert_ok(db_begin(other));
	assert_ok(db_run(db, SQL("INSERT INTO two VALUES (1, 'x')"), DB_NONE, NULL));
	assert_ok(db_commit(db));
	assert_ok(db_commit(other));
	assert_ok(migrate_files(other, files, 2));
	assert_ok(db_get_int(other, SQL("SELECT count(*) FROM two"), DB_NONE, -1, &n));
	assert_int_equal(n, 0);
	assert_ok(db_copy_table(other, "two", db));
	assert_ok(db_get_int(other, SQL("SELECT count(*) FROM two"), DB_NONE, -1, &n));
	assert_int_equal(n, 1);
}

static void rows_left_behind_are_bounded(void **s)
{
	DB_AUTO db = NULL;
	DB_ROWS r = NULL;
	bool more = true;
	int64_t n, rows = 0;
	err e = NULL;

	(void)s;
	if (!server())
		skip();
	db = open_as(DB_WRITE);
	assert_ok(db_query(db, SQL("SELECT repeat('x', 1000) FROM generate_series(1, 100000)"),
			   DB_NONE, &r));
	assert_ok(db_next(r, &more));
	assert_ok(ask(db, "SELECT 1", &n));
	assert_int_equal(db_text(r, 0).n, 1000);
	while (more && !e) {
		rows++;
		e = db_next(r, &more);
	}
	assert_fails(e, ERR_LIMIT);
	assert_in_range(rows, 60000, 70000);
}

static void a_database_with_another_order_of_text_is_refused(void **s)
{
	DB_AUTO db = NULL;
	struct db *wrong;
	struct buf text;
	err e;

	(void)s;
	if (!server())
		skip();
	db = open_as(DB_WRITE);
	assert_ok(db_script(db, STR("CREATE DATABASE wrong TEMPLATE template0 ENCODING 'UTF8' "
				    "LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'")));
	text = buf_new(1000);
	buf_addf(&text, "%s dbname = 'wrong'", server());
	buf_add_char(&text, '\0');
	e = db_open(text.p, DB_WRITE, 100, &wrong);
	buf_done(&text);
	assert_fails(e, ERR_FAILED);
	assert_non_null(strstr(e->hint, "createdb"));
	assert_ok(db_script(db, STR("DROP DATABASE wrong")));
}

static void what_cannot_be_opened_says_why(void **s)
{
	struct db *db;
	err e;

	(void)s;
	assert_fails(db_open("postgres:host=/nowhere password=hidden what", DB_READ, 100, &db),
		     ERR_USAGE);
	assert_fails(db_open("postgres:dbname=x schema='a b'", DB_READ, 100, &db), ERR_USAGE);
	e = db_open("postgres:host=/nowhere password=hidden", DB_READ, 100, &db);
	assert_fails(e, ERR_IO);
	assert_null(strstr(e->text, "hidden"));
	e = db_open("postgres:host=/nowhere pasword=hidden", DB_READ, 100, &db);
	assert_non_null(e);
	assert_null(strstr(e->text, "hidden"));
	if (!server())
		skip();
	assert_fails(db_open(where, DB_READ, 100, &db), ERR_MISSING);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup(name, setup)
		T(schema_files_are_applied_once_and_in_order),
		T(the_schema_of_the_program_can_be_applied),
		T(one_parameter_may_stand_in_several_places),
		T(large_numbers_are_exact_or_refused),
		T(a_lost_connection_is_an_io_error),
		T(a_batch_on_a_lost_connection_is_an_io_error),
		T(the_waiting_writer_hears_the_number_of_the_first),
		T(writers_of_two_schemas_do_not_wait_for_each_other),
		T(rows_left_behind_are_bounded),
		T(a_database_with_another_order_of_text_is_refused),
		T(what_cannot_be_opened_says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
