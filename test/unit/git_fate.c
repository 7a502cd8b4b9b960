/* What must hold of trees, and of branches that were rewritten. */
/* timeout: 300 */
#include "unit.h"

#include "base/instant.h"
#include "repo.h"
#include "git/tree.h"

static void repo_done(struct git_repo **r)
{
	git_repo_free(*r);
}
#define REPO __attribute__((cleanup(repo_done))) struct git_repo *

static const char history[] =
	"git init -q -b main r; cd r; change a 1 start\n"
	"branch() { git checkout -q -b $1 main; }; back() { git checkout -q main; }\n"
	"as bo 1700000100; branch merged; change m 1 m1; change m 2 m2; back\n"
	"as ann 1700000200; change a 2 between; git merge -q --no-ff -m 'Merge pull request #1 from x' merged\n"
	"as bo 1700000300; branch squashed; change s 1 s1; change t 1 s2; back\n"
	"as ann 1700000400; change a 3 between; git merge -q --squash squashed >/dev/null; git commit -q -m 'feat: s (#2)'\n"
	"as bo 1700000500; branch rebased; change r 1 r1; change r 2 r2; back\n"
	"as ann 1700000600; change a 4 between; git checkout -q -b tmp rebased; git rebase -q main; back; git merge -q --ff-only tmp\n"
	"as bo 1700000700; branch picked; change p 1 p1; back\n"
	"as ann 1700000800; change a 5 between; git cherry-pick -x picked >/dev/null\n"
	"as bo 1700000900; branch unmerged; change u 1 u1; back\n";

static struct str rev(struct repo_box *box, const char *name)
{
	return repo_sh(box, arena_printf(box->a, "cd r; id %s", name).p);
}

static void a_rewritten_branch_is_told_from_one_that_grew(void **s)
{
	REPO_BOX box = repo_box_new();
	REPO r = NULL;
	struct git_lost lost;
	struct str old, older;

	(void)s;
	repo_sh(&box, history);
	older = rev(&box, "main~2");
	old = rev(&box, "main");
	repo_sh(&box, "cd r; git reset -q --hard HEAD~1; as ann 1700001000; change x 1 another");
	assert_ok(git_repo_open(repo_path(&box, "r"), &r));
	assert_ok(git_tip_fate(r, box.a, (const struct str[2]){ older, r->head }, &lost));
	assert_int_equal(lost.fate, GIT_KEPT);
	assert_ok(git_tip_fate(r, box.a, (const struct str[2]){ r->head, r->head }, &lost));
	assert_int_equal(lost.fate, GIT_KEPT);
	assert_ok(git_tip_fate(r, box.a, (const struct str[2]){ rev(&box, "merged"), r->head }, &lost));
	assert_int_equal(lost.fate, GIT_ASIDE);
	assert_ok(git_tip_fate(r, box.a, (const struct str[2]){ old, r->head }, &lost));
	assert_int_equal(lost.fate, GIT_REWRITTEN);
	assert_int_equal(lost.total, 1);
	assert_true(str_eq(lost.commits.v[0], old));
	repo_sh(&box, "cd r; git branch -q -D unmerged; rm -f .git/ORIG_HEAD\n"
		      "git reflog expire --expire=now --all; git gc -q --prune=now");
	assert_ok(git_tip_fate(r, box.a, (const struct str[2]){ old, r->head }, &lost));
	assert_int_equal(lost.fate, GIT_GONE);
	assert_fails(git_tip_fate(r, box.a, (const struct str[2]){ STR("--help"), r->head }, &lost), ERR_INPUT);
}

struct files {
	struct arena *a;
	struct git_file v[32];
	size_t n;
};

static err file_see(void *ctx, const struct git_file *f)
{
	struct files *s = ctx;
	struct git_file *k = &s->v[s->n++];

	*k = *f;
	k->path = arena_str(s->a, f->path);
	if (f->bytes.p)
		k->bytes = arena_str(s->a, f->bytes);
	return NULL;
}

static void a_tree_says_what_it_declares(void **s)
{
	REPO_BOX box = repo_box_new();
	REPO r = NULL;
	struct files seen = { .a = box.a };
	struct git_tree_end end;
	struct str bytes;

	(void)s;
	repo_sh(&box, "git init -q -b main r; cd r; mkdir -p .github/workflows web src\n"
		      "printf '* @o/all\\n' >.github/CODEOWNERS; echo 'on: push' >.github/workflows/ci.yml\n"
		      "echo '{}' >web/package-lock.json; head -c 2000000 /dev/zero >yarn.lock; ln -s x SECURITY.md\n"
		      "echo x >src/main.c; echo 'Ann <ann@x>' >.mailmap; git add -A; git commit -q -m all");
	assert_ok(git_repo_open(repo_path(&box, "r"), &r));
	assert_ok(git_tree(r, box.a, r->head, (struct git_tree_sink){ file_see, &seen }, &end));
	assert_true(end.complete);
	assert_int_equal(end.entries, 7);
	assert_int_equal(seen.n, 5);
	assert_true(seen.v[0].kind == GIT_FILE_CODEOWNERS && str_is(seen.v[0].bytes, "* @o/all\n"));
	assert_string_equal(seen.v[1].tool, "github-actions");
	assert_true(str_is(seen.v[1].bytes, "on: push\n"));
	assert_true(seen.v[2].kind == GIT_FILE_SECURITY && seen.v[2].link);
	assert_true(str_is(seen.v[3].path, "web/package-lock.json") && str_is(seen.v[3].bytes, "{}\n"));
	assert_true(seen.v[4].size == 2000000 && !seen.v[4].bytes.p);
	assert_ok(git_tree_file(r, box.a, (const struct str[2]){ r->head, STR(".mailmap") }, &bytes));
	assert_true(str_is(bytes, "Ann <ann@x>\n"));
	assert_ok(git_tree_file(r, box.a, (const struct str[2]){ r->head, STR("none") }, &bytes));
	assert_false(bytes.p);
	assert_fails(git_tree(r, box.a, STR("-h"), (struct git_tree_sink){ file_see, &seen }, &end), ERR_INPUT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rewritten_branch_is_told_from_one_that_grew),
		cmocka_unit_test(a_tree_says_what_it_declares),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
