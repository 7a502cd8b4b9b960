#include "db/driver.h"
#include "db/db_table.h"

#include "base/arena.h"
#include "base/buf.h"

enum { NAME_MAX_BYTES = 63, SQL_MAX = 65536 };

/* The texts of a one-column query, kept in `a`. */
static err collect(struct db *db, const struct sql *sql, const char *about, struct arena *a,
		   struct strs *out)
{
	struct statement *st;
	DB_ROWS r = NULL;
	struct strs list = { ARENA_ARRAY(a, struct str, DB_MAX_TABLES), 0 };
	bool more;

	TRY(statement_get(db, sql, &st));
	TRY(db_query_statement(db, st, DB_ARGS(DB_T(str_c(about))), &r));
	for (;;) {
		TRY(db_next(r, &more));
		if (!more)
			break;
		if (list.n == DB_MAX_TABLES)
			return fail(ERR_LIMIT, "%s has more than %d tables", db->place,
				    DB_MAX_TABLES);
		list.v[list.n++] = arena_str(a, db_cell(r, 0).s);
	}
	*out = list;
	return NULL;
}

err db_each_table(struct db *db, const char *prefix, err (*visit)(void *ctx, const char *table),
		  void *ctx)
{
	OWNED(arena) a = arena_new();
	struct strs names;

	TRY(collect(db, &db->driver->tables, prefix, a, &names));
	for (size_t i = 0; i < names.n; i++)
		TRY(visit(ctx, names.v[i].p));
	return NULL;
}

/* Only such names become SQL, whatever the catalogue says. */
static bool is_name(struct str s)
{
	if (s.n == 0 || s.n > NAME_MAX_BYTES)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789_", s.p[i]) || !s.p[i])
			return false;
	return true;
}

static err columns_of(struct db *db, const char *table, struct arena *a, struct strs *out)
{
	struct strs names = { NULL, 0 };

	if (is_name(str_c(table)))
		TRY(collect(db, &db->driver->columns, table, a, &names));
	if (names.n == 0)
		return fail(ERR_MISSING, "%s has no table %s", db->place, table);
	for (size_t i = 0; i < names.n; i++)
		if (!is_name(names.v[i]))
			return fail(ERR_INTEGRITY, "the table %s of %s has a column whose name is "
				    "none of ours", table, db->place);
	*out = names;
	return NULL;
}

static void add_names(struct buf *b, struct strs names, const char *after)
{
	for (size_t i = 0; i < names.n; i++)
		buf_addf(b, "%s\"%.*s\"%s", i ? ", " : "", FMT(names.v[i]), after);
}

err db_query_table(struct db *db, const char *table, struct db_rows **out)
{
	OWNED(arena) a = arena_new();
	BUF_AUTO text = buf_new(SQL_MAX);
	struct statement *st;
	struct strs columns, keys;

	TRY(columns_of(db, table, a, &columns));
	TRY(collect(db, &db->driver->keys, table, a, &keys));
	buf_add_c(&text, "SELECT ");
	add_names(&text, columns, "");
	buf_addf(&text, " FROM \"%s\" ORDER BY ", table);
	add_names(&text, keys.n ? keys : columns, " NULLS FIRST");
	buf_add_char(&text, '\0');
	TRY(buf_ok(&text, "the list of columns"));
	TRY(statement_get_once(db, &(struct sql){ text.p, __FILE__, __LINE__ }, &st));
	return db_query_statement(db, st, DB_NONE, out);
}

static void digest_cell(struct digest_ctx *c, struct db_value v)
{
	uint64_t n = v.kind == DB_INT ? (uint64_t)v.i : v.s.n;
	char head[9] = { (char)v.kind };

	for (int i = 0; i < 8; i++)
		head[1 + i] = (char)(n >> (56 - 8 * i));
	digest_add(c, (struct str){ head, sizeof(head) });
	if (v.kind == DB_TEXT || v.kind == DB_BLOB)
		digest_add(c, v.s);
}

err db_table_digest(struct db *db, const char *table, struct digest *out, int64_t *rows)
{
	OWNED(digest_ctx) c = digest_ctx_new();
	DB_ROWS r = NULL;
	int64_t n = 0;
	bool more;

	TRY(db_query_table(db, table, &r));
	for (;; n++) {
		TRY(db_next(r, &more));
		if (!more)
			break;
		for (int i = 0; i < r->columns; i++)
			digest_cell(c, db_cell(r, i));
	}
	*out = digest_end(c);
	if (rows)
		*rows = n;
	return NULL;
}

static err insert_batch(struct db *db, const char *table, struct strs columns,
			struct db_batch **out)
{
	BUF_AUTO text = buf_new(SQL_MAX);
	struct statement *st;

	buf_addf(&text, "INSERT INTO \"%s\" (", table);
	add_names(&text, columns, "");
	buf_add_c(&text, ") VALUES (");
	for (size_t i = 0; i < columns.n; i++)
		buf_addf(&text, "%s$%zu", i ? ", " : "", i + 1);
	buf_add_c(&text, ")");
	buf_add_char(&text, '\0');
	TRY(buf_ok(&text, "the list of columns"));
	TRY(statement_get_once(db, &(struct sql){ text.p, __FILE__, __LINE__ }, &st));
	*out = db_batch_new(db, st);
	return NULL;
}

static err copy_rows(struct db_batch *b, struct db_rows *r)
{
	struct db_value args[DB_MAX_PARAMS];
	bool more;

	ASSERT(r->columns <= DB_MAX_PARAMS);
	for (;;) {
		TRY(db_next(r, &more));
		if (!more)
			return NULL;
		for (int i = 0; i < r->columns; i++)
			args[i] = db_cell(r, i);
		TRY(db_batch_add(b, args, (size_t)r->columns));
	}
}

static err copy_table(struct db *to, const char *table, struct db *from)
{
	OWNED(arena) a = arena_new();
	struct strs columns;
	struct db_batch *b;
	DB_ROWS r = NULL;

	TRY(columns_of(from, table, a, &columns));
	TRY(db_query_table(from, table, &r));
	TRY(insert_batch(to, table, columns, &b));
	TRY(copy_rows(b, r));
	return db_batch_end(b, NULL);
}

err db_copy_table(struct db *to, const char *table, struct db *from)
{
	err e;

	ASSERT(to != from);
	if (to->in_transaction)
		return copy_table(to, table, from);
	TRY(db_begin(to));
	e = copy_table(to, table, from);
	if (!e)
		return db_commit(to);
	db_rollback(to);
	return e;
}

err db_clear_table(struct db *db, const char *table)
{
	BUF_AUTO text = buf_new(256);

	ASSERT(is_name(str_c(table)));
	buf_addf(&text, "DELETE FROM %s", table);
	TRY(buf_ok(&text, "the name of a table"));
	return db_script(db, buf_str(&text));
}
