#include "store/rebuild.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/instant.h"
#include "db/db_table.h"

enum { PAGE = 500, PER_TRANSACTION = 2000 };

struct rebuilding {
	struct store *s;
	const struct rebuild_spec *spec;
	struct rebuild_result *r;
	struct db *fresh;
	struct arena *a;
	int64_t total;
};

static err apply_page(struct rebuilding *b, int64_t *next)
{
	struct apply ap = { b->fresh, b->a };
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(store_db(b->s), SQL("SELECT idx, header, facts FROM kept_record WHERE idx >= $1 ORDER BY idx LIMIT $2"),
		     DB_ARGS(DB_I(*next), DB_I(PAGE)), &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		arena_reset(b->a);
		TRY(err_in(record_apply(&ap, db_int(rows, 0), db_blob(rows, 1), db_blob(rows, 2)),
			   "record %lld", (long long)db_int(rows, 0)));
		*next = db_int(rows, 0) + 1;
		b->r->records++;
	}
}

static err replay(struct rebuilding *b)
{
	int64_t next = 0;

	TRY(ledger_size(store_ledger(b->s), &b->total));
	while (next < b->total) {
		int64_t until = next + PER_TRANSACTION;

		TRY(db_begin(b->fresh));
		while (next < b->total && next < until)
			TRY(apply_page(b, &next));
		TRY(db_commit(b->fresh));
		if (b->spec->progress)
			b->spec->progress(b->spec->ctx, next, b->total);
	}
	return NULL;
}

static err compare_table(void *ctx, const char *table)
{
	struct rebuilding *b = ctx;
	struct digest live, fresh;
	int64_t rows;
	bool same;

	TRY(db_table_digest(store_db(b->s), table, &live, NULL));
	TRY(db_table_digest(b->fresh, table, &fresh, &rows));
	same = digest_eq(&live, &fresh);
	b->r->tables++;
	b->r->rows += rows;
	b->r->different += !same;
	if (b->spec->table)
		b->spec->table(b->spec->ctx, table, same, rows);
	return NULL;
}

static err swap_table(void *ctx, const char *table)
{
	struct rebuilding *b = ctx;

	TRY(db_clear_table(store_db(b->s), table));
	return db_copy_table(store_db(b->s), table, b->fresh);
}

static err swap_all(struct rebuilding *b)
{
	TRY(db_begin(store_db(b->s)));
	TRY(db_each_table(b->fresh, "view_", swap_table, b));
	return db_commit(store_db(b->s));
}

/* A database of its own: a file in a folder of its own outside the home, so that a
 * home that is only read can be checked, or a schema beside the live one. */
struct scratch {
	const char *folder, *schema, *where;
};

static err scratch_make(struct store *s, struct arena *a, struct scratch *out)
{
	const char *tmp = getenv("TMPDIR");
	char *folder;

	if (db_is_postgres(store_db(s))) {
		out->schema = arena_printf(a, "rebuild_%.12s", store_id(s)).p;
		out->where = arena_printf(a, "%s schema=%s", store_database(s), out->schema).p;
		return NULL;
	}
	folder = arena_cstr(a, arena_printf(a, "%s/custody-rebuild-XXXXXX", tmp && tmp[0] == '/' ? tmp : "/tmp"));
	if (!mkdtemp(folder))
		return fail_errno("cannot make the folder %s for the new views", folder);
	out->folder = folder;
	out->where = arena_printf(a, "sqlite:%s/views.db", folder).p;
	return NULL;
}

static err scratch_remove(struct store *s, struct arena *a, const struct scratch *at)
{
	DB_AUTO db = NULL;

	if (at->folder)
		return dir_remove(at->folder);
	TRY(db_open(store_database(s), DB_WRITE, 1000, &db));
	return db_script(db, arena_printf(a, "DROP SCHEMA IF EXISTS %s CASCADE", at->schema));
}

/* Somebody may write meanwhile; what is compared is one position. */
static err replay_and_compare(struct rebuilding *b)
{
	err e = db_snapshot(store_db(b->s));

	if (!e)
		e = replay(b);
	if (!e)
		e = db_each_table(b->fresh, "view_", compare_table, b);
	db_snapshot_end(store_db(b->s));
	return e;
}

static err rebuild_in(struct rebuilding *b, const char *where)
{
	TRY(db_open(where, DB_WRITE, 1000, &b->fresh));
	TRY(db_migrate(b->fresh));
	TRY(replay_and_compare(b));
	if (!b->spec->check_only && b->r->different)
		TRY(swap_all(b));
	return NULL;
}

err rebuild_views(struct store *s, const struct rebuild_spec *spec, struct rebuild_result *out)
{
	OWNED(arena) a = arena_new();
	OWNED(arena) names = arena_new();
	struct rebuilding b = { .s = s, .spec = spec, .r = out, .a = a };
	struct scratch at = { 0 };
	int64_t begin = instant_ticks_ms();
	err e, removed;

	*out = (struct rebuild_result){ 0 };
	TRY(scratch_make(s, names, &at));
	if (at.schema)
		TRY(scratch_remove(s, names, &at));
	e = rebuild_in(&b, at.where);
	if (e)
		db_rollback(store_db(s));
	db_close(b.fresh);
	removed = scratch_remove(s, names, &at);
	out->ms = instant_ticks_ms() - begin;
	return e ? e : removed;
}
