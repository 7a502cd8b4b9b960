/* What must hold of reading repositories. */
/* timeout: 300 */
#include "unit.h"

#include "base/instant.h"
#include "repo.h"
#include "git/changes.h"

enum { KEPT = 64 };

/* Changes as a test looks at them. */
struct seen {
	struct arena *a;
	struct git_change v[KEPT];
	size_t n;
	bool all_utf8;
};

static struct str keep(struct seen *s, struct str text)
{
	s->all_utf8 &= str_is_utf8(text);
	return text.p ? arena_str(s->a, text) : text;
}

static struct strs keep_all(struct seen *s, struct strs list)
{
	struct strs out = { .v = ARENA_ARRAY(s->a, struct str, list.n + 1), .n = list.n };

	for (size_t i = 0; i < list.n; i++)
		out.v[i] = keep(s, list.v[i]);
	return out;
}

static err see(void *ctx, const struct git_change *c)
{
	struct seen *s = ctx;
	struct git_change *k;
	struct git_carried *carried;

	if (s->n == KEPT)
		return NULL;
	k = &s->v[s->n++];
	*k = *c;
	k->commit = keep(s, c->commit);
	k->author.name = keep(s, c->author.name);
	k->author.email = keep(s, c->author.email);
	k->committer.name = keep(s, c->committer.name);
	k->message.subject = keep(s, c->message.subject);
	k->message.picked = keep_all(s, c->message.picked);
	k->text = keep(s, c->text);
	k->signed_by = keep(s, c->signed_by);
	k->paths = keep_all(s, c->paths);
	carried = ARENA_ARRAY(s->a, struct git_carried, c->carried_n + 1);
	for (size_t i = 0; i < c->carried_n; i++) {
		carried[i] = c->carried[i];
		carried[i].commit = keep(s, c->carried[i].commit);
		carried[i].author.name = keep(s, c->carried[i].author.name);
	}
	k->carried = carried;
	return NULL;
}

static struct git_changes_sink seeing(struct seen *seen)
{
	return (struct git_changes_sink){ .each = see, .ctx = seen };
}

struct look {
	struct git_repo *repo;
	struct seen seen;
	struct git_changes_end end;
};

static void look_done(struct look *l)
{
	git_repo_free(l->repo);
	arena_free(l->seen.a);
}
#define LOOK __attribute__((cleanup(look_done))) struct look

static struct look look_at(const char *dir, const struct git_changes_spec *spec)
{
	struct look l = { .seen = { .a = arena_new(), .all_utf8 = true } };

	assert_ok(git_repo_open(dir, &l.repo));
	if (spec)
		assert_ok(git_changes(l.repo, l.seen.a, spec, seeing(&l.seen), &l.end));
	return l;
}

static const struct git_changes_spec everything = { .tip = { "HEAD", 4 }, .since = INSTANT_NONE };

static const char history[] =
	"git init -q -b main r; cd r\n"
	"change a.txt 1 'Start'\n"
	"git checkout -q -b feature; as bo 1700000100; change b.txt 1 'feat: b'\n"
	"as cy 1700000200; change b.txt 2 'feat: more of b'\n"
	"git checkout -q main; as ann 1700000300; change a.txt 2 'PAY-1: on main (#3)'\n"
	"as di 1700000400; git merge -q --no-ff -m 'Merge pull request #4 from o/feature' feature\n"
	"git checkout -q -b squashed; as bo 1700000500; change c.txt 1 one; change d.txt 2 two\n"
	"git checkout -q main; git merge -q --squash squashed; as ann 1700000600\n"
	"git commit -q -m 'feat: c and d (#5)' -m 'Co-authored-by: bo <bo@example.com>'\n"
	"git checkout -q -b other HEAD~1; as cy 1700000700; change e.txt 1 'fix: e'\n"
	"git checkout -q main; as ann 1700000800; git cherry-pick -x other >/dev/null\n"
	"git checkout -q -b o1 HEAD; as bo 1700000900; change o1.txt 1 o1\n"
	"git checkout -q -b o2 main; as cy 1700001000; change o2.txt 1 o2\n"
	"git checkout -q main; as di 1700001100; git merge -q --no-ff -m 'Octopus' o1 o2 >/dev/null\n"
	"git tag -a -m 'Release' v1; git tag light HEAD~1\n"
	"git remote add origin https://u:secret@github.com/owner/name.git\n";

