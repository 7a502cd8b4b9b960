/* One small interface over SQLite and PostgreSQL. One SQL text serves both:
 * types int64, text and blob, parameters $1 … $n, 0/1 booleans, byte collation,
 * ON CONFLICT DO NOTHING. Statements are literals, so nothing is built from
 * data, and every one is prepared on both databases by the tests. */
#ifndef DB_DB_H
#define DB_DB_H

#include "base/base.h"
#include "base/str.h"

struct db;
struct db_rows;

/* A statement: its address is the key under which it stays prepared. All of
 * them lie in one section, so that a test can walk and prepare each. */
struct sql {
	const char *text, *file;
	int line;
};
#define SQL(literal)                                                           \
	__extension__({                                                        \
		static const struct sql sql_ __attribute__((                   \
			section("custody_sql"), used)) = { "" literal, __FILE__, __LINE__ }; \
		&sql_;                                                         \
	})

enum db_kind { DB_NULL, DB_INT, DB_TEXT, DB_BLOB };
struct db_value {
	enum db_kind kind;
	int64_t i;
	struct str s;		/* text or blob, borrowed during the call */
};
#define DB_I(x) ((struct db_value){ .kind = DB_INT, .i = (int64_t)(x) })
#define DB_T(str_) ((struct db_value){ .kind = DB_TEXT, .s = (str_) })
#define DB_B(str_) ((struct db_value){ .kind = DB_BLOB, .s = (str_) })
#define DB_N ((struct db_value){ .kind = DB_NULL })
/* An absent str becomes NULL. */
struct db_value db_text_or_null(struct str s);
struct db_value db_blob_or_null(struct str s);
struct db_value db_int_or_null(int64_t i, int64_t absent);

/* The parameters of a call: DB_ARGS(DB_I(1), DB_T(name)) or DB_NONE. */
#define DB_ARGS(...)                                                           \
	(const struct db_value[]){ __VA_ARGS__ },                              \
	ARRAY_LEN(((const struct db_value[]){ __VA_ARGS__ }))
#define DB_NONE NULL, 0

enum db_mode { DB_READ, DB_WRITE };

/* Opens "sqlite:PATH" or "postgres:CONNINFO" (libpq keywords). A SQLite file
 * is made when mode is DB_WRITE; WAL, synchronous=FULL, foreign keys off,
 * busy wait of `wait_ms`. DB_READ opens read-only. */
MUST_USE err db_open(const char *where, enum db_mode mode, int wait_ms, struct db **out);
void db_close(struct db *db);
static inline UNUSED void db_close_at(struct db **db) { db_close(*db); }
#define DB_AUTO __attribute__((cleanup(db_close_at))) struct db *

bool db_is_postgres(const struct db *db);

/* Applies the numbered schema files (embedded src/db/schema/NNNN_*.sql) not yet
 * applied, each in one transaction; refuses a database made by a newer program.
 * PostgreSQL first gets the domains int64, text and blob. */
MUST_USE err db_migrate(struct db *db);

/* Runs several statements separated by ';' (schema files; trusted text only). */
MUST_USE err db_script(struct db *db, struct str text);

/* Transactions: one writer. SQLite BEGIN IMMEDIATE; PostgreSQL SERIALIZABLE is
 * not needed, because the caller holds db_lock_writer(). ERR_CONFLICT names
 * whom it waited for when the other writer did not end in `wait_ms`. */
MUST_USE err db_begin(struct db *db);
MUST_USE err db_commit(struct db *db);
void db_rollback(struct db *db);	/* does nothing outside a transaction */
bool db_in_transaction(const struct db *db);

/* A read-only transaction that sees one position of the database. */
MUST_USE err db_snapshot(struct db *db);
void db_snapshot_end(struct db *db);

/* Runs a statement without result rows. *changed (may be NULL) gets the number
 * of rows inserted, updated or deleted. */
MUST_USE err db_run(struct db *db, const struct sql *sql, const struct db_value *args, size_t n,
		    int64_t *changed);

/* Runs a query. Rows come one by one and are valid until the next db_next. */
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
int db_columns(const struct db_rows *r);

/* One row, one integer: *out is `absent` where there is no row or it is NULL. */
MUST_USE err db_get_int(struct db *db, const struct sql *sql, const struct db_value *args, size_t n,
			int64_t absent, int64_t *out);

/* Many runs of one statement: bound in a loop on SQLite, pipelined on
 * PostgreSQL (errors surface at db_batch_end at the latest). */
struct db_batch;
MUST_USE err db_batch_begin(struct db *db, const struct sql *sql, struct db_batch **out);
MUST_USE err db_batch_add(struct db_batch *b, const struct db_value *args, size_t n);
MUST_USE err db_batch_end(struct db_batch *b, int64_t *changed);

/* SHA-free fingerprint support: names of all tables that begin with `prefix`,
 * in byte order, one visit each. */
MUST_USE err db_each_table(struct db *db, const char *prefix,
			   err (*visit)(void *ctx, const char *table), void *ctx);

/* "SELECT * FROM table ORDER BY 1 [,2 …primary key]" for a table named by
 * db_each_table; the one place where a name from the catalogue becomes SQL. */
MUST_USE err db_query_table(struct db *db, const char *table, struct db_rows **out);

/* SQLite: rewrites the file so that erased bytes are gone (secure_delete,
 * VACUUM, WAL truncated). PostgreSQL: VACUUM FULL of the kept tables. */
MUST_USE err db_scrub(struct db *db);

#endif
