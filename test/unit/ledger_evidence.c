/* The evidence store: what goes in comes out, damage of any bit is found,
 * nothing is left of what was not finished. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/hex.h"
#include "crypto/random.h"
#include "ledger/evidence_check.h"

static char folder[] = "/tmp/custody-evidence-XXXXXX";

static struct evidence_store *opened(void)
{
	struct evidence_store *s;

	assert_ok(evidence_store_open(folder, &s));
	return s;
}

static const char *path_of(struct arena *a, const struct digest *d)
{
	char hex[DIGEST_TEXT];

	digest_put(hex, d);
	return arena_printf(a, "%s/%.2s/%.2s/%s.zst", folder, hex, hex + 2, hex).p;
}

static void comes_back(struct evidence_store *s, struct str bytes)
{
	struct digest d, want = digest_of(bytes);
	BUF_AUTO back = buf_new(bytes.n);

	assert_ok(evidence_put(s, bytes, &d));
	assert_true(digest_eq(&d, &want));
	assert_true(evidence_has(s, &d));
	assert_ok(evidence_get(s, &d, &back));
	assert_true(str_eq(buf_str(&back), bytes));
}

static void what_goes_in_comes_out(void **state)
{
	OWNED(evidence_store) s = opened();
	OWNED(arena) a = arena_new();
	static const size_t sizes[] = { 1, 100, 131071, 131072, 131073, 1000000 };

	(void)state;
	comes_back(s, STR(""));
	comes_back(s, STR("[]"));
	comes_back(s, STR("[]"));
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		char *bytes = arena_alloc(a, sizes[i]);

		comes_back(s, (struct str){ bytes, sizes[i] });
		random_bytes(bytes, sizes[i]);
		comes_back(s, (struct str){ bytes, sizes[i] });
	}
}

static void pieces_of_any_size_give_the_same_evidence(void **state)
{
	OWNED(evidence_store) s = opened();
	OWNED(arena) a = arena_new();
	char *bytes = arena_alloc(a, 500000);
	struct digest want, d;
	uint64_t size;

	(void)state;
	for (size_t i = 0; i < 500000; i++)
		bytes[i] = (char)(i * i >> 7);
	want = digest_of((struct str){ bytes, 500000 });
	for (size_t step = 1000; step < 300000; step *= 3) {
		OWNED(evidence_writer) w = NULL;
		OWNED(evidence_reader) r = NULL;
		size_t got, at = 0;
		char *out = arena_alloc(a, step);

		assert_ok(evidence_begin(s, 500000, &w));
		for (size_t i = 0; i < 500000; i += step)
			assert_ok(evidence_add(w, (struct str){
				bytes + i, 500000 - i < step ? 500000 - i : step }));
		assert_ok(evidence_end(w, &d, &size));
		assert_true(digest_eq(&d, &want));
		assert_int_equal(size, 500000);
		assert_ok(evidence_open(s, &d, 500000, &r));
		do {
			assert_ok(evidence_read(r, out, step, &got));
			assert_memory_equal(out, bytes + at, got);
			at += got;
		} while (got == step);
		assert_int_equal(at, 500000);
		assert_ok(evidence_read(r, out, step, &got));
		assert_int_equal(got, 0);
	}
}

static void a_limit_holds_both_ways(void **state)
{
	OWNED(evidence_store) s = opened();
	OWNED(evidence_writer) w = NULL;
	OWNED(arena) a = arena_new();
	char *zeros = arena_alloc(a, 1 << 20);
	BUF_AUTO small = buf_new((1 << 20) - 1);
	struct digest d;
	uint64_t size;

	(void)state;
	assert_ok(evidence_begin(s, 1 << 20, &w));
	assert_ok(evidence_add(w, (struct str){ zeros, 1 << 20 }));
	assert_fails(evidence_add(w, STR("x")), ERR_LIMIT);
	assert_ok(evidence_end(w, &d, &size));
	assert_fails(evidence_get(s, &d, &small), ERR_LIMIT);
	assert_int_equal(small.n, 0);
}

static void every_damaged_bit_is_found(void **state)
{
	OWNED(evidence_store) s = opened();
	OWNED(arena) a = arena_new();
	BUF_AUTO file = buf_new(4096);
	BUF_AUTO back = buf_new(4096);
	struct digest d;
	const char *path;

	(void)state;
	assert_ok(evidence_put(s, STR("a report of a few words, and of a few words again"), &d));
	path = path_of(a, &d);
	assert_ok(file_read(path, &file));
	for (size_t bit = 0; bit < file.n * 8; bit++) {
		err e;

		file.p[bit / 8] = (char)(file.p[bit / 8] ^ 1 << bit % 8);
		assert_ok(file_write_atomic(path, buf_str(&file), 0440));
		e = evidence_get(s, &d, &back);
		/* A header bit may change no byte of what is decompressed. */
		if (!e)
			assert_true(str_is(buf_str(&back),
					   "a report of a few words, and of a few words again"));
		else if (e->kind != ERR_INTEGRITY && e->kind != ERR_LIMIT)
			fail_msg("bit %zu: %s", bit, e->text);
		buf_clear(&back);
		file.p[bit / 8] = (char)(file.p[bit / 8] ^ 1 << bit % 8);
	}
	for (size_t n = 0; n < file.n; n++) {
		assert_ok(file_write_atomic(path, (struct str){ file.p, n }, 0440));
		assert_fails(evidence_get(s, &d, &back), ERR_INTEGRITY);
	}
	buf_add_char(&file, '\0');
	assert_ok(file_write_atomic(path, buf_str(&file), 0440));
	assert_fails(evidence_get(s, &d, &back), ERR_INTEGRITY);
	assert_int_equal(back.n, 0);
	/* Kept once more, it is whole again. */
	assert_ok(evidence_put(s, STR("a report of a few words, and of a few words again"), &d));
	assert_ok(evidence_get(s, &d, &back));
}