static void every_step_of_the_branch_is_one_change(void **s)
{
	REPO_BOX box = repo_box_new();
	struct str other;

	(void)s;
	repo_sh(&box, history);
	other = repo_sh(&box, "cd r; id other");
	LOOK l = look_at(repo_path(&box, "r"), &everything);
	const struct git_change *v = l.seen.v;

	assert_int_equal(l.seen.n, 6);
	assert_true(l.end.complete && !l.end.why.p);
	assert_true(l.end.oldest == 1700000000 && l.end.newest == 1700001100);
	assert_int_equal(v[0].parents_n, 3);
	assert_int_equal(v[0].carried_total, 2);
	assert_int_equal(v[0].tags_n, 1);
	assert_int_equal(v[1].message.picked.n, 1);
	assert_true(str_eq(v[1].message.picked.v[0], other));
	assert_int_equal(v[1].tags_n, 1);
	assert_int_equal(v[2].message.pull, 5);
	assert_int_equal(v[2].message.coauthors_n, 1);
	assert_int_equal(v[2].paths_total, 2);
	assert_int_equal(v[3].message.pull, 4);
	assert_int_equal(v[3].carried_total, 2);
	assert_true(str_is(v[3].carried[0].author.name, "cy"));
	assert_true(str_is(v[3].carried[1].author.name, "bo"));
	assert_int_equal(v[3].paths_total, 1);
	assert_true(str_is(v[3].paths.v[0], "b.txt"));
	assert_true(str_is(v[4].author.name, "ann"));
	assert_int_equal(v[4].message.tickets.n, 1);
	assert_int_equal(v[5].paths_total, 1);
	assert_true(v[5].paths_known);
}

static void what_a_repository_says_of_itself(void **s)
{
	REPO_BOX box = repo_box_new();

	(void)s;
	repo_sh(&box, history);
	repo_sh(&box, "git clone -q --bare r bare.git; git -C r worktree add -q ../tree feature; mkdir plain\n"
		      "git init -q -b trunk empty; cd r; git checkout -q --detach");
	LOOK main = look_at(repo_path(&box, "r"), NULL);
	LOOK bare = look_at(repo_path(&box, "bare.git"), &everything);
	LOOK tree = look_at(repo_path(&box, "tree"), &everything);
	LOOK empty = look_at(repo_path(&box, "empty"), NULL);
	const struct git_remote *home = git_repo_home(main.repo);
	struct git_repo *none;

	assert_int_equal(main.repo->worktrees_n, 2);
	assert_false(main.repo->branch.p);
	assert_true(str_is(home->slug, "owner/name") && home->host == GIT_HOST_GITHUB);
	assert_false(str_has(home->url, STR("secret")));
	assert_true(bare.repo->bare && bare.seen.n == 6);
	assert_true(str_is(bare.repo->branch, "main"));
	assert_true(tree.repo->linked && str_is(tree.repo->branch, "feature"));
	assert_int_equal(tree.seen.n, 3);
	assert_true(empty.repo->empty && str_is(empty.repo->branch, "trunk"));
	assert_fails(git_changes(empty.repo, empty.seen.a, &everything,
				 seeing(&empty.seen), &empty.end), ERR_MISSING);
	assert_fails(git_repo_open(repo_path(&box, "plain"), &none), ERR_MISSING);
	assert_fails(git_repo_open(repo_path(&box, "nowhere"), &none), ERR_MISSING);
}

