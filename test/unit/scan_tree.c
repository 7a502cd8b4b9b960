/* What must hold of walking a folder: everything gets its fate, nothing outside
 * is touched. */
#include "unit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "scan/tree.h"

#define RULES                                                                  \
	"custody rules 1\nrule token\n\ttitle t\n\tseverity low\n"             \
	"\tpattern \\b(tok_[a-z0-9]{8})\\b\n\twords none\n\tyes x\n"

static struct scan_engine *engine;
static char dir[64];

static int start(void **s)
{
	struct scan_engine_spec spec = { .rules_name = "test", .rules = STR_INIT(RULES) };

	(void)s;
	assert_ok(scan_engine_new(&spec, &engine));
	snprintf(dir, sizeof(dir), "/tmp/scan-tree-XXXXXX");
	assert_non_null(mkdtemp(dir));
	return 0;
}

static int stop(void **s)
{
	(void)s;
	scan_engine_free(engine);
	assert_ok(dir_remove(dir));
	return 0;
}

static const char *at(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void put(const char *name, struct str bytes)
{
	assert_ok(file_write_atomic(at(name), bytes, 0600));
}

struct log {
	struct buf found, done;
};

static err on_found(void *ctx, const struct scan_item *item, const struct scan_view *view,
		    const struct scan_match *m)
{
	struct log *l = ctx;

	(void)view;
	buf_addf(&l->found, "%.*s:%llu ", FMT(item->path), (unsigned long long)m->line);
	return NULL;
}

static err on_done(void *ctx, const struct scan_item *item, const struct scan_result *result)
{
	struct log *l = ctx;

	buf_addf(&l->done, "%.*s=%s ", FMT(item->path),
		 item->unreadable ? "unreadable" : scan_skip_name(result->skipped));
	return NULL;
}

static bool leave(void *ctx, struct str path)
{
	(void)ctx;
	return str_is(path, "left");
}

static void every_entry_gets_its_fate_and_links_are_not_followed(void **s)
{
	struct log log = { buf_new(1 << 16), buf_new(1 << 16) };
	struct scan_walk_sink sink = { on_found, on_done, &log };
	struct scan_tree_spec spec = { .dir = dir, .file_max = 1000, .leave = leave };
	OWNED(scan_state) st = NULL;
	char big[1001];

	(void)s;
	memset(big, 'x', sizeof(big));
	assert_ok(dir_make(at("a/deep"), 0700));
	assert_ok(dir_make(at("left"), 0700));
	assert_ok(dir_make(at(".git"), 0700));
	put("a/deep/one", STR("\n tok_abcd1234"));
	put("b", STR("tok_abcd1234\ntok_abcd1234"));
	put("bin", (struct str){ "tok_abcd1234\0", 13 });
	put("big", (struct str){ big, sizeof(big) });
	put("empty", STR(""));
	put("left/x", STR("tok_abcd1234"));
	put(".git/x", STR("tok_abcd1234"));
	assert_int_equal(symlink("/etc/passwd", at("link")), 0);
	assert_int_equal(symlink(".", at("loop")), 0);
	assert_int_equal(mkfifo(at("pipe"), 0600), 0);
	assert_ok(scan_state_new(engine, &st));
	assert_ok(scan_tree(st, &spec, &sink));
	assert_true(str_is(buf_str(&log.found), "a/deep/one:2 b:1 b:2 "));
	assert_true(str_is(buf_str(&log.done),
			   "a/deep/one=scanned b=scanned big=larger than the bound bin=binary "
			   "empty=scanned left=excluded link=symbolic link loop=symbolic link "
			   "pipe=no regular file "));
	assert_true(scan_coverage_adds_up(scan_state_coverage(st)));
	assert_int_equal(scan_state_coverage(st)->seen, 9);
	assert_int_equal(scan_state_coverage(st)->scanned, 3);
	assert_int_equal(scan_state_coverage(st)->skipped_bytes, 1001 + 13);
	assert_false(scan_coverage_complete(scan_state_coverage(st)));
	buf_done(&log.found);
	buf_done(&log.done);
}

static void a_folder_that_is_not_there_is_an_error(void **s)
{
	OWNED(scan_state) st = NULL;
	struct scan_walk_sink sink = { .found = on_found };

	(void)s;
	assert_ok(scan_state_new(engine, &st));
	assert_fails(scan_tree(st, &(struct scan_tree_spec){ .dir = "/tmp/not/there" }, &sink), ERR_IO);
}

static void folders_deeper_than_the_bound_are_counted(void **s)
{
	struct scan_walk_sink sink = { .found = on_found };
	BUF_AUTO path = buf_new(4096);
	OWNED(scan_state) st = NULL;

	(void)s;
	buf_add_c(&path, at("down"));
	for (int i = 0; i < SCAN_DEPTH_MAX + 3; i++)
		buf_add_c(&path, "/d");
	buf_add_char(&path, '\0');
	assert_ok(dir_make(path.p, 0700));
	assert_ok(scan_state_new(engine, &st));
	assert_ok(scan_tree(st, &(struct scan_tree_spec){ .dir = at("down") }, &sink));
	assert_int_equal(scan_state_coverage(st)->skipped[SCAN_SKIP_DEPTH], 1);
}

struct list {
	const struct scan_item *v;
	size_t n, at;
};

static err next(void *ctx, struct scan_item *item, bool *more)
{
	struct list *l = ctx;

	*more = l->at < l->n;
	if (*more)
		*item = l->v[l->at++];
	return NULL;
}

static void items_of_the_caller_count_the_same_way(void **s)
{
	static const struct scan_item items[] = {
		{ .path = STR_INIT("a"), .bytes = STR_INIT("tok_abcd1234") },
		{ .path = STR_INIT("b"), .skip = SCAN_SKIP_MISSING, .size = 7 },
		{ .path = STR_INIT("c"), .unreadable = true },
	};
	struct list list = { items, ARRAY_LEN(items), 0 };
	struct log log = { buf_new(1 << 16), buf_new(1 << 16) };
	struct scan_walk_sink sink = { on_found, on_done, &log };
	OWNED(scan_state) st = NULL;

	(void)s;
	assert_ok(scan_state_new(engine, &st));
	assert_ok(scan_each(st, (struct scan_items){ next, &list }, &sink));
	assert_true(str_is(buf_str(&log.found), "a:1 "));
	assert_true(str_is(buf_str(&log.done), "a=scanned b=not in this copy c=unreadable "));
	assert_int_equal(scan_state_coverage(st)->seen, 3);
	assert_int_equal(scan_state_coverage(st)->unreadable, 1);
	assert_true(scan_coverage_adds_up(scan_state_coverage(st)));
	buf_done(&log.found);
	buf_done(&log.done);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_entry_gets_its_fate_and_links_are_not_followed),
		cmocka_unit_test(a_folder_that_is_not_there_is_an_error),
		cmocka_unit_test(folders_deeper_than_the_bound_are_counted),
		cmocka_unit_test(items_of_the_caller_count_the_same_way),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
