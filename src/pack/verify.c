#include "pack/verify.h"

#include "base/file.h"
#include "base/instant.h"
#include "pack/check.h"
#include "text/json_events.h"

const char *const pack_level_words[] = { "NOT intact", "intact", "authentic", "witnessed", NULL };

struct str pack_check_key(struct arena *a, char kind, struct str hex, int64_t index)
{
	return hex.p ? arena_printf(a, "%c%.*s", kind, FMT(hex)) : arena_printf(a, "%c%lld", kind, (long long)index);
}

struct pack_cite *pack_check_cite(struct pack_check *c, const struct digest *d)
{
	int64_t i = map_get_int(c->cited, digest_str(d));

	return i < 0 ? NULL : &c->cites[i];
}

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

/* A file a pack cannot be without; absent bytes where it is not there. */
static err load(struct pack_check *c, const char *path, struct str *out)
{
	BUF_AUTO bytes = buf_new(PACK_SMALL);
	const struct pack_entry *e = pack_in_find(c->in, path);

	if (!e) {
		if (!map_has(c->listed_missing, str_c(path)))
			pack_fault(&c->faults, path, "this file is missing; a pack cannot be without it");
		return NULL;
	}
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
	struct str evidence = json_text(json_get(w, "evidence")), part = json_text(json_get(w, "part"));
	int64_t index;

	if (evidence.p)
		map_put_int(c->held, pack_check_key(c->a, 'e', evidence, 0), 1);
	if (!json_int(json_get(w, "index"), &index))
		return NULL;
	if (!str_is(part, "words"))
		map_put_int(c->held, pack_check_key(c->a, 'f', (struct str){ 0 }, index), 1);
	if (!str_is(part, "facts"))
		map_put_int(c->held, pack_check_key(c->a, 'w', (struct str){ 0 }, index), 1);
	return NULL;
}

static err load_withheld(struct pack_check *c)
{
	static const struct json_want wants[] = { { "withheld[]", take_withheld, 0 }, { 0 } };
	OWNED(json_events) events = json_events_new("withheld.json", wants, c);
	struct str text = { 0 };
	err e;

	TRY(load(c, "withheld.json", &text));
	if (!text.p)
		return NULL;
	e = json_events_feed(events, text);
	if (!e)
		e = json_events_end(events);
	if (e)
		not_understood(c, "withheld.json", e);
	return NULL;
}

static void check_absent_part(struct pack_check *c, const struct pack_absent *p)
{
	struct str key = pack_check_key(c->a, p->words ? 'w' : 'f', (struct str){ 0 }, p->index);
	struct pack_type_count *type = &c->r->types[p->type];
	char where[128];

	if (map_has(c->gone, key)) {
		c->r->erased_parts++;
		type->erased++;
	} else if (map_has(c->held, key)) {
		c->r->withheld_parts++;
		type->withheld++;
	} else {
		snprintf(where, sizeof(where), "record %lld (%.*s)", (long long)p->index, FMT(type->type));
		pack_fault(&c->faults, where, "its %s are missing: they are neither erased nor withheld", p->words ? "words" : "facts");
	}
}

static void check_absent_evidence(struct pack_check *c, const struct pack_cite *cite)
{
	char hex[DIGEST_TEXT];
	struct str key, path;

	if (cite->here || cite->shown_by < 0)
		return;
	digest_put(hex, &cite->digest);
	key = pack_check_key(c->a, 'e', str_c(hex), 0);
	path = arena_printf(c->a, "evidence/%s", hex);
	if (map_has(c->gone, key))
		c->r->erased_evidence++;
	else if (map_has(c->held, key))
		c->r->withheld_evidence++;
	else if (!map_has(c->listed_missing, path) && !pack_in_find(c->in, path.p))
		pack_fault(&c->faults, path.p, "this evidence is missing: record %lld cites it, and it is neither erased nor withheld",
			   (long long)cite->shown_by);
}

static int by_type(const void *x, const void *y)
{
	return str_cmp(((const struct pack_type_count *)x)->type, ((const struct pack_type_count *)y)->type);
}

/* What to call it. */
static void conclude(struct pack_check *c)
{
	struct pack_checked *r = c->r;

	for (size_t i = 0; i < c->n_absent; i++)
		check_absent_part(c, &c->absent[i]);
	for (size_t i = 0; i < c->n_cites; i++)
		check_absent_evidence(c, &c->cites[i]);
	if (r->n_types)
		qsort(r->types, r->n_types, sizeof(*r->types), by_type);
	if (c->has_head)
		r->origin = arena_str(c->spec->a, c->head.origin);
	if (c->has_key) {
		struct digest d = digest_of((struct str){ (const char *)c->key.pub.b, sizeof(c->key.pub.b) });
		char hex[DIGEST_TEXT];

		digest_put(hex, &d);
		r->fingerprint = arena_str(c->spec->a, str_c(hex));
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
	c->cited = map_new();
	c->gone = map_new();
	c->held = map_new();
	e = verify(c, path);
	pack_in_free(c->in);
	map_free(c->listed_missing);
	map_free(c->cited);
	map_free(c->gone);
	map_free(c->held);
	free(c->items);
	free(c->cites);
	free(c->absent);
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
