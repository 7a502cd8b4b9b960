#include "db/db.h"

#include "db/driver.h"

struct db_value db_text_or_null(struct str s)
{
	return s.p ? DB_T(s) : DB_N;
}

struct db_value db_blob_or_null(struct str s)
{
	return s.p ? DB_B(s) : DB_N;
}

struct db_value db_int_or_null(int64_t i, int64_t absent)
{
	return i == absent ? DB_N : DB_I(i);
}

err db_open(const char *where, enum db_mode mode, int wait_ms, struct db **out)
{
	static const struct db_driver *const drivers[] = { &sqlite_driver, &postgres_driver };

	for (size_t i = 0; i < ARRAY_LEN(drivers); i++) {
		const char *scheme = drivers[i]->scheme;
		struct db *db;

		if (!str_starts(str_c(where), str_c(scheme)))
			continue;
		TRY(drivers[i]->open(where + strlen(scheme), mode, wait_ms, &db));
		db->driver = drivers[i];
		db->mode = mode;
		db->wait_ms = wait_ms;
		db->prepared = map_new();
		*out = db;
		return NULL;
	}
	return err_hint(fail(ERR_USAGE, "the name of a database begins with sqlite: or postgres:"),
			"for example sqlite:/var/lib/custody/custody.db, or "
			"postgres:dbname=custody");
}

/* PostgreSQL undoes a transaction in which a statement failed; so that both do
 * the same, this layer does it for either. */
static err doom(struct db *db, err e)
{
	if (e && db->in_transaction)
		db->doomed = true;
	return e;
}

static void batch_free(struct db_batch *b)
{
	struct db_batch **at = &b->db->batches;

	while (*at != b)
		at = &(*at)->next;
	*at = b->next;
	statement_release(b->db, b->st);
	err_drop_copy(b->failed);
	free(b);
}

void db_close(struct db *db)
{
	if (!db)
		return;
	db_rollback(db);
	db->closing = true;
	statement_forget_all(db);
	map_free(db->prepared);
	free(db->place);
	db->driver->close(db);
}

bool db_is_postgres(const struct db *db)
{
	return db->driver == &postgres_driver;
}

err db_script(struct db *db, struct str text)
{
	ASSERT(!db->batches);
	statement_forget_all(db);
	return doom(db, db->driver->script(db, text));
}

err db_scrub(struct db *db)
{
	ASSERT(!db->in_transaction && !db->snapshots && !db->batches);
	ASSERT(db->mode == DB_WRITE);
	statement_forget_all(db);
	return db->driver->scrub(db);
}

err db_scrub_log(struct db *db)
{
	ASSERT(!db->in_transaction && !db->snapshots && !db->batches);
	ASSERT(db->mode == DB_WRITE);
	statement_forget_all(db);
	return db->driver->scrub_log ? db->driver->scrub_log(db) : NULL;
}

err db_begin(struct db *db)
{
	ASSERT(!db->in_transaction && !db->snapshots);
	if (db->mode != DB_WRITE)
		return fail(ERR_DENIED, "%s is open for reading only", db->place);
	if (db->broken)
		return err_hint(fail(ERR_IO, "an earlier write to %s did not reach the disk, so "
				     "nothing more is written", db->place),
				"look at the disk and its messages, then start again");
	TRY(db->driver->begin(db));
	db->in_transaction = true;
	db->doomed = false;
	return NULL;
}

err db_commit(struct db *db)
{
	err e;

	ASSERT(db->in_transaction && !db->batches && !db->snapshots);
	if (db->doomed)
		e = fail(ERR_FAILED, "the transaction on %s was undone, because a statement in it "
			 "had failed", db->place);
	else
		e = db->driver->commit(db);
	if (e) {
		db_rollback(db);
		return e;
	}
	db->in_transaction = false;
	return NULL;
}

void db_rollback(struct db *db)
{
	if (!db->in_transaction)
		return;
	db->driver->rollback(db);
	db->in_transaction = false;
	while (db->batches)
		batch_free(db->batches);
}

bool db_in_transaction(const struct db *db)
{
	return db->in_transaction;
}

err db_snapshot(struct db *db)
{
	if (!db->in_transaction && !db->snapshots)
		TRY(db->driver->snapshot(db));
	db->snapshots++;
	return NULL;
}

