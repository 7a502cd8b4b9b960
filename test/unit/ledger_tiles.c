/* The log as files: names, boundaries of tiles, proofs from tiles, repeated and
 * interrupted writes, damage of every file. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/hex.h"
#include "ledger/tile.h"
#include "ledger/tiles.h"

static char folder[] = "/tmp/custody-tiles-XXXXXX";

/* Entry i of every log here. */
static struct str entry(struct arena *a, uint64_t i)
{
	return arena_printf(a, "{\"entry\":%llu}", (unsigned long long)i);
}

static struct tree_head expected(uint64_t size)
{
	OWNED(arena) a = arena_new();
	struct tree t = { 0 };

	for (uint64_t i = 0; i < size; i++) {
		struct digest leaf = tree_leaf(entry(a, i));

		tree_append(&t, &leaf);
	}
	return (struct tree_head){ size, tree_root(&t) };
}

/* Appends up to `size` in one go and checks the head. */
static void grow(struct tiles *t, uint64_t size)
{
	OWNED(arena) a = arena_new();
	uint64_t from = tiles_size(t);
	struct str *leaves = ARENA_ARRAY(a, struct str, size - from + 1);
	struct tree_head head, want = expected(size);

	for (uint64_t i = from; i < size; i++)
		leaves[i - from] = entry(a, i);
	assert_ok(tiles_append(t, leaves, (size_t)(size - from), &head));
	assert_int_equal(head.size, size);
	assert_int_equal(tiles_size(t), size);
	assert_true(digest_eq(&head.root, &want.root));
}

static const char *in(struct arena *a, const char *name)
{
	return arena_printf(a, "%s/%s", folder, name).p;
}

static off_t length(struct arena *a, const char *name)
{
	struct stat st;

	return stat(in(a, name), &st) ? -1 : st.st_size;
}

static void names_of_tiles_are_written_and_read(void **s)
{
	static const struct {
		const char *path;
		struct tile tile;
	} cases[] = {
		{ "tile/0/000", { 0, 0, 256 } },
		{ "tile/0/000.p/255", { 0, 0, 255 } },
		{ "tile/0/999", { 0, 999, 256 } },
		{ "tile/0/x001/000", { 0, 1000, 256 } },
		{ "tile/0/x001/x234/067", { 0, 1234067, 256 } },
		{ "tile/0/x001/x234/067.p/89", { 0, 1234067, 89 } },
		{ "tile/1/000", { 1, 0, 256 } },
		{ "tile/15/x455/667", { 15, 455667, 256 } },
		{ "tile/15/x123/x456/789.p/41", { 15, 123456789, 41 } },
		{ "tile/63/x999/x999/x999/x999/x999/999.p/255", { 63, 999999999999999999, 255 } },
		{ "tile/0/x009/x223/x372/x036/x854/x775/807", { 0, INT64_MAX, 256 } },
		{ "tile/entries/000", { TILE_ENTRIES, 0, 256 } },
		{ "tile/entries/001.p/1", { TILE_ENTRIES, 1, 1 } },
		{ "tile/entries/255.p/253", { TILE_ENTRIES, 255, 253 } },
		{ "tile/entries/x123/x456/789", { TILE_ENTRIES, 123456789, 256 } },
	};
	char path[TILE_PATH];

	(void)s;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct tile back;

		tile_path(path, &cases[i].tile);
		assert_string_equal(path, cases[i].path);
		assert_true(tile_path_get(str_c(path), &back));
		assert_int_equal(back.level, cases[i].tile.level);
		assert_int_equal(back.n, cases[i].tile.n);
		assert_int_equal(back.width, cases[i].tile.width);
	}
}

