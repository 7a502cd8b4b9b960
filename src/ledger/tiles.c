#include "ledger/tiles.h"

#include "base/arena.h"
#include "base/file.h"
#include "ledger/tile.h"
#include "ledger/tilefile.h"
#include "ledger/tilehash.h"
#include "ledger/tilewriter.h"

#include <inttypes.h>
#include <sys/stat.h>

enum { TILE_BYTES = TILE_WIDTH * DIGEST_BYTES, BUNDLE_BYTES_MIN = TILE_WIDTH * 2 };

/* The file read last of each level; number 0 is the bundle. */
struct page {
	bool have;
	struct tile is;
	struct buf bytes;
};

struct tiles {
	char *folder;
	uint64_t size;
	bool broken;			/* an append failed in the middle */
	struct page pages[TILE_LEVELS + 1];
	struct tilewriter *writer;	/* from the first append on */
};

struct tiles *tiles_open(const char *folder, uint64_t size)
{
	struct tiles *t = base_alloc(sizeof(*t));
	size_t n = strlen(folder) + 1;

	ASSERT(size <= TREE_SIZE_MAX);
	t->folder = base_alloc(n);
	memcpy(t->folder, folder, n);
	t->size = size;
	t->pages[0].bytes = buf_new(TILEWRITER_BUNDLE_MAX);
	for (int i = 1; i <= TILE_LEVELS; i++)
		t->pages[i].bytes = buf_new(TILE_BYTES);
	return t;
}

void tiles_free(struct tiles *t)
{
	if (!t)
		return;
	for (int i = 0; i <= TILE_LEVELS; i++)
		buf_done(&t->pages[i].bytes);
	tilewriter_free(t->writer);
	free(t->folder);
	free(t);
}

uint64_t tiles_size(const struct tiles *t)
{
	return t->size;
}

/* The tile as wide as this log's size needs it, or wider. */
static err page_of(struct tiles *t, int level, uint64_t n, const struct page **out)
{
	struct page *page = &t->pages[level + 1];
	struct tile tile = { level, n, tile_width_at(level, n, t->size) };

	ASSERT(tile.width > 0);
	*out = page;
	if (page->have && page->is.n == n && page->is.width >= tile.width)
		return NULL;
	page->have = false;
	TRY(tilefile_read(t->folder, &tile, &page->bytes));
	page->is = tile;
	page->have = true;
	return NULL;
}

static struct digest hash_at(const struct page *page, unsigned i)
{
	struct digest d;

	memcpy(d.b, page->bytes.p + (size_t)i * DIGEST_BYTES, DIGEST_BYTES);
	return d;
}

/* The hash over 2^deep neighbours in a tile. */
static struct digest fold(const struct page *page, unsigned first, unsigned deep)
{
	struct digest row[TILE_WIDTH];

	for (unsigned i = 0; i < 1U << deep; i++)
		row[i] = hash_at(page, first + i);
	tilefile_fold(row, deep);
	return row[0];
}

static err node_of(void *ctx, unsigned level, uint64_t index, struct digest *out)
{
	struct tiles *t = ctx;
	unsigned deep = level % 8;
	uint64_t first = index << deep;
	const struct page *page;

	TRY(page_of(t, (int)(level / 8), first / TILE_WIDTH, &page));
	*out = fold(page, first % TILE_WIDTH, deep);
	return NULL;
}

static struct tree_source source(struct tiles *t)
{
	return (struct tree_source){ node_of, t };
}

static err check_size(const struct tiles *t, uint64_t size)
{
	if (t->broken)
		return fail(ERR_FAILED, "the log must be opened anew after a failed append");
	if (size > t->size)
		return fail(ERR_USAGE, "the log has %" PRIu64 " entries, not %" PRIu64, t->size,
			    size);
	return NULL;
}

err tiles_root(struct tiles *t, uint64_t size, struct digest *root)
{
	struct tree_source s = source(t);

	TRY(check_size(t, size));
	return tree_read_root(&s, size, root);
}

err tiles_leaf(struct tiles *t, uint64_t index, struct buf *out)
{
	const struct page *page;
	struct str rest, entry = { 0 };

	TRY(check_size(t, index));
	if (index == t->size)
		return fail(ERR_USAGE, "the log has no entry %" PRIu64, index);
	TRY(page_of(t, TILE_ENTRIES, index / TILE_WIDTH, &page));
	rest = buf_str(&page->bytes);
	for (uint64_t i = 0; i <= index % TILE_WIDTH; i++)
		ASSERT(tilefile_entry(&rest, &entry));
	buf_add(out, entry);
	return buf_ok(out, "the entry");
}

