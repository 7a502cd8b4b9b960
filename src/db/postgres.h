/* The PostgreSQL driver's own structs, shared by its files. One connection does
 * one thing at a time: rows that arrive one by one, or a pipeline of batches,
 * or nothing. postgres_idle() brings it to nothing: it keeps what is left of
 * the rows in memory and waits for the pipeline. */
#ifndef DB_POSTGRES_H
#define DB_POSTGRES_H

#include "base/buf.h"
#include "db/driver.h"
#include "db/pq.h"

enum { POSTGRES_PIPELINE = 512 };		/* runs between two waits */
enum { POSTGRES_KEPT_ROWS = 64 << 20 };		/* bytes */

struct postgres {
	struct db db;
	const struct pq *pq;
	PGconn *conn;
	char *schema;
	int64_t lock_key;
	unsigned statements;			/* for their names */
	Oid int64_type, blob_type;		/* our domains; 0 before they exist */
	struct postgres_statement *streaming;	/* its rows arrive one by one */
	bool pipelining;
	struct db_batch *queue[POSTGRES_PIPELINE];
	size_t queued;
};

struct postgres_statement {
	struct statement st;
	char name[16];
	Oid params[DB_MAX_PARAMS];
	Oid *columns;
	struct db_value *cells;			/* of the row at hand */
	PGresult *row;				/* what the cells borrow from while streaming */
	bool kept;				/* the rest is in `rest` */
	struct buf rest;
	size_t at;
	err failed;				/* a copy; what ended the kept rows */
};

static inline UNUSED struct postgres *postgres_of(struct db *db)
{
	return (struct postgres *)db;
}

static inline UNUSED struct postgres_statement *postgres_statement_of(struct statement *st)
{
	return (struct postgres_statement *)st;
}

/* postgres_open.c */
err postgres_open(const char *conninfo, enum db_mode mode, int wait_ms, struct db **out);
void postgres_close(struct db *db);
err postgres_types(struct db *db);	/* makes the domains where absent, learns their numbers */

/* postgres_say.c: one sentence for a failed result, or for a connection that
 * gave none (NULL). */
err postgres_failed(const struct postgres *p, const PGresult *r);

/* Runs trusted text on an idle connection; the last result goes to *out (clear
 * it) or is dropped when `out` is NULL. */
err postgres_exec(struct postgres *p, const char *text, PGresult **out);

/* postgres_value.c: parameters into libpq's arrays, and cells out of rows. */
struct postgres_args {
	const char *values[DB_MAX_PARAMS];
	int lengths[DB_MAX_PARAMS], formats[DB_MAX_PARAMS];
	char numbers[DB_MAX_PARAMS][24];
};
err postgres_encode(const struct postgres *p, const struct postgres_statement *st,
		    const struct db_value *args, struct postgres_args *out);
bool postgres_type_known(Oid type);
/* `p` NULL is NULL; the value borrows. */
err postgres_decode(Oid type, const char *p, size_t n, struct db_value *out);

/* postgres_rows.c */
err postgres_idle(struct postgres *p);
err postgres_query(struct db *db, struct statement *st, const struct db_value *args);
err postgres_next(struct db_rows *r, bool *more);
struct db_value postgres_cell(const struct db_rows *r, int col);
void postgres_end(struct db_rows *r);
err postgres_batch_add(struct db_batch *b, const struct db_value *args);
err postgres_batch_end(struct db_batch *b);

#endif
