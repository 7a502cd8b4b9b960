/* What must hold of a pack: whatever is changed in one is found and named. */
/* timeout: 600 */
#include "unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/instant.h"
#include "pack/out.h"
#include "pack/verify.h"
#include "pack/write.h"
#include "record/types.h"

static struct place {
	struct arena *a;
	char dir[64];
	const char *home, *pack, *zip;	/* a whole pack of 300 records, both ways */
	const char *small_home, *small, *small_zip;	/* what is checked alone, of a few records */
	struct str vkey;
} place;

static const char *in_dir(const char *name)
{
	return arena_printf(place.a, "%s/%s", place.dir, name).p;
}

/* Documents, each with words; every tenth cites evidence of its own. */
static void add_documents(struct store *s, int n)
{
	struct str control = STR("A.8.28"), by;
	int64_t idx;
	bool already;

	assert_ok(store_local_account(s, &by));
	for (int i = 0; i < n; i++) {
		struct r_document f = { .controls = { &control, 1 }, .kind = STR("minutes"), .review_by = INSTANT_NONE,
					.title = arena_printf(place.a, "Minutes %d of Ada Example", i) };
		struct draft d = { .type = &record_document, .about = record_new_id(place.a), .by = by,
				   .effective = 1700000000 + i, .content = CONTENT_UPLOADED, .fields = &f };
		struct digest cited;
		char hex[DIGEST_TEXT];
		struct str cite;

		d.in = d.about;
		if (i % 10 == 0) {
			struct str said_then = arena_printf(place.a, "what was said at %d\n", i);

			assert_ok(evidence_put(store_evidence(s), said_then, &cited));
			assert_ok(store_note_evidence(s, &cited, 20, STR("text")));
			digest_put(hex, &cited);
			cite = str_c(hex);
			d.cites = (struct strs){ &cite, 1 };
		}
		assert_ok(store_append(s, &d, &idx, &already));
	}
	assert_ok(store_finish(s));
}

/* The order to destroy the words of one record, carried out. */
static void erase_words(struct store *s, int64_t index)
{
	struct r_erased target = { .index = index, .words = 1 };
	struct r_erasure f = { .targets = { &target, 1 }, .why = STR("asked by the person") };
	struct draft d = { .type = &record_erasure, .about = record_new_id(place.a), .effective = instant_now(),
			   .content = CONTENT_STATED, .author = AUTHOR_CLAIMED, .fields = &f };
	int64_t idx;
	bool already;

	d.in = d.about;
	assert_ok(store_local_account(s, &d.by));
	assert_ok(store_append(s, &d, &idx, &already));
	assert_ok(store_finish(s));
	assert_ok(db_run(store_db(s), SQL("UPDATE kept_record SET words = NULL, words_salt = NULL WHERE idx = $1"),
			 DB_ARGS(DB_I(index)), NULL));
}

static void write_pack(struct store *s, const char *out)
{
	struct pack_spec spec = { .a = place.a, .out = out, .from = INSTANT_NONE, .to = INSTANT_NONE,
				  .as_of = INSTANT_NONE };
	struct pack_result r;

	assert_ok(pack_write(s, &spec, &r));
}

static void read_whole(const char *path, struct buf *out)
{
	buf_clear(out);
	assert_ok(file_read(path, out));
}

/* Copies the files below `from` whose path begins with `prefix`. */
struct copying {
	struct pack_out *to;
	const char *from, *prefix;
};

static err copy_one(void *ctx, const char *name)
{
	struct copying *c = ctx, below = *c;
	const char *rel = arena_printf(place.a, "%s%s", c->prefix, name).p;
	const char *path = arena_printf(place.a, "%s/%s", c->from, rel).p;
	BUF_AUTO bytes = buf_new(64 << 20);

	if (dir_exists(path)) {
		below.prefix = arena_printf(place.a, "%s/", rel).p;
		return dir_each(path, copy_one, &below);
	}
	TRY(file_read(path, &bytes));
	return pack_out_file(c->to, rel, buf_str(&bytes));
}