static void tags_and_branches_are_listed_with_their_dates(void **s)
{
	REPO_BOX box = repo_box_new();
	const struct git_ref *v1 = NULL, *light = NULL;
	size_t branches = 0;

	(void)s;
	repo_sh(&box, history);
	LOOK l = look_at(repo_path(&box, "r"), NULL);
	for (size_t i = 0; i < l.repo->refs_n; i++) {
		const struct git_ref *ref = &l.repo->refs[i];

		if (str_is(ref->name, "refs/tags/v1"))
			v1 = ref;
		if (str_is(ref->shown, "light"))
			light = ref;
		branches += ref->kind == GIT_BRANCH;
	}
	assert_int_equal(branches, 6);
	assert_true(v1 && v1->annotated && v1->at == 1700001100 && str_eq(v1->commit, l.repo->head));
	assert_true(light && !light->annotated && light->at == 1700000800);
}

static void a_part_of_the_history_can_be_asked_for(void **s)
{
	REPO_BOX box = repo_box_new();
	struct git_changes_spec since = everything, rest = everything;

	(void)s;
	repo_sh(&box, history);
	since.since = 1700000500;
	LOOK recent = look_at(repo_path(&box, "r"), &since);
	assert_int_equal(recent.seen.n, 3);
	assert_true(recent.end.complete);
	rest.stop = repo_sh(&box, "cd r; id HEAD~3");
	LOOK added = look_at(repo_path(&box, "r"), &rest);
	assert_int_equal(added.seen.n, 3);
	assert_int_equal(added.seen.v[0].carried_total, 2);
	rest.stop = repo_sh(&box, "cd r; id HEAD");
	LOOK nothing = look_at(repo_path(&box, "r"), &rest);
	assert_int_equal(nothing.seen.n, 0);
	assert_true(nothing.end.complete);
}

static void behind_the_boundary_of_a_shallow_clone_is_unknown(void **s)
{
	REPO_BOX box = repo_box_new();

	(void)s;
	repo_sh(&box, history);
	repo_sh(&box, "git clone -q --depth 4 file://$PWD/r shallow; git clone -q --depth 1 file://$PWD/r one");
	LOOK l = look_at(repo_path(&box, "shallow"), &everything);
	assert_true(l.repo->shallow);
	assert_int_equal(l.seen.n, 4);
	assert_false(l.end.complete);
	assert_true(str_has(l.end.why, STR("fetch --unshallow")));
	assert_true(l.seen.v[3].boundary && !l.seen.v[3].paths_known && !l.seen.v[3].carried_known);
	assert_true(l.seen.v[0].paths_known && l.seen.v[0].carried_known);
	LOOK one = look_at(repo_path(&box, "one"), &everything);
	assert_int_equal(one.seen.n, 1);
	assert_false(one.seen.v[0].paths_known);
	assert_int_equal(one.seen.v[0].parents_n, 3);
}

static void a_partial_clone_gives_paths_and_never_calls_home(void **s)
{
	REPO_BOX box = repo_box_new();

	(void)s;
	repo_sh(&box, history);
	repo_sh(&box, "git -C r config uploadpack.allowFilter true\n"
		      "git clone -q --bare --filter=blob:none file://$PWD/r blobless\n"
		      "git clone -q --bare --filter=tree:0 file://$PWD/r treeless\n"
		      "mv r gone\n"
		      "git -C treeless config remote.origin.uploadpack \"touch $PWD/called;\"\n"
		      "git -C treeless config remote.origin.url \"ext::touch $PWD/called\"\n"
		      "git -C treeless config protocol.ext.allow always");
	LOOK blobless = look_at(repo_path(&box, "blobless"), &everything);
	assert_true(blobless.repo->partial);
	assert_true(blobless.end.complete);
	LOOK treeless = look_at(repo_path(&box, "treeless"), &everything);
	assert_int_equal(treeless.seen.n, 6);
	assert_false(treeless.end.complete);
	assert_int_equal(treeless.end.without_paths, 6);
	assert_true(str_has(treeless.end.why, STR("--refetch")));
	assert_true(treeless.seen.v[3].carried_known && treeless.seen.v[3].carried_total == 2);
	assert_false(file_exists(repo_path(&box, "called")));
}

