/* What a database driver is to db.c: a row of functions. Only the files of
 * this folder include it; everybody else uses db/db.h. */
#ifndef DB_DRIVER_H
#define DB_DRIVER_H

#include "base/base.h"
#include "base/map.h"
#include "base/str.h"
#include "db/db.h"

enum { DB_MAX_PARAMS = 64, DB_MAX_TABLES = 2000 };

struct statement;

/* The rows of a query live inside its statement, so a query allocates nothing. */
struct db_rows {
	struct db *db;
	struct statement *st;
	int columns;
	bool open;
};

/* A prepared statement; drivers put it first in their own struct. */
struct statement {
	struct statement *next;		/* of the same connection; NULL when `once` */
	const struct sql *key;		/* NULL when the text is no literal */
	const char *file;
	int line;
	int params;			/* $1 … $params */
	bool busy;			/* its rows are open */
	bool once;			/* ends with its rows or its batch */
	struct db_rows rows;
};

struct db_batch {
	struct db_batch *next;		/* of the same connection */
	struct db *db;
	struct statement *st;
	int64_t changed;
	err failed;			/* a copy (err_copy) of what went wrong first */
};

/* Drivers put it first in their own struct. */
struct db {
	const struct db_driver *driver;
	char *place;			/* how sentences name it; never a password */
	enum db_mode mode;
	int wait_ms;
	struct map *prepared;		/* address of struct sql → struct statement */
	struct statement *statements;
	struct db_batch *batches;
	bool in_transaction, doomed;	/* doomed: a statement in it failed */
	int snapshots;			/* depth */
	bool broken;			/* a write to the disk failed: no more writing */
	bool closing;			/* statements need not be ended one by one */
};

struct db_driver {
	const char *scheme;		/* "sqlite:" */
	/* *out has driver, place set; the rest is done by db_open. */
	err (*open)(const char *where, enum db_mode mode, int wait_ms, struct db **out);
	void (*close)(struct db *db);
	err (*script)(struct db *db, struct str text);
	err (*types)(struct db *db);	/* what a schema needs before its first file */

	err (*prepare)(struct db *db, const struct sql *sql, struct statement **out);
	void (*unprepare)(struct db *db, struct statement *st);
	err (*run)(struct db *db, struct statement *st, const struct db_value *args,
		   int64_t *changed);

	err (*query)(struct db *db, struct statement *st, const struct db_value *args);
	err (*next)(struct db_rows *r, bool *more);
	struct db_value (*value)(const struct db_rows *r, int col);
	void (*end)(struct db_rows *r);

	err (*begin)(struct db *db);
	err (*commit)(struct db *db);
	void (*rollback)(struct db *db);
	err (*snapshot)(struct db *db);
	void (*snapshot_end)(struct db *db);

	err (*batch_add)(struct db_batch *b, const struct db_value *args);
	err (*batch_end)(struct db_batch *b);

	/* Catalogue: table names with prefix $1; key columns of table $1; all
	 * columns of table $1. Each gives one text column, in order. */
	const struct sql tables, keys, columns;
	err (*scrub)(struct db *db);
	err (*scrub_log)(struct db *db);	/* may be NULL */
};

extern const struct db_driver sqlite_driver, postgres_driver;

/* A statement for a literal: from the cache, or prepared and kept; for a text
 * that is no literal: prepared for one use. */
err statement_get(struct db *db, const struct sql *sql, struct statement **out);
err statement_get_once(struct db *db, const struct sql *sql, struct statement **out);

/* Gives it back: a `once` statement is unprepared. */
void statement_release(struct db *db, struct statement *st);
/* Unprepares the cache; no rows and no batch may be open. */
void statement_forget_all(struct db *db);

/* The number of parameters is right and every text is UTF-8. */
err statement_check(const struct statement *st, const struct db_value *args, size_t n);

/* db_query and db_batch_begin behind the choice of the statement, which they
 * take: it is released on failure too. */
err db_query_statement(struct db *db, struct statement *st, const struct db_value *args, size_t n,
		       struct db_rows **out);
struct db_batch *db_batch_new(struct db *db, struct statement *st);

/* Schema files in ascending order of their number. */
struct schema_file {
	const char *name;	/* "0001_base.sql" */
	struct str text;
};
err migrate_files(struct db *db, const struct schema_file *files, size_t n);

#endif
