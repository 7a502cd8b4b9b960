#include "ledger/ledger.h"

#include "base/arena.h"
#include "ledger/checkpoint.h"
#include "ledger/keys.h"
#include "ledger/tiles.h"

#include <errno.h>

enum { CHUNK = 16384, NOTE_MAX = 64 * 1024 };

struct ledger {
	struct db *db;
	struct arena *a;		/* lives with the ledger */
	struct arena *scratch;
	const char *folder;
	struct note_signer *signer;	/* NULL: opened for reading */
	struct str origin, vkey;
	struct buf note;
};

static err load_signer(struct ledger *l, const char *keys)
{
	BUF_AUTO vkey = buf_new(1024);

	TRY(keys_load_signer(keys, &l->signer));
	l->origin = note_signer_key(l->signer)->name;
	note_key_put(&vkey, note_signer_key(l->signer));
	l->vkey = arena_str(l->a, buf_str(&vkey));
	return NULL;
}

err ledger_open(struct db *db, const char *tiles, const char *keys, struct ledger **out)
{
	LEDGER_AUTO l = base_alloc(sizeof(*l));

	l->db = db;
	l->a = arena_new();
	l->scratch = arena_new();
	l->folder = tiles;
	l->note = buf_new(NOTE_MAX);
	if (keys)
		TRY(load_signer(l, keys));
	*out = l;
	l = NULL;
	return NULL;
}

void ledger_close(struct ledger *l)
{
	if (!l)
		return;
	note_signer_free(l->signer);
	buf_done(&l->note);
	arena_free(l->scratch);
	arena_free(l->a);
	free(l);
}

err ledger_size(struct ledger *l, int64_t *size)
{
	TRY(db_get_int(l->db, SQL("SELECT max(idx) FROM kept_record"), DB_NONE, -1, size));
	++*size;
	return NULL;
}

err ledger_append(struct ledger *l, const struct ledger_entry *e, int64_t *idx, bool *already)
{
	int64_t next, added;

	TRY(ledger_size(l, &next));
	TRY(db_run(l->db, SQL("INSERT INTO kept_record (idx, header, facts, facts_salt, words, words_salt, key) "
			      "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (key) DO NOTHING"),
		   DB_ARGS(DB_I(next), DB_B(e->header), db_blob_or_null(e->facts), db_blob_or_null(e->facts_salt),
			   db_blob_or_null(e->words), db_blob_or_null(e->words_salt), DB_B(e->key)), &added));
	*already = added == 0;
	*idx = next;
	if (added)
		return NULL;
	TRY(db_get_int(l->db, SQL("SELECT idx FROM kept_record WHERE key = $1"), DB_ARGS(DB_B(e->key)), -1, idx));
	return *idx >= 0 ? NULL : fail(ERR_CONFLICT, "a record was neither written nor there; nothing was kept");
}

err ledger_head(struct ledger *l, struct ledger_head *out)
{
	DB_ROWS rows = NULL;
	bool more;

	*out = (struct ledger_head){ .root = tree_empty_root() };
	TRY(db_query(l->db, SQL("SELECT size, root, note, signed_at FROM kept_head WHERE one = 1"), DB_NONE, &rows));
	TRY(db_next(rows, &more));
	if (!more)
		return NULL;
	if (db_blob(rows, 1).n != DIGEST_BYTES)
		return fail(ERR_INTEGRITY, "the newest checkpoint in the database has no root");
	out->size = db_int(rows, 0);
	memcpy(out->root.b, db_blob(rows, 1).p, DIGEST_BYTES);
	buf_clear(&l->note);
	buf_add(&l->note, db_text(rows, 2));
	out->note = buf_str(&l->note);
	out->signed_at = db_int(rows, 3);
	return NULL;
}

