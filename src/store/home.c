#include "store/home.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hex.h"
#include "crypto/hmac.h"
#include "crypto/random.h"
#include "ledger/keys.h"
#include "ledger/tiles.h"
#include "text/json.h"

bool store_exists(const char *home)
{
	OWNED(arena) a = arena_new();

	return file_exists(arena_printf(a, "%s/home.json", home).p);
}

struct str home_user(struct arena *a)
{
	const struct passwd *pw = getpwuid(geteuid());
	char machine[256] = "";

	if (gethostname(machine, sizeof(machine) - 1))
		machine[0] = '\0';
	return arena_printf(a, "%s@%s", pw ? pw->pw_name : "unknown", machine[0] ? machine : "unknown");
}

/* What tells this home from a copy: the machine's id where it has one, and the
 * folder's path. */
static struct str place_of(struct arena *a, const char *path)
{
	BUF_AUTO id = buf_new(256);

	if (file_read("/etc/machine-id", &id))
		buf_clear(&id);
	return arena_printf(a, "%.*s:%s", FMT(str_trim(buf_str(&id))), path);
}

/* Homes that `custody audit` made here: the likeliest reason that none is found is that
 * nobody was told where it is. */
struct near { struct arena *a; struct str found; };

static err look_near(void *ctx, const char *name)
{
	struct near *n = ctx;
	struct str home = arena_printf(n->a, "%s/home", name);

	if (str_ends(str_c(name), STR("-custody")) && store_exists(home.p))
		n->found = n->found.p ? STR("") : home;
	return NULL;
}

static err no_home(struct arena *a, const char *path)
{
	struct near n = { .a = a };
	err e = fail(ERR_MISSING, "there is no home at %s", path);

	if (dir_each(".", look_near, &n) || !n.found.n)
		return err_hint(e, "custody init makes one, custody audit DIR one with what it finds");
	return err_hint(e, "there is one at %.*s: export CUSTODY_HOME=%.*s", FMT(n.found), FMT(n.found));
}

static err absolute(struct arena *a, const char *path, const char **out)
{
	char *real = realpath(path, NULL);

	if (!real && errno == ENOENT)
		return no_home(a, path);
	if (!real)
		return fail_errno("cannot find %s", path);
	*out = arena_cstr(a, str_c(real));
	free(real);
	return NULL;
}

/* Without home.json: no home, or one that lost it. */
static err no_settings(struct arena *a, const char *path, const char *name)
{
	if (file_exists(arena_printf(a, "%s/keys/signing.key", path).p) && dir_exists(arena_printf(a, "%s/tiles", path).p))
		return fail(ERR_INTEGRITY, "%s is missing from the home", name);
	return err_hint(fail(ERR_MISSING, "%s is no home: it has no home.json", path), "custody init makes one");
}

/* Over all that home.json says, so that a flipped bit in it is damage and no copy. */
static struct str check_of(struct arena *a, struct str database, const struct home *h)
{
	struct str all = arena_printf(a, "%.*s\n%.*s\n%.*s\n%.*s", FMT(database.p ? database : STR("")), FMT(h->id),
				      FMT(h->key), FMT(h->place));
	struct digest d = digest_of(all);

	return digest_hex(a, &d);
}

err home_read(struct arena *a, const char *path, struct home *out)
{
	BUF_AUTO text = buf_new(64 * 1024);
	struct json *doc;
	struct str database;
	const char *name;
	err e;

	*out = (struct home){ 0 };
	TRY(absolute(a, path, &out->path));
	name = arena_printf(a, "%s/home.json", out->path).p;
	e = file_read(name, &text);
	if (e && e->kind == ERR_MISSING)
		return no_settings(a, path, name);
	if (!e)
		e = json_parse(a, name, arena_str(a, buf_str(&text)), &doc);
	if (e && e->kind != ERR_IO)
		return fail(ERR_INTEGRITY, "%s is damaged: %s", name, e->text);
	TRY(e);
	database = json_text(json_get(doc, "database"));
	out->key = json_text(json_get(doc, "key"));
	out->id = json_text(json_get(doc, "id"));
	out->place = json_text(json_get(doc, "place"));
	if (out->id.n != 32 || !out->place.p)
		return fail(ERR_INTEGRITY, "%s does not name the home's id and place", name);
	if (!str_eq(json_text(json_get(doc, "check")), check_of(a, database, out)))
		return fail(ERR_INTEGRITY, "%s is damaged: its check is not that of what it says", name);
	out->database = database.p ? arena_cstr(a, database)
				   : arena_printf(a, "sqlite:%s/custody.db", out->path).p;
	return NULL;
}