static void sha256_repositories_are_read_as_well(void **s)
{
	REPO_BOX box = repo_box_new();

	(void)s;
	repo_sh(&box, "git init -q -b main --object-format=sha256 r; cd r; change a 1 one\n"
		      "git checkout -q -b f; change b 1 two; git checkout -q main; git merge -q --no-ff -m M f");
	LOOK l = look_at(repo_path(&box, "r"), &everything);
	assert_true(l.repo->sha256 && l.seen.n == 2 && l.end.complete);
	assert_int_equal(l.seen.v[0].commit.n, 64);
	assert_int_equal(l.seen.v[0].carried_total, 1);
	assert_int_equal(l.seen.v[0].carried[0].commit.n, 64);
}

static const char hostile[] =
	"M=$PWD/ran; git init -q -b main r; cd r\n"
	"printf '* filter=evil diff=evil textconv=evil\\n' >.gitattributes; git add .gitattributes\n"
	"change a 1 one; change a 2 two; git tag -a -m t t1\n"
	"evil() { printf '#!/bin/sh\\ntouch %s-%s\\n' \"$M\" \"$1\"; }\n"
	"for h in post-checkout pre-commit post-index-change reference-transaction fsmonitor-watchman; do\n"
	"evil $h >.git/hooks/$h; chmod +x .git/hooks/$h; done\n"
	"evil tool >../tool; chmod +x ../tool; T=$PWD/../tool\n"
	"printf '* filter=evil diff=evil\\n' >.git/info/attributes\n"
	"for k in core.fsmonitor core.pager core.editor core.sshCommand core.askPass core.gitProxy \\\n"
	"core.alternateRefsCommand diff.external diff.evil.command diff.evil.textconv filter.evil.clean \\\n"
	"filter.evil.smudge filter.evil.process gpg.program gpg.ssh.program pager.log pager.rev-list \\\n"
	"credential.helper sequence.editor uploadpack.packObjectsHook interactive.diffFilter; do\n"
	"git config $k \"$T\"; done\n"
	"for c in rev-list cat-file diff-tree for-each-ref rev-parse ls-tree; do git config alias.$c \"!$T\"; done\n"
	"git config core.hooksPath .git/hooks; git config log.showSignature true; git config log.mailmap true\n"
	"git config i18n.logOutputEncoding UTF-16; git config core.quotePath true; git config diff.renames copies\n"
	"git config color.ui always; git config core.abbrev 4; git config log.date relative; git config diff.noprefix true\n"
	"git config core.logAllRefUpdates always; git config format.pretty '%x00%x00'; git config diff.orderFile /dev/stdin\n";

static void nothing_a_repository_brings_along_runs(void **s)
{
	REPO_BOX box = repo_box_new();

	(void)s;
	repo_sh(&box, hostile);
	repo_sh(&box, "rm -f ran*; ls; ! ls ran* 2>/dev/null");
	LOOK l = look_at(repo_path(&box, "r"), &everything);
	assert_int_equal(l.seen.n, 2);
	assert_true(l.end.complete);
	assert_int_equal(l.seen.v[1].paths_total, 2);
	assert_true(str_is(repo_sh(&box, "ls ran* 2>/dev/null || echo none"), "none"));
}

static void replacements_and_grafts_are_not_believed(void **s)
{
	REPO_BOX box = repo_box_new();

	(void)s;
	repo_sh(&box, "git init -q -b main r; cd r; change a 1 one; change a 2 two; change a 3 three\n"
		      "git replace HEAD~1 HEAD~2; git rev-parse HEAD >.git/info/grafts");
	LOOK l = look_at(repo_path(&box, "r"), &everything);
	assert_int_equal(l.seen.n, 3);
	assert_true(str_is(l.seen.v[1].message.subject, "two"));
}

