#include "db/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/instant.h"

enum { APPLICATION_ID = 0x43535444 };	/* "CSTD", at offset 68 of the file */

static err disk_failed(struct sqlite *s, int rc)
{
	int number = sqlite3_system_errno(s->handle);

	if (rc == SQLITE_IOERR_FSYNC || rc == SQLITE_IOERR_DIR_FSYNC || rc == SQLITE_IOERR_WRITE ||
	    rc == SQLITE_IOERR_TRUNCATE)
		s->db.broken = true;
	if (number)
		return fail(ERR_IO, "%s could not be read or written: %s", s->db.place,
			    strerror(number));
	return fail(ERR_IO, "%s could not be read or written", s->db.place);
}

static err read_only(const struct sqlite *s)
{
	return err_hint(fail(ERR_IO, "%s cannot be written: the file, its folder or its medium is "
			     "read-only", s->db.place),
			"the folder must be writable too, because SQLite keeps its log beside "
			"the file");
}

static err busy(const struct sqlite *s)
{
	int64_t waited = s->busy_since ? instant_ticks_ms() - s->busy_since : 0;

	return err_hint(fail(ERR_CONFLICT, "another custody process has been writing to %s for "
			     "%lld.%lld seconds", s->db.place, (long long)(waited / 1000),
			     (long long)(waited % 1000 / 100)),
			"wait for it to end, or look for one that hangs");
}

err sqlite_failed(struct sqlite *s, int rc, const char *doing)
{
	switch (rc & 0xff) {
	case SQLITE_BUSY:
		return busy(s);
	case SQLITE_FULL:
		return fail(ERR_IO, "the disk that holds %s is full", s->db.place);
	case SQLITE_IOERR:
		return disk_failed(s, rc);
	case SQLITE_CORRUPT:
		return err_hint(fail(ERR_INTEGRITY, "%s is damaged", s->db.place),
				"restore it from a backup, then run custody verify");
	case SQLITE_NOTADB:
		return fail(ERR_INTEGRITY, "%s is not a database", s->db.place);
	case SQLITE_READONLY:
		return read_only(s);
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return fail(ERR_IO, "%s cannot be opened", s->db.place);
	case SQLITE_CONSTRAINT:
		return fail(ERR_FAILED, "%s refuses a row: %s", s->db.place,
			    sqlite3_errmsg(s->handle));
	case SQLITE_TOOBIG:
		return fail(ERR_LIMIT, "a value is too large for %s", s->db.place);
	default:
		ASSERT((rc & 0xff) != SQLITE_NOMEM && (rc & 0xff) != SQLITE_MISUSE);
		return fail(ERR_FAILED, "cannot %s: %s", doing, sqlite3_errmsg(s->handle));
	}
}

err sqlite_exec(struct sqlite *s, const char *text)
{
	int rc = sqlite3_exec(s->handle, text, NULL, NULL, NULL);

	return rc == SQLITE_OK ? NULL : sqlite_failed(s, rc, "run a script");
}

/* SQLite asks after each try whether to try again. */
static int on_busy(void *ctx, int tries)
{
	static const unsigned ms[] = { 1, 2, 5, 10, 20, 25, 50 };
	struct sqlite *s = ctx;
	size_t i = (size_t)tries < ARRAY_LEN(ms) ? (size_t)tries : ARRAY_LEN(ms) - 1;

	if (tries == 0)
		s->busy_since = instant_ticks_ms();
	if (instant_ticks_ms() - s->busy_since >= s->db.wait_ms)
		return 0;
	usleep(ms[i] * 1000);
	return 1;
}

/* One integer of a pragma or query, -1 where there is none. */
static err get_int(struct sqlite *s, const char *text, int64_t *out)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(s->handle, text, -1, &st, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		*out = sqlite3_column_int64(st, 0);
	else if (rc == SQLITE_DONE)
		*out = -1;
	sqlite3_finalize(st);
	if (rc == SQLITE_ROW || rc == SQLITE_DONE)
		return NULL;
	return sqlite_failed(s, rc, "read a setting");
}