/* A pack of nothing but what is checked, small enough to flip every byte of. */
static void write_small(struct store *s, const char *from, const char *out)
{
	OWNED(pack_out) o = NULL;
	static const char *const parts[] = { "log", "parts", "evidence" };
	BUF_AUTO bytes = buf_new(1 << 20), note = buf_new(8192);
	struct ledger_head head;
	struct digest d;
	char hex[DIGEST_TEXT];

	assert_ok(pack_out_open(out, &o));
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		struct copying c = { o, from, arena_printf(place.a, "%s/", parts[i]).p };

		assert_ok(dir_each(arena_printf(place.a, "%s/%s", from, parts[i]).p, copy_one, &c));
	}
	read_whole(arena_printf(place.a, "%s/withheld.json", from).p, &bytes);
	assert_ok(pack_out_file(o, "withheld.json", buf_str(&bytes)));
	read_whole(arena_printf(place.a, "%s/log/checkpoint", from).p, &bytes);
	assert_ok(pack_out_manifest(o, &d));
	digest_put(hex, &d);
	assert_ok(ledger_head(store_ledger(s), &head));
	/* The record of the pack this was copied from, and its submission, are not in it. */
	assert_ok(ledger_sign_note(store_ledger(s), arena_printf(place.a, "custody pack manifest v1\n%.*s\n%lld\n%s\n",
		FMT(ledger_origin(store_ledger(s))), (long long)head.size - 2, hex), &note));
	assert_ok(pack_out_file(o, "manifest.note", buf_str(&note)));
	assert_ok(pack_out_finish(o));
}

static int make_packs(void **state)
{
	STORE_AUTO s = NULL;
	STORE_AUTO small = NULL;

	(void)state;
	place.a = arena_new();
	memcpy(place.dir, "/tmp/custody-test-XXXXXX", 25);
	assert_non_null(mkdtemp(place.dir));
	assert_int_equal(setenv("XDG_STATE_HOME", place.dir, 1), 0);
	place.home = in_dir("home");
	place.pack = in_dir("pack");
	place.zip = in_dir("pack.zip");
	place.small_home = in_dir("small-home");
	place.small = in_dir("small");
	place.small_zip = in_dir("small.zip");
	assert_ok(store_init(&(struct store_init_spec){ .home = place.home }));
	assert_ok(store_open_write(place.home, 5000, &s));
	place.vkey = arena_str(place.a, ledger_vkey(store_ledger(s)));
	add_documents(s, 300);
	write_pack(s, place.pack);
	write_pack(s, place.zip);
	assert_ok(store_init(&(struct store_init_spec){ .home = place.small_home }));
	assert_ok(store_open_write(place.small_home, 5000, &small));
	add_documents(small, 3);
	erase_words(small, 3);
	write_pack(small, in_dir("small-whole"));
	write_small(small, in_dir("small-whole"), place.small);
	write_small(small, in_dir("small-whole"), place.small_zip);
	return 0;
}

static int drop_packs(void **state)
{
	(void)state;
	assert_ok(dir_remove(place.dir));
	arena_free(place.a);
	return 0;
}

/* The faults of one check as text, "where: what\n". */
static struct buf said;

static void note_fault(void *ctx, const char *where, const char *what)
{
	(void)ctx;
	buf_addf(&said, "\n%s: %s", where, what);
}

static struct pack_checked check_with(const char *path, struct str key)
{
	OWNED(arena) a = arena_new();
	struct pack_verify_spec spec = { .a = a, .fault = note_fault, .keys = { &key, key.p ? 1 : 0 } };
	struct pack_checked r;

	buf_clear(&said);
	assert_ok(pack_verify(path, &spec, &r));
	buf_add_char(&said, '\0');
	assert_int_equal(r.level == PACK_NOT_INTACT, r.faults > 0);
	return r;
}

static struct pack_checked check(const char *path)
{
	return check_with(path, (struct str){ 0 });
}

static void is_intact(const char *path)
{
	struct pack_checked r = check(path);

	if (r.faults)
		fail_msg("%s", said.p);
}

