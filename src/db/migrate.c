#include "db/driver.h"
#include "db/db_table.h"

#include "base/arena.h"
#include "base/embed.h"
#include "base/instant.h"
#include "crypto/digest.h"

#define FOLDER "src/db/schema/"

enum { SCHEMA_MAX = 1 << 20, MAX_FILES = 500, DIGITS = 4 };

/* The names and digests that the database says were applied, by version. */
struct applied {
	struct str name[MAX_FILES + 1], sha256[MAX_FILES + 1];
	int64_t last;
};

static struct str sha256_of(struct arena *a, struct str text)
{
	struct digest d = digest_of(text);
	char hex[DIGEST_TEXT];

	digest_put(hex, &d);
	return arena_str(a, str_c(hex));
}

static err remember(void *ctx, const char *table)
{
	if (strcmp(table, "schema_history") == 0)
		*(bool *)ctx = true;
	return NULL;
}

static err make_history(struct db *db)
{
	bool there = false;

	TRY(db_each_table(db, "schema_history", remember, &there));
	if (there)
		return NULL;
	TRY(db->driver->types(db));
	return db_script(db, STR("CREATE TABLE schema_history (version int64 PRIMARY KEY, "
				 "name text NOT NULL, sha256 text NOT NULL, program text NOT NULL, "
				 "at int64 NOT NULL)"));
}

/* Versions are 1, 2, … without a gap. */
static err read_history(struct db *db, struct arena *a, struct applied *out)
{
	DB_ROWS r = NULL;
	bool there = false, more;

	out->last = 0;
	TRY(db_each_table(db, "schema_history", remember, &there));
	if (!there)
		return NULL;
	TRY(db_query(db, SQL("SELECT version, name, sha256 FROM schema_history ORDER BY version"),
		     DB_NONE, &r));
	for (;;) {
		TRY(db_next(r, &more));
		if (!more)
			return NULL;
		if (db_int(r, 0) != out->last + 1 || out->last == MAX_FILES)
			return fail(ERR_INTEGRITY, "the list of schema files in %s has a gap "
				    "behind number %lld", db->place, (long long)out->last);
		out->last++;
		out->name[out->last] = arena_str(a, db_text(r, 1));
		out->sha256[out->last] = arena_str(a, db_text(r, 2));
	}
}

static err check_history(const struct db *db, const struct applied *done,
			 const struct schema_file *files, size_t n)
{
	OWNED(arena) a = arena_new();

	if (done->last > (int64_t)n)
		return err_hint(fail(ERR_FAILED, "%s was made by a newer custody: its schema is "
				     "number %lld, this program knows %zu", db->place,
				     (long long)done->last, n),
				"use the newer program");
	for (size_t i = 0; i < (size_t)done->last; i++) {
		/* NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): read_history() filled them up to last */
		if (!str_is(done->name[i + 1], files[i].name) ||
		    !str_eq(done->sha256[i + 1], sha256_of(a, files[i].text)))
			return fail(ERR_INTEGRITY, "the schema file %s is not the one that was "
				    "applied to %s", files[i].name, db->place);
	}
	return NULL;
}

static void replace(struct buf *out, struct str text, struct str what, struct str with)
{
	size_t at = 0, hit;

	for (; (hit = str_find(text, what, at)) < text.n; at = hit + what.n) {
		buf_add(out, (struct str){ text.p + at, hit - at });
		buf_add(out, with);
	}
	buf_add(out, str_from(text, at));
}

/* SQLite keeps a row once instead of twice where its key is spelled its way: one
 * integer is the row's own number, several columns are the table's order. */
static err spell(const struct db *db, struct str text, struct buf *out)
{
	BUF_AUTO half = buf_new(SCHEMA_MAX);

	if (db_is_postgres(db)) {
		buf_add(out, text);
	} else {
		replace(&half, text, STR("int64 PRIMARY KEY"), STR("INTEGER PRIMARY KEY"));
		replace(out, buf_str(&half), STR("/* WITHOUT ROWID */"), STR("WITHOUT ROWID"));
	}
	return buf_ok(out, "a schema file");
}

static err apply(struct db *db, int64_t version, const struct schema_file *file)
{
	OWNED(arena) a = arena_new();
	BUF_AUTO text = buf_new(SCHEMA_MAX);

	TRY(spell(db, file->text, &text));
	TRY(err_in(db_script(db, buf_str(&text)), "%s", file->name));
	return db_run(db, SQL("INSERT INTO schema_history (version, name, sha256, program, at) "
			      "VALUES ($1, $2, $3, $4, $5)"),
		      DB_ARGS(DB_I(version), DB_T(str_c(file->name)),
			      DB_T(sha256_of(a, file->text)), DB_T(STR("custody")),
			      DB_I(instant_now())), NULL);
}

/* Reads the history again inside the transaction, because another process may
 * have migrated meanwhile. */
static err apply_next(struct db *db, const struct schema_file *files, size_t n, bool *more)
{
	OWNED(arena) a = arena_new();
	struct applied *done = ARENA_NEW(a, struct applied);

	TRY(make_history(db));
	TRY(read_history(db, a, done));
	TRY(check_history(db, done, files, n));
	*more = done->last < (int64_t)n;
	return *more ? apply(db, done->last + 1, &files[done->last]) : NULL;
}

static err migrate(struct db *db, const struct schema_file *files, size_t n)
{
	bool more = true;

	while (more) {
		err e;

		TRY(db_begin(db));
		e = apply_next(db, files, n, &more);
		if (e) {
			db_rollback(db);
			return e;
		}
		TRY(db_commit(db));
	}
	return NULL;
}

err migrate_files(struct db *db, const struct schema_file *files, size_t n)
{
	OWNED(arena) a = arena_new();
	struct applied *done = ARENA_NEW(a, struct applied);

	ASSERT(n <= MAX_FILES);
	TRY(read_history(db, a, done));
	TRY(check_history(db, done, files, n));
	if (done->last == (int64_t)n)
		return NULL;
	if (db->mode == DB_READ)
		return err_hint(fail(ERR_FAILED, "%s is older than this program: its schema is "
				     "number %lld, the program's %zu", db->place,
				     (long long)done->last, n),
				"let a command that writes open it once");
	return migrate(db, files, n);
}

/* The build embeds files in the order of their names. */
err db_migrate(struct db *db)
{
	struct schema_file files[MAX_FILES];
	size_t n = 0;

	for (const struct embedded *e = embedded_files; e->name; e++) {
		struct str name = str_c(e->name);
		uint64_t number;

		if (!str_starts(name, STR(FOLDER)))
			continue;
		name = str_from(name, sizeof(FOLDER) - 1);
		ASSERT(n < MAX_FILES && name.n > DIGITS);
		ASSERT(str_to_u64((struct str){ name.p, DIGITS }, &number) && number == n + 1);
		files[n].name = name.p;
		files[n++].text = (struct str){ e->bytes, (size_t)(e->end - e->bytes) };
	}
	return migrate_files(db, files, n);
}