/* The next headers from the database into the tiles; at most CHUNK at a time. */
static err integrate_chunk(struct ledger *l, struct tiles *t, struct tree_head *head)
{
	struct str *leaves;
	size_t n = 0;
	DB_ROWS rows = NULL;
	bool more;

	arena_reset(l->scratch);
	leaves = ARENA_ARRAY(l->scratch, struct str, CHUNK);
	TRY(db_query(l->db, SQL("SELECT header, idx FROM kept_record WHERE idx >= $1 ORDER BY idx LIMIT $2"),
		     DB_ARGS(DB_I(tiles_size(t)), DB_I(CHUNK)), &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			break;
		if (db_int(rows, 1) != (int64_t)(tiles_size(t) + n))
			return fail(ERR_INTEGRITY, "record %llu is missing from the database; nothing was signed",
				    (unsigned long long)(tiles_size(t) + n));
		leaves[n++] = arena_str(l->scratch, db_blob(rows, 0));
	}
	if (n == 0)
		return fail(ERR_INTEGRITY, "records behind %llu are missing from the database; nothing was signed",
			    (unsigned long long)tiles_size(t));
	return tiles_append(t, leaves, n, head);
}

/* The root that is about to be extended must be the one that was signed. */
static err check_signed_root(struct tiles *t, const struct ledger_head *head)
{
	struct digest root;

	if (head->size == 0)
		return NULL;
	TRY(tiles_root(t, (uint64_t)head->size, &root));
	if (!digest_eq(&root, &head->root))
		return fail(ERR_INTEGRITY, "the tiles do not give the root that was signed at size %lld; nothing was signed",
			    (long long)head->size);
	return NULL;
}

/* The commit point: the old head must still be the head. */
static err swap_head(struct ledger *l, const struct ledger_head *old, const struct tree_head *head, int64_t now)
{
	BUF_AUTO note = buf_new(NOTE_MAX);
	int64_t changed;

	checkpoint_sign(&note, head, l->signer);
	TRY(buf_ok(&note, "the checkpoint"));
	TRY(db_run(l->db, SQL("INSERT INTO kept_checkpoint (size, root, note, signed_at) VALUES ($1, $2, $3, $4)"),
		   DB_ARGS(DB_I(head->size), DB_B(digest_str(&head->root)), DB_T(buf_str(&note)), DB_I(now)), NULL));
	if (old->size == 0)
		return db_run(l->db,
			      SQL("INSERT INTO kept_head (one, size, root, note, signed_at) VALUES (1, $1, $2, "
				  "$3, $4)"),
			      DB_ARGS(DB_I(head->size), DB_B(digest_str(&head->root)), DB_T(buf_str(&note)),
				      DB_I(now)),
			      NULL);
	TRY(db_run(l->db, SQL("UPDATE kept_head SET size = $2, root = $3, note = $4, signed_at = $5 "
			      "WHERE one = 1 AND size = $1"),
		   DB_ARGS(DB_I(old->size), DB_I(head->size), DB_B(digest_str(&head->root)), DB_T(buf_str(&note)),
			   DB_I(now)), &changed));
	return changed == 1 ? NULL : fail(ERR_CONFLICT, "somebody else signed the log meanwhile; nothing was signed");
}

static err sign_in_transaction(struct ledger *l, int64_t now, int64_t *from, int64_t *to)
{
	OWNED(tiles) t = NULL;
	struct ledger_head old;
	struct tree_head head;
	int64_t size;

	TRY(ledger_head(l, &old));
	TRY(ledger_size(l, &size));
	*from = old.size;
	*to = size;
	if (size <= old.size)
		return NULL;
	if (now < old.signed_at)
		return fail(ERR_CONFLICT, "the clock is behind the last checkpoint; nothing was signed");
	t = tiles_open(l->folder, (uint64_t)old.size);
	TRY(check_signed_root(t, &old));
	while ((int64_t)tiles_size(t) < size)
		TRY(integrate_chunk(l, t, &head));
	return swap_head(l, &old, &head, now);
}

/* Full tiles are on the disk and their checkpoint is signed: nobody needs the
 * partial ones they took the place of. What cannot be removed is in nobody's way. */
static void drop_partial_tiles(struct ledger *l, int64_t from, int64_t to)
{
	OWNED(tiles) t = tiles_open(l->folder, (uint64_t)to);

	if (tiles_prune(t, (uint64_t)from, (uint64_t)to))
		errno = 0;
}

err ledger_sign(struct ledger *l, int64_t now)
{
	int64_t from, to;
	err e;

	if (!l->signer)
		return fail(ERR_DENIED, "the log was opened for reading and cannot be signed");
	TRY(db_begin(l->db));
	e = sign_in_transaction(l, now, &from, &to);
	if (e || to <= from) {
		db_rollback(l->db);
		return e;
	}
	TRY(db_commit(l->db));
	drop_partial_tiles(l, from, to);
	return NULL;
}

err ledger_sign_note(struct ledger *l, struct str text, struct buf *out)
{
	/* Names of keys hold no space, so no origin begins like this. */
	ASSERT(str_starts(text, STR("custody pack manifest v1\n")));
	if (!l->signer)
		return fail(ERR_DENIED, "the log was opened for reading and cannot be signed");
	note_sign(out, text, l->signer);
	return NULL;
}

struct str ledger_origin(const struct ledger *l)
{
	return l->origin;
}

struct str ledger_vkey(const struct ledger *l)
{
	return l->vkey;
}
