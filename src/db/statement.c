#include "db/driver.h"

/* The linker's names for the two ends of the section that SQL() fills; weak,
 * because a program without a literal has none. */
extern const struct sql __start_custody_sql[] __attribute__((weak));
extern const struct sql __stop_custody_sql[] __attribute__((weak));

static struct str key_of(const struct sql *const *sql)
{
	return (struct str){ (const char *)sql, sizeof(*sql) };
}

static err prepare(struct db *db, const struct sql *sql, struct statement **out)
{
	struct statement *st;

	TRY(db->driver->prepare(db, sql, &st));
	st->file = sql->file;
	st->line = sql->line;
	st->rows = (struct db_rows){ .db = db, .st = st, .columns = st->rows.columns };
	*out = st;
	return NULL;
}

/* A literal whose rows are still open gets a second statement for this run. */
err statement_get(struct db *db, const struct sql *sql, struct statement **out)
{
	struct statement *st = map_get(db->prepared, key_of(&sql));
	bool once = st != NULL;

	if (st && !st->busy) {
		*out = st;
		return NULL;
	}
	TRY(prepare(db, sql, &st));
	st->once = once;
	if (!once) {
		st->key = sql;
		st->next = db->statements;
		db->statements = st;
		map_put(db->prepared, key_of(&st->key), st);
	}
	*out = st;
	return NULL;
}

err statement_get_once(struct db *db, const struct sql *sql, struct statement **out)
{
	TRY(prepare(db, sql, out));
	(*out)->once = true;
	return NULL;
}

void statement_release(struct db *db, struct statement *st)
{
	st->busy = false;
	if (st->once)
		db->driver->unprepare(db, st);
}

void statement_forget_all(struct db *db)
{
	while (db->statements) {
		struct statement *st = db->statements;

		ASSERT(!st->busy);
		db->statements = st->next;
		db->driver->unprepare(db, st);
	}
	map_free(db->prepared);
	db->prepared = map_new();
}

/* How many values a call hands over, and that both databases can keep them. */
err statement_check(const struct statement *st, const struct db_value *args, size_t n)
{
	if (n != (size_t)st->params)
		return fail(ERR_FAILED, "the statement at %s:%d takes %d parameters, not %zu",
			    st->file, st->line, st->params, n);
	for (size_t i = 0; i < n; i++)
		if (args[i].kind == DB_TEXT && !str_is_utf8(args[i].s))
			return fail(ERR_INPUT, "a text for the database is not valid UTF-8 "
				    "(parameter %zu at %s:%d)", i + 1, st->file, st->line);
	return NULL;
}

err db_prepare_all(struct db *db)
{
	for (const struct sql *sql = __start_custody_sql; sql < __stop_custody_sql; sql++) {
		struct statement *st;

		TRY(prepare(db, sql, &st));
		db->driver->unprepare(db, st);
	}
	return NULL;
}
