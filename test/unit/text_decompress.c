#include "unit.h"

#include "base/buf.h"
#include "base/file.h"
#include "text/decompress.h"

#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

static int file_of(struct str bytes)
{
	int fd = memfd_create("input", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_ok(fd_write_all(fd, "input", bytes));
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static void add_gzip(struct buf *out, struct str s)
{
	z_stream z = { 0 };
	size_t bound;

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
	bound = deflateBound(&z, s.n) + 64;
	z.next_out = buf_grow(out, bound);
	assert_non_null(z.next_out);
	z.avail_out = (unsigned)bound;
	z.next_in = (unsigned char *)(uintptr_t)s.p;
	z.avail_in = (unsigned)s.n;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	out->n -= z.avail_out;
	deflateEnd(&z);
}

static void add_zstd(struct buf *out, struct str s)
{
	size_t bound = ZSTD_compressBound(s.n), n;
	char *at = buf_grow(out, bound);

	assert_non_null(at);
	n = ZSTD_compress(at, bound, s.p, s.n, 3);
	assert_false(ZSTD_isError(n));
	out->n -= bound - n;
}

static err unpacked(struct str packed, uint64_t max, struct buf *out)
{
	FD_AUTO fd = file_of(packed);
	OWNED(decompress) d = decompress_open(fd, "in");
	char piece[70000];
	size_t got;

	decompress_limit(d, max);
	do {
		TRY(decompress_read(d, piece, sizeof(piece), &got));
		buf_add(out, (struct str){ piece, got });
	} while (got);
	TRY(decompress_read(d, piece, sizeof(piece), &got));
	assert_int_equal(got, 0);
	assert_int_equal(decompress_given(d), out->n);
	assert_int_equal(decompress_taken(d), packed.n);
	return NULL;
}

static struct buf sample(size_t n)
{
	struct buf b = buf_new(n);
	uint32_t x = 1;

	for (size_t i = 0; i < n; i++) {
		x = x * 1664525 + 1013904223;
		buf_add_char(&b, (char)("custody \n"[(x >> 24) % 9]));
	}
	return b;
}

static void what_was_packed_comes_out(void **s)
{
	static const size_t sizes[] = { 0, 1, 100, 65536, 131072, 131073, 700001 };

	(void)s;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		BUF_AUTO text = sample(sizes[i]);
		BUF_AUTO gz = buf_new(1 << 22);
		BUF_AUTO zs = buf_new(1 << 22);
		BUF_AUTO back = buf_new(1 << 22);

		add_gzip(&gz, buf_str(&text));
		add_zstd(&zs, buf_str(&text));
		assert_ok(unpacked(buf_str(&text), sizes[i], &back));
		assert_true(str_eq(buf_str(&back), buf_str(&text)));
		buf_clear(&back);
		assert_ok(unpacked(buf_str(&gz), sizes[i], &back));
		assert_true(str_eq(buf_str(&back), buf_str(&text)));
		buf_clear(&back);
		assert_ok(unpacked(buf_str(&zs), sizes[i], &back));
		assert_true(str_eq(buf_str(&back), buf_str(&text)));
	}
}

static void members_behind_each_other_are_one_text(void **s)
{
	BUF_AUTO gz = buf_new(1 << 16);
	BUF_AUTO zs = buf_new(1 << 16);
	BUF_AUTO back = buf_new(1 << 16);

	(void)s;
	add_gzip(&gz, STR("one "));
	add_gzip(&gz, STR(""));
	add_gzip(&gz, STR("two"));
	add_zstd(&zs, STR("one "));
	add_zstd(&zs, STR("two"));
	assert_ok(unpacked(buf_str(&gz), 100, &back));
	assert_true(str_eq(buf_str(&back), STR("one two")));
	buf_clear(&back);
	assert_ok(unpacked(buf_str(&zs), 100, &back));
	assert_true(str_eq(buf_str(&back), STR("one two")));
}

static void what_is_cut_or_damaged_is_refused(void **s)
{
	BUF_AUTO text = sample(5000);
	BUF_AUTO gz = buf_new(1 << 16);
	BUF_AUTO zs = buf_new(1 << 16);
	BUF_AUTO back = buf_new(1 << 16);

	(void)s;
	add_gzip(&gz, buf_str(&text));
	add_zstd(&zs, buf_str(&text));
	for (size_t n = 2; n < gz.n; n++) {
		buf_clear(&back);
		assert_fails(unpacked((struct str){ gz.p, n }, 1 << 16, &back), ERR_INPUT);
	}
	for (size_t n = 4; n < zs.n; n++) {
		buf_clear(&back);
		assert_fails(unpacked((struct str){ zs.p, n }, 1 << 16, &back), ERR_INPUT);
	}
	gz.p[gz.n / 2] ^= 0x10;
	assert_fails(unpacked(buf_str(&gz), 1 << 16, &back), ERR_INPUT);
	gz.p[gz.n / 2] ^= 0x10;
	buf_add(&gz, STR("garbage"));
	assert_fails(unpacked(buf_str(&gz), 1 << 16, &back), ERR_INPUT);
}

static void a_bomb_is_refused(void **s)
{
	size_t n = 80 << 20;
	char *zeros = base_alloc(n);
	BUF_AUTO gz = buf_new(2 << 20);
	BUF_AUTO zs = buf_new(100 << 20);
	BUF_AUTO back = buf_new(100 << 20);
	BUF_AUTO text = sample(1000);

	(void)s;
	add_zstd(&zs, (struct str){ zeros, n });
	assert_fails(unpacked(buf_str(&zs), 1 << 30, &back), ERR_LIMIT);
	assert_true(back.n < DECOMPRESS_RATIO_FROM + (1 << 20));
	buf_clear(&back);
	add_gzip(&gz, (struct str){ zeros, 1 << 20 });
	assert_ok(unpacked(buf_str(&gz), 1 << 20, &back));
	buf_clear(&back);
	assert_fails(unpacked(buf_str(&gz), (1 << 20) - 1, &back), ERR_LIMIT);
	assert_fails(unpacked(buf_str(&text), 999, &back), ERR_LIMIT);
	free(zeros);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_packed_comes_out),
		cmocka_unit_test(members_behind_each_other_are_one_text),
		cmocka_unit_test(what_is_cut_or_damaged_is_refused),
		cmocka_unit_test(a_bomb_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