/* The change to write-ahead logging does not ask the busy handler, so two
 * processes that make the same file at once need this loop. */
static err use_wal(struct sqlite *s)
{
	int tries = 0, rc;

	while ((rc = sqlite3_exec(s->handle, "PRAGMA journal_mode = WAL", NULL, NULL, NULL)) ==
		SQLITE_BUSY && on_busy(s, tries))
		tries++;
	return rc == SQLITE_OK ? NULL : sqlite_failed(s, rc, "turn on the write-ahead log");
}

static void harden(sqlite3 *h)
{
	static const int on[] = { SQLITE_DBCONFIG_DEFENSIVE };
	static const int off[] = { SQLITE_DBCONFIG_TRUSTED_SCHEMA, SQLITE_DBCONFIG_DQS_DML,
		SQLITE_DBCONFIG_DQS_DDL, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION,
		SQLITE_DBCONFIG_ENABLE_FKEY, SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER };

	for (size_t i = 0; i < ARRAY_LEN(on); i++)
		sqlite3_db_config(h, on[i], 1, NULL);
	for (size_t i = 0; i < ARRAY_LEN(off); i++)
		sqlite3_db_config(h, off[i], 0, NULL);
	sqlite3_limit(h, SQLITE_LIMIT_ATTACHED, 1);	/* VACUUM attaches one */
	sqlite3_limit(h, SQLITE_LIMIT_VARIABLE_NUMBER, DB_MAX_PARAMS);
}

/* A file of another program is left alone; an empty one becomes ours. */
static err claim(struct sqlite *s, enum db_mode mode)
{
	int64_t id = 0, tables = 0;

	TRY(get_int(s, "PRAGMA application_id", &id));
	if (id == APPLICATION_ID)
		return NULL;
	TRY(get_int(s, "SELECT count(*) FROM sqlite_schema", &tables));
	if (id != 0 || tables > 0)
		return fail(ERR_INPUT, "%s is a database of another program", s->db.place);
	if (mode == DB_READ)
		return NULL;
	return sqlite_exec(s, "PRAGMA application_id = 0x43535444");
}

static err settle(struct sqlite *s, enum db_mode mode)
{
	harden(s->handle);
	sqlite3_extended_result_codes(s->handle, 1);
	sqlite3_busy_handler(s->handle, on_busy, s);
	TRY(sqlite_exec(s, "PRAGMA cell_size_check = ON;"
			"PRAGMA case_sensitive_like = ON;"
			"PRAGMA cache_size = -65536"));
	if (mode == DB_READ)
		TRY(sqlite_exec(s, "PRAGMA mmap_size = 268435456; PRAGMA query_only = ON"));
	TRY(claim(s, mode));
	if (mode == DB_READ)
		return NULL;
	TRY(use_wal(s));
	return sqlite_exec(s, "PRAGMA synchronous = FULL;"
			   "PRAGMA secure_delete = ON;"
			   "PRAGMA journal_size_limit = 67108864");
}

/* Made here rather than by SQLite, so that others cannot read it. O_EXCL: an
 * existing file is never opened and closed, which would drop this process's
 * locks on it. */
static err make_file(const char *path)
{
	FD_AUTO fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd >= 0 || errno == EEXIST)
		return NULL;
	return fail_errno("cannot make %s", path);
}

static bool on_read_only_medium(const char *path)
{
	struct statvfs v;

	return statvfs(path, &v) == 0 && (v.f_flag & ST_RDONLY);
}

/* Whether a log holds changes that are not yet in the file. */
static bool has_wal(const char *path)
{
	OWNED(arena) a = arena_new();
	struct stat st;

	return stat(arena_printf(a, "%s-wal", path).p, &st) == 0 && st.st_size > 0;
}

/* Whether nobody can have made the small file that readers share: the folder is
 * not ours to write, and no writer, who would have made it, is at work. Whoever
 * may write there and begins later is not noticed. */