static void names_of_no_tile_are_refused(void **s)
{
	static const char *const bad[] = {
		"", "tile", "tile/", "tile/0", "tile/0/", "tile/0/x001/x234/067.p/",
		"tile/0/x001/x234/067.p", "tile/0/x001/x234/", "tile/0/x001/x234", "tile/0/x001/",
		"tile/0/x001", "tile/1/x001/.p/abc", "tile/64/x001/002", "tile/-1/x001/002",
		"tile/abc/x001/002", "tile/8/001/002", "tile/8/x001/0002", "tile/8/x001/-002",
		"tile/8/x001/002.p/256", "tile/63/x999/x999/x999/x999/x999/x999/999.p/255",
		"tile/00/000", "tile/0/00", "tile/0/0", "tile/0/1000", "tile/0/x000/001",
		"tile/0/000.p/0", "tile/0/000.p/01", "tile/0/000.p/-1", "tile/0/000.p/1/",
		"tile/0/000.p/1.p/1", "/tile/0/000", "tile//0/000", "tile/0/000/", "tile/0/ 00",
		"tile/0/x009/x223/x372/x036/x854/x775/808", "tile/entries/",
		"tile/entries/x000/000",
		"Tile/0/000", "tile/+1/000", "tile/0/xx01/000", "tile/0/../000", "checkpoint",
	};
	struct tile t;

	(void)s;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (tile_path_get(str_c(bad[i]), &t))
			fail_msg("accepted: %s", bad[i]);
}

static void widths_follow_from_the_size(void **s)
{
	(void)s;
	assert_int_equal(tile_width_at(0, 272, 70000), 256);
	assert_int_equal(tile_width_at(0, 273, 70000), 112);
	assert_int_equal(tile_width_at(0, 274, 70000), 0);
	assert_int_equal(tile_width_at(TILE_ENTRIES, 273, 70000), 112);
	assert_int_equal(tile_width_at(1, 1, 70000), 17);
	assert_int_equal(tile_width_at(2, 0, 70000), 1);
	assert_int_equal(tile_width_at(3, 0, 70000), 0);
	assert_int_equal(tile_width_at(0, 1, 256), 0);
	assert_int_equal(tile_width_at(1, 0, 256), 1);
	assert_int_equal(tile_width_at(9, 0, 70000), 0);
}

static void seventy_thousand_entries_make_the_tiles_of_the_specification(void **s)
{
	OWNED(arena) a = arena_new();
	OWNED(tiles) t = tiles_open(folder, 0);
	struct tree_head head, want = expected(70000);

	(void)s;
	/* Over both boundaries in uneven steps, then in large ones. */
	for (uint64_t size = 0; size < 1100; size += 1 + size % 97)
		grow(t, size);
	grow(t, 65535);
	grow(t, 65536);
	grow(t, 65537);
	grow(t, 70000);
	assert_int_equal(length(a, "tile/0/272"), 8192);
	assert_int_equal(length(a, "tile/0/273.p/112"), 112 * 32);
	assert_int_equal(length(a, "tile/0/273"), -1);
	assert_int_equal(length(a, "tile/1/000"), 8192);
	assert_int_equal(length(a, "tile/1/001.p/17"), 17 * 32);
	assert_int_equal(length(a, "tile/2/000.p/1"), 32);
	assert_int_equal(length(a, "tile/3/000.p/1"), -1);
	assert_true(length(a, "tile/entries/272") > 0);
	assert_true(length(a, "tile/entries/273.p/112") > 0);
	assert_int_equal(length(a, "tile/0/255.p/255"), 255 * 32);
	assert_int_equal(length(a, "tile/1/000.p/255"), 255 * 32);

	OWNED(tiles) again = tiles_open(folder, 70000);
	assert_ok(tiles_verify(again, 0, NULL, &head));
	assert_true(digest_eq(&head.root, &want.root));
	assert_ok(tiles_prune(again, 0, 70000));
	assert_int_equal(length(a, "tile/0/255.p/255"), -1);
	assert_int_equal(length(a, "tile/entries/255.p/255"), -1);
	assert_int_equal(length(a, "tile/1/000.p/255"), -1);
	assert_int_equal(length(a, "tile/0/273.p/112"), 112 * 32);
	assert_ok(tiles_verify(again, 0, NULL, &head));
	assert_true(digest_eq(&head.root, &want.root));
}

