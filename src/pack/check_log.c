/* The log of a pack: every leaf from the bundles, in order, against the root of
 * the checkpoint; beside it the parts that are disclosed. */
#include "pack/check.h"

#include "base/instant.h"
#include "ledger/tile.h"
#include "ledger/tilewriter.h"

struct walk {
	struct pack_check *c;
	struct pack_lines *lines;
	struct arena *a;		/* per leaf */
	struct tree tree;
	struct map *types;
	size_t room_types;
	int64_t received;
};

/* The place of a type among the result's, made where it is new. */
static size_t type_of(struct walk *w, struct str type)
{
	struct pack_checked *r = w->c->r;
	int64_t i = map_get_int(w->types, type);
	struct pack_type_count *v;

	if (i >= 0)
		return (size_t)i;
	if (r->n_types == w->room_types) {
		w->room_types = w->room_types ? 2 * w->room_types : 32;
		v = ARENA_ARRAY(w->c->spec->a, struct pack_type_count, w->room_types);
		for (size_t k = 0; k < r->n_types; k++)
			v[k] = r->types[k];
		r->types = v;
	}
	r->types[r->n_types] = (struct pack_type_count){ .type = arena_str(w->c->spec->a, type) };
	map_put_int(w->types, r->types[r->n_types].type, (int64_t)r->n_types);
	return r->n_types++;
}

static void note_roots(struct walk *w)
{
	for (size_t i = 0; i < w->c->r->n_stamps; i++) {
		struct pack_stamped *s = &w->c->stamped[i];

		if (s->has_head && s->head.head.size == w->tree.size) {
			s->root = tree_root(&w->tree);
			s->has_root = true;
		}
	}
}

static void note_received(struct walk *w, const char *where, int64_t received)
{
	char is[INSTANT_TEXT], was[INSTANT_TEXT];

	if (w->c->r->first_received == INSTANT_NONE)
		w->c->r->first_received = received;
	if (w->received != INSTANT_NONE && received < w->received) {
		instant_put(is, received);
		instant_put(was, w->received);
		pack_fault(&w->c->faults, where, "it was received at %s, before the record in front of it (%s)", is, was);
	}
	w->received = w->c->r->last_received = received;
}

static err note_cites(struct pack_check *c, const struct header *h)
{
	struct digest cited;

	for (size_t i = 0; i < h->cites.n; i++)
		if (digest_get(h->cites.v[i], &cited))
			TRY(pack_mark_evidence(c, &cited, MARK_CITED, 0));
	return NULL;
}

static err take_leaf(struct walk *w, struct str bytes)
{
	struct digest leaf = tree_leaf(bytes);
	int64_t index = (int64_t)w->tree.size;
	char where[64];
	struct header h;
	size_t type = 0;
	bool good;

	snprintf(where, sizeof(where), "record %lld", (long long)index);
	arena_reset(w->a);
	tree_append(&w->tree, &leaf);
	note_roots(w);
	w->c->r->records++;
	good = !header_parse(w->a, bytes, &h);
	if (!good) {
		pack_fault(&w->c->faults, where, "its header is damaged: it is not a header in canonical form");
	} else {
		note_received(w, where, h.received);
		type = type_of(w, h.type);
		w->c->r->types[type].log++;
		TRY(note_cites(w->c, &h));
	}
	return pack_lines_record(w->lines, index, good ? &h : NULL, type);
}

/* Leaves that cannot be read: what is shown of them cannot be checked, and the
 * root cannot be computed any more. */
static err skip_leaves(struct walk *w, int64_t from, int64_t to)
{
	w->c->complete = false;
	for (int64_t i = from; i < to; i++)
		TRY(pack_lines_record(w->lines, i, NULL, 0));
	w->tree.size = (uint64_t)to;
	return NULL;
}