/* One way: nobody learns the key from it. */
static struct str known_by(struct arena *a, struct str secret)
{
	struct digest d = hmac_derive(secret, "home.json");
	char hex[33];

	hex_put(hex, d.b, 16);
	return arena_str(a, str_c(hex));
}

err home_check_key(const struct home *h, struct str secret)
{
	OWNED(arena) a = arena_new();

	if (h->key.p && !str_eq(h->key, known_by(a, secret)))
		return fail(ERR_INTEGRITY, "it is not the key that %s/home.json knows", h->path);
	return NULL;
}

static err write_settings(struct arena *a, const struct store_init_spec *spec, const struct home *h)
{
	BUF_AUTO text = buf_new(64 * 1024);
	struct json_writer w = json_write(&text);

	json_open(&w, '{');
	json_add_text(&w, "check", check_of(a, str_c(spec->database), h));
	if (spec->database)
		json_add_c(&w, "database", spec->database);
	json_add_text(&w, "id", h->id);
	json_add_text(&w, "key", h->key);
	json_add_text(&w, "place", h->place);
	json_close(&w, '}');
	buf_add_char(&text, '\n');
	return file_write_atomic(arena_printf(a, "%s/home.json", h->path).p, buf_str(&text), 0600);
}

static err write_keys(struct arena *a, const struct store_init_spec *spec, struct home *h)
{
	uint8_t secret[KEYS_SECRET];
	const char *keys = arena_printf(a, "%s/keys", h->path).p;
	struct str origin = spec->origin ? str_c(spec->origin)
					 : arena_printf(a, "custody.local/%.*s", FMT(str_cut(h->id, 16)));

	TRY(keys_make_secret(keys, "home.key"));
	TRY(keys_load_secret(keys, "home.key", secret));
	h->key = known_by(a, (struct str){ (const char *)secret, sizeof(secret) });
	ed25519_wipe(secret, sizeof(secret));
	return keys_make_signer(keys, origin);
}

err home_claim(struct arena *a, const char *path, int *making)
{
	static const char *const names[] = { "home.json", "keys", "custody.db", "tiles", "evidence" };

	TRY(dir_make(path, 0700));
	*making = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*making < 0 || flock(*making, LOCK_EX))
		return fail_errno("cannot lock the folder %s", path);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *name = arena_printf(a, "%s/%s", path, names[i]).p;

		if (!file_exists(name))
			continue;
		if (i == 0)
			return err_hint(fail(ERR_CONFLICT, "there is a home at %s already", path),
					"use it, or name another folder with --home");
		return err_hint(fail(ERR_CONFLICT, "%s is there already, so no home can be made here", name),
				"name another folder with --home");
	}
	return NULL;
}

err home_make(struct arena *a, const struct store_init_spec *spec, struct home *out)
{
	static const char *const folders[] = { "evidence", "tiles", "keys" };
	uint8_t id[16];
	char hex[33];

	TRY(absolute(a, spec->home, &out->path));
	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		TRY(dir_make(arena_printf(a, "%s/%s", out->path, folders[i]).p, 0700));
	random_bytes(id, sizeof(id));
	hex_put(hex, id, sizeof(id));
	out->place = place_of(a, out->path);
	out->id = arena_str(a, str_c(hex));
	TRY(write_keys(a, spec, out));
	TRY(write_settings(a, spec, out));
	out->database = spec->database ? arena_cstr(a, str_c(spec->database))
				       : arena_printf(a, "sqlite:%s/custody.db", out->path).p;
	return NULL;
}

