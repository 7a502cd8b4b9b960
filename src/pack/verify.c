#include "pack/verify.h"

#include "base/file.h"
#include "base/instant.h"
#include "pack/check.h"
#include "text/json_events.h"

const char *const pack_level_words[] = { "NOT intact", "intact", "authentic", "witnessed", NULL };

static void count_fault(void *ctx, const char *where, const char *what)
{
	struct pack_check *c = ctx;

	c->r->faults++;
	if (c->spec->fault)
		c->spec->fault(c->spec->ctx, where, what);
}

static void not_understood(struct pack_check *c, const char *path, err e)
{
	pack_fault(&c->faults, path, "it cannot be understood: %s", e->text);
}

/* A file a pack cannot be without; NULL, or absent bytes, where it is not there. */
static const struct pack_entry *need(struct pack_check *c, const char *path)
{
	const struct pack_entry *e = pack_in_find(c->in, path);

	if (!e && !map_has(c->listed_missing, str_c(path)))
		pack_fault(&c->faults, path, "this file is missing; a pack cannot be without it");
	return e;
}

static err load(struct pack_check *c, const char *path, struct str *out)
{
	BUF_AUTO bytes = buf_new(PACK_SMALL);
	const struct pack_entry *e = need(c, path);

	if (!e)
		return NULL;
	TRY(pack_check_bytes(c, e, &bytes));
	*out = arena_str(c->a, buf_str(&bytes));
	return NULL;
}

static err load_note(struct pack_check *c, const char *path, struct note *out, bool *has)
{
	struct str bytes = { 0 };
	err e;

	TRY(load(c, path, &bytes));
	if (!bytes.p)
		return NULL;
	e = note_parse(c->a, bytes, out);
	*has = !e;
	if (e)
		not_understood(c, path, e);
	return NULL;
}

static err load_key(struct pack_check *c)
{
	static const char path[] = "log/key.vkey";
	struct str line = { 0 };
	err e;

	TRY(load(c, path, &line));
	if (!line.p)
		return NULL;
	if (!line.n || line.p[line.n - 1] != '\n') {
		pack_fault(&c->faults, path, "it is not one line");
		return NULL;
	}
	line.n--;
	e = note_key_parse(line, &c->key);
	if (e) {
		not_understood(c, path, e);
		return NULL;
	}
	c->has_key = true;
	c->key_line = line;
	if (c->key.kind != NOTE_ED25519)
		pack_fault(&c->faults, path, "it is the key of a witness, not of a log");
	return NULL;
}

static err load_signed(struct pack_check *c)
{
	err e;

	TRY(load_key(c));
	TRY(load_note(c, "log/checkpoint", &c->checkpoint, &c->has_checkpoint));
	TRY(load_note(c, "manifest.note", &c->note, &c->has_note));
	e = c->has_checkpoint ? checkpoint_get(c->checkpoint.text, &c->head) : NULL;
	c->has_head = c->has_checkpoint && !e;
	if (e)
		not_understood(c, "log/checkpoint", e);
	if (c->has_key && c->has_head && !str_eq(c->key.name, c->head.origin))
		pack_fault(&c->faults, "log/key.vkey", "it is the key of %.*s, but the log is %.*s", FMT(c->key.name),
			   FMT(c->head.origin));
	return NULL;
}

static void check_signature(struct pack_check *c, const char *path, const struct note *n)
{
	struct note_seen seen = { 0 };

	if (note_verify(n, &c->key, 1, &seen))
		pack_fault(&c->faults, path, "its signature is wrong: text, signature or key was changed");
	else if (!seen.good)
		pack_fault(&c->faults, path, "it bears no signature by the key in log/key.vkey");
}

static void check_witness(struct pack_check *c, const struct note_key *k)
{
	struct note_seen seen = { 0 };

	if (!c->has_checkpoint)
		return;
	if (note_verify(&c->checkpoint, k, 1, &seen))
		pack_fault(&c->faults, "log/checkpoint", "the cosignature of %.*s is wrong", FMT(k->name));
	else if (seen.good && (c->r->witnessed_since == INSTANT_NONE || seen.time < c->r->witnessed_since))
		c->r->witnessed_since = seen.time;
}

static void check_known(struct pack_check *c)
{
	struct note_key k;

	for (size_t i = 0; i < c->spec->known.n; i++) {
		if (note_key_parse(c->spec->known.v[i], &k))
			continue;
		if (k.kind == NOTE_COSIGNATURE)
			check_witness(c, &k);
		else if (c->has_key && str_eq(c->spec->known.v[i], c->key_line))
			c->r->remembered = true;
		else if (c->has_key && str_eq(k.name, c->key.name))
			c->r->other_known = true;
	}
}

/* The keys the reader brought must fit; those seen before need not. */
static err check_keys(struct pack_check *c)
{
	struct note_key k;

	for (size_t i = 0; i < c->spec->keys.n; i++) {
		err bad = note_key_parse(c->spec->keys.v[i], &k);

		if (bad)
			return fail(ERR_USAGE, "a key that was given cannot be used: %s", bad->text);
		if (k.kind == NOTE_COSIGNATURE)
			check_witness(c, &k);
		else if (c->has_key && str_eq(c->spec->keys.v[i], c->key_line))
			c->r->given = true;
		else
			pack_fault(&c->faults, "log/key.vkey", "the pack was signed with another key than the one given (%.*s, %08x)",
				   FMT(k.name), k.id);
	}
	check_known(c);
	return NULL;
}