/* Uses the log of the test before. */
static void proofs_from_tiles_hold_at_every_size(void **s)
{
	static const uint64_t sizes[] = { 1, 2, 255, 256, 257, 511, 512, 65535, 65536, 65537,
					  69999, 70000 };
	OWNED(tiles) t = tiles_open(folder, 70000);
	struct tree_path path;

	(void)s;
	for (size_t n = 0; n < ARRAY_LEN(sizes); n++) {
		struct tree_head head = { sizes[n], { { 0 } } };

		assert_ok(tiles_root(t, sizes[n], &head.root));
		for (uint64_t i = 0; i < sizes[n]; i += 1 + sizes[n] / 50) {
			OWNED(arena) a = arena_new();
			struct digest leaf = tree_leaf(entry(a, i)), kept;
			BUF_AUTO bytes = buf_new(1000);

			assert_ok(tiles_inclusion(t, i, sizes[n], &path));
			assert_ok(tree_check_inclusion(&head, i, &leaf, &path));
			assert_ok(tiles_leaf_hash(t, i, &kept));
			assert_true(digest_eq(&leaf, &kept));
			assert_ok(tiles_leaf(t, i, &bytes));
			assert_true(str_eq(buf_str(&bytes), entry(a, i)));
		}
		for (size_t m = 0; m <= n; m++) {
			struct tree_head old = { sizes[m], { { 0 } } };

			assert_ok(tiles_root(t, sizes[m], &old.root));
			assert_ok(tiles_consistency(t, sizes[m], sizes[n], &path));
			assert_ok(tree_check_consistency(&old, &head, &path));
		}
	}
	assert_fails(tiles_inclusion(t, 70000, 70000, &path), ERR_USAGE);
	assert_fails(tiles_inclusion(t, 0, 70001, &path), ERR_USAGE);
	assert_fails(tiles_consistency(t, 0, 5, &path), ERR_USAGE);
	assert_fails(tiles_consistency(t, 6, 5, &path), ERR_USAGE);
}

static void an_append_that_is_repeated_finds_the_same_files(void **s)
{
	(void)s;
	assert_ok(dir_remove(folder));
	{
		OWNED(tiles) t = tiles_open(folder, 0);

		grow(t, 300);
		grow(t, 700);	/* was never signed: the next one starts at 300 */
	}
	OWNED(tiles) t = tiles_open(folder, 300);
	grow(t, 700);
	grow(t, 1000);
}

static void other_entries_at_the_same_place_are_refused(void **s)
{
	OWNED(tiles) t = tiles_open(folder, 300);
	struct str leaves[300];
	struct tree_head head;

	(void)s;
	for (size_t i = 0; i < ARRAY_LEN(leaves); i++)
		leaves[i] = STR("forged");
	assert_fails(tiles_append(t, leaves, 300, &head), ERR_INTEGRITY);
	assert_fails(tiles_append(t, leaves, 0, &head), ERR_FAILED);
}

static void what_a_crash_left_half_written_is_written_anew(void **s)
{
	OWNED(arena) a = arena_new();
	OWNED(tiles) t = tiles_open(folder, 1000);

	(void)s;
	assert_ok(dir_make(in(a, "tile/0/003.p"), 0755));
	assert_ok(file_write_atomic(in(a, "tile/0/003.new"), STR("half"), 0444));
	assert_ok(file_write_atomic(in(a, "tile/0/004.p.new"), STR("half"), 0444));
	grow(t, 1024);
	assert_int_equal(length(a, "tile/0/003"), 8192);
	assert_int_equal(length(a, "tile/0/003.new"), -1);
}

