/* Rows per second through the database layer: inserts of seven columns in
 * transactions of 1,000, then one query over all of them.
 *   db_rate WHERE [ROWS]      WHERE as for db_open; the database must be empty */
#include <stdio.h>

#include "base/instant.h"
#include "base/str.h"
#include "db/db.h"

enum { PER_TRANSACTION = 1000 };

static err insert_some(struct db *db, int64_t from)
{
	static const char header[400] = "{", salt[16] = "s", key[16] = "k";
	struct db_batch *b;

	TRY(db_begin(db));
	TRY(db_batch_begin(db, SQL("INSERT INTO bench_row VALUES ($1, $2, $3, $4, $5, $6, $7)"),
			   &b));
	for (int64_t i = from; i < from + PER_TRANSACTION; i++)
		TRY(db_batch_add(b, DB_ARGS(DB_I(i), DB_B(((struct str){ header, sizeof(header) })),
					    DB_B(((struct str){ header, 100 })),
					    DB_B(((struct str){ salt, sizeof(salt) })),
					    DB_T(STR("scan.changes/1")), DB_I(i / 7),
					    DB_B(((struct str){ key, sizeof(key) })))));
	TRY(db_batch_end(b, NULL));
	return db_commit(db);
}

static err read_all(struct db *db, int64_t *rows)
{
	DB_ROWS r = NULL;
	int64_t bytes = 0;
	bool more;

	*rows = 0;
	TRY(db_query(db, SQL("SELECT a, b, c, d, e, f, g FROM bench_row ORDER BY a"), DB_NONE, &r));
	for (;;) {
		TRY(db_next(r, &more));
		if (!more)
			return NULL;
		bytes += db_int(r, 0) + (int64_t)db_blob(r, 1).n + (int64_t)db_text(r, 4).n;
		++*rows;
	}
}

static void say(const char *what, int64_t rows, int64_t since)
{
	double seconds = (double)(instant_ticks_ms() - since) / 1000;

	printf("%s: %lld rows, %.2f s, %.0f rows/s\n", what, (long long)rows, seconds,
	       (double)rows / seconds);
}

static err run(const char *where, int64_t rows)
{
	DB_AUTO db = NULL;
	DB_AUTO reader = NULL;
	int64_t since, seen;

	TRY(db_open(where, DB_WRITE, 1000, &db));
	TRY(db_begin(db));
	if (db_is_postgres(db))
		TRY(db_script(db, STR("CREATE DOMAIN int64 AS bigint;"
				      "CREATE DOMAIN blob AS bytea")));
	TRY(db_script(db, STR("CREATE TABLE bench_row (a int64 PRIMARY KEY, b blob NOT NULL, "
			      "c blob, d blob, e text, f int64, g blob)")));
	TRY(db_commit(db));
	since = instant_ticks_ms();
	for (int64_t i = 0; i < rows; i += PER_TRANSACTION)
		TRY(insert_some(db, i));
	say("insert", rows, since);
	TRY(db_open(where, DB_READ, 1000, &reader));
	since = instant_ticks_ms();
	TRY(read_all(reader, &seen));
	say("query", seen, since);
	return NULL;
}

int main(int argc, char **argv)
{
	uint64_t rows = 300000;
	err e;

	if (argc < 2 || (argc > 2 && !str_to_u64(str_c(argv[2]), &rows))) {
		fprintf(stderr, "usage: db_rate WHERE [ROWS]\n");
		return 2;
	}
	e = run(argv[1], (int64_t)rows);
	if (e)
		fprintf(stderr, "db_rate: %s\n", e->text);
	return err_exit_code(e);
}
