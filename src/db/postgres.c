#include "db/driver.h"

static err postgres_open(const char *where, enum db_mode mode, int wait_ms, struct db **out)
{
	(void)where;
	(void)mode;
	(void)wait_ms;
	(void)out;
	return fail(ERR_FAILED, "PostgreSQL is not supported yet");
}

const struct db_driver postgres_driver = { .scheme = "postgres:", .open = postgres_open };
