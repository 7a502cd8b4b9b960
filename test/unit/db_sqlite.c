/* What must hold of SQLite alone, and of the numbered schema files. */
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "db/db.h"
#include "db/driver.h"

static char folder[64];
static char path[128], where[160];

static const struct schema_file files[] = {
	{ "0001_first.sql", STR_INIT("CREATE TABLE one (a int64 PRIMARY KEY);") },
	{ "0002_second.sql", STR_INIT("CREATE TABLE two (a int64 PRIMARY KEY, b text);"
				      "ALTER TABLE one ADD COLUMN b blob") },
};

static int setup(void **s)
{
	static unsigned round_no;

	(void)s;
	snprintf(path, sizeof(path), "%s/%u.db", folder, ++round_no);
	snprintf(where, sizeof(where), "sqlite:%s", path);
	return 0;
}

static struct db *open_as(enum db_mode mode)
{
	struct db *d = NULL;

	assert_ok(db_open(where, mode, 100, &d));
	return d;
}

static void put_file(const char *name, struct str bytes)
{
	assert_ok(file_write_atomic(name, bytes, 0600));
}

static void schema_files_are_applied_once_and_in_order(void **s)
{
	DB_AUTO db = open_as(DB_WRITE);
	int64_t n;

	(void)s;
	assert_ok(migrate_files(db, files, 1));
	assert_ok(migrate_files(db, files, 2));
	assert_ok(migrate_files(db, files, 2));
	assert_ok(db_get_int(db, SQL("SELECT max(version) FROM schema_history"), DB_NONE, 0, &n));
	assert_int_equal(n, 2);
	assert_ok(db_script(db, STR("INSERT INTO one VALUES (1, NULL);"
				    "INSERT INTO two VALUES (1, 'x')")));
}

static void a_newer_database_and_a_changed_file_are_refused(void **s)
{
	struct schema_file changed[2] = { files[0], files[1] };
	DB_AUTO db = open_as(DB_WRITE);
	err e;

	(void)s;
	assert_ok(migrate_files(db, files, 2));
	e = migrate_files(db, files, 1);
	assert_fails(e, ERR_FAILED);
	assert_non_null(strstr(e->text, "newer"));
	changed[0].text = STR("CREATE TABLE one (a int64 PRIMARY KEY, z text);");
	assert_fails(migrate_files(db, changed, 2), ERR_INTEGRITY);
}

static void a_schema_file_that_fails_leaves_nothing(void **s)
{
	struct schema_file bad[2] = { files[0],
		{ "0002_bad.sql", STR_INIT("CREATE TABLE two (a int64);"
					      "CREATE TABLE one (a int64)") } };
	DB_AUTO db = open_as(DB_WRITE);

	(void)s;
	assert_fails(migrate_files(db, bad, 2), ERR_FAILED);
	assert_false(db_in_transaction(db));
	assert_ok(migrate_files(db, files, 2));
}

static void a_reader_asks_a_writer_to_bring_the_schema_up(void **s)
{
	struct db *db = open_as(DB_WRITE);

	(void)s;
	assert_ok(migrate_files(db, files, 1));
	db_close(db);
	db = open_as(DB_READ);
	assert_fails(migrate_files(db, files, 2), ERR_FAILED);
	assert_ok(migrate_files(db, files, 1));
	db_close(db);
}

static void the_schema_of_the_program_can_be_applied(void **s)
{
	DB_AUTO db = open_as(DB_WRITE);

	(void)s;
	assert_ok(db_migrate(db));
	assert_ok(db_migrate(db));
}

static void no_database_is_missing_and_rubbish_is_no_database(void **s)
{
	BUF_AUTO rubbish = buf_new(10000);
	struct db *db;

	(void)s;
	assert_fails(db_open(where, DB_READ, 100, &db), ERR_MISSING);
	assert_fails(db_open("mysql:x", DB_READ, 100, &db), ERR_USAGE);
	for (int i = 0; i < 500; i++)
		buf_add_c(&rubbish, "not a database ");
	put_file(path, buf_str(&rubbish));
	assert_fails(db_open(where, DB_READ, 100, &db), ERR_INTEGRITY);
	assert_fails(db_open(where, DB_WRITE, 100, &db), ERR_INTEGRITY);
}

static void a_database_of_another_program_is_left_alone(void **s)
{
	struct db *db = open_as(DB_WRITE);

	(void)s;
	assert_ok(db_script(db, STR("CREATE TABLE t (a int64); PRAGMA application_id = 5")));
	db_close(db);
	assert_fails(db_open(where, DB_WRITE, 100, &db), ERR_INPUT);
	assert_fails(db_open(where, DB_READ, 100, &db), ERR_INPUT);
}

