/* What must hold of a pack of very many small files: neither writing nor checking
 * it takes memory for each of them. */
/* timeout: 300 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "pack/out.h"
#include "pack/pile.h"
#include "pack/verify.h"

enum { FEW = 1000, MANY = 70000, MORE_KB = 16 * 1024 };

static char dir[] = "/tmp/custody-many-XXXXXX";

struct numbered {
	struct digest digest;
	uint8_t n[8];
};

static struct str content(uint64_t n, char out[32])
{
	return (struct str){ out, (size_t)snprintf(out, 32, "evidence %llu\n", (unsigned long long)n) };
}

static void write_many(const char *path, uint64_t count)
{
	OWNED(pile) sorted = pile_new(sizeof(struct numbered), PILE_SORTED);
	OWNED(pack_out) o = NULL;
	struct numbered x;
	struct digest d;
	char text[32];
	bool got;

	for (uint64_t i = 0; i < count; i++) {
		x.digest = digest_of(content(i, text));
		pile_put_u64(x.n, i);
		assert_ok(pile_put(sorted, &x));
	}
	assert_ok(pack_out_open(path, &o));
	assert_ok(pack_out_file(o, "a.html", STR("before")));
	assert_ok(pile_start(sorted));
	for (;;) {
		assert_ok(pile_next(sorted, &x, &got));
		if (!got)
			break;
		assert_ok(pack_out_evidence(o, &x.digest));
		assert_ok(pack_out_add(o, content(pile_u64(x.n), text)));
		assert_ok(pack_out_end(o));
	}
	assert_ok(pack_out_file(o, "style.css", STR("behind")));
	assert_ok(pack_out_manifest(o, &d));
	assert_int_equal(pack_out_sums(o).files, count + 3);
	assert_ok(pack_out_finish(o));
}

static void no_damage(void *ctx, const char *where, const char *what)
{
	(void)ctx;
	/* It has no log and no signature. */
	if (strstr(what, "missing") == NULL && strstr(what, "without the size") == NULL)
		fail_msg("%s: %s", where, what);
}

static void check_many(const char *path, uint64_t count)
{
	OWNED(arena) a = arena_new();
	struct pack_verify_spec spec = { .a = a, .fault = no_damage };
	struct pack_checked r;

	assert_ok(pack_verify(path, &spec, &r));
	assert_int_equal(r.files, count + 2);
	assert_int_equal(r.evidence, count);
}

/* KiB a process of its own held at most. */
static long memory_for(uint64_t count, const char *name)
{
	long *most = mmap(NULL, sizeof(*most), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct rusage used;
	char path[64];
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		snprintf(path, sizeof(path), "%s/%s", dir, name);
		write_many(path, count);
		check_many(path, count);
		getrusage(RUSAGE_SELF, &used);
		*most = used.ru_maxrss;
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	return *most;
}

static void memory_does_not_grow_with_the_number_of_evidence(void **state)
{
	long few = memory_for(FEW, "few.zip"), many = memory_for(MANY, "many.zip");

	(void)state;
	if (many - few > MORE_KB)
		fail_msg("%d files take %ld KiB, %d files %ld KiB", FEW, few, MANY, many);
}

static void nor_where_the_pack_is_a_folder(void **state)
{
	long few = memory_for(FEW, "few"), many = memory_for(MANY / 2, "many");

	(void)state;
	if (many - few > MORE_KB / 2)
		fail_msg("%d files take %ld KiB, %d files %ld KiB", FEW, few, MANY / 2, many);
}

/* Numbers in an order that is none: each below `count` once. */
static void fill(struct pile *p, uint64_t count)
{
	uint8_t item[24] = { 0 };

	for (uint64_t i = 0; i < count; i++) {
		pile_put_u64(item, i * 7919 % count);
		assert_ok(pile_put(p, item));
	}
}

static void a_pile_comes_out_in_order_and_again(void **state)
{
	static const uint64_t counts[] = { 0, 1, 2, 43690, 43691, 300007 };

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(counts); k++) {
		OWNED(pile) sorted = pile_new(24, PILE_SORTED);
		OWNED(pile) plain = pile_new(24, PILE_AS_PUT);
		uint8_t item[24];
		bool got;

		fill(sorted, counts[k]);
		fill(plain, counts[k]);
		for (int again = 0; again < 2; again++) {
			assert_ok(pile_start(sorted));
			assert_ok(pile_start(plain));
			for (uint64_t i = 0; i < counts[k]; i++) {
				assert_ok(pile_next(sorted, item, &got));
				assert_true(got && pile_u64(item) == i);
				assert_ok(pile_next(plain, item, &got));
				assert_true(got && pile_u64(item) == i * 7919 % counts[k]);
			}
			assert_ok(pile_next(sorted, item, &got));
			assert_false(got);
			assert_ok(pile_next(plain, item, &got));
			assert_false(got);
		}
	}
}

/* The sanitizer keeps what was freed for a while, which is not what is measured. It
 * reads how long once, when a program starts. */
static void start_again(void)
{
	const char *asked = getenv("ASAN_OPTIONS"), own[] = "quarantine_size_mb=1:thread_local_quarantine_size_kb=64";
	char options[1024], name[] = "pack_many", *argv[] = { name, NULL };

	if (asked && strstr(asked, own))
		return;
	snprintf(options, sizeof(options), "%s%s%s", asked ? asked : "", asked ? ":" : "", own);
	setenv("ASAN_OPTIONS", options, 1);
	execv("/proc/self/exe", argv);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pile_comes_out_in_order_and_again),
		cmocka_unit_test(memory_does_not_grow_with_the_number_of_evidence),
		cmocka_unit_test(nor_where_the_pack_is_a_folder),
	};
	int failed;

	start_again();
	if (!mkdtemp(dir))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	if (dir_remove(dir))
		return 1;
	return failed;
}
