#include "ledger/tilefile.h"

#include "base/arena.h"
#include "base/file.h"
#include "ledger/tree.h"

bool tilefile_entry(struct str *rest, struct str *entry)
{
	size_t n;

	if (rest->n < 2)
		return false;
	n = (size_t)((uint8_t)rest->p[0] << 8 | (uint8_t)rest->p[1]);
	if (rest->n - 2 < n)
		return false;
	*entry = (struct str){ rest->p + 2, n };
	*rest = str_from(*rest, n + 2);
	return true;
}

/* A tile is as long as its width says; a bundle holds as many entries. */
static bool has_form(const struct tile *tile, struct str bytes)
{
	struct str entry;

	if (tile->level != TILE_ENTRIES)
		return bytes.n == (size_t)tile->width * DIGEST_BYTES;
	for (unsigned i = 0; i < tile->width; i++)
		if (!tilefile_entry(&bytes, &entry))
			return false;
	return bytes.n == 0;
}

static err read_one(const char *folder, const struct tile *tile, struct buf *out)
{
	OWNED(arena) a = arena_new();
	char name[TILE_PATH];
	const char *path;

	tile_path(name, tile);
	path = arena_printf(a, "%s/%s", folder, name).p;
	buf_clear(out);
	TRY(file_read(path, out));
	if (!has_form(tile, buf_str(out)))
		return fail(ERR_INTEGRITY, "the tile %s is damaged", path);
	return NULL;
}

err tilefile_read(const char *folder, struct tile *tile, struct buf *out)
{
	struct tile full = { tile->level, tile->n, TILE_WIDTH };
	err e = read_one(folder, tile, out);

	if (e && e->kind == ERR_MISSING && tile->width < TILE_WIDTH && !read_one(folder, &full, out)) {
		*tile = full;
		return NULL;
	}
	if (e && (e->kind == ERR_MISSING || e->kind == ERR_LIMIT))
		return fail(ERR_INTEGRITY, "the log is damaged: %s", e->text);
	return e;
}

void tilefile_fold(struct digest *row, unsigned deep)
{
	for (size_t n = (size_t)1 << deep; n > 1; n /= 2)
		for (size_t i = 0; i < n / 2; i++)
			row[i] = tree_node(&row[2 * i], &row[2 * i + 1]);
}