static void an_entry_may_have_65535_bytes_and_no_more(void **s)
{
	OWNED(arena) a = arena_new();
	OWNED(tiles) t = tiles_open(in(a, "large"), 0);
	char *bytes = arena_alloc(a, TILES_LEAF_MAX + 1);
	struct str leaves[2] = { { bytes, TILES_LEAF_MAX }, { bytes, TILES_LEAF_MAX + 1 } };
	struct str empty = STR("");
	struct tree_head head;
	BUF_AUTO back = buf_new(70000);

	(void)s;
	assert_fails(tiles_append(t, leaves, 2, &head), ERR_LIMIT);
	assert_int_equal(length(a, "large"), -1);
	assert_ok(tiles_append(t, leaves, 1, &head));
	assert_ok(tiles_append(t, &empty, 1, &head));
	assert_ok(tiles_leaf(t, 0, &back));
	assert_int_equal(back.n, TILES_LEAF_MAX);
	buf_clear(&back);
	assert_ok(tiles_leaf(t, 1, &back));
	assert_int_equal(back.n, 0);
	for (size_t i = 2; i < 256; i++)
		assert_ok(tiles_append(t, leaves, 1, &head));
	assert_int_equal(length(a, "large/tile/entries/000"), 2 + 255 * 65537);
}

/* Changes one bit of a file; the log must be refused, then it is put back. */
static void damage(const char *name, size_t bit, uint64_t size)
{
	OWNED(arena) a = arena_new();
	OWNED(tiles) t = tiles_open(folder, size);
	BUF_AUTO bytes = buf_new(1 << 20);
	struct tree_head head;

	assert_ok(file_read(in(a, name), &bytes));
	if (bit / 8 >= bytes.n)
		return;
	bytes.p[bit / 8] = (char)(bytes.p[bit / 8] ^ 1 << bit % 8);
	assert_ok(file_write_atomic(in(a, name), buf_str(&bytes), 0444));
	assert_fails(tiles_verify(t, 0, NULL, &head), ERR_INTEGRITY);
	bytes.p[bit / 8] = (char)(bytes.p[bit / 8] ^ 1 << bit % 8);
	assert_ok(file_write_atomic(in(a, name), buf_str(&bytes), 0444));
}

static void every_damaged_bit_of_a_log_is_found(void **s)
{
	static const char *const names[] = { "tile/0/000", "tile/0/001.p/3", "tile/1/000.p/1",
					     "tile/entries/000", "tile/entries/001.p/3" };
	struct tree_head head;

	(void)s;
	assert_ok(dir_remove(folder));
	OWNED(tiles) t = tiles_open(folder, 0);
	grow(t, 259);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		for (size_t bit = 0; bit < 400; bit++)
			damage(names[i], bit, 259);
		for (size_t bit = 400; bit < 66000; bit += 641)
			damage(names[i], bit, 259);
	}
	assert_ok(tiles_verify(t, 0, NULL, &head));
}

/* A full tile is read-only, which only root may overlook. */
static int cut(const char *path, off_t length)
{
	return chmod(path, 0644) || truncate(path, length);
}

static void a_missing_or_short_tile_is_an_integrity_error(void **s)
{
	OWNED(arena) a = arena_new();
	struct tree_head head;
	struct digest root;

	(void)s;
	OWNED(tiles) beyond = tiles_open(folder, 260);	/* more than was ever written */
	assert_fails(tiles_root(beyond, 260, &root), ERR_INTEGRITY);
	OWNED(tiles) t = tiles_open(folder, 259);
	assert_int_equal(cut(in(a, "tile/entries/000"), 100), 0);
	assert_fails(tiles_verify(t, 0, NULL, &head), ERR_INTEGRITY);
	assert_int_equal(cut(in(a, "tile/0/000"), 8191), 0);
	assert_fails(tiles_verify(t, 0, NULL, &head), ERR_INTEGRITY);
	unlink(in(a, "tile/0/000"));
	assert_fails(tiles_verify(t, 0, NULL, &head), ERR_INTEGRITY);
	OWNED(tiles) none = tiles_open(in(a, "none"), 0);
	assert_ok(tiles_verify(none, 0, NULL, &head));
	root = tree_empty_root();
	assert_true(head.size == 0 && digest_eq(&head.root, &root));
}

