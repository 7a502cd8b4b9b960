/* One small interface over SQLite and PostgreSQL. One SQL text serves both:
 * types int64, text and blob, parameters $1 … $n (each used at least once),
 * 0/1 booleans, byte collation, LIKE that tells A from a, ON CONFLICT DO
 * NOTHING. Statements are literals, so nothing is built from data, and every
 * one is prepared on both by the tests. A connection is one thread's, and does
 * not survive a fork. */
#ifndef DB_DB_H
#define DB_DB_H

#include "base/base.h"
#include "base/str.h"
#include "crypto/digest.h"
#include "db/db_value.h"

struct db;
struct db_rows;

enum db_mode { DB_READ, DB_WRITE };

/* Opens "sqlite:PATH" or "postgres:CONNINFO" (libpq keywords, and schema=NAME,
 * which is "custody" unless given). A SQLite file is made when mode is
 * DB_WRITE; WAL, synchronous=FULL, foreign keys off, busy wait of `wait_ms`.
 * DB_READ opens read-only. ERR_MISSING where there is no database,
 * ERR_INTEGRITY where it is damaged. A PostgreSQL database must be UTF-8 with
 * locale C, so that both order text by its bytes. */
MUST_USE err db_open(const char *where, enum db_mode mode, int wait_ms, struct db **out);
void db_close(struct db *db);
static inline UNUSED void db_close_at(struct db **db) { db_close(*db); }
#define DB_AUTO __attribute__((cleanup(db_close_at))) struct db *

bool db_is_postgres(const struct db *db);

/* Applies the numbered schema files (embedded src/db/schema/NNNN_*.sql) not yet
 * applied, each in one transaction; refuses a database made by a newer program
 * and a released file that changed since (ERR_INTEGRITY). With DB_READ it only
 * checks that all are applied. */
MUST_USE err db_migrate(struct db *db);

/* Runs trusted text of several statements; no rows, no batch may be open. */
MUST_USE err db_script(struct db *db, struct str text);

/* Transactions: one writer (SQLite BEGIN IMMEDIATE, PostgreSQL an advisory lock
 * on the schema). ERR_CONFLICT names whom it waited for when the other writer
 * did not end in `wait_ms`. Once a statement failed, the transaction can only
 * be rolled back. A commit that fails has rolled back, except that after a lost
 * connection nobody knows: ask the database. */
MUST_USE err db_begin(struct db *db);
MUST_USE err db_commit(struct db *db);
void db_rollback(struct db *db);	/* does nothing outside a transaction */
bool db_in_transaction(const struct db *db);

/* A read-only transaction that sees one position of the database. They nest;
 * inside a transaction it is that transaction. */
MUST_USE err db_snapshot(struct db *db);
void db_snapshot_end(struct db *db);

/* Runs a statement without result rows. *changed (may be NULL) gets the number
 * of rows inserted, updated or deleted. */
MUST_USE err db_run(struct db *db, const struct sql *sql, const struct db_value *args, size_t n,
		    int64_t *changed);

/* Runs a query. Rows come one by one and are valid until the next db_next.
 * Other statements may run meanwhile, but PostgreSQL then keeps what is left of
 * the rows in memory, at most 64 MiB (ERR_LIMIT): read long tables in pages. */
MUST_USE err db_query(struct db *db, const struct sql *sql, const struct db_value *args, size_t n,
		      struct db_rows **out);
/* *more false at the end, after which the rows are closed by db_rows_close. */
MUST_USE err db_next(struct db_rows *r, bool *more);
void db_rows_close(struct db_rows *r);
static inline UNUSED void db_rows_close_at(struct db_rows **r) { db_rows_close(*r); }
#define DB_ROWS __attribute__((cleanup(db_rows_close_at))) struct db_rows *

/* Columns by position from 0. A NULL gives 0, the absent str, or true. */
int64_t db_int(const struct db_rows *r, int col);
struct str db_text(const struct db_rows *r, int col);
struct str db_blob(const struct db_rows *r, int col);
bool db_is_null(const struct db_rows *r, int col);
struct db_value db_cell(const struct db_rows *r, int col);	/* whatever it is */
int db_columns(const struct db_rows *r);

/* The one integer of the first row, or `absent`. */
MUST_USE err db_get_int(struct db *db, const struct sql *sql, const struct db_value *args, size_t n,
			int64_t absent, int64_t *out);

/* Many runs of one statement within a transaction: bound in a loop on SQLite,
 * pipelined on PostgreSQL (errors surface at db_batch_end at the latest; several batches may
 * be open). db_batch_end frees the batch; db_rollback and db_close free those
 * that an error left behind. */
struct db_batch;
MUST_USE err db_batch_begin(struct db *db, const struct sql *sql, struct db_batch **out);
MUST_USE err db_batch_add(struct db_batch *b, const struct db_value *args, size_t n);
MUST_USE err db_batch_end(struct db_batch *b, int64_t *changed);

/* Takes erased bytes off the disk, in two steps. The first rewrites what is kept
 * (SQLite: secure_delete and VACUUM; PostgreSQL: VACUUM FULL of the kept tables), the
 * second empties the write-ahead log (SQLite; cheap). Each is ERR_CONFLICT where
 * another process that reads keeps it from that for a second or two. */
MUST_USE err db_scrub(struct db *db);
MUST_USE err db_scrub_log(struct db *db);

/* Prepares every SQL() literal of the program; names file and line of the first
 * one that does not fit the schema. */
MUST_USE err db_prepare_all(struct db *db);

#endif
