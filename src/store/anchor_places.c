/* anchors.json: whom to ask. */
#include "store/anchor.h"

#include "base/file.h"
#include "net/http.h"
#include "text/json.h"

enum { SETTINGS_MAX = 1 << 20 };

const char *const anchor_kind_words[] = { "tsa", "witness", "branch", NULL };

static const struct field place_fields[] = {
	FIELD(anchor_place, address, FIELD_TEXT, FIELD_REQUIRED, 4096, "URL, or folder of a repository"),
	FIELD(anchor_place, always, FIELD_FLAG, 0, 0, "after each command that signs"),
	FIELD(anchor_place, ask, FIELD_FLAG, 0, 0, "whenever the home is opened for writing"),
	FIELD(anchor_place, branch, FIELD_TEXT, 0, 256, "name of the branch"),
	FIELD(anchor_place, key, FIELD_TEXT, 0, 512, "verifier key of a witness"),
	FIELD_CHOICE(anchor_place, kind, FIELD_REQUIRED, anchor_kind_words, "what they give"),
	FIELD(anchor_place, remote, FIELD_TEXT, 0, 512, "where the branch is pushed to"),
	FIELD(anchor_place, roots, FIELD_DIGEST, 0, 0, "evidence: root certificates of a time-stamp authority"),
	{ 0 },
};
static const struct table place_table = TABLE(anchor_place, "place", place_fields);

static const struct field fields[] = {
	FIELD_GROUPS(anchor_places, places, FIELD_MANY, ANCHOR_PLACES_MAX, &place_table, "whom to ask"),
	{ 0 },
};
static const struct table table = TABLE(anchor_places, "anchors", fields);

static const char *path_of(struct arena *a, const char *home)
{
	return arena_printf(a, "%s/anchors.json", home).p;
}

err anchor_places_read(struct arena *a, const char *home, struct anchor_places *out)
{
	BUF_AUTO text = buf_new(SETTINGS_MAX);
	const char *path = path_of(a, home);
	struct json *doc;
	err e = file_read(path, &text);

	*out = (struct anchor_places){ 0 };
	if (e && e->kind == ERR_MISSING)
		return NULL;
	TRY(e);
	TRY(json_parse(a, path, arena_str(a, buf_str(&text)), &doc));
	return json_to_table(a, path, doc, &table, (struct json_pick){ 0, 0 }, out);
}

static err write_all(struct arena *a, const char *home, const struct anchor_places *all)
{
	BUF_AUTO text = buf_new(SETTINGS_MAX);
	struct json_writer w = json_write_pretty(&text);

	json_put_table(&w, &table, (struct json_pick){ 0, 0 }, all);
	buf_add_char(&text, '\n');
	TRY(buf_ok(&text, "anchors.json"));
	return file_write_atomic(path_of(a, home), buf_str(&text), 0600);
}

err anchor_source(struct arena *a, const struct anchor_place *p, struct str *out)
{
	switch ((enum anchor_kind)p->kind) {
	case ANCHOR_TSA:
		*out = http_name(a, p->address);
		return NULL;
	case ANCHOR_WITNESS:
		*out = (struct str){ p->key.p, str_find(p->key, STR("+"), 0) };
		return NULL;
	case ANCHOR_BRANCH:
		return anchor_branch_source(a, arena_cstr(a, p->address), p->branch, p->remote, out);
	}
	return fail(ERR_INTEGRITY, "anchors.json holds a place of no kind");
}

/* Two ways to write the same place are one. A repository that is gone has no
 * source any more, but still its folder. */
static bool same_place(struct arena *a, const struct anchor_place *x, const struct anchor_place *y)
{
	if (x->kind != y->kind)
		return false;
	if (x->kind == ANCHOR_TSA)
		return str_eq(http_name(a, x->address), http_name(a, y->address));
	if (x->kind == ANCHOR_WITNESS)
		return str_eq(x->key, y->key);
	return str_eq(x->address, y->address) && str_eq(x->branch, y->branch);
}

err anchor_place_add(struct arena *a, const char *home, const struct anchor_place *p)
{
	struct anchor_places all;
	struct anchor_place *next;

	TRY(anchor_places_read(a, home, &all));
	next = ARENA_ARRAY(a, struct anchor_place, all.places.n + 1);
	for (size_t i = 0; i < all.places.n; i++) {
		struct anchor_place *known = (struct anchor_place *)all.places.v + i;

		next[i] = *known;
		if (same_place(a, known, p)) {
			*known = *p;
			return write_all(a, home, &all);
		}
	}
	if (all.places.n == ANCHOR_PLACES_MAX)
		return fail(ERR_LIMIT, "this home remembers %d places to ask already", ANCHOR_PLACES_MAX);
	next[all.places.n] = *p;
	all.places = (struct many){ next, all.places.n + 1 };
	return write_all(a, home, &all);
}

static bool is_called(struct arena *a, const struct anchor_place *p, struct str name)
{
	struct str key_name = { p->key.p, str_find(p->key, STR("+"), 0) };

	if (str_eq(p->address, name) || str_eq(p->key, name))
		return true;
	return p->kind != ANCHOR_BRANCH && (str_eq(key_name, name) || str_eq(http_name(a, p->address), name));
}

err anchor_place_forget(struct arena *a, const char *home, struct str source)
{
	struct anchor_places all;
	struct anchor_place *v;
	size_t kept = 0;

	TRY(anchor_places_read(a, home, &all));
	v = all.places.v;
	for (size_t i = 0; i < all.places.n; i++)
		if (!is_called(a, &v[i], source))
			v[kept++] = v[i];
	if (kept == all.places.n)
		return err_hint(fail(ERR_MISSING, "nobody of that name is asked for this home"),
				"custody anchor list names them");
	all.places.n = kept;
	return write_all(a, home, &all);
}