static void damage_is_an_integrity_error(void **s)
{
	struct db *db = open_as(DB_WRITE);
	char junk[4096];
	int fd;
	int64_t n;

	(void)s;
	assert_ok(db_script(db, STR("CREATE TABLE t (a int64, b text); BEGIN;"
				    "INSERT INTO t VALUES (1, 'x'); COMMIT")));
	db_close(db);
	fd = open(path, O_RDWR | O_CLOEXEC);
	memset(junk, 0x5a, sizeof(junk));
	assert_int_equal(pwrite(fd, junk, sizeof(junk), 4096), sizeof(junk));
	close(fd);
	db = open_as(DB_READ);
	assert_fails(db_get_int(db, SQL("SELECT count(b) FROM t"), DB_NONE, 0, &n), ERR_INTEGRITY);
	db_close(db);
}

static void a_value_of_the_wrong_type_is_an_integrity_error(void **s)
{
	static const struct sql query = { "SELECT a FROM t", __FILE__, __LINE__ };
	static const char *const rows[] = { "'word'", "1.5", "x'00'" };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		DB_AUTO db = NULL;
		OWNED(arena) a = arena_new();
		int64_t n;

		setup(s);
		db = open_as(DB_WRITE);
		assert_ok(db_script(db, arena_printf(a, "CREATE TABLE t (a int64);"
						     "INSERT INTO t VALUES (%s)", rows[i])));
		assert_fails(db_get_int(db, &query, DB_NONE, 0, &n), ERR_INTEGRITY);
	}
}

static bool file_has(const char *name, struct str part)
{
	BUF_AUTO all = buf_new(1 << 24);

	if (!file_exists(name))
		return false;
	assert_ok(file_read(name, &all));
	return str_has(buf_str(&all), part);
}

static void scrubbing_takes_erased_bytes_off_the_disk(void **s)
{
	DB_AUTO db = open_as(DB_WRITE);
	OWNED(arena) a = arena_new();
	const char *wal = arena_printf(a, "%s-wal", path).p;
	struct str words = STR("name of somebody who asked to be forgotten");

	(void)s;
	assert_ok(db_script(db, STR("CREATE TABLE t (a int64, b text)")));
	for (int i = 0; i < 100; i++)
		assert_ok(db_run(db, SQL("INSERT INTO t VALUES ($1, $2)"),
				 DB_ARGS(DB_I(i), DB_T(words)), NULL));
	assert_true(file_has(path, words) || file_has(wal, words));
	assert_ok(db_run(db, SQL("UPDATE t SET b = NULL"), DB_NONE, NULL));
	assert_true(file_has(path, words) || file_has(wal, words));
	assert_ok(db_scrub(db));
	assert_ok(db_scrub_log(db));
	assert_false(file_has(path, words));
	assert_false(file_has(wal, words));
}

static void others_cannot_read_the_file(void **s)
{
	DB_AUTO db = open_as(DB_WRITE);
	struct stat st;

	(void)s;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

/* Root may write everything, so this runs as somebody else where it can. */
static void a_folder_that_cannot_be_written_can_be_read(void **s)
{
	struct db *db = open_as(DB_WRITE);
	err e;

	(void)s;
	assert_ok(migrate_files(db, files, 1));
	db_close(db);
	assert_int_equal(chmod(path, 0444), 0);
	assert_int_equal(chmod(folder, 0555), 0);
	if (geteuid() == 0)
		assert_int_equal(seteuid(65534), 0);
	e = db_open(where, DB_WRITE, 100, &db);
	assert_fails(e, ERR_IO);
	assert_non_null(strstr(e->text, "read-only"));
	assert_ok(db_open(where, DB_READ, 100, &db));
	db_close(db);
	if (getuid() == 0)
		assert_int_equal(seteuid(0), 0);
	assert_int_equal(chmod(folder, 0700), 0);
}

static void a_database_in_memory_serves_for_a_try(void **s)
{
	struct db *db;

	(void)s;
	assert_ok(db_open("sqlite::memory:", DB_WRITE, 100, &db));
	assert_ok(migrate_files(db, files, 2));
	db_close(db);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup(name, setup)
		T(schema_files_are_applied_once_and_in_order),
		T(a_newer_database_and_a_changed_file_are_refused),
		T(a_schema_file_that_fails_leaves_nothing),
		T(a_reader_asks_a_writer_to_bring_the_schema_up),
		T(the_schema_of_the_program_can_be_applied),
		T(no_database_is_missing_and_rubbish_is_no_database),
		T(a_database_of_another_program_is_left_alone),
		T(damage_is_an_integrity_error),
		T(a_value_of_the_wrong_type_is_an_integrity_error),
		T(scrubbing_takes_erased_bytes_off_the_disk),
		T(others_cannot_read_the_file),
		T(a_folder_that_cannot_be_written_can_be_read),
		T(a_database_in_memory_serves_for_a_try),
	};
	int failed;

	snprintf(folder, sizeof(folder), "/tmp/custody-db-XXXXXX");
	ASSERT(mkdtemp(folder));
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	ASSERT(!dir_remove(folder));
	return failed;
}