static void other_bytes_under_a_digest_are_refused(void **state)
{
	OWNED(evidence_store) s = opened();
	OWNED(arena) a = arena_new();
	struct digest one, two;
	BUF_AUTO file = buf_new(4096);
	BUF_AUTO back = buf_new(4096);

	(void)state;
	assert_ok(evidence_put(s, STR("one"), &one));
	assert_ok(evidence_put(s, STR("two"), &two));
	assert_ok(file_read(path_of(a, &one), &file));
	assert_ok(file_write_atomic(path_of(a, &two), buf_str(&file), 0440));
	assert_fails(evidence_get(s, &two, &back), ERR_INTEGRITY);
}

static void erased_evidence_is_gone(void **state)
{
	OWNED(evidence_store) s = opened();
	OWNED(arena) a = arena_new();
	struct digest d;
	BUF_AUTO back = buf_new(4096);

	(void)state;
	assert_ok(evidence_put(s, STR("to be erased"), &d));
	assert_ok(evidence_erase(s, &d));
	assert_false(evidence_has(s, &d));
	assert_fails(evidence_get(s, &d, &back), ERR_MISSING);
	assert_fails(evidence_erase(s, &d), ERR_MISSING);
	assert_ok(evidence_put(s, STR("to be erased"), &d));
	assert_ok(evidence_get(s, &d, &back));
}

static err count(void *ctx, const char *name)
{
	(void)name;
	++*(int *)ctx;
	return NULL;
}

static void an_unfinished_writer_leaves_nothing(void **state)
{
	OWNED(evidence_store) s = opened();
	OWNED(arena) a = arena_new();
	const char *drafts = arena_printf(a, "%s/new", folder).p;
	int n = 0;

	(void)state;
	{
		OWNED(evidence_writer) one = NULL;
		OWNED(evidence_writer) two = NULL;

		assert_ok(evidence_begin(s, 1000, &one));
		assert_ok(evidence_begin(s, 1000, &two));
		assert_ok(evidence_add(one, STR("half")));
		assert_ok(evidence_add(two, STR("half")));
	}
	assert_ok(dir_each(drafts, count, &n));
	assert_int_equal(n, 0);
	assert_ok(file_write_atomic(arena_printf(a, "%s/left", drafts).p, STR("x"), 0440));
	assert_ok(evidence_clean(s));
	assert_false(dir_exists(drafts));
	comes_back(s, STR("after the cleaning"));
}

static void held_names_are_there_after_the_sync(void **state)
{
	OWNED(evidence_store) s = opened();
	struct digest d[200];
	BUF_AUTO back = buf_new(4096);

	(void)state;
	evidence_hold(s);
	for (size_t i = 0; i < ARRAY_LEN(d); i++)
		assert_ok(evidence_put(s, (struct str){ (const char *)&i, sizeof(i) }, &d[i]));
	assert_ok(evidence_sync(s));
	for (size_t i = 0; i < ARRAY_LEN(d); i++) {
		buf_clear(&back);
		assert_ok(evidence_get(s, &d[i], &back));
		assert_memory_equal(back.p, &i, sizeof(i));
	}
}

static void of_many_files_each_is_proved(void **state)
{
	OWNED(evidence_store) s = opened();
	OWNED(arena) a = arena_new();
	struct evidence_job *jobs = ARENA_ARRAY(a, struct evidence_job, 300);
	char *bytes = arena_alloc(a, 300000);

	(void)state;
	evidence_hold(s);
	for (size_t i = 0; i < 300; i++) {
		memset(bytes, (int)i, 300000);
		assert_ok(evidence_put(s, (struct str){ bytes, i * 1000 + 1 }, &jobs[i].digest));
	}
	assert_ok(evidence_sync(s));
	assert_ok(evidence_erase(s, &jobs[7].digest));
	assert_int_equal(chmod(path_of(a, &jobs[130].digest), 0644), 0);
	assert_ok(file_write_atomic(path_of(a, &jobs[130].digest), STR("no frame"), 0644));
	evidence_check(s, jobs, 300);
	for (size_t i = 0; i < 300; i++) {
		if (i == 7)
			assert_fails(jobs[i].failed, ERR_MISSING);
		else if (i == 130)
			assert_fails(jobs[i].failed, ERR_INTEGRITY);
		else
			assert_ok(jobs[i].failed);
		if (!jobs[i].failed)
			assert_int_equal(jobs[i].bytes, i * 1000 + 1);
		err_drop_copy(jobs[i].failed);
	}
	evidence_check(s, jobs, 0);
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
		cmocka_unit_test(what_goes_in_comes_out),
		cmocka_unit_test(pieces_of_any_size_give_the_same_evidence),
		cmocka_unit_test(a_limit_holds_both_ways),
		cmocka_unit_test(every_damaged_bit_is_found),
		cmocka_unit_test(other_bytes_under_a_digest_are_refused),
		cmocka_unit_test(erased_evidence_is_gone),
		cmocka_unit_test(an_unfinished_writer_leaves_nothing),
		cmocka_unit_test(held_names_are_there_after_the_sync),
		cmocka_unit_test(of_many_files_each_is_proved),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
