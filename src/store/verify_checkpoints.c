#include "store/verify_parts.h"

#include "ledger/checkpoint.h"
#include "ledger/tiles.h"
#include "text/json.h"

/* The log's own key: from its first record, which the tree covers. */
static err own_key(struct verifying *v)
{
	DB_ROWS rows = NULL;
	struct json *doc;
	bool more;

	TRY(db_query(store_db(v->s), SQL("SELECT facts FROM kept_record WHERE idx = 0"), DB_NONE, &rows));
	TRY(db_next(rows, &more));
	if (!more)
		return fail(ERR_INTEGRITY, "record 0, which names the log and its key, is missing from the database");
	if (json_parse(v->spec->a, "record 0", arena_str(v->spec->a, db_blob(rows, 0)), &doc))
		return fail(ERR_INTEGRITY, "record 0, which names the log and its key, is damaged");
	v->r->vkey = json_text(json_get(doc, "vkey"));
	v->r->origin = json_text(json_get(doc, "origin"));
	if (!v->r->origin.p || note_key_parse(v->r->vkey, &v->key))
		return fail(ERR_INTEGRITY, "record 0 names no key of the log");
	return NULL;
}

static void altered(struct verifying *v, int64_t size, const char *why)
{
	verify_fault(v, VERIFY_ALTERED, &v->r->other_faults, "the checkpoint of size %lld: %s", (long long)size, why);
}

struct row {
	int64_t size, signed_at;
	struct str root, note;
};

static void check_note(struct verifying *v, const struct row *row)
{
	struct checkpoint_trust trust = { .origin = v->r->origin, .log = v->key };
	struct checkpoint_signed is;
	err e = checkpoint_verify(v->a, row->note, &trust, &is);

	if (e)
		altered(v, row->size, e->text);
	else if ((int64_t)is.is.head.size != row->size || !str_eq(digest_str(&is.is.head.root), row->root))
		altered(v, row->size, "it names another size or root than its row");
}

/* Each checkpoint ever signed must be a beginning of the log as it is now. */
static err check_beginning(struct verifying *v, struct tiles *t, const struct row *row)
{
	struct digest root;
	err e;

	if (row->size > v->head.size) {
		altered(v, row->size, "it is larger than the log: the log was rolled back");
		return NULL;
	}
	if (row->size == v->head.size && !str_eq(row->note, v->head.note))
		altered(v, row->size, "it is not the newest head that the database names");
	if (row->size == v->head.size && row->signed_at != v->head.signed_at)
		altered(v, row->size, "it was signed at another time than the newest head says");
	e = tiles_root(t, (uint64_t)row->size, &root);
	if (e && e->kind != ERR_INTEGRITY)
		return e;
	if (e)
		altered(v, row->size, e->text);
	else if (!str_eq(digest_str(&root), row->root))
		altered(v, row->size, "the log has another root at that size now");
	return NULL;
}

static void check_head(struct verifying *v, const struct row *last)
{
	if (last->size < v->head.size)
		verify_fault(v, VERIFY_MISSING, &v->r->other_faults, "the checkpoint of size %lld, which the head names, is "
			     "missing from the list of checkpoints", (long long)v->head.size);
	check_note(v, &(struct row){ v->head.size, v->head.signed_at, digest_str(&v->head.root), v->head.note });
}

err verify_checkpoints(struct verifying *v)
{
	OWNED(arena) a = arena_new();
	OWNED(tiles) t = tiles_open(store_path(v->s, a, "tiles"), (uint64_t)v->head.size);
	DB_ROWS rows = NULL;
	struct row row = { 0 };
	bool more;

	TRY(own_key(v));
	TRY(db_query(store_db(v->s), SQL("SELECT size, root, note, signed_at FROM kept_checkpoint ORDER BY size"), DB_NONE,
		     &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			break;
		arena_reset(v->a);
		v->r->checkpoints++;
		row = (struct row){ db_int(rows, 0), db_int(rows, 3), db_blob(rows, 1), db_text(rows, 2) };
		check_note(v, &row);
		TRY(check_beginning(v, t, &row));
	}
	check_head(v, &row);
	return NULL;
}