void db_snapshot_end(struct db *db)
{
	ASSERT(db->snapshots > 0);
	if (--db->snapshots == 0 && !db->in_transaction)
		db->driver->snapshot_end(db);
}

err db_run(struct db *db, const struct sql *sql, const struct db_value *args, size_t n,
	   int64_t *changed)
{
	struct statement *st;
	int64_t rows = 0;
	err e;

	TRY(statement_get(db, sql, &st));
	e = statement_check(st, args, n);
	if (!e)
		e = doom(db, db->driver->run(db, st, args, &rows));
	statement_release(db, st);
	if (!e && changed)
		*changed = rows;
	return e;
}

err db_query_statement(struct db *db, struct statement *st, const struct db_value *args, size_t n,
		       struct db_rows **out)
{
	err e = statement_check(st, args, n);

	if (!e)
		e = doom(db, db->driver->query(db, st, args));
	if (e) {
		statement_release(db, st);
		return e;
	}
	st->busy = true;
	st->rows.open = true;
	*out = &st->rows;
	return NULL;
}

err db_query(struct db *db, const struct sql *sql, const struct db_value *args, size_t n,
	     struct db_rows **out)
{
	struct statement *st;

	TRY(statement_get(db, sql, &st));
	return db_query_statement(db, st, args, n, out);
}

err db_next(struct db_rows *r, bool *more)
{
	err e;

	if (!r->open) {
		*more = false;
		return NULL;
	}
	e = r->db->driver->next(r, &r->open);
	if (e) {
		r->open = false;
		return doom(r->db, e);
	}
	*more = r->open;
	return NULL;
}

void db_rows_close(struct db_rows *r)
{
	if (!r)
		return;
	r->open = false;
	r->db->driver->end(r);
	statement_release(r->db, r->st);
}

struct db_value db_cell(const struct db_rows *r, int col)
{
	ASSERT(r->open && col >= 0 && col < r->columns);
	return r->db->driver->value(r, col);
}

int64_t db_int(const struct db_rows *r, int col)
{
	struct db_value v = db_cell(r, col);

	ASSERT(v.kind == DB_INT || v.kind == DB_NULL);
	return v.i;
}

struct str db_text(const struct db_rows *r, int col)
{
	struct db_value v = db_cell(r, col);

	ASSERT(v.kind == DB_TEXT || v.kind == DB_NULL);
	return v.s;
}

struct str db_blob(const struct db_rows *r, int col)
{
	struct db_value v = db_cell(r, col);

	ASSERT(v.kind == DB_BLOB || v.kind == DB_NULL);
	return v.s;
}

bool db_is_null(const struct db_rows *r, int col)
{
	return db_cell(r, col).kind == DB_NULL;
}

int db_columns(const struct db_rows *r)
{
	return r->columns;
}

err db_get_int(struct db *db, const struct sql *sql, /* allow: DB_ARGS gives two */
	       const struct db_value *args, size_t n,
	       int64_t absent, int64_t *out)
{
	DB_ROWS r = NULL;
	bool more;

	TRY(db_query(db, sql, args, n, &r));
	TRY(db_next(r, &more));
	*out = !more || db_is_null(r, 0) ? absent : db_int(r, 0);
	return NULL;
}

struct db_batch *db_batch_new(struct db *db, struct statement *st)
{
	struct db_batch *b = base_alloc(sizeof(*b));

	*b = (struct db_batch){ .next = db->batches, .db = db, .st = st };
	db->batches = b;
	return b;
}

err db_batch_begin(struct db *db, const struct sql *sql, struct db_batch **out)
{
	struct statement *st;

	ASSERT(db->in_transaction);
	TRY(statement_get(db, sql, &st));
	*out = db_batch_new(db, st);
	return NULL;
}

err db_batch_add(struct db_batch *b, const struct db_value *args, size_t n)
{
	TRY(statement_check(b->st, args, n));
	return doom(b->db, b->db->driver->batch_add(b, args));
}

err db_batch_end(struct db_batch *b, int64_t *changed)
{
	err e = doom(b->db, b->db->driver->batch_end(b));

	if (!e && changed)
		*changed = b->changed;
	batch_free(b);
	return e;
}