static void odd_texts_come_out_as_utf8(void **s)
{
	REPO_BOX box = repo_box_new();

	(void)s;
	repo_sh(&box, "git init -q -b main r; cd r\n"
		"printf 'x' >\"$(printf 'new\\nline')\"; printf y >\"$(printf 'stray-\\377')\"; printf z >':1 2 3 4 M'\n"
		"printf q >0123456789012345678901234567890123456789; git add -A\n"
		"printf 'caf\\351\\n' | git -c i18n.commitEncoding=ISO-8859-1 commit -q -F -\n"
		"{ git cat-file commit HEAD | sed \"1a parent $(id HEAD)\" | sed '/^encoding/d;/^$/,$d'; printf '\\nraw \\377\\376 bytes\\n'; } >../m\n"
		"git update-ref HEAD $(git hash-object -t commit -w ../m)\n"
		"head -c 3000000 /dev/zero | tr '\\0' 'x' >../big; git commit -q --allow-empty -F ../big");
	LOOK l = look_at(repo_path(&box, "r"), &everything);
	const struct git_change *first = &l.seen.v[2];

	assert_int_equal(l.seen.n, 3);
	assert_true(l.seen.all_utf8 && l.end.complete);
	assert_true(str_is(first->message.subject, "caf\xC3\xA9"));
	assert_int_equal(first->paths_total, 4);
	assert_true(str_is(first->paths.v[0], "0123456789012345678901234567890123456789"));
	assert_true(str_is(first->paths.v[1], ":1 2 3 4 M"));
	assert_true(str_is(first->paths.v[2], "new\nline"));
	assert_true(str_is(first->paths.v[3], "stray-\xEF\xBF\xBD"));
	assert_true(str_is(l.seen.v[1].message.subject, "raw \xEF\xBF\xBD\xEF\xBF\xBD bytes"));
	assert_true(l.seen.v[0].text.n > 1000000 && l.seen.v[0].text.n <= 1 << 20);
}

static void the_number_of_paths_is_kept_beyond_the_list(void **s)
{
	REPO_BOX box = repo_box_new();

	(void)s;
	repo_sh(&box, "git init -q -b main r; cd r; for i in $(seq 700); do echo $i >f$i; done; git add -A\n"
		      "git commit -q -m many; git commit -q --allow-empty -m nothing");
	LOOK l = look_at(repo_path(&box, "r"), &everything);
	assert_int_equal(l.seen.v[1].paths_total, 700);
	assert_int_equal(l.seen.v[1].paths.n, 512);
	assert_true(l.seen.v[0].paths_known && l.seen.v[0].paths_total == 0);
}

static const char damage[] =
	"git init -q -b main r; cd r; for i in 1 2 3 4 5; do change d$i/f $i \"c$i\"; done\n"
	"object() { echo .git/objects/$(echo $1 | cut -c1-2)/$(echo $1 | cut -c3-); }\n";

static void damaged_objects_are_said_and_stepped_over(void **s)
{
	REPO_BOX tree = repo_box_new(), commit = repo_box_new(), tip = repo_box_new();
	struct git_repo *r;

	(void)s;
	repo_sh(&tree, arena_printf(tree.a, "%srm -f $(object $(id HEAD~2:d3))", damage).p);
	LOOK l = look_at(repo_path(&tree, "r"), &everything);
	assert_int_equal(l.seen.n, 5);
	assert_int_equal(l.end.without_paths, 1);
	assert_true(str_has(l.end.why, STR("fsck")));
	repo_sh(&commit, arena_printf(commit.a, "%so=$(object $(id HEAD~3)); chmod u+w $o; echo bad >$o",
				      damage).p);
	LOOK c = look_at(repo_path(&commit, "r"), &everything);
	assert_int_equal(c.seen.n, 2);
	assert_false(c.end.complete);
	assert_true(str_has(c.end.why, STR("history ends")));
	repo_sh(&tip, arena_printf(tip.a, "%so=$(object $(id HEAD)); chmod u+w $o; : >$o", damage).p);
	assert_ok(git_repo_open(repo_path(&tip, "r"), &r));
	assert_fails(git_changes(r, tip.a, &everything, seeing(&l.seen), &l.end),
		     ERR_MISSING);
	git_repo_free(r);
}