static err take_bundle(struct walk *w, const char *path, struct str bytes, unsigned width)
{
	int64_t first = (int64_t)w->tree.size;
	unsigned n = 0;

	for (; n < width && bytes.n >= 2; n++) {
		size_t length = (size_t)((unsigned char)bytes.p[0] << 8 | (unsigned char)bytes.p[1]);

		if (length > bytes.n - 2)
			break;
		TRY(take_leaf(w, (struct str){ bytes.p + 2, length }));
		bytes = str_from(bytes, 2 + length);
	}
	if (n == width && !bytes.n)
		return NULL;
	pack_fault(&w->c->faults, path, "it does not hold exactly %u headers", width);
	return skip_leaves(w, first + n, first + width);
}

static err check_bundle(struct walk *w, const struct tile *t)
{
	BUF_AUTO bytes = buf_new(TILEWRITER_BUNDLE_MAX);
	char path[8 + TILE_PATH] = "log/";
	const struct pack_entry *e;
	int64_t first = (int64_t)w->tree.size;

	tile_path(path + 4, t);
	e = pack_in_find(w->c->in, path);
	if (!e) {
		if (!map_has(w->c->listed_missing, str_c(path)))
			pack_fault(&w->c->faults, path, "this file is missing: it holds the headers of records %lld to %lld",
				   (long long)first, (long long)first + t->width - 1);
		return skip_leaves(w, first, first + t->width);
	}
	TRY(pack_check_bytes(w->c, e, &bytes));
	return take_bundle(w, path, buf_str(&bytes), t->width);
}

/* Everything below log/tile must be one of the bundles of this size. */
static void check_strangers(struct pack_check *c, uint64_t total)
{
	size_t n;
	const struct pack_entry *v = pack_in_entries(c->in, &n);
	struct tile t;

	for (size_t i = 0; i < n; i++) {
		if (!str_starts(str_c(v[i].path), STR("log/tile/")))
			continue;
		if (!tile_path_get(str_c(v[i].path + 4), &t) || t.level != TILE_ENTRIES ||
		    t.width != tile_width_at(TILE_ENTRIES, t.n, total))
			pack_fault(&c->faults, v[i].path, "this file lies outside the log that the checkpoint describes");
	}
}

static void check_root(struct walk *w)
{
	struct pack_check *c = w->c;
	char is[DIGEST_BASE64], said[DIGEST_BASE64];
	struct digest root = tree_root(&w->tree);

	c->r->root = root;
	if (!c->has_head || digest_eq(&root, &c->head.head.root))
		return;
	digest_put_base64(is, &root);
	digest_put_base64(said, &c->head.head.root);
	pack_fault(&c->faults, "log/checkpoint", "the root of the %llu records is %s, but the checkpoint says %s: a record "
		   "was changed, reordered, added or removed", (unsigned long long)w->tree.size, is, said);
}

static err walk_log(struct walk *w, int64_t total)
{
	note_roots(w);
	for (uint64_t n = 0; n * TILE_WIDTH < (uint64_t)total; n++)
		TRY(check_bundle(w, &(struct tile){ TILE_ENTRIES, n, tile_width_at(TILE_ENTRIES, n,
			(uint64_t)total) }));
	TRY(pack_lines_end(w->lines));
	check_strangers(w->c, (uint64_t)total);
	if (w->c->complete)
		check_root(w);
	return NULL;
}

/* More bundles than the pack has files would be walked for nothing: a damaged
 * checkpoint must not take hours. */
static bool plausible(struct pack_check *c, int64_t total)
{
	size_t n;

	pack_in_entries(c->in, &n);
	return (uint64_t)total / TILE_WIDTH <= n;
}

err pack_check_log(struct pack_check *c)
{
	int64_t total = c->has_head ? (int64_t)c->head.head.size : c->note_size;
	OWNED(pack_lines) lines = NULL;
	struct walk w = { .c = c, .received = INSTANT_NONE };
	err e;

	c->complete = total >= 0 && plausible(c, total);
	if (!c->complete) {
		pack_fault(&c->faults, "log/checkpoint", total < 0 ? "without the size of the log its records cannot be checked"
			   : "it describes a log of more records than this pack can hold");
		return NULL;
	}
	TRY(pack_lines_open(c, &lines));
	w.lines = lines;
	w.a = arena_new();
	w.types = map_new();
	e = walk_log(&w, total);
	map_free(w.types);
	arena_free(w.a);
	return e;
}
