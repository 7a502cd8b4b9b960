#include "db/sqlite.h"

#include "base/arena.h"

enum { SCRUB_WAIT_MS = 1000 };

struct sqlite_statement {
	struct statement st;
	sqlite3_stmt *handle;
	unsigned char at[DB_MAX_PARAMS];	/* position of $1 … in SQLite's count */
	enum db_kind *declared;			/* per column; DB_NULL: an expression */
	enum db_kind *has;			/* the same of the row in hand */
};

static struct sqlite *sqlite_of(struct db *db)
{
	return (struct sqlite *)db;
}

static struct sqlite_statement *statement_of(struct statement *st)
{
	return (struct sqlite_statement *)st;
}

static err failed_at(struct db *db, const struct statement *st, int rc)
{
	err e = sqlite_failed(sqlite_of(db), rc, "run a statement");

	return e->kind == ERR_FAILED ? err_in(e, "%s:%d", st->file, st->line) : e;
}

static err sqlite_script(struct db *db, struct str text)
{
	OWNED(arena) a = arena_new();

	return sqlite_exec(sqlite_of(db), arena_cstr(a, text));
}

static err sqlite_types(struct db *db)
{
	(void)db;	/* int64 means integer affinity, text and blob are its own */
	return NULL;
}

static err sqlite_unfit(const struct sql *sql, const char *why)
{
	return fail(ERR_FAILED, "%s:%d: the statement does not fit the database: %s", sql->file,
		    sql->line, why);
}

/* $1 … $n must all be there. */
static err find_params(struct sqlite_statement *st, const struct sql *sql)
{
	int n = sqlite3_bind_parameter_count(st->handle);

	for (int i = 1; i <= n; i++) {
		char name[8];
		int at;

		snprintf(name, sizeof(name), "$%d", i);
		at = sqlite3_bind_parameter_index(st->handle, name);
		if (at == 0)
			return sqlite_unfit(sql, "its parameters are not $1 to $n without a gap");
		st->at[i - 1] = (unsigned char)at;
	}
	st->st.params = n;
	return NULL;
}

static void find_columns(struct sqlite_statement *st)
{
	int n = sqlite3_column_count(st->handle);

	st->st.rows.columns = n;
	st->declared = base_alloc(sizeof(*st->declared) * (size_t)(n ? n : 1));
	st->has = base_alloc(sizeof(*st->has) * (size_t)(n ? n : 1));
	for (int i = 0; i < n; i++) {
		struct str type = str_c(sqlite3_column_decltype(st->handle, i));

		/* SQLite gives the names it knows back in capitals. */
		if (str_is_caseless(type, STR("int64")) || str_is_caseless(type, STR("integer")))
			st->declared[i] = DB_INT;
		else if (str_is_caseless(type, STR("text")))
			st->declared[i] = DB_TEXT;
		else if (str_is_caseless(type, STR("blob")))
			st->declared[i] = DB_BLOB;
	}
}

static void sqlite_unprepare(struct db *db, struct statement *st)
{
	(void)db;
	sqlite3_finalize(statement_of(st)->handle);
	free(statement_of(st)->declared);
	free(statement_of(st)->has);
	free(st);
}

static err sqlite_prepare(struct db *db, const struct sql *sql, struct statement **out)
{
	struct sqlite_statement *st = base_alloc(sizeof(*st));
	const char *rest = "";
	err e = NULL;
	int rc = sqlite3_prepare_v3(sqlite_of(db)->handle, sql->text, -1, SQLITE_PREPARE_PERSISTENT,
				    &st->handle, &rest);

	if ((rc & 0xff) == SQLITE_ERROR)
		e = sqlite_unfit(sql, sqlite3_errmsg(sqlite_of(db)->handle));
	else if (rc != SQLITE_OK)
		e = sqlite_failed(sqlite_of(db), rc, "prepare a statement");
	else if (!st->handle || str_trim(str_c(rest)).n)
		e = sqlite_unfit(sql, "it is not exactly one statement");
	else
		e = find_params(st, sql);
	if (e) {
		sqlite_unprepare(db, &st->st);
		return e;
	}
	find_columns(st);
	*out = &st->st;
	return NULL;
}