/* A fault that begins with this place (and holds that text). */
static void names(const char *path, const char *where, const char *what)
{
	char begins[512];
	const char *at;

	check(path);
	snprintf(begins, sizeof(begins), "\n%s", where);
	at = strstr(said.p, begins);
	if (!at || !strstr(at, what))
		fail_msg("wanted %s: …%s, got: %s", where, what, said.p);
}

static void a_pack_is_intact_as_a_folder_and_as_a_file(void **state)
{
	(void)state;
	is_intact(place.pack);
	is_intact(place.zip);
	is_intact(place.small);
	is_intact(place.small_zip);
}

static void it_is_authentic_with_its_key_alone(void **state)
{
	struct pack_checked r = check_with(place.pack, place.vkey);

	(void)state;
	assert_int_equal(r.level, PACK_AUTHENTIC);
	assert_int_equal(r.records, r.shown);
	assert_int_equal(check_with(place.zip, place.vkey).level, PACK_AUTHENTIC);
	assert_int_equal(check_with(place.small, place.vkey).level, PACK_NOT_INTACT);
	assert_non_null(strstr(said.p, "another key than the one given"));
}

static void erased_words_are_erased_and_not_missing(void **state)
{
	struct pack_checked r = check(place.small);

	(void)state;
	assert_int_equal(r.erased_parts, 1);
	assert_int_equal(r.faults, 0);
}

static void flip(const char *path, off_t at, int bit)
{
	FD_AUTO fd = open(path, O_RDWR | O_CLOEXEC);
	unsigned char byte;

	assert_true(fd >= 0 && pread(fd, &byte, 1, at) == 1);
	byte ^= (unsigned char)(1 << bit);
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
}

static off_t size_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_size;
}

/* Each `stride`-th byte of every file below the folder. */
struct flipping {
	const char *pack, *prefix;
	off_t stride;
};

static err flip_file(void *ctx, const char *name)
{
	struct flipping *f = ctx, below = *f;
	const char *rel = arena_printf(place.a, "%s%s", f->prefix, name).p;
	const char *path = arena_printf(place.a, "%s/%s", f->pack, rel).p;

	if (dir_exists(path)) {
		below.prefix = arena_printf(place.a, "%s/", rel).p;
		return dir_each(path, flip_file, &below);
	}
	for (off_t at = 0; at < size_of(path); at += f->stride) {
		flip(path, at, (int)(at % 8));
		names(f->pack, rel, "");
		flip(path, at, (int)(at % 8));
	}
	return NULL;
}

static void every_flipped_byte_is_named_with_its_file(void **state)
{
	struct flipping f = { place.small, "", 1 };

	(void)state;
	assert_ok(dir_each(place.small, flip_file, &f));
	is_intact(place.small);
}

static void a_flipped_byte_of_any_page_or_table_is_named(void **state)
{
	struct flipping f = { place.pack, "", 30011 };

	(void)state;
	assert_ok(dir_each(place.pack, flip_file, &f));
	is_intact(place.pack);
}

static void every_flipped_byte_of_the_file_is_found(void **state)
{
	off_t n = size_of(place.small_zip);

	(void)state;
	for (off_t at = 0; at < n; at++) {
		flip(place.small_zip, at, (int)(at % 8));
		names(place.small_zip, "the .zip itself", "");
		flip(place.small_zip, at, (int)(at % 8));
	}
	is_intact(place.small_zip);
}

static void a_file_cut_short_or_made_longer_is_found(void **state)
{
	BUF_AUTO bytes = buf_new(1 << 20);
	const char *cut = in_dir("cut.zip");
	struct str whole;

	(void)state;
	read_whole(place.small_zip, &bytes);
	whole = buf_str(&bytes);
	for (size_t n = 0; n < whole.n; n += n < 100 || n > whole.n - 200 ? 1 : 97) {
		assert_ok(file_write_atomic(cut, (struct str){ whole.p, n }, 0600));
		names(cut, "the .zip itself", "");
	}
	buf_add_char(&bytes, 'x');
	assert_ok(file_write_atomic(cut, buf_str(&bytes), 0600));
	names(cut, "the .zip itself", "");
}