static err check_signatures(struct pack_check *c)
{
	if (c->has_key && c->has_checkpoint)
		check_signature(c, "log/checkpoint", &c->checkpoint);
	if (c->has_key && c->has_note)
		check_signature(c, "manifest.note", &c->note);
	return check_keys(c);
}

static err take_withheld(void *ctx, const struct json *w)
{
	struct pack_check *c = ctx;
	struct str part = json_text(json_get(w, "part"));
	struct digest d;
	int64_t index;

	if (digest_get(json_text(json_get(w, "evidence")), &d))
		TRY(pack_mark_evidence(c, &d, MARK_HELD, 0));
	if (!json_int(json_get(w, "index"), &index) || index < 0)
		return NULL;
	if (!str_is(part, "words"))
		TRY(pack_mark_part(c, false, index, MARK_HELD, 0));
	return str_is(part, "facts") ? NULL : pack_mark_part(c, true, index, MARK_HELD, 0);
}

static err load_withheld(struct pack_check *c)
{
	static const struct json_want wants[] = { { "withheld[]", take_withheld, 0 }, { 0 } };
	OWNED(json_events) events = json_events_new("withheld.json", wants, c);
	const struct pack_entry *e = need(c, "withheld.json");
	struct digest is;
	err bad;

	if (!e)
		return NULL;
	TRY(pack_check_events(c, e, events, &bad, &is));
	if (bad)
		not_understood(c, "withheld.json", bad);
	err_drop_copy(bad);
	return NULL;
}

struct str pack_fingerprint(struct arena *a, const struct note_key *key)
{
	struct digest d = digest_of((struct str){ (const char *)key->pub.b, sizeof(key->pub.b) });
	char hex[DIGEST_TEXT];

	digest_put(hex, &d);
	return arena_str(a, str_c(hex));
}

static int by_type(const void *x, const void *y)
{
	return str_cmp(((const struct pack_type_count *)x)->type, ((const struct pack_type_count *)y)->type);
}

/* What to call it. */
static void conclude(struct pack_check *c)
{
	struct pack_checked *r = c->r;

	if (r->n_types)
		qsort(r->types, r->n_types, sizeof(*r->types), by_type);
	r->manifest = c->manifest;
	if (c->has_head)
		r->origin = arena_str(c->spec->a, c->head.origin);
	if (c->has_key) {
		r->fingerprint = pack_fingerprint(c->spec->a, &c->key);
		r->vkey = arena_str(c->spec->a, c->key_line);
	}
	r->level = r->faults ? PACK_NOT_INTACT : !(r->given || r->remembered) ? PACK_INTACT
		 : r->witnessed_since == INSTANT_NONE ? PACK_AUTHENTIC : PACK_WITNESSED;
}

static err check_all(struct pack_check *c)
{
	size_t n;

	pack_in_entries(c->in, &n);
	c->items = base_alloc((n + 1) * sizeof(*c->items));
	c->of = pack_in_bytes(c->in) * (pack_in_is_zip(c->in) ? 2 : 1);
	TRY(pack_check_manifest(c));
	TRY(load_signed(c));
	TRY(pack_check_manifest_note(c));
	TRY(check_signatures(c));
	TRY(load_withheld(c));
	TRY(pack_check_stamps_before(c));
	TRY(pack_check_log(c));
	TRY(pack_check_stamps_after(c));
	TRY(pack_check_rest(c));
	conclude(c);
	return NULL;
}

static err zip_progress(void *ctx, uint64_t bytes)
{
	struct pack_check *c = ctx;

	c->done += bytes;
	if (c->spec->progress)
		c->spec->progress(c->spec->ctx, c->done, c->of ? c->of : c->done);
	return NULL;
}

static err verify(struct pack_check *c, const char *path)
{
	struct pack_in_spec in = { .path = path, .faults = c->faults, .progress = zip_progress, .ctx = c };

	TRY(pack_in_open(&in, &c->in));
	return check_all(c);
}

err pack_verify(const char *path, const struct pack_verify_spec *spec, struct pack_checked *out)
{
	struct pack_checked r = { .first_received = INSTANT_NONE, .last_received = INSTANT_NONE,
		.witnessed_since = INSTANT_NONE };
	struct pack_check *c = base_alloc(sizeof(*c));
	err e;

	c->spec = spec;
	c->r = &r;
	c->faults = (struct pack_faults){ count_fault, c };
	c->a = arena_new();
	c->note_size = -1;
	c->listed_missing = map_new();
	c->evidence = pile_new(sizeof(struct pack_listed), PILE_AS_PUT);
	c->marks = pile_new(PACK_MARK, PILE_SORTED);
	e = verify(c, path);
	pack_in_free(c->in);
	map_free(c->listed_missing);
	pile_free(c->evidence);
	pile_free(c->marks);
	free(c->items);
	arena_free(c->a);
	free(c);
	if (!e)
		*out = r;
	return e;
}

bool pack_is(const char *path)
{
	OWNED(arena) a = arena_new();

	if (str_ends(str_c(path), STR(".zip")))
		return file_exists(path);
	return dir_exists(path) && (file_exists(arena_printf(a, "%s/manifest.note", path).p) ||
				    file_exists(arena_printf(a, "%s/manifest.json", path).p));
}