err tiles_leaf_hash(struct tiles *t, uint64_t index, struct digest *out)
{
	TRY(check_size(t, index));
	if (index == t->size)
		return fail(ERR_USAGE, "the log has no entry %" PRIu64, index);
	return node_of(t, 0, index, out);
}

err tiles_inclusion(struct tiles *t, uint64_t index, uint64_t size, struct tree_path *out)
{
	struct tree_source s = source(t);

	TRY(check_size(t, size));
	if (index >= size)
		return fail(ERR_USAGE, "entry %" PRIu64 " is not among the first %" PRIu64, index,
			    size);
	return tree_inclusion(&s, index, size, out);
}

err tiles_consistency(struct tiles *t, uint64_t old_size, uint64_t new_size,
		      struct tree_path *out)
{
	struct tree_source s = source(t);

	TRY(check_size(t, new_size));
	if (old_size == 0 || old_size > new_size)
		return fail(ERR_USAGE, "%" PRIu64 " is no earlier size of a log of %" PRIu64
			    " entries", old_size, new_size);
	return tree_consistency(&s, old_size, new_size, out);
}

/* The hash over a full bundle against the tile that should hold it. */
static err compare_top(struct tiles *t, const struct tilehash_page *p)
{
	const struct page *above;
	struct digest have;

	if (p->width < TILE_WIDTH)
		return NULL;
	TRY(page_of(t, 1, p->n / TILE_WIDTH, &above));
	have = hash_at(above, p->n % TILE_WIDTH);
	if (!digest_eq(&have, &p->top))
		return fail(ERR_INTEGRITY, "hash %" PRIu64 " of level 1 does not match the tile "
			    "beneath it", p->n);
	return NULL;
}

/* Entries of one bundle from `from` on: compared, appended, shown. */
static err verify_bundle(struct tiles *t, const struct tilehash_page *p, uint64_t from,
			 const struct tiles_visit *visit, struct tree *edge)
{
	uint64_t first = p->n * TILE_WIDTH;
	struct str rest = p->bundle, entry;
	bool whole = from <= first && p->width == TILE_WIDTH;

	TRY(compare_top(t, p));
	if (whole)
		tree_append_perfect(edge, 8, &p->top);
	for (unsigned i = 0; i < p->width; i++) {
		ASSERT(tilefile_entry(&rest, &entry));
		if (first + i < from)
			continue;
		if (!whole)
			tree_append(edge, &p->leaf[i]);
		if (visit)
			TRY(visit->entry(visit->ctx, first + i, entry));
	}
	return NULL;
}

/* Every hash of a level from `first` on against the full tile beneath it. */
static err verify_level(struct tiles *t, int level, uint64_t first)
{
	for (uint64_t i = first; i < t->size >> (8 * level); i++) {
		const struct page *below, *above;
		struct digest have, want;

		TRY(page_of(t, level - 1, i, &below));
		TRY(page_of(t, level, i / TILE_WIDTH, &above));
		want = fold(below, 0, 8);
		have = hash_at(above, i % TILE_WIDTH);
		if (!digest_eq(&have, &want))
			return fail(ERR_INTEGRITY, "hash %" PRIu64 " of level %d does not match "
				    "the tile beneath it", i, level);
	}
	return NULL;
}

static void forget_pages(struct tiles *t)
{
	for (int i = 0; i <= TILE_LEVELS; i++)
		t->pages[i].have = false;
}

static err verify(struct tiles *t, uint64_t from, const struct tiles_visit *visit,
		  struct tree_head *head)
{
	struct tree_source s = source(t);
	OWNED(tilehash) hashes = tilehash_new(t->folder, t->size, from / TILE_WIDTH);
	const struct tilehash_page *page;
	struct tree edge;
	struct digest root;

	forget_pages(t);
	TRY(tree_read_edge(&s, from, &edge));
	for (;;) {
		TRY(tilehash_next(hashes, &page));
		if (!page)
			break;
		TRY(verify_bundle(t, page, from, visit, &edge));
	}
	for (int level = 2; level < TILE_LEVELS; level++)
		TRY(verify_level(t, level, from >> (8 * level)));
	TRY(tree_read_root(&s, t->size, &root));
	head->size = t->size;
	head->root = tree_root(&edge);
	if (edge.size != t->size || !digest_eq(&root, &head->root))
		return fail(ERR_INTEGRITY, "the tiles do not lead to the root of the entries");
	return NULL;
}

