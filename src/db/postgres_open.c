#include "db/postgres.h"

#include "base/arena.h"

enum { CONNINFO_MAX = 65536, NAME_BYTES = 63, OLDEST_SERVER = 130000 };

static bool is_name(struct str s)
{
	if (s.n == 0 || s.n > NAME_BYTES || (s.p[0] >= '0' && s.p[0] <= '9'))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!s.p[i] || !strchr("abcdefghijklmnopqrstuvwxyz0123456789_", s.p[i]))
			return false;
	return true;
}

/* The end of a value that begins at `i`: 'quoted' with backslashes, or up to
 * white space. */
static size_t value_end(struct str s, size_t i)
{
	bool quoted = i < s.n && s.p[i] == '\'';

	for (i += quoted; i < s.n; i++) {
		if (s.p[i] == '\\' && i + 1 < s.n)
			i++;
		else if (quoted && s.p[i] == '\'')
			return i + 1;
		else if (!quoted && strchr(" \t\r\n", s.p[i]))
			return i;
	}
	return i;
}

/* Takes one key = value off `rest`; false at the end or at something else. */
static bool take_setting(struct str *rest, struct str *key, struct str *value)
{
	struct str s = str_trim(*rest);
	size_t equals = str_find(s, STR("="), 0), from, end;

	if (equals == s.n)
		return false;
	*key = str_trim((struct str){ s.p, equals });
	for (from = equals + 1; from < s.n && strchr(" \t\r\n", s.p[from]); from++)
		;
	end = value_end(s, from);
	*value = (struct str){ s.p + from, end - from };
	*rest = str_from(s, end);
	return true;
}

/* libpq refuses settings that it does not know, so ours is taken out. */
static err split_conninfo(const char *conninfo, struct buf *rest_out, struct str *schema)
{
	struct str rest = str_c(conninfo), key, value;

	*schema = STR("custody");
	while (take_setting(&rest, &key, &value)) {
		if (str_is(key, "schema"))
			*schema = value;
		else
			buf_addf(rest_out, "%.*s=%.*s ", FMT(key), FMT(value));
	}
	buf_add_char(rest_out, '\0');
	TRY(buf_ok(rest_out, "the description of the database"));
	if (str_trim(rest).n)
		return err_hint(fail(ERR_USAGE, "the description of a PostgreSQL database is not "
				     "made of key=value"),
				"for example postgres:host=/run/postgresql dbname=custody");
	if (!is_name(*schema))
		return fail(ERR_USAGE, "the name of a PostgreSQL schema is made of a-z, 0-9 and _");
	return NULL;
}

static void ignore_notice(void *ctx, const PGresult *r)
{
	(void)ctx;
	(void)r;
}

/* The first line of what libpq says; it holds host and database, no password. */
static err cannot_connect(const struct postgres *p)
{
	struct str all = str_c(p->conn ? p->pq->error_message(p->conn) : ""), line;

	if (!str_split(&all, '\n', &line))
		line = STR("no reason was given");
	return fail(ERR_IO, "cannot connect to PostgreSQL: %.*s", FMT(line));
}

static err connect_to(struct postgres *p, const char *conninfo)
{
	/* What the description says wins over what stands before it here. */
	static const char *const keys[] = { "connect_timeout", "tcp_user_timeout",
					    "keepalives_idle", "application_name", "dbname",
					    "client_encoding", NULL };
	const char *const values[] = { "10", "60000", "60", "custody", conninfo, "UTF8", NULL };

	p->conn = p->pq->connect(keys, values, 1);
	if (p->pq->status(p->conn) != CONNECTION_OK)
		return cannot_connect(p);
	p->pq->set_notice_receiver(p->conn, ignore_notice, NULL);
	if (p->pq->server_version(p->conn) < OLDEST_SERVER)
		return fail(ERR_FAILED, "the PostgreSQL server is older than version 13");
	return NULL;
}

/* One text column of the first row, in `a`; absent where there is none. */
static err get_text(struct postgres *p, const char *query, struct arena *a, struct str *out)
{
	PGresult *r;

	TRY(postgres_exec(p, query, &r));
	*out = (struct str){ NULL, 0 };
	if (p->pq->ntuples(r) > 0 && !p->pq->getisnull(r, 0, 0))
		*out = arena_str(a, str_c(p->pq->getvalue(r, 0, 0)));
	p->pq->clear(r);
	return NULL;
}

/* Text must be ordered by its bytes, and lower() touch ASCII only, as SQLite
 * does it. */
