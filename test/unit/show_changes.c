/* What must hold of lists of changes, of coverage and of next steps. */
#include "unit.h"
#include "views.h"

#include <unistd.h>

#include "base/file.h"
#include "show/changes.h"
#include "show/coverage.h"
#include "show/facts_read.h"
#include "show/next.h"

static struct db *db;
static struct arena *a;

static int begin(void **s)
{
	(void)s;
	a = arena_new();
	db = views_empty();
	views_changes(db);
	return 0;
}

static int end(void **s)
{
	(void)s;
	db_close(db);
	arena_free(a);
	return 0;
}

/* What is written to a descriptor. */
static struct str written(int fd)
{
	struct buf b = buf_new(1 << 20);
	struct str out;

	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_ok(fd_read_all(fd, "the list", &b));
	out = arena_str(a, buf_str(&b));
	buf_done(&b);
	return out;
}

static int scratch(void)
{
	FILE *f = tmpfile();
	int fd = f ? dup(fileno(f)) : -1;

	assert_true(fd >= 0);
	fclose(f);
	return fd;
}

static struct str list(struct show_changes_query q, enum show_format format)
{
	FD_AUTO fd = scratch();

	q.to = VIEWS_AT(400);
	assert_ok(show_changes(db, &q, format, fd));
	return written(fd);
}

static size_t lines(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '\n';
	return n;
}

static void changes_come_newest_first_and_are_chosen_by_what_they_lack(void **s)
{
	struct str all = list((struct show_changes_query){ 0 }, SHOW_JSONL);

	(void)s;
	assert_int_equal(lines(all), 10);
	assert_true(str_find(all, STR("000a\""), 0) < str_find(all, STR("0001\""), 0));
	assert_true(str_has(all, STR("\"review\":\"unknown\"")));
	assert_int_equal(lines(list((struct show_changes_query){ .no_pull = true }, SHOW_JSONL)), 1);
	assert_int_equal(lines(list((struct show_changes_query){ .unreviewed = true }, SHOW_JSONL)), 0);
	assert_int_equal(lines(list((struct show_changes_query){ .security = true }, SHOW_JSONL)), 1);
	assert_int_equal(lines(list((struct show_changes_query){ .limit = 3 }, SHOW_JSONL)), 3);
	assert_int_equal(lines(list((struct show_changes_query){ .branch = STR("other") }, SHOW_JSONL)), 0);
	views_pull(db, &(struct views_pull){ 4, -60, "\x03", false, false });
	assert_int_equal(lines(list((struct show_changes_query){ .unreviewed = true }, SHOW_JSONL)), 1);
	views_script(db, "UPDATE view_change SET gone = 1 WHERE no = 2");
	assert_int_equal(lines(list((struct show_changes_query){ .gone = true }, SHOW_JSONL)), 1);
	assert_int_equal(lines(list((struct show_changes_query){ 0 }, SHOW_JSONL)), 9);
}

static void a_table_of_one_branch_does_not_repeat_it(void **s)
{
	struct str text = list((struct show_changes_query){ 0 }, SHOW_TABLE);

	(void)s;
	assert_true(str_has(text, STR("commit ")));
	assert_false(str_has(text, STR("repository")));
	assert_true(str_has(text, STR("account 1")));
}

static void one_change_gives_a_reason_for_each_answer(void **s)
{
	BUF_AUTO out = buf_new(1 << 20);
	struct str digits = STR("00000000000000000000000000000000000000");
	char commit[41];

	(void)s;
	views_pull(db, &(struct views_pull){ 4, -60, "\x03", false, false });
	snprintf(commit, sizeof(commit), "%.*s04", FMT(digits));
	assert_ok(show_changes_one(db, a, str_c(commit), SHOW_TABLE, &out));
	assert_true(str_has(buf_str(&out), STR("missing  review before merge: only a bot approved it")));
	assert_true(str_has(buf_str(&out), STR("(erased)")));
	buf_clear(&out);
	assert_ok(show_changes_one(db, a, str_c(commit), SHOW_JSON, &out));
	assert_true(str_has(buf_str(&out), STR("\"question\"")));
	assert_fails(show_changes_one(db, a, STR("0000"), SHOW_TABLE, &out), ERR_USAGE);
	assert_fails(show_changes_one(db, a, STR("ffff"), SHOW_TABLE, &out), ERR_MISSING);
	assert_fails(show_changes_one(db, a, STR("zz00"), SHOW_TABLE, &out), ERR_USAGE);
	assert_fails(show_changes_one(db, a, STR("00"), SHOW_TABLE, &out), ERR_USAGE);
}

static struct facts *facts(void)
{
	struct facts_spec spec = { .now = VIEWS_AT(100), .as_of = INSTANT_NONE, .from = INSTANT_NONE,
				   .to = INSTANT_NONE };
	struct facts *f;

	assert_ok(show_facts_read(db, &spec, a, &f));
	return f;
}

/* proves: R026 R027 which scans run and when; three kinds are three facts. R030 those that can be skipped */
static void coverage_tells_three_kinds_apart_and_unknown_from_absent(void **s)
{
	FD_AUTO one = scratch();
	FD_AUTO two = scratch();
	struct str text;

	(void)s;
	assert_ok(show_coverage(facts(), SHOW_JSONL, one));
	text = written(one);
	assert_int_equal(lines(text), 3);
	assert_true(str_has(text, STR("\"kind\":\"vulnerability\",\"must\":\"\",\"in_ci\":null")));
	views_script(db, "INSERT INTO view_tree (repository_no, kind, path, detail, n, at, idx) VALUES "
		"(1, 'ci', '.github/workflows/a.yml', 'github-actions', 0, 0, 1), (1, 'actions', '.', '2 of 3', 2, 0, 1);"
		"INSERT INTO view_ci_scan (repository_no, path, kind, tool, enforced, why, idx) VALUES "
		"(1, 'a.yml', 'static', 'CodeQL', 'skippable', 'continue-on-error', 1)");
	assert_ok(show_coverage(facts(), SHOW_JSONL, two));
	text = written(two);
	assert_int_equal(lines(text), 5);
	assert_true(str_has(text, STR("\"in_ci\":\"no\"")));
	assert_true(str_has(text, STR("\"enforced\":\"skippable\"")));
	assert_true(str_has(text, STR("continue-on-error")));
}

static void next_steps_are_numbered_and_whole(void **s)
{
	struct show_next_spec spec = { .facts = facts(), .host = FIELD_UNKNOWN, .number = 1, .format = SHOW_TABLE };
	BUF_AUTO out = buf_new(1 << 20);

	(void)s;
	assert_ok(show_next(&spec, &out));
	assert_true(str_has(buf_str(&out), STR("gh pr list -R acme/app")));
	assert_true(str_has(buf_str(&out), STR("custody import prs.json")));
	spec.number = 99;
	assert_fails(show_next(&spec, &out), ERR_MISSING);
	buf_clear(&out);
	spec.number = 0;
	spec.format = SHOW_JSON;
	assert_ok(show_next(&spec, &out));
	assert_true(out.p[0] == '[');
}

#define CASE(x) cmocka_unit_test_setup_teardown(x, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(changes_come_newest_first_and_are_chosen_by_what_they_lack),
		CASE(a_table_of_one_branch_does_not_repeat_it),
		CASE(one_change_gives_a_reason_for_each_answer),
		CASE(coverage_tells_three_kinds_apart_and_unknown_from_absent),
		CASE(next_steps_are_numbered_and_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
