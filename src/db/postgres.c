#include "db/postgres.h"
#include "db/db_table.h"

#include "base/arena.h"

/* Columns of a domain become columns of its base type: the server then deduces
 * the same type for every use of a parameter. Nothing is rewritten by this. */
static const char drop_domains[] =
	"DO $do$ DECLARE r record; BEGIN FOR r IN "
	"SELECT c.oid::regclass AS t, a.attname AS c, y.typbasetype::regtype AS b "
	"FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
	"JOIN pg_type y ON y.oid = a.atttypid "
	"WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND "
	"a.attnum > 0 AND NOT a.attisdropped AND y.typtype = 'd' AND "
	"y.typnamespace = c.relnamespace AND y.typname IN ('int64', 'blob') "
	"LOOP EXECUTE format('ALTER TABLE %s ALTER COLUMN %I TYPE %s', r.t, r.c, r.b); "
	"END LOOP; END $do$";

static err postgres_script(struct db *db, struct str text)
{
	struct postgres *p = postgres_of(db);
	OWNED(arena) a = arena_new();

	TRY(postgres_idle(p));
	TRY(postgres_exec(p, arena_cstr(a, text), NULL));
	return postgres_exec(p, drop_domains, NULL);
}

static void postgres_unprepare(struct db *db, struct statement *st)
{
	struct postgres *p = postgres_of(db);
	struct postgres_statement *own = postgres_statement_of(st);
	char text[40];

	if (!db->closing && own->name[0]) {
		err ignored = postgres_idle(p);

		(void)ignored;	/* kept in the batch it belongs to */
		snprintf(text, sizeof(text), "DEALLOCATE %s", own->name);
		p->pq->clear(p->pq->exec(p->conn, text));
	}
	free(own->columns);
	free(own->cells);
	free(own);
}

static err unfit(const struct sql *sql, const char *why)
{
	return fail(ERR_FAILED, "%s:%d: the statement does not fit the database: %s", sql->file,
		    sql->line, why);
}

static err describe(struct postgres *p, struct postgres_statement *st, const struct sql *sql,
		    PGresult *r)
{
	int params = p->pq->nparams(r), columns = p->pq->nfields(r);

	if (params > DB_MAX_PARAMS)
		return unfit(sql, "it has too many parameters");
	for (int i = 0; i < params; i++)
		st->params[i] = p->pq->paramtype(r, i);
	st->columns = base_alloc(sizeof(*st->columns) * (size_t)(columns + 1));
	st->cells = base_alloc(sizeof(*st->cells) * (size_t)(columns + 1));
	for (int i = 0; i < columns; i++) {
		st->columns[i] = p->pq->ftype(r, i);
		if (!postgres_type_known(st->columns[i]))
			return unfit(sql, "a column is neither a whole number nor text nor bytes");
	}
	st->st.params = params;
	st->st.rows.columns = columns;
	return NULL;
}

/* A mistake in the text names its line; anything else is the server's trouble. */
static err prepare_failed(struct postgres *p, const struct sql *sql, PGresult *r)
{
	const char *said = p->pq->result_error_field(r, PG_DIAG_MESSAGE_PRIMARY);
	err e = postgres_failed(p, r);

	return e->kind == ERR_FAILED && said ? unfit(sql, said) : e;
}

static err prepare(struct postgres *p, struct postgres_statement *st, const struct sql *sql)
{
	PGresult *r = p->pq->prepare(p->conn, st->name, sql->text, 0, NULL);
	err e;

	if (p->pq->result_status(r) != PGRES_COMMAND_OK) {
		e = prepare_failed(p, sql, r);
		st->name[0] = '\0';
		p->pq->clear(r);
		return e;
	}
	p->pq->clear(r);
	r = p->pq->describe_prepared(p->conn, st->name);
	if (p->pq->result_status(r) != PGRES_COMMAND_OK)
		e = prepare_failed(p, sql, r);
	else
		e = describe(p, st, sql, r);
	p->pq->clear(r);
	return e;
}

static err postgres_prepare(struct db *db, const struct sql *sql, struct statement **out)
{
	struct postgres *p = postgres_of(db);
	struct postgres_statement *st;
	err e;

	TRY(postgres_idle(p));
	st = base_alloc(sizeof(*st));
	snprintf(st->name, sizeof(st->name), "s%u", ++p->statements);
	e = prepare(p, st, sql);
	if (e) {
		postgres_unprepare(db, &st->st);
		return e;
	}
	*out = &st->st;
	return NULL;
}

static err postgres_run(struct db *db, struct statement *st, const struct db_value *args,
			int64_t *changed)
{
	struct postgres *p = postgres_of(db);
	struct postgres_args a;
	ExecStatusType status;
	PGresult *r;
	err e = NULL;

	TRY(postgres_idle(p));
	TRY(postgres_encode(p, postgres_statement_of(st), args, &a));
	r = p->pq->exec_prepared(p->conn, postgres_statement_of(st)->name, st->params, a.values,
				 a.lengths, a.formats, 1);
	status = p->pq->result_status(r);
	if (status == PGRES_TUPLES_OK)
		e = fail(ERR_FAILED, "%s:%d: a statement that gives rows was run as one without",
			 st->file, st->line);
	else if (status != PGRES_COMMAND_OK)
		e = err_in(postgres_failed(p, r), "%s:%d", st->file, st->line);
	else if (!str_to_i64(str_c(p->pq->cmd_tuples(r)), changed))
		*changed = 0;
	p->pq->clear(r);
	return e;
}