/* Where the size is noted a second time, or NULL where nobody has a home folder. */
static const char *note_path(struct arena *a, const struct home *h)
{
	const char *state = getenv("XDG_STATE_HOME"), *user = getenv("HOME");

	if (state && state[0] == '/')
		return arena_printf(a, "%s/custody/%.*s", state, FMT(h->id)).p;
	if (user && user[0] == '/')
		return arena_printf(a, "%s/.local/state/custody/%.*s", user, FMT(h->id)).p;
	return NULL;
}

static err new_shard_hint(err e, const struct home *h)
{
	return err_hint(e, "it stays readable; to go on from it here: custody init --home NEW --after %s", h->path);
}

bool home_is_here(const struct home *h)
{
	OWNED(arena) a = arena_new();

	return str_eq(place_of(a, h->path), h->place);
}

/* "SIZE ROOT\n", the root in base64 as in the checkpoint. */
err home_noted_read(struct home *h)
{
	OWNED(arena) a = arena_new();
	const char *path = note_path(a, h);
	BUF_AUTO text = buf_new(256), root = buf_new(DIGEST_BYTES);
	struct str rest, size;

	h->noted = (struct home_note){ 0 };
	if (!path || file_read(path, &text))
		return NULL;
	rest = str_trim(buf_str(&text));
	if (!str_split(&rest, ' ', &size) || !str_to_i64(size, &h->noted.size))
		return fail(ERR_INTEGRITY, "the note of what this home signed last, %s, is damaged", path);
	if (!rest.n)
		return NULL;
	if (!base64_get(rest, &root) || root.n != DIGEST_BYTES)
		return fail(ERR_INTEGRITY, "the note of what this home signed last, %s, is damaged", path);
	memcpy(h->noted.root.b, root.p, DIGEST_BYTES);
	h->noted.has_root = true;
	return NULL;
}

static err check_noted_root(const struct home *h, const struct ledger_head *head)
{
	OWNED(arena) a = arena_new();
	OWNED(tiles) t = tiles_open(arena_printf(a, "%s/tiles", h->path).p, (uint64_t)head->size);
	struct digest root;

	TRY(tiles_root(t, (uint64_t)h->noted.size, &root));
	if (digest_eq(&root, &h->noted.root))
		return NULL;
	return fail(ERR_DENIED, "the home %s is not the one that signed here before: its first %lld records have another root",
		    h->path, (long long)h->noted.size);
}

err home_check_place(const struct home *h, struct ledger *l)
{
	struct home with_note = *h;
	struct ledger_head head;

	if (!home_is_here(h))
		return new_shard_hint(fail(ERR_DENIED, "the home %s was made for another machine or folder", h->path), h);
	TRY(ledger_head(l, &head));
	TRY(home_noted_read(&with_note));
	if (with_note.noted.size > head.size)
		return new_shard_hint(fail(ERR_DENIED, "the home %s was rolled back: it holds %lld records, and %lld were "
					   "signed here before", h->path, (long long)head.size,
					   (long long)with_note.noted.size), h);
	if (!with_note.noted.has_root)
		return NULL;
	return new_shard_hint(check_noted_root(&with_note, &head), h);
}

err home_note_place(const struct home *h, struct ledger *l)
{
	OWNED(arena) a = arena_new();
	const char *path = note_path(a, h), *slash;
	BUF_AUTO text = buf_new(256);
	struct ledger_head head;

	if (!path)
		return NULL;
	TRY(ledger_head(l, &head));
	slash = strrchr(path, '/');
	/* A place that cannot be written is no reason to refuse evidence. */
	if (dir_make(arena_cstr(a, (struct str){ path, (size_t)(slash - path) }), 0700))
		return NULL;
	buf_addf(&text, "%lld ", (long long)head.size);
	base64_add(&text, head.root.b, DIGEST_BYTES);
	buf_add_char(&text, '\n');
	if (file_write_atomic(path, buf_str(&text), 0600))
		return NULL;
	return NULL;
}