struct seen {
	uint64_t next, stop;
};

static err see(void *ctx, uint64_t index, struct str bytes)
{
	OWNED(arena) a = arena_new();
	struct seen *seen = ctx;

	assert_int_equal(index, seen->next++);
	assert_true(str_eq(bytes, entry(a, index)));
	return index == seen->stop ? fail(ERR_FAILED, "enough") : NULL;
}

/* Long enough for a thread of its own, which may be left in the middle. */
static void a_long_log_is_shown_in_order_and_its_damage_found(void **s)
{
	static const char *const files[] = { "tile/entries/077", "tile/0/077", "tile/1/000.p/100" };
	OWNED(arena) a = arena_new();
	const char *long_folder = in(a, "long");
	OWNED(tiles) t = tiles_open(long_folder, 0);
	struct str *leaves = ARENA_ARRAY(a, struct str, 25600);
	struct seen seen = { 0, UINT64_MAX };
	struct tiles_visit visit = { see, &seen };
	struct tree_head head;

	(void)s;
	for (uint64_t i = 0; i < 25600; i++)
		leaves[i] = entry(a, i);
	assert_ok(tiles_append(t, leaves, 25600, &head));
	assert_ok(tiles_verify(t, 0, &visit, &head));
	assert_int_equal(seen.next, 25600);
	for (uint64_t stop = 0; stop < 25600; stop += 5119) {
		seen = (struct seen){ 0, stop };
		assert_fails(tiles_verify(t, 0, &visit, &head), ERR_FAILED);
		assert_int_equal(seen.next, stop + 1);
	}
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		const char *path = arena_printf(a, "%s/%s", long_folder, files[i]).p;
		BUF_AUTO bytes = buf_new(1 << 20);

		assert_ok(file_read(path, &bytes));
		bytes.p[2467] = (char)(bytes.p[2467] ^ 8);
		assert_ok(file_write_atomic(path, buf_str(&bytes), 0444));
		seen = (struct seen){ 0, UINT64_MAX };
		assert_fails(tiles_verify(t, 0, &visit, &head), ERR_INTEGRITY);
		assert_int_equal(seen.next, 77 * 256);
		bytes.p[2467] = (char)(bytes.p[2467] ^ 8);
		assert_ok(file_write_atomic(path, buf_str(&bytes), 0444));
	}
	seen = (struct seen){ 0, UINT64_MAX };
	assert_ok(tiles_verify(t, 0, &visit, &head));
}

static int set_up(void **s)
{
	(void)s;
	return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **s)
{
	(void)s;
	return dir_remove(folder) ? -1 : 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_tiles_are_written_and_read),
		cmocka_unit_test(names_of_no_tile_are_refused),
		cmocka_unit_test(widths_follow_from_the_size),
		cmocka_unit_test(seventy_thousand_entries_make_the_tiles_of_the_specification),
		cmocka_unit_test(proofs_from_tiles_hold_at_every_size),
		cmocka_unit_test(an_append_that_is_repeated_finds_the_same_files),
		cmocka_unit_test(other_entries_at_the_same_place_are_refused),
		cmocka_unit_test(what_a_crash_left_half_written_is_written_anew),
		cmocka_unit_test(an_entry_may_have_65535_bytes_and_no_more),
		cmocka_unit_test(every_damaged_bit_of_a_log_is_found),
		cmocka_unit_test(a_missing_or_short_tile_is_an_integrity_error),
		cmocka_unit_test(a_long_log_is_shown_in_order_and_its_damage_found),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