static void a_file_that_is_removed_is_named(void **state)
{
	static const char *const files[] = {
		"manifest.json", "manifest.note", "log/checkpoint", "log/key.vkey", "log/tile/entries/000", "parts/000000.jsonl",
		"style.css", "verify.html", "index.html", "withheld.json",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		const char *path = arena_printf(place.a, "%s/%s", place.pack, files[i]).p;

		assert_int_equal(rename(path, in_dir("aside")), 0);
		names(place.pack, files[i], "missing");
		assert_int_equal(rename(in_dir("aside"), path), 0);
	}
	is_intact(place.pack);
}

static void what_was_added_is_named(void **state)
{
	static const char *const files[] = {
		"notes.txt", "evidence/0000000000000000000000000000000000000000000000000000000000000000", "parts/000001.jsonl",
		"log/tile/entries/002", "log/tile/0/000", "log/anchors/1.note", "06-vulnerability-management/more.csv",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		const char *path = arena_printf(place.a, "%s/%s", place.pack, files[i]).p;
		const char *slash = strrchr(path, '/');
		const char *folder = arena_cstr(place.a, (struct str){ path, (size_t)(slash - path) });
		bool made = !dir_exists(folder);

		assert_ok(dir_make(folder, 0755));
		assert_ok(file_write_atomic(path, STR("added\n"), 0644));
		names(place.pack, files[i], "added");
		assert_int_equal(unlink(path), 0);
		if (made)
			assert_int_equal(rmdir(folder), 0);
	}
	assert_int_equal(symlink("/etc/passwd", arena_printf(place.a, "%s/evidence/link", place.pack).p), 0);
	names(place.pack, "evidence/link", "added");
	assert_int_equal(unlink(arena_printf(place.a, "%s/evidence/link", place.pack).p), 0);
	assert_int_equal(mkdir(arena_printf(place.a, "%s/empty", place.pack).p, 0755), 0);
	names(place.pack, "empty", "added");
	assert_int_equal(rmdir(arena_printf(place.a, "%s/empty", place.pack).p), 0);
	is_intact(place.pack);
}

/* Replaces a file for one check. */
static void with(const char *file, struct str bytes, const char *where, const char *what)
{
	const char *path = arena_printf(place.a, "%s/%s", place.pack, file).p;
	BUF_AUTO old = buf_new(64 << 20);

	read_whole(path, &old);
	assert_ok(file_write_atomic(path, bytes, 0644));
	names(place.pack, where, what);
	assert_ok(file_write_atomic(path, buf_str(&old), 0644));
}

static void two_leaves_in_another_order_are_named(void **state)
{
	BUF_AUTO bytes = buf_new(1 << 20), swapped = buf_new(1 << 20);
	struct str at[4], rest;

	(void)state;
	read_whole(arena_printf(place.a, "%s/log/tile/entries/000", place.pack).p, &bytes);
	rest = buf_str(&bytes);
	for (size_t i = 0; i < 4; i++) {
		size_t n = 2 + ((size_t)(unsigned char)rest.p[0] << 8 | (unsigned char)rest.p[1]);

		at[i] = (struct str){ rest.p, n };
		rest = str_from(rest, n);
	}
	buf_add(&swapped, at[0]);
	buf_add(&swapped, at[1]);
	buf_add(&swapped, at[3]);
	buf_add(&swapped, at[2]);
	buf_add(&swapped, rest);
	with("log/tile/entries/000", buf_str(&swapped), "log/tile/entries/000", "changed");
	with("log/tile/entries/000", buf_str(&swapped), "log/checkpoint", "a record was changed, reordered");
	with("log/tile/entries/000", buf_str(&swapped), "record 2", "its facts were changed");
}

static void a_dropped_line_and_a_dropped_row_are_named(void **state)
{
	BUF_AUTO bytes = buf_new(64 << 20);
	struct str all;

	(void)state;
	read_whole(arena_printf(place.a, "%s/parts/000000.jsonl", place.pack).p, &bytes);
	all = buf_str(&bytes);
	with("parts/000000.jsonl", str_from(all, str_find(all, STR("\n"), 0) + 1), "parts/000000.jsonl", "changed");
	read_whole(arena_printf(place.a, "%s/index.csv", place.pack).p, &bytes);
	all = buf_str(&bytes);
	with("index.csv", str_from(all, str_find(all, STR("\n"), 0) + 1), "index.csv", "changed");
}

