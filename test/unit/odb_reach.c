/* Which references lead to a blob, and which commit brought it. */
#include "repo.h"

#include <stdlib.h>

#include "base/hex.h"
#include "odb/reach.h"

#define WORLD                                                                  \
	"mkdir repo && cd repo && git init -q -b main\n"                       \
	"as ann 1700000100; change deep/er/still 'still there' one\n"          \
	"as ann 1700000200; change gone 'went away' two\n"                     \
	"as ann 1700000300; git mv deep/er/still deep/er/moved; git commit -qm moved\n" \
	"as ann 1700000400; git rm -q gone; git commit -qm three\n"            \
	"git checkout -q -b side; as bob 1700000500; change side 'on a branch' four\n" \
	"git checkout -q main; as ann 1700000600; change mainly 'main goes on' five\n" \
	"git merge -q --no-ff --no-commit side; echo 'evil' >evil; git add evil; as ann 1700000700; git commit -qm merge\n" \
	"git checkout -q -b other HEAD~1; as bob 1700000800; change other 'never merged' six\n" \
	"git checkout -q --detach main; as bob 1700000900; change tagged 'only tagged' seven; git tag -a -m t v1\n" \
	"git checkout -q main; as ann 1700001000; change lost 'nobody leads here' eight; git reset -q --hard HEAD~1\n" \
	"git reflog expire --expire=all --all; echo 'never committed' | git hash-object -w --stdin >/dev/null\n"

struct world {
	struct repo_box *b;
	struct odb *o;
	struct odb_ref refs[8];
	size_t n;
};

static void add_ref(struct world *w, const char *rev, enum odb_class class, bool head)
{
	struct odb_ref *r = &w->refs[w->n++];
	struct str id = repo_sh(w->b, arena_printf(w->b->a, "cd repo; git rev-parse %s", rev).p);

	*r = (struct odb_ref){ .class = class, .head = head };
	assert_true(hex_get(id, r->id, ODB_ID_SHA1));
}

static uint32_t blob_of(struct world *w, const char *text)
{
	struct str hex = repo_sh(w->b, arena_printf(w->b->a, "cd repo; echo '%s' | git hash-object --stdin", text).p);
	uint8_t id[ODB_ID_SHA1];
	int64_t no;

	assert_true(hex_get(hex, id, sizeof(id)));
	no = odb_find(w->o, id);
	assert_true(no >= 0);
	return (uint32_t)no;
}

static const struct {
	const char *text;
	unsigned classes;
	int64_t at;
	bool merge;
	const char *path;
} expected[] = {
	{ "still there", ODB_AT_HEAD | ODB_IN_HEAD | ODB_IN_BRANCH | ODB_IN_TAG, 1700000100, false, "deep/er/still" },
	{ "went away", ODB_IN_HEAD | ODB_IN_BRANCH | ODB_IN_TAG, 1700000200, false, "gone" },
	{ "on a branch", ODB_AT_HEAD | ODB_IN_HEAD | ODB_IN_TAG, 1700000500, false, "side" },
	{ "evil", ODB_AT_HEAD | ODB_IN_HEAD | ODB_IN_TAG, 1700000700, true, "evil" },
	{ "never merged", ODB_IN_BRANCH, 1700000800, false, "other" },
	{ "only tagged", ODB_IN_TAG, 1700000900, false, "tagged" },
	{ "nobody leads here", 0, 1700001000, false, "lost" },
	{ "never committed", 0, 0, false, NULL },
};

static void check(const char *then, size_t threads)
{
	REPO_BOX b = repo_box_new();
	struct world w = { .b = &b };
	struct odb_reached got[ARRAY_LEN(expected)];
	uint32_t blobs[ARRAY_LEN(expected)];
	OWNED(odb) o = NULL;
	uint64_t lost;

	repo_sh(&b, arena_printf(b.a, "%s%s", WORLD, then).p);
	assert_ok(odb_open(&(struct odb_spec){ repo_path(&b, "repo/.git/objects"), ODB_ID_SHA1 }, &o));
	w.o = o;
	add_ref(&w, "HEAD", ODB_IN_HEAD, true);
	add_ref(&w, "other", ODB_IN_BRANCH, false);
	add_ref(&w, "v1", ODB_IN_TAG, false);
	for (size_t i = 0; i < ARRAY_LEN(expected); i++)
		blobs[i] = blob_of(&w, expected[i].text);
	assert_ok(odb_reach(&(struct odb_reach_spec){ .objects = o, .blobs = blobs, .n = ARRAY_LEN(blobs),
		.refs = w.refs, .n_refs = w.n, .threads = threads }, b.a, got, &lost));
	assert_int_equal(lost, 0);
	for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
		if (got[i].classes != expected[i].classes || got[i].at != expected[i].at ||
		    got[i].merge != expected[i].merge)
			fail_msg("%s: classes %x, at %lld, merge %d", expected[i].text, got[i].classes,
				 (long long)got[i].at, got[i].merge);
		assert_true(str_eq(got[i].path, str_c(expected[i].path)));
		assert_int_equal(got[i].commit >= 0, expected[i].path != NULL);
	}
}

static void blobs_are_found_where_they_can_be_reached(void **state)
{
	(void)state;
	check("", 1);
	check("git repack -adq --keep-unreachable", 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(blobs_are_found_where_they_can_be_reached) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
