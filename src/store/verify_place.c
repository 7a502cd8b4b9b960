#include "store/verify_parts.h"

#include "base/hex.h"
#include "ledger/keys.h"
#include "ledger/tiles.h"
#include "store/anchor.h"

/* A key that this account may not read is no fault; a damaged one is. */
static void key_fault(struct verifying *v, const char *name, err e)
{
	if (!e)
		return;
	if (e->kind == ERR_IO || e->kind == ERR_DENIED)
		v->r->unread = arena_printf(v->spec->a, "not checked: %s", e->text);
	else
		verify_fault(v, e->kind == ERR_MISSING ? VERIFY_MISSING : VERIFY_ALTERED, &v->r->other_faults,
			     "keys/%s: %s", name, e->text);
}

static void check_signer(struct verifying *v, const char *keys)
{
	OWNED(note_signer) signer = NULL;
	BUF_AUTO vkey = buf_new(1024);
	err e = keys_load_signer(keys, &signer);

	if (!e) {
		note_key_put(&vkey, note_signer_key(signer));
		if (!str_eq(buf_str(&vkey), v->r->vkey))
			e = fail(ERR_INTEGRITY, "it is not the key that signed this log");
	}
	key_fault(v, "signing.key", e);
}

static void check_secret(struct verifying *v, const char *keys)
{
	uint8_t secret[KEYS_SECRET];
	err e = keys_load_secret(keys, "home.key", secret);

	if (!e)
		e = home_check_key(&v->home, (struct str){ (const char *)secret, sizeof(secret) });
	ed25519_wipe(secret, sizeof(secret));
	key_fault(v, "home.key", e);
}

/* The first record is about the home. */
static err check_id(struct verifying *v)
{
	DB_ROWS rows = NULL;
	struct header h;
	bool more;

	TRY(db_query(store_db(v->s), SQL("SELECT header FROM kept_record WHERE idx = 0"), DB_NONE, &rows));
	TRY(db_next(rows, &more));
	if (more && !header_parse(v->a, db_blob(rows, 0), &h) && !str_eq(h.about, v->home.id))
		verify_fault(v, VERIFY_ALTERED, &v->r->other_faults, "home.json names another home than the log's first record");
	return NULL;
}

/* A copy may well be behind its original; the original may not. */
static err check_noted(struct verifying *v)
{
	const struct home_note *n = &v->home.noted;
	OWNED(tiles) t = NULL;
	struct digest root;
	err e;

	if (n->size > v->head.size) {
		if (v->r->place.p)
			v->r->place = arena_printf(v->spec->a, "%.*s; the original has been signed up to %lld records",
						   FMT(v->r->place), (long long)n->size);
		else
			verify_fault(v, VERIFY_MISSING, &v->r->other_faults, "the home was rolled back: it holds %lld records, and "
				     "%lld were signed here before", (long long)v->head.size, (long long)n->size);
		return NULL;
	}
	if (n->size == 0 || !n->has_root)
		return NULL;
	t = tiles_open(store_path(v->s, v->a, "tiles"), (uint64_t)v->head.size);
	e = tiles_root(t, (uint64_t)n->size, &root);
	if (e && e->kind != ERR_INTEGRITY)
		return e;
	if (e || !digest_eq(&root, &n->root))
		verify_fault(v, VERIFY_ALTERED, &v->r->other_faults,
			     "the log is not the one that was signed here before: its first %lld records have another root",
			     (long long)n->size);
	return NULL;
}

static void check_places(struct verifying *v)
{
	struct anchor_places places;
	err e = anchor_places_read(v->a, v->home.path, &places);

	if (e && e->kind == ERR_IO)
		v->r->unread = arena_printf(v->spec->a, "not checked: %s", e->text);
	else if (e)
		verify_fault(v, VERIFY_ALTERED, &v->r->other_faults, "anchors.json: %s", e->text);
}

err verify_place(struct verifying *v)
{
	OWNED(arena) a = arena_new();
	const char *keys = store_path(v->s, a, "keys");

	check_places(v);

	check_signer(v, keys);
	check_secret(v, keys);
	TRY(check_id(v));
	if (!home_is_here(&v->home))
		v->r->place = STR("a copy: the home was made for another machine or folder, so it can be read and not written");
	return check_noted(v);
}