err tiles_verify(struct tiles *t, uint64_t from, const struct tiles_visit *visit,
		 struct tree_head *head)
{
	struct tree_head h;

	TRY(check_size(t, from));
	TRY(verify(t, from, visit, &h));
	*head = h;
	return NULL;
}

static err load_writer(struct tiles *t)
{
	const struct page *page;

	t->writer = tilewriter_new(t->folder, t->size);
	for (int level = 0; level < TILE_LEVELS; level++) {
		uint64_t n = (t->size >> (8 * level)) / TILE_WIDTH;
		unsigned width = tile_width_at(level, n, t->size);

		if (!width)
			continue;
		TRY(page_of(t, level, n, &page));
		tilewriter_give_hashes(t->writer, level, (struct str){
			page->bytes.p, (size_t)width * DIGEST_BYTES });
	}
	if (t->size % TILE_WIDTH) {
		struct str rest, entry;

		TRY(page_of(t, TILE_ENTRIES, t->size / TILE_WIDTH, &page));
		rest = buf_str(&page->bytes);
		for (uint64_t i = 0; i < t->size % TILE_WIDTH; i++)
			ASSERT(tilefile_entry(&rest, &entry));
		tilewriter_give_bundle(t->writer, (struct str){ page->bytes.p,
								page->bytes.n - rest.n });
	}
	return NULL;
}

/* What was read back must be what the caller gave. */
struct given {
	const struct str *leaves;
	uint64_t first;
};

static err compare(void *ctx, uint64_t index, struct str bytes)
{
	const struct given *g = ctx;

	if (!str_eq(bytes, g->leaves[index - g->first]))
		return fail(ERR_INTEGRITY, "entry %" PRIu64 " reads back other than written",
			    index);
	return NULL;
}

static err append(struct tiles *t, const struct str *leaves, size_t n, struct tree_head *head)
{
	struct given given = { leaves, t->size };
	const struct tiles_visit visit = { compare, &given };

	if (!t->writer)
		TRY(load_writer(t));
	for (size_t i = 0; i < n; i++)
		TRY(tilewriter_add(t->writer, leaves[i]));
	TRY(tilewriter_finish(t->writer));
	t->size += n;
	return verify(t, given.first, &visit, head);
}

err tiles_append(struct tiles *t, const struct str *leaves, size_t n, struct tree_head *head)
{
	struct tree_head h;

	TRY(check_size(t, t->size));
	ASSERT(n <= TREE_SIZE_MAX - t->size);
	for (size_t i = 0; i < n; i++)
		if (leaves[i].n > TILES_LEAF_MAX)
			return fail(ERR_LIMIT, "an entry of the log is larger than %d bytes",
				    TILES_LEAF_MAX);
	t->broken = true;
	TRY(append(t, leaves, n, &h));
	t->broken = false;
	*head = h;
	return NULL;
}

/* Whether the full tile stands, whole: only then may its partial ones go. */
static bool full_stands(const char *path, int level)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	       (level == TILE_ENTRIES ? st.st_size >= BUNDLE_BYTES_MIN :
					st.st_size == TILE_BYTES);
}

static err prune_level(struct tiles *t, int level, uint64_t from, uint64_t to)
{
	unsigned shift = level > 0 ? 8 * (unsigned)level : 0;

	for (uint64_t n = (from >> shift) / TILE_WIDTH; n < (to >> shift) / TILE_WIDTH; n++) {
		OWNED(arena) a = arena_new();
		struct tile full = { level, n, TILE_WIDTH };
		char name[TILE_PATH];
		const char *path;

		tile_path(name, &full);
		path = arena_printf(a, "%s/%s", t->folder, name).p;
		if (full_stands(path, level))
			TRY(dir_remove(arena_printf(a, "%s.p", path).p));
	}
	return NULL;
}

err tiles_prune(struct tiles *t, uint64_t from, uint64_t to)
{
	TRY(check_size(t, to));
	for (int level = TILE_ENTRIES; level < TILE_LEVELS; level++)
		TRY(prune_level(t, level, from, to));
	return NULL;
}