static bool without_shared_file(const char *path)
{
	OWNED(arena) a = arena_new();
	const char *slash = strrchr(path, '/');
	const char *folder = !slash ? "." : slash == path ? "/" : arena_cstr(a, (struct str){ path, (size_t)(slash - path) });

	return faccessat(AT_FDCWD, folder, W_OK, AT_EACCESS) != 0 &&
	       access(arena_printf(a, "%s-shm", path).p, F_OK) != 0;
}

/* Path as a URI: what has a meaning there is written as %XX. */
static void put_uri(struct buf *b, const char *path)
{
	buf_add_c(b, "file:");
	for (; *path; path++) {
		if (strchr("%?#", *path))
			buf_addf(b, "%%%02X", (unsigned)(unsigned char)*path);
		else
			buf_add_char(b, *path);
	}
	buf_add_c(b, "?immutable=1");
	buf_add_char(b, '\0');
}

static err open_reader(struct sqlite *s, const char *path)
{
	BUF_AUTO uri = buf_new(65536);
	int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;
	const char *name = path;
	int rc;

	if ((on_read_only_medium(path) || without_shared_file(path)) && !has_wal(path)) {
		put_uri(&uri, path);
		TRY(buf_ok(&uri, "the path of the database"));
		name = uri.p;
		flags |= SQLITE_OPEN_URI;
	}
	rc = sqlite3_open_v2(name, &s->handle, flags, NULL);
	if (rc != SQLITE_OK)
		return sqlite_failed(s, rc, "open the database");
	return NULL;
}

static err open_writer(struct sqlite *s, const char *path)
{
	int rc;

	if (strcmp(path, ":memory:") != 0)
		TRY(make_file(path));
	rc = sqlite3_open_v2(path, &s->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
			     SQLITE_OPEN_NOMUTEX, NULL);
	return rc == SQLITE_OK ? NULL : sqlite_failed(s, rc, "open the database");
}

/* A reader that cannot make the shared memory beside the file gets "cannot
 * open", which does not say why. */
static err explain_reader(const struct sqlite *s, err e)
{
	OWNED(arena) a = arena_new();
	struct str folder = arena_str(a, str_c(s->db.place));
	size_t n = folder.n;

	if (e->kind != ERR_IO)
		return e;
	while (n > 0 && folder.p[n - 1] != '/')
		n--;
	if (faccessat(AT_FDCWD, n ? arena_cstr(a, (struct str){ folder.p, n }) : ".", W_OK,
		      AT_EACCESS) == 0)
		return e;
	return err_hint(e, "whoever reads %s must be allowed to write its folder, because readers "
			"share a small file there", s->db.place);
}

/* Opening a pipe would wait for ever. */
static err must_be_file(const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return fail(ERR_INTEGRITY, "%s is no file", path);
	return NULL;
}

static err open_and_settle(struct sqlite *s, const char *path, enum db_mode mode)
{
	err e;

	TRY(must_be_file(path));
	if (str_starts(str_c(path), STR("file:")))	/* Debian's SQLite reads it as a URI */
		return fail(ERR_USAGE, "write ./%s for a file whose name begins with file:", path);
	if (mode == DB_WRITE) {
		e = open_writer(s, path);
		if (!e)
			e = settle(s, mode);
		return e && e->kind == ERR_IO && on_read_only_medium(path) ? read_only(s) : e;
	}
	if (access(path, F_OK) != 0)
		return fail(ERR_MISSING, "there is no database %s", path);
	e = open_reader(s, path);
	if (!e)
		e = settle(s, mode);
	return e ? explain_reader(s, e) : NULL;
}

err sqlite_open(const char *path, enum db_mode mode, int wait_ms, struct db **out)
{
	struct sqlite *s = base_alloc(sizeof(*s));
	err e;

	s->db.place = strdup(path);
	ASSERT(s->db.place);
	s->db.wait_ms = wait_ms;
	e = open_and_settle(s, path, mode);
	if (e) {
		free(s->db.place);
		sqlite_close(&s->db);
		return e;
	}
	*out = &s->db;
	return NULL;
}

void sqlite_close(struct db *db)
{
	struct sqlite *s = (struct sqlite *)db;

	ASSERT(sqlite3_close(s->handle) == SQLITE_OK);
	free(s);
}