/* A NULL pointer would bind NULL, so an empty value points at something. */
static int bind_one(sqlite3_stmt *h, int at, const struct db_value *v, sqlite3_destructor_type keep)
{
	const char *p = v->s.p ? v->s.p : "";

	switch (v->kind) {
	case DB_NULL:
		return sqlite3_bind_null(h, at);
	case DB_INT:
		return sqlite3_bind_int64(h, at, v->i);
	case DB_TEXT:
		return sqlite3_bind_text64(h, at, p, v->s.n, keep, SQLITE_UTF8);
	case DB_BLOB:
		return sqlite3_bind_blob64(h, at, p, v->s.n, keep);
	}
	return SQLITE_MISUSE;
}

static err bind(struct db *db, struct sqlite_statement *st, const struct db_value *args,
		sqlite3_destructor_type keep)
{
	for (int i = 0; i < st->st.params; i++) {
		int rc = bind_one(st->handle, st->at[i], &args[i], keep);

		if (rc != SQLITE_OK)
			return failed_at(db, &st->st, rc);
	}
	return NULL;
}

static err sqlite_run(struct db *db, struct statement *st, const struct db_value *args,
		      int64_t *changed)
{
	sqlite3 *h = sqlite_of(db)->handle;
	struct sqlite_statement *own = statement_of(st);
	sqlite3_int64 before = sqlite3_total_changes64(h);
	int rc;
	err e = NULL;

	TRY(bind(db, own, args, SQLITE_STATIC));
	rc = sqlite3_step(own->handle);
	if (rc == SQLITE_ROW)
		e = fail(ERR_FAILED, "%s:%d: a statement that gives rows was run as one without",
			 st->file, st->line);
	else if (rc != SQLITE_DONE)
		e = failed_at(db, st, rc);
	else if (sqlite3_total_changes64(h) != before)
		*changed = sqlite3_changes64(h);
	sqlite3_reset(own->handle);
	return e;
}

static err sqlite_query(struct db *db, struct statement *st, const struct db_value *args)
{
	return bind(db, statement_of(st), args, SQLITE_TRANSIENT);
}

static enum db_kind kind_of(int type)
{
	switch (type) {
	case SQLITE_NULL:
		return DB_NULL;
	case SQLITE_INTEGER:
		return DB_INT;
	case SQLITE_BLOB:
		return DB_BLOB;
	default:
		return DB_TEXT;
	}
}

/* SQLite keeps any type in any column, so a row that somebody changed behind
 * our back is refused here and never reaches an assertion. */
static err check_types(const struct db_rows *r)
{
	struct sqlite_statement *st = statement_of(r->st);

	for (int i = 0; i < r->columns; i++) {
		int type = sqlite3_column_type(st->handle, i);
		enum db_kind kind = kind_of(type);

		if (type == SQLITE_FLOAT || (st->declared[i] != DB_NULL && kind != DB_NULL &&
					     kind != st->declared[i]))
			return fail(ERR_INTEGRITY, "%s holds a value of the wrong type in "
				    "column %s", r->db->place, sqlite3_column_name(st->handle, i));
		st->has[i] = kind;
	}
	return NULL;
}

static err sqlite_next(struct db_rows *r, bool *more)
{
	int rc = sqlite3_step(statement_of(r->st)->handle);

	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return failed_at(r->db, r->st, rc);
	if (rc == SQLITE_ROW)
		TRY(check_types(r));
	*more = rc == SQLITE_ROW;
	return NULL;
}

static struct str bytes_of(const void *p, int n)
{
	return (struct str){ p ? p : "", (size_t)n };
}

static struct db_value sqlite_value(const struct db_rows *r, int col)
{
	sqlite3_stmt *h = statement_of(r->st)->handle;
	const void *p;

