#include "ledger/tilewriter.h"

#include "base/arena.h"
#include "ledger/durable.h"
#include "ledger/tile.h"
#include "ledger/tree.h"

/* The last tile of a level, while it fills. */
struct row {
	struct digest hashes[TILE_WIDTH];
	unsigned n;
	uint64_t tile;
	bool changed;			/* since the last finish */
};

struct tilewriter {
	char *folder;
	struct durable *files;
	struct buf bundle;
	struct row rows[TILE_LEVELS];
};

struct tilewriter *tilewriter_new(const char *folder, uint64_t size)
{
	struct tilewriter *w = base_alloc(sizeof(*w));
	size_t n = strlen(folder) + 1;

	w->folder = base_alloc(n);
	memcpy(w->folder, folder, n);
	w->files = durable_new();
	w->bundle = buf_new(TILEWRITER_BUNDLE_MAX);
	for (unsigned i = 0; i < TILE_LEVELS; i++)
		w->rows[i].tile = (size >> (8 * i)) / TILE_WIDTH;
	return w;
}

void tilewriter_free(struct tilewriter *w)
{
	if (!w)
		return;
	durable_free(w->files);
	buf_done(&w->bundle);
	free(w->folder);
	free(w);
}

void tilewriter_give_hashes(struct tilewriter *w, int level, struct str hashes)
{
	struct row *row = &w->rows[level];

	ASSERT(hashes.n % DIGEST_BYTES == 0 && hashes.n < sizeof(row->hashes));
	memcpy(row->hashes, hashes.p, hashes.n);
	row->n = (unsigned)(hashes.n / DIGEST_BYTES);
}

void tilewriter_give_bundle(struct tilewriter *w, struct str bundle)
{
	buf_clear(&w->bundle);
	buf_add(&w->bundle, bundle);
}

static err put(struct tilewriter *w, struct tile tile, struct str bytes)
{
	OWNED(arena) a = arena_new();
	char name[TILE_PATH];

	tile_path(name, &tile);
	return durable_put(w->files, arena_printf(a, "%s/%s", w->folder, name).p, bytes);
}

static err put_row(struct tilewriter *w, int level)
{
	const struct row *row = &w->rows[level];

	return put(w, (struct tile){ level, row->tile, row->n },
		   (struct str){ (const char *)row->hashes, (size_t)row->n * DIGEST_BYTES });
}

static err put_bundle(struct tilewriter *w)
{
	const struct row *row = &w->rows[0];

	TRY(buf_ok(&w->bundle, "the entry bundle"));
	return put(w, (struct tile){ TILE_ENTRIES, row->tile, row->n }, buf_str(&w->bundle));
}

/* The one hash above a full tile; the hashes are used up. */
static struct digest fold(struct row *row)
{
	for (unsigned n = TILE_WIDTH; n > 1; n /= 2)
		for (size_t i = 0; i < n / 2; i++)
			row->hashes[i] = tree_node(&row->hashes[2 * i], &row->hashes[2 * i + 1]);
	return row->hashes[0];
}

/* Puts a hash at the end of a level, and what becomes full on to the next. */
static err push(struct tilewriter *w, struct digest hash)
{
	for (int level = 0; level < TILE_LEVELS; level++) {
		struct row *row = &w->rows[level];

		row->hashes[row->n++] = hash;
		row->changed = true;
		if (row->n < TILE_WIDTH)
			return NULL;
		TRY(put_row(w, level));
		if (level == 0) {
			TRY(put_bundle(w));
			buf_clear(&w->bundle);
		}
		hash = fold(row);
		row->n = 0;
		row->tile++;
	}
	return NULL;
}

err tilewriter_add(struct tilewriter *w, struct str leaf)
{
	char length[2] = { (char)(leaf.n >> 8), (char)leaf.n };

	ASSERT(leaf.n <= TILEWRITER_LEAF_MAX);
	buf_add(&w->bundle, (struct str){ length, 2 });
	buf_add(&w->bundle, leaf);
	return push(w, tree_leaf(leaf));
}

err tilewriter_finish(struct tilewriter *w)
{
	for (int level = 0; level < TILE_LEVELS; level++) {
		struct row *row = &w->rows[level];

		if (row->changed && row->n) {
			TRY(put_row(w, level));
			if (level == 0)
				TRY(put_bundle(w));
		}
		row->changed = false;
	}
	return durable_commit(w->files);
}
