/* The SQLite driver's own struct, shared by its two files: opening with its
 * settings and sentences, and statements. */
#ifndef DB_SQLITE_H
#define DB_SQLITE_H

#include <sqlite3.h>

#include "db/driver.h"

struct sqlite {
	struct db db;
	sqlite3 *handle;
	int64_t busy_since;		/* milliseconds of the monotonic clock */
};

/* What a result code means, in one sentence. `doing` is "cannot …" in the
 * infinitive, for codes that have no sentence of their own. A failure of the
 * disk marks the connection as broken. */
err sqlite_failed(struct sqlite *s, int rc, const char *doing);

/* Runs text that gives no rows. */
err sqlite_exec(struct sqlite *s, const char *text);

err sqlite_open(const char *path, enum db_mode mode, int wait_ms, struct db **out);
void sqlite_close(struct db *db);

#endif