	switch (statement_of(r->st)->has[col]) {
	case DB_NULL:
		return DB_N;
	case DB_INT:
		return DB_I(sqlite3_column_int64(h, col));
	case DB_TEXT:
		p = sqlite3_column_text(h, col);
		return DB_T(bytes_of(p, sqlite3_column_bytes(h, col)));
	case DB_BLOB:
		p = sqlite3_column_blob(h, col);
		return DB_B(bytes_of(p, sqlite3_column_bytes(h, col)));
	}
	return DB_N;
}

static void sqlite_end(struct db_rows *r)
{
	sqlite3_reset(statement_of(r->st)->handle);
	sqlite3_clear_bindings(statement_of(r->st)->handle);
}

static err sqlite_begin(struct db *db)
{
	sqlite_of(db)->busy_since = 0;
	return sqlite_exec(sqlite_of(db), "BEGIN IMMEDIATE");
}

static err sqlite_commit(struct db *db)
{
	return sqlite_exec(sqlite_of(db), "COMMIT");
}

/* SQLite has rolled back by itself after some failures. */
static void sqlite_rollback(struct db *db)
{
	sqlite3 *h = sqlite_of(db)->handle;

	if (!sqlite3_get_autocommit(h))
		sqlite3_exec(h, "ROLLBACK", NULL, NULL, NULL);
}

/* The position is taken by the first read, so there is one at once. */
static err sqlite_snapshot(struct db *db)
{
	err e;

	TRY(sqlite_exec(sqlite_of(db), "BEGIN"));
	e = sqlite_exec(sqlite_of(db), "SELECT 1 FROM sqlite_schema LIMIT 1");
	if (e)
		sqlite_rollback(db);
	return e;
}

static err sqlite_batch_add(struct db_batch *b, const struct db_value *args)
{
	int64_t changed = 0;

	TRY(sqlite_run(b->db, b->st, args, &changed));
	b->changed += changed;
	return NULL;
}

static err sqlite_batch_end(struct db_batch *b)
{
	(void)b;
	return NULL;
}

static err sqlite_scrub(struct db *db)
{
	return sqlite_exec(sqlite_of(db), "PRAGMA secure_delete = ON; VACUUM");
}

/* Who reads an old state keeps the log as long as it pleases: it is waited for shortly. */
static err sqlite_scrub_log(struct db *db)
{
	struct sqlite *s = sqlite_of(db);
	int usual = db->wait_ms, rc;

	s->busy_since = 0;
	db->wait_ms = usual < SCRUB_WAIT_MS ? usual : SCRUB_WAIT_MS;
	rc = sqlite3_wal_checkpoint_v2(s->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	db->wait_ms = usual;
	if (rc == SQLITE_BUSY)
		return err_hint(fail(ERR_CONFLICT, "what was erased is still in the log of %s, "
				     "because another process is reading it", db->place),
				"it leaves the log when the next command that writes finds nobody reading");
	return rc == SQLITE_OK ? NULL : sqlite_failed(s, rc, "empty the write-ahead log");
}

const struct db_driver sqlite_driver = {
	.scheme = "sqlite:",
	.open = sqlite_open,
	.close = sqlite_close,
	.script = sqlite_script,
	.types = sqlite_types,
	.prepare = sqlite_prepare,
	.unprepare = sqlite_unprepare,
	.run = sqlite_run,
	.query = sqlite_query,
	.next = sqlite_next,
	.value = sqlite_value,
	.end = sqlite_end,
	.begin = sqlite_begin,
	.commit = sqlite_commit,
	.rollback = sqlite_rollback,
	.snapshot = sqlite_snapshot,
	.snapshot_end = sqlite_rollback,
	.batch_add = sqlite_batch_add,
	.batch_end = sqlite_batch_end,
	.tables = { "SELECT name FROM sqlite_schema WHERE type = 'table' AND "
		    "substr(name, 1, length($1)) = $1 AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' "
		    "ORDER BY name", __FILE__, __LINE__ },
	.keys = { "SELECT name FROM pragma_table_info($1) WHERE pk > 0 ORDER BY pk",
		  __FILE__, __LINE__ },
	.columns = { "SELECT name FROM pragma_table_info($1) ORDER BY cid", __FILE__, __LINE__ },
	.scrub = sqlite_scrub,
	.scrub_log = sqlite_scrub_log,
};
