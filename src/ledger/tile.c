#include "ledger/tile.h"

#include <inttypes.h>
#include <stdio.h>

static const struct str folder = STR_INIT("tile/");
static const struct str partial = STR_INIT(".p/");

void tile_path(char out[TILE_PATH], const struct tile *t)
{
	uint64_t unit = 1;
	int at;

	ASSERT(t->level >= TILE_ENTRIES && t->level < 64 && t->n <= INT64_MAX);
	ASSERT(t->width >= 1 && t->width <= TILE_WIDTH);
	at = t->level == TILE_ENTRIES ? snprintf(out, TILE_PATH, "tile/entries/") :
					snprintf(out, TILE_PATH, "tile/%d/", t->level);
	while (t->n / unit >= 1000)
		unit *= 1000;
	for (; unit; unit /= 1000)
		at += snprintf(out + at, (size_t)(TILE_PATH - at), unit > 1 ? "x%03u/" : "%03u",
			       (unsigned)(t->n / unit % 1000));
	if (t->width < TILE_WIDTH)
		snprintf(out + at, (size_t)(TILE_PATH - at), ".p/%u", t->width);
}

static bool read_level(struct str s, int *level)
{
	uint64_t v;

	if (str_is(s, "entries")) {
		*level = TILE_ENTRIES;
		return true;
	}
	if (!str_to_u64(s, &v) || v > 63)
		return false;
	*level = (int)v;
	return true;
}

/* "x001/x234/067": the value only, the form is compared afterwards. */
static bool read_number(struct str s, uint64_t *n)
{
	struct str group;

	*n = 0;
	while (str_split(&s, '/', &group)) {
		uint64_t v;

		if (group.n && group.p[0] == 'x')
			group = str_from(group, 1);
		if (!str_to_u64(group, &v) || v > 999 || *n > (INT64_MAX - v) / 1000)
			return false;
		*n = *n * 1000 + v;
	}
	return true;
}

bool tile_path_get(struct str path, struct tile *out)
{
	struct tile t = { .width = TILE_WIDTH };
	struct str rest, level;
	uint64_t width;
	size_t at;
	char again[TILE_PATH];

	if (path.n >= TILE_PATH || !str_starts(path, folder))
		return false;
	rest = str_from(path, folder.n);
	at = str_find(rest, partial, 0);
	if (at < rest.n) {
		if (!str_to_u64(str_from(rest, at + partial.n), &width) || width < 1 ||
		    width >= TILE_WIDTH)
			return false;
		t.width = (unsigned)width;
		rest.n = at;
	}
	if (!str_split(&rest, '/', &level) || !read_level(level, &t.level) ||
	    !read_number(rest, &t.n))
		return false;
	/* One tile has one name: no leading zeros, no empty groups. */
	tile_path(again, &t);
	if (!str_is(path, again))
		return false;
	*out = t;
	return true;
}

unsigned tile_width_at(int level, uint64_t n, uint64_t size)
{
	unsigned shift = level > 0 ? 8 * (unsigned)level : 0;
	uint64_t count = shift < 64 ? size >> shift : 0;

	if (n >= count / TILE_WIDTH)
		return n == count / TILE_WIDTH ? (unsigned)(count % TILE_WIDTH) : 0;
	return TILE_WIDTH;
}