static void a_repository_git_refuses_gives_one_sentence(void **s)
{
	REPO_BOX box = repo_box_new();
	struct git_repo *r;

	(void)s;
	repo_sh(&box, "git init -q a; echo '[core' >>a/.git/config; git init -q b\n"
		      "git -C b config core.repositoryformatversion 99; git init -q c; echo garbage >c/.git/HEAD");
	assert_fails(git_repo_open(repo_path(&box, "a"), &r), ERR_INPUT);
	assert_fails(git_repo_open(repo_path(&box, "b"), &r), ERR_INPUT);
	assert_fails(git_repo_open(repo_path(&box, "c"), &r), ERR_MISSING);
}

static void a_signature_names_its_key(void **s)
{
	REPO_BOX box = repo_box_new();
	struct str fingerprint;

	(void)s;
	repo_sh(&box, "ssh-keygen -q -t ed25519 -N '' -C ann -f key; git init -q -b main r; cd r\n"
		      "git config gpg.format ssh; git config user.signingKey ../key.pub\n"
		      "change a 1 one; git commit -q -S --allow-empty -m signed; git tag -s -m t t1");
	fingerprint = repo_sh(&box, "ssh-keygen -lf key.pub | cut -d' ' -f2");
	LOOK l = look_at(repo_path(&box, "r"), &everything);
	assert_int_equal(l.seen.v[0].signature, GIT_SIGNED_SSH);
	assert_true(str_eq(l.seen.v[0].signed_by, fingerprint));
	assert_int_equal(l.seen.v[1].signature, GIT_UNSIGNED);
	for (size_t i = 0; i < l.repo->refs_n; i++)
		if (l.repo->refs[i].kind == GIT_TAG)
			assert_int_equal(l.repo->refs[i].signature, GIT_SIGNED_SSH);
}

static err stop_at_once(void *ctx, const struct git_change *c)
{
	(void)ctx, (void)c;
	return fail(ERR_CONFLICT, "enough");
}

static void a_caller_may_stop_in_the_middle(void **s)
{
	REPO_BOX box = repo_box_new();

	(void)s;
	repo_sh(&box, history);
	LOOK l = look_at(repo_path(&box, "r"), NULL);
	assert_fails(git_changes(l.repo, l.seen.a, &everything, (struct git_changes_sink){ .each = stop_at_once },
				 &l.end), ERR_CONFLICT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_step_of_the_branch_is_one_change),
		cmocka_unit_test(what_a_repository_says_of_itself),
		cmocka_unit_test(tags_and_branches_are_listed_with_their_dates),
		cmocka_unit_test(a_part_of_the_history_can_be_asked_for),
		cmocka_unit_test(behind_the_boundary_of_a_shallow_clone_is_unknown),
		cmocka_unit_test(a_partial_clone_gives_paths_and_never_calls_home),
		cmocka_unit_test(sha256_repositories_are_read_as_well),
		cmocka_unit_test(nothing_a_repository_brings_along_runs),
		cmocka_unit_test(replacements_and_grafts_are_not_believed),
		cmocka_unit_test(odd_texts_come_out_as_utf8),
		cmocka_unit_test(the_number_of_paths_is_kept_beyond_the_list),
		cmocka_unit_test(damaged_objects_are_said_and_stepped_over),
		cmocka_unit_test(a_repository_git_refuses_gives_one_sentence),
		cmocka_unit_test(a_signature_names_its_key),
		cmocka_unit_test(a_caller_may_stop_in_the_middle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