static err check_locale(struct postgres *p)
{
	OWNED(arena) a = arena_new();
	struct str found;

	TRY(get_text(p, "SELECT 'encoding ' || pg_encoding_to_char(encoding) || ', locale ' || "
		     "datcollate FROM pg_database d WHERE datname = current_database() AND NOT "
		     "(pg_encoding_to_char(encoding) = 'UTF8' AND "
		     "datcollate IN ('C', 'POSIX') AND datctype IN ('C', 'POSIX') AND "
		     "coalesce(to_jsonb(d)->>'datlocprovider', 'c') = 'c')", a, &found));
	if (!found.p)
		return NULL;
	return err_hint(fail(ERR_FAILED, "%s must have encoding UTF8 and locale C, so that text is "
			     "ordered by its bytes; it has %.*s", p->db.place, FMT(found)),
			"make it with: createdb --template=template0 --encoding=UTF8 --locale=C %s",
			p->pq->db(p->conn));
}

static err settle(struct postgres *p, enum db_mode mode)
{
	OWNED(arena) a = arena_new();

	return postgres_exec(p, arena_printf(a, "SET search_path TO %s;"
		"SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0;"
		"SET synchronous_commit = on; SET client_min_messages = warning;"
		"SET default_transaction_isolation = 'read committed';"
		"SET default_transaction_read_only = %s;"
		"SET jit = off", p->schema, mode == DB_READ ? "on" : "off").p, NULL);
}

static err make_schema(struct postgres *p)
{
	OWNED(arena) a = arena_new();
	const char *text = arena_printf(a, "BEGIN; SELECT pg_advisory_xact_lock(%lld);"
		"CREATE SCHEMA IF NOT EXISTS %s; COMMIT", (long long)p->lock_key, p->schema).p;
	err e = postgres_exec(p, text, NULL);

	if (e)
		p->pq->clear(p->pq->exec(p->conn, "ROLLBACK"));
	return e;
}

/* The numbers of the domains of this schema, 0 where they do not exist. */
static err learn_types(struct postgres *p)
{
	OWNED(arena) a = arena_new();
	struct str int64_type, blob_type;
	uint64_t n;

	TRY(get_text(p, "SELECT oid FROM pg_type WHERE typname = 'int64' AND "
		     "typnamespace = current_schema()::regnamespace", a, &int64_type));
	TRY(get_text(p, "SELECT oid FROM pg_type WHERE typname = 'blob' AND "
		     "typnamespace = current_schema()::regnamespace", a, &blob_type));
	p->int64_type = str_to_u64(int64_type, &n) ? (Oid)n : 0;
	p->blob_type = str_to_u64(blob_type, &n) ? (Oid)n : 0;
	return NULL;
}

err postgres_types(struct db *db)
{
	struct postgres *p = postgres_of(db);

	TRY(postgres_idle(p));
	TRY(learn_types(p));
	if (!p->int64_type)
		TRY(postgres_exec(p, "CREATE DOMAIN int64 AS bigint", NULL));
	if (!p->blob_type)
		TRY(postgres_exec(p, "CREATE DOMAIN blob AS bytea", NULL));
	return learn_types(p);
}

static err find_schema(struct postgres *p, enum db_mode mode)
{
	OWNED(arena) a = arena_new();
	struct str found;
	const char *query = arena_printf(a, "SELECT 1 FROM pg_namespace WHERE nspname = '%s'",
					 p->schema).p;

	TRY(get_text(p, query, a, &found));
	if (!found.p && mode == DB_READ)
		return fail(ERR_MISSING, "%s has no schema %s", p->db.place, p->schema);
	if (!found.p)
		TRY(make_schema(p));
	return learn_types(p);
}

static err open_and_settle(struct postgres *p, const char *conninfo, enum db_mode mode)
{
	BUF_AUTO rest = buf_new(CONNINFO_MAX);
	OWNED(arena) a = arena_new();
	struct str schema;

	TRY(pq_load(&p->pq));
	TRY(split_conninfo(conninfo, &rest, &schema));
	p->schema = strdup(arena_cstr(a, schema));
	p->lock_key = (int64_t)str_hash(arena_printf(a, "custody %s", p->schema));
	TRY(connect_to(p, rest.p));
	free(p->db.place);
	p->db.place = strdup(arena_printf(a, "the PostgreSQL database %s", p->pq->db(p->conn)).p);
	ASSERT(p->schema && p->db.place);
	TRY(check_locale(p));
	TRY(settle(p, mode));
	return find_schema(p, mode);
}

err postgres_open(const char *conninfo, enum db_mode mode, int wait_ms, struct db **out)
{
	struct postgres *p = base_alloc(sizeof(*p));
	err e;

	p->db.wait_ms = wait_ms;
	p->db.place = strdup("PostgreSQL");
	e = open_and_settle(p, conninfo, mode);
	if (e) {
		free(p->db.place);
		postgres_close(&p->db);
		return e;
	}
	*out = &p->db;
	return NULL;
}

void postgres_close(struct db *db)
{
	struct postgres *p = postgres_of(db);

	if (p->conn)
		p->pq->finish(p->conn);
	free(p->schema);
	free(p);
}
