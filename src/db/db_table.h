/* Whole tables by name: what rebuild and verification need of the catalogue. */
#ifndef DB_DB_TABLE_H
#define DB_DB_TABLE_H

#include "db/db.h"

/* Each table whose name begins with `prefix`, in byte order. */
MUST_USE err db_each_table(struct db *db, const char *prefix,
			   err (*visit)(void *ctx, const char *table), void *ctx);

/* Every row and column of a table named by db_each_table, ordered by its
 * primary key (by all columns where it has none), the same on both databases.
 * The one place where a name from the catalogue becomes SQL. */
MUST_USE err db_query_table(struct db *db, const char *table, struct db_rows **out);

/* SHA-256 over every column of every row in that order, the same on both: per
 * cell one byte for the kind (enum db_kind), then eight bytes, big-endian: the
 * number, or the length of the bytes that follow. *rows may be NULL. */
MUST_USE err db_table_digest(struct db *db, const char *table, struct digest *out, int64_t *rows);

/* Removes all rows of a table named by db_each_table. */
MUST_USE err db_clear_table(struct db *db, const char *table);

/* Adds all rows of `table` in `from` to the same table in `to`: within the
 * transaction `to` is in, otherwise in one of its own. */
MUST_USE err db_copy_table(struct db *to, const char *table, struct db *from);

#endif
