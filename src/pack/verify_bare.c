/* Checking what is no pack: a folder with a checkpoint and its tiles, and a proof
 * that one record stands in a log. Both need a key. */
#include "pack/verify.h"

#include "base/file.h"
#include "base/instant.h"
#include "ledger/proof.h"
#include "ledger/tiles.h"
#include "record/header.h"

enum { NOTE_MAX = 1 << 20, KEYS = 1024 };

/* Keys that may be tried: log keys, and witnesses'. */
struct keys {
	struct note_key log[KEYS], witness[CHECKPOINT_WITNESSES_MAX];
	bool from_there[KEYS];		/* it lay beside what is checked */
	size_t n_log, n_witness;
};

static err add_key(struct keys *k, struct str vkey, bool from_there)
{
	struct note_key key;

	TRY(note_key_parse(vkey, &key));
	if (key.kind == NOTE_COSIGNATURE && k->n_witness < CHECKPOINT_WITNESSES_MAX)
		k->witness[k->n_witness++] = key;
	if (key.kind == NOTE_ED25519 && k->n_log < KEYS) {
		k->from_there[k->n_log] = from_there;
		k->log[k->n_log++] = key;
	}
	return NULL;
}

/* Those given; only where no log key is among them, those seen before. */
static err collect_keys(const struct pack_verify_spec *spec, struct str there, struct keys *k)
{
	for (size_t i = 0; i < spec->keys.n; i++) {
		err bad = add_key(k, spec->keys.v[i], false);

		if (bad)
			return fail(ERR_USAGE, "a key that was given cannot be used: %s", bad->text);
	}
	for (size_t i = 0; i < spec->known.n && !k->n_log; i++)
		if (add_key(k, spec->known.v[i], false))
			continue;
	if (there.p && !k->n_log)
		TRY(add_key(k, there, true));
	if (!k->n_log)
		return err_hint(fail(ERR_USAGE, "without the log's key nothing can be checked"), "give it with --key VKEY");
	return NULL;
}

static enum pack_level level_of(const struct keys *k, const struct note_key *log, const struct checkpoint_signed *is,
				int64_t *since)
{
	*since = INSTANT_NONE;
	if (k->from_there[log - k->log])
		return PACK_INTACT;
	for (size_t i = 0; i < k->n_witness; i++)
		if (is->seen[i].good && (*since == INSTANT_NONE || is->seen[i].time < *since))
			*since = is->seen[i].time;
	return *since == INSTANT_NONE ? PACK_AUTHENTIC : PACK_WITNESSED;
}

static struct checkpoint_trust trust_in(const struct keys *k, const struct note_key *log)
{
	return (struct checkpoint_trust){ .log = *log, .witnesses = k->witness, .witness_count = k->n_witness };
}

/* A note signed by one of the keys; the last one's error otherwise. */
static err verify_note(struct arena *a, struct str bytes, const struct keys *k, struct checkpoint_signed *is,
		       const struct note_key **by)
{
	struct checkpoint_trust trust;
	err e = NULL;

	for (size_t i = 0; i < k->n_log; i++) {
		trust = trust_in(k, &k->log[i]);
		e = checkpoint_verify(a, bytes, &trust, is);
		*by = &k->log[i];
		if (!e)
			return NULL;
	}
	return e;
}

/* The key's line where one lies beside the checkpoint. */
static struct str key_there(struct arena *a, const char *path)
{
	BUF_AUTO text = buf_new(NOTE_MAX);

	if (file_read(arena_printf(a, "%s/key.vkey", path).p, &text))
		return (struct str){ 0 };
	return str_trim(arena_str(a, buf_str(&text)));
}

static err walk_tiles(const char *path, const struct checkpoint *head)
{
	OWNED(tiles) t = tiles_open(path, head->head.size);
	struct tree_head is;

	TRY(tiles_verify(t, 0, NULL, &is));
	if (!digest_eq(&is.root, &head->head.root))
		return fail(ERR_INTEGRITY, "the entries give another root than the checkpoint: a record was changed, reordered, "
			    "added or removed");
	return NULL;
}

err pack_verify_tiles(const char *path, const struct pack_verify_spec *spec, struct pack_checked *out)
{
	struct pack_checked r = { .first_received = INSTANT_NONE, .last_received = INSTANT_NONE,
		.witnessed_since = INSTANT_NONE };
	struct keys *k = ARENA_NEW(spec->a, struct keys);
	BUF_AUTO note = buf_new(NOTE_MAX);
	struct checkpoint_signed *is = ARENA_NEW(spec->a, struct checkpoint_signed);
	const struct note_key *by = NULL;
	BUF_AUTO vkey = buf_new(1024);
	err e;

	TRY(file_read(arena_printf(spec->a, "%s/checkpoint", path).p, &note));
	TRY(collect_keys(spec, key_there(spec->a, path), k));
	e = verify_note(spec->a, arena_str(spec->a, buf_str(&note)), k, is, &by);
	if (!e)
		e = walk_tiles(path, &is->is);
	if (e && e->kind != ERR_INTEGRITY && e->kind != ERR_INPUT && e->kind != ERR_MISSING)
		return e;
	if (e) {
		r.faults = 1;
		if (spec->fault)
			spec->fault(spec->ctx, path, e->text);
	} else {
		r.level = level_of(k, by, is, &r.witnessed_since);
		r.records = (int64_t)is->is.head.size;
		r.root = is->is.head.root;
		r.origin = is->is.origin;
	}
	note_key_put(&vkey, by);
	r.vkey = arena_str(spec->a, buf_str(&vkey));
	r.fingerprint = pack_fingerprint(spec->a, by);
	*out = r;
	return NULL;
}

err pack_verify_proof(struct str proof, struct str header, const struct pack_verify_spec *spec,
		      struct pack_proof_result *out)
{
	struct keys *k = ARENA_NEW(spec->a, struct keys);
	struct checkpoint_signed *is = ARENA_NEW(spec->a, struct checkpoint_signed);
	struct checkpoint_trust trust;
	const struct note_key *by = NULL;
	struct proof p;
	struct header h;

	TRY(collect_keys(spec, (struct str){ 0 }, k));
	TRY(proof_get(spec->a, proof, &p));
	TRY(verify_note(spec->a, p.checkpoint, k, is, &by));
	trust = trust_in(k, by);
	TRY(proof_verify(spec->a, &p, header, &trust, is));
	*out = (struct pack_proof_result){
		.index = (int64_t)p.index, .size = (int64_t)is->is.head.size, .origin = is->is.origin,
		.type = header_parse(spec->a, header, &h) ? (struct str){ 0 } : h.type,
	};
	out->level = level_of(k, by, is, &out->witnessed_since);
	return NULL;
}