static void another_key_or_signature_is_named(void **state)
{
	BUF_AUTO bytes = buf_new(1 << 20), other = buf_new(1 << 20);

	(void)state;
	read_whole(arena_printf(place.a, "%s/log/key.vkey", place.small).p, &other);
	with("log/key.vkey", buf_str(&other), "log/checkpoint", "bears no signature");
	with("log/key.vkey", buf_str(&other), "manifest.note", "bears no signature");
	read_whole(arena_printf(place.a, "%s/manifest.note", place.pack).p, &bytes);
	buf_add(&bytes, STR("\xe2\x80\x94 somebody.example AAAAAAAA\n"));
	with("manifest.note", buf_str(&bytes), "manifest.note", "bears 2 signatures");
	read_whole(arena_printf(place.a, "%s/manifest.note", place.small).p, &other);
	with("manifest.note", buf_str(&other), "manifest.note", "bears no signature");
}

static void an_earlier_pack_is_replaced_and_nothing_else(void **state)
{
	struct pack_spec spec = { .a = place.a, .from = INSTANT_NONE, .to = INSTANT_NONE, .as_of = INSTANT_NONE };
	struct pack_result r;
	STORE_AUTO s = NULL;

	(void)state;
	assert_ok(store_open_write(place.small_home, 5000, &s));
	write_pack(s, in_dir("small-whole"));
	is_intact(in_dir("small-whole"));
	assert_ok(dir_make(in_dir("mine"), 0755));
	assert_ok(file_write_atomic(in_dir("mine/letter"), STR("x"), 0644));
	assert_ok(file_write_atomic(in_dir("mine.zip"), STR("x"), 0644));
	spec.out = in_dir("mine");
	assert_fails(pack_write(s, &spec, &r), ERR_CONFLICT);
	spec.out = in_dir("mine.zip");
	assert_fails(pack_write(s, &spec, &r), ERR_CONFLICT);
	assert_ok(dir_make(in_dir("empty"), 0755));
	write_pack(s, in_dir("empty"));
	is_intact(in_dir("empty"));
}

static void a_pack_of_a_damaged_home_is_not_written(void **state)
{
	struct pack_spec spec = { .a = place.a, .out = in_dir("never"), .from = INSTANT_NONE, .to = INSTANT_NONE,
				  .as_of = INSTANT_NONE };
	struct pack_result r;
	STORE_AUTO s = NULL;
	struct digest d = digest_of(STR("what was said at 0\n"));

	(void)state;
	assert_ok(store_open_write(place.small_home, 5000, &s));
	assert_ok(evidence_erase(store_evidence(s), &d));
	assert_fails(pack_write(s, &spec, &r), ERR_INTEGRITY);
	assert_false(dir_exists(spec.out));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pack_is_intact_as_a_folder_and_as_a_file),
		cmocka_unit_test(it_is_authentic_with_its_key_alone),
		cmocka_unit_test(erased_words_are_erased_and_not_missing),
		cmocka_unit_test(every_flipped_byte_is_named_with_its_file),
		cmocka_unit_test(a_flipped_byte_of_any_page_or_table_is_named),
		cmocka_unit_test(every_flipped_byte_of_the_file_is_found),
		cmocka_unit_test(a_file_cut_short_or_made_longer_is_found),
		cmocka_unit_test(a_file_that_is_removed_is_named),
		cmocka_unit_test(what_was_added_is_named),
		cmocka_unit_test(two_leaves_in_another_order_are_named),
		cmocka_unit_test(a_dropped_line_and_a_dropped_row_are_named),
		cmocka_unit_test(another_key_or_signature_is_named),
		cmocka_unit_test(an_earlier_pack_is_replaced_and_nothing_else),
		cmocka_unit_test(a_pack_of_a_damaged_home_is_not_written),
	};

	said = buf_new(4 << 20);
	return cmocka_run_group_tests(tests, make_packs, drop_packs);
}