static void postgres_rollback(struct db *db)
{
	struct postgres *p = postgres_of(db);
	err ignored = postgres_idle(p);

	(void)ignored;	/* what failed is undone anyway */
	p->pq->clear(p->pq->exec(p->conn, "ROLLBACK"));
}

/* Who holds the writer's lock: process number and name of the program. */
static err name_holder(struct postgres *p)
{
	OWNED(arena) a = arena_new();
	uint64_t key = (uint64_t)p->lock_key;
	const char *query = arena_printf(a, "SELECT l.pid || coalesce(' (' || "
		"s.application_name || ')', '') FROM pg_locks l LEFT JOIN pg_stat_activity s "
		"ON s.pid = l.pid WHERE "
		"l.locktype = 'advisory' AND l.granted AND l.classid = %llu AND l.objid = %llu AND "
		"l.database = (SELECT oid FROM pg_database WHERE datname = current_database())",
		(unsigned long long)(key >> 32), (unsigned long long)(key & UINT32_MAX)).p;
	const char *who = "unknown";
	PGresult *r;
	err e;

	TRY(postgres_exec(p, query, &r));
	if (p->pq->ntuples(r))
		who = p->pq->getvalue(r, 0, 0);
	e = fail(ERR_CONFLICT, "another custody process, number %s on the server, has been writing "
		 "to %s for %d.%d seconds", who, p->db.place, p->db.wait_ms / 1000,
		 p->db.wait_ms % 1000 / 100);
	p->pq->clear(r);
	return err_hint(e, "wait for it to end, or look for one that hangs");
}

static err postgres_begin(struct db *db)
{
	struct postgres *p = postgres_of(db);
	OWNED(arena) a = arena_new();
	err e;

	TRY(postgres_idle(p));
	e = postgres_exec(p, arena_printf(a, "BEGIN; SET LOCAL lock_timeout = %d;"
		"SELECT pg_advisory_xact_lock(%lld)", db->wait_ms > 0 ? db->wait_ms : 1,
		(long long)p->lock_key).p, NULL);
	if (!e)
		return NULL;
	postgres_rollback(db);
	return e->kind == ERR_CONFLICT ? name_holder(p) : e;
}

/* The server answers COMMIT of a failed transaction with ROLLBACK. */
static err postgres_commit(struct db *db)
{
	struct postgres *p = postgres_of(db);
	bool committed;
	PGresult *r;

	TRY(postgres_idle(p));
	r = p->pq->exec(p->conn, "COMMIT");
	if (p->pq->result_status(r) != PGRES_COMMAND_OK) {
		err e = postgres_failed(p, r);

		p->pq->clear(r);
		return err_in(e, "whether the last transaction was kept is not known");
	}
	committed = strcmp(p->pq->cmd_status(r), "COMMIT") == 0;
	p->pq->clear(r);
	return committed ? NULL : fail(ERR_FAILED, "%s undid the transaction, because a statement "
				       "in it had failed", db->place);
}

static err postgres_snapshot(struct db *db)
{
	TRY(postgres_idle(postgres_of(db)));
	return postgres_exec(postgres_of(db), "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
			     "SELECT 1", NULL);
}

static err scrub_table(void *ctx, const char *table)
{
	struct postgres *p = ctx;
	OWNED(arena) a = arena_new();
	char *quoted = p->pq->escape_identifier(p->conn, table, strlen(table));
	const char *text;

	ASSERT(quoted);
	text = arena_printf(a, "VACUUM FULL %s", quoted).p;
	p->pq->freemem(quoted);
	TRY(postgres_idle(p));
	return postgres_exec(p, text, NULL);
}

static err postgres_scrub(struct db *db)
{
	struct postgres *p = postgres_of(db);
	err e, again;

	/* Who reads a table keeps it from being rewritten. */
	TRY(postgres_idle(p));
	TRY(postgres_exec(p, "SET lock_timeout = 2000", NULL));
	e = db_each_table(db, "kept_", scrub_table, db);
	again = postgres_exec(p, "RESET lock_timeout", NULL);
	return e ? e : again;
}

const struct db_driver postgres_driver = {
	.scheme = "postgres:",
	.open = postgres_open,
	.close = postgres_close,
	.script = postgres_script,
	.types = postgres_types,
	.prepare = postgres_prepare,
	.unprepare = postgres_unprepare,
	.run = postgres_run,
	.query = postgres_query,
	.next = postgres_next,
	.value = postgres_cell,
	.end = postgres_end,
	.begin = postgres_begin,
	.commit = postgres_commit,
	.rollback = postgres_rollback,
	.snapshot = postgres_snapshot,
	.snapshot_end = postgres_rollback,
	.batch_add = postgres_batch_add,
	.batch_end = postgres_batch_end,
	.tables = { "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND "
		    "relnamespace = current_schema()::regnamespace AND "
		    "substr(relname::text, 1, length($1)) = $1 ORDER BY relname",
		    __FILE__, __LINE__ },
	.keys = { "SELECT a.attname::text FROM pg_index i JOIN pg_attribute a ON "
		  "a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey) WHERE i.indisprimary AND "
		  "i.indrelid = to_regclass(quote_ident($1)) "
		  "ORDER BY array_position(i.indkey::int2[], a.attnum)", __FILE__, __LINE__ },
	.columns = { "SELECT attname::text FROM pg_attribute WHERE "
		     "attrelid = to_regclass(quote_ident($1)) AND attnum > 0 AND NOT attisdropped "
		     "ORDER BY attnum", __FILE__, __LINE__ },
	.scrub = postgres_scrub,
};
