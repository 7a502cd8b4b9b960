/* Every SQL literal of the program is accepted by both databases, on the schema
 * as it is made for a new home. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "cmd/nouns.h"
#include "db/db.h"

static char folder[64];

/* Linking the table of nouns brings in everything a command can reach. */
static void the_whole_program_is_here(void **s)
{
	size_t n = 0;

	(void)s;
	while (cmd_nouns[n])
		n++;
	assert_true(n > 5);
}

static void literals_fit(const char *where)
{
	DB_AUTO db = NULL;

	assert_ok(db_open(where, DB_WRITE, 1000, &db));
	assert_ok(db_migrate(db));
	assert_ok(db_prepare_all(db));
}

static void every_literal_fits_sqlite(void **s)
{
	char where[100];

	(void)s;
	snprintf(where, sizeof(where), "sqlite:%s/sql.db", folder);
	literals_fit(where);
}

static void every_literal_fits_postgresql(void **s)
{
	const char *server = getenv("CUSTODY_TEST_POSTGRES");
	char where[300];

	(void)s;
	if (!server)
		skip();
	snprintf(where, sizeof(where), "%s schema=sql_%ld", server, (long)getpid());
	literals_fit(where);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_whole_program_is_here),
		cmocka_unit_test(every_literal_fits_sqlite),
		cmocka_unit_test(every_literal_fits_postgresql),
	};
	const char *tmp = getenv("TMPDIR");
	int failed;

	snprintf(folder, sizeof(folder), "%.40s/custody-sql-XXXXXX", tmp ? tmp : "/tmp");
	ASSERT(mkdtemp(folder));
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	ASSERT(!dir_remove(folder));
	return failed;
}
