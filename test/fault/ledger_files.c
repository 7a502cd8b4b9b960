/* Tiles and evidence under a failing disk: whichever call fails, once or from
 * then on, the log can be opened at its last signed size and goes on to the
 * right root, and evidence is there whole or not at all. */
/* link: -Wl,--wrap=open,--wrap=write,--wrap=fsync,--wrap=link,--wrap=rename,--wrap=mkdir,--wrap=unlink */
#include "unit.h"

#include "base/arena.h"
#include "base/file.h"
#include "ledger/evidence.h"
#include "ledger/tiles.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/custody-fault-XXXXXX";

/* The call to fail, counting down to 0; whether all behind it fail too. */
static long left = -1;
static bool dead, fired;

static bool fails_now(void)
{
	if (left < 0)
		return false;
	if (left > 0) {
		left--;
		return false;
	}
	if (!dead)
		left = -1;
	fired = true;
	errno = EIO;
	return true;
}

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
	va_list ap;
	unsigned mode;

	va_start(ap, flags);
	mode = va_arg(ap, unsigned);
	va_end(ap);
	return fails_now() ? -1 : __real_open(path, flags, mode);
}

ssize_t __real_write(int fd, const void *p, size_t n);
ssize_t __wrap_write(int fd, const void *p, size_t n);
ssize_t __wrap_write(int fd, const void *p, size_t n)
{
	if (fails_now()) {
		/* A full disk takes some of it first. */
		if (fd > 2 && n > 1 && __real_write(fd, p, n / 2) < 0)
			return -1;
		errno = ENOSPC;
		return -1;
	}
	return __real_write(fd, p, n);
}

#define WRAP(name, takes, gives)                                               \
	int __real_##name takes;                                               \
	int __wrap_##name takes;                                               \
	int __wrap_##name takes { return fails_now() ? -1 : __real_##name gives; }

WRAP(fsync, (int fd), (fd))
WRAP(link, (const char *from, const char *to), (from, to))
WRAP(rename, (const char *from, const char *to), (from, to))
WRAP(mkdir, (const char *path, mode_t mode), (path, mode))
WRAP(unlink, (const char *path), (path))

static void make_leaves(struct arena *a, struct str *leaves, size_t first, size_t n)
{
	for (size_t i = 0; i < n; i++)
		leaves[i] = arena_printf(a, "entry %zu", first + i);
}

static struct digest root_of(struct arena *a, size_t n)
{
	struct tree t = { 0 };

	for (size_t i = 0; i < n; i++) {
		struct digest leaf = tree_leaf(arena_printf(a, "entry %zu", i));

		tree_append(&t, &leaf);
	}
	return tree_root(&t);
}

/* From 250 entries to 600 with call n failing; false when there are not so many. */
static bool one_append(long n)
{
	OWNED(arena) a = arena_new();
	struct str leaves[350];
	struct tree_head head;
	struct digest want = root_of(a, 600);
	bool failed;

	assert_ok(dir_remove(folder));
	{
		OWNED(tiles) t = tiles_open(folder, 0);

		make_leaves(a, leaves, 0, 250);
		assert_ok(tiles_append(t, leaves, 250, &head));
	}
	make_leaves(a, leaves, 250, 350);
	{
		OWNED(tiles) t = tiles_open(folder, 250);

		left = n;
		fired = false;
		failed = tiles_append(t, leaves, 350, &head) != NULL;
		left = -1;
		if (failed)
			assert_fails(tiles_append(t, leaves, 350, &head), ERR_FAILED);
	}
	OWNED(tiles) t = tiles_open(folder, 250);
	assert_ok(tiles_verify(t, 0, NULL, &head));
	assert_ok(tiles_append(t, leaves, 350, &head));
	assert_true(digest_eq(&head.root, &want));
	return fired;
}

static void a_log_survives_the_failure_of_any_call(void **s)
{
	(void)s;
	for (int after = 0; after < 2; after++) {
		long n = 0;

		dead = after == 1;
		while (one_append(n))
			n++;
		assert_true(n > 20);
	}
}

static bool one_put(long n)
{
	OWNED(evidence_store) s = NULL;
	BUF_AUTO back = buf_new(4096);
	struct digest d = digest_of(STR("a report"));
	bool failed;

	assert_ok(dir_remove(folder));
	assert_ok(evidence_store_open(folder, &s));
	left = n;
	fired = false;
	failed = evidence_put(s, STR("a report"), &d) != NULL;
	left = -1;
	evidence_store_close(s);
	s = NULL;
	assert_ok(evidence_store_open(folder, &s));
	if (!failed || evidence_has(s, &d))
		assert_ok(evidence_get(s, &d, &back));
	buf_clear(&back);
	assert_ok(evidence_put(s, STR("a report"), &d));
	assert_ok(evidence_get(s, &d, &back));
	assert_true(str_is(buf_str(&back), "a report"));
	return fired;
}

static void evidence_is_there_whole_or_not_at_all(void **s)
{
	(void)s;
	for (int after = 0; after < 2; after++) {
		long n = 0;

		dead = after == 1;
		while (one_put(n))
			n++;
		assert_true(n > 5);
	}
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
		cmocka_unit_test(a_log_survives_the_failure_of_any_call),
		cmocka_unit_test(evidence_is_there_whole_or_not_at_all),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
