/* What must hold of the texts inside a git repository: messages, commit
 * objects, people, addresses, owners, signatures. */
#include "unit.h"

#include "base/buf.h"
#include "base/instant.h"
#include "git/changes.h"
#include "git/people.h"
#include "git/signature.h"
#include "git/tree.h"

static struct git_message parse(struct arena *a, const char *text)
{
	struct git_message m;

	git_message_parse(a, str_c(text), &m);
	return m;
}

static void pull_requests_are_known_by_the_words_of_each_host(void **s)
{
	static const struct {
		const char *text;
		int64_t pull;
	} cases[] = {
		{ "feat: sign documents (#1482)", 1482 },
		{ "Merge pull request #77 from org/branch\n\nTitle", 77 },
		{ "Merge branch 'x' into 'main'\n\nTitle\n\nSee merge request group/sub/proj!314", 314 },
		{ "Merged in feature/x (pull request #12)\n\nText", 12 },
		{ "Pull request #9: Title\n\nMerge in P/r from b to main", 9 },
		{ "Merged PR 5521: Title\n\nRelated work items: #33", 5521 },
		{ "Revert \"feat: x (#10)\" (#11)", 11 },
		{ "Revert \"feat: x (#10)\"", GIT_PULL_NONE },
		{ "fix #12 in the parser", GIT_PULL_NONE },
		{ "mention (#12) in the middle", GIT_PULL_NONE },
		{ "too long (#12345678901234567890)", GIT_PULL_NONE },
		{ "(#0)", GIT_PULL_NONE },
		{ ")", GIT_PULL_NONE },
		{ "#)", GIT_PULL_NONE },
		{ "", GIT_PULL_NONE },
	};
	OWNED(arena) a = arena_new();

	(void)s;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(parse(a, cases[i].text).pull, cases[i].pull);
}

static void tickets_are_known_and_look_alikes_are_not(void **s)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "PAY-142: refund", "PAY-142" },
		{ "[PAY-142][OPS2-7] refund", "PAY-142 OPS2-7" },
		{ "use SHA-256 and UTF-8, see CVE-2024-1234, RFC-6962", "" },
		{ "x\n\nFixes #12, #13 and #14", "#12 #13 #14" },
		{ "x\n\nfixes: org/name#5", "org/name#5" },
		{ "x\n\nRelated work items: AB#991", "AB#991" },
		{ "x (#12)", "" },
		{ "see #12", "" },
		{ "Closes https://gitlab.com/group/sub/proj/-/issues/8", "group/sub/proj#8" },
		{ "Closes https://github.com/o/n/issues/9", "o/n#9" },
		{ "https://github.com/o/n/issues/9 was closed", "" },
		{ "PAY-142 again PAY-142", "PAY-142" },
		{ "lowerPAY-142 PAY-142x PAY-0 A-1 v1.PAY-1-2", "" },
		{ "Related to #3", "#3" },
	};
	OWNED(arena) a = arena_new();

	(void)s;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct git_message m = parse(a, cases[i].text);
		BUF_AUTO got = buf_new(1000);

		for (size_t k = 0; k < m.tickets.n; k++)
			buf_addf(&got, "%s%.*s", k ? " " : "", FMT(m.tickets.v[k]));
		buf_add_char(&got, '\0');
		assert_string_equal(buf_str(&got).p, cases[i].want);
	}
}

static void co_authors_picks_and_reverts_are_found(void **s)
{
	OWNED(arena) a = arena_new();
	struct git_message m = parse(a, "Revert \"x\"\n\n"
		"This reverts commit 0123456789012345678901234567890123456789.\n"
		"(cherry picked from commit abcdefabcdefabcdefabcdefabcdefabcdefabcd)\n"
		"Co-authored-by: Ann Lee <ann@example.com>\n"
		"co-authored-by: Ann Lee <ANN@example.com>\r\n"
		"Co-Authored-By: Claude <noreply@anthropic.com>\n"
		"Co-authored-by: nobody\n");

	(void)s;
	assert_true(m.revert);
	assert_int_equal(m.reverts.n, 1);
	assert_int_equal(m.reverts.v[0].n, 40);
	assert_int_equal(m.picked.n, 1);
	assert_int_equal(m.coauthors_n, 2);
	assert_true(str_is(m.coauthors[0].name, "Ann Lee"));
	assert_true(str_is(m.coauthors[1].email, "noreply@anthropic.com"));
}

static void a_message_made_to_be_slow_is_read_at_once(void **s)
{
	OWNED(arena) a = arena_new();
	BUF_AUTO text = buf_new(1 << 22);
	struct git_message m;
	int64_t start = instant_ticks_ms();

	(void)s;
	for (int i = 0; i < 100000; i++)
		buf_add_c(&text, "#1/issues/2 AB-");
	git_message_parse(a, buf_str(&text), &m);
	buf_clear(&text);
	for (int i = 0; i < 1000000; i++)
		buf_add_char(&text, i % 2 ? '#' : '1');
	git_message_parse(a, buf_str(&text), &m);
	assert_true(instant_ticks_ms() - start < 3000);
}

static struct git_commit commit_of(struct arena *a, const char *text)
{
	struct git_commit c;

	assert_ok(git_commit_parse(a, str_c(text), 40, &c));
	return c;
}

static const char signed_commit[] =
	"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n"
	"parent 0123456789012345678901234567890123456789\n"
	"author Ann Lee <ann@example.com> 1700000000 +0100\n"
	"committer Bo <bo@example.com> 1700000100 -0700\n"
	"gpgsig -----BEGIN PGP SIGNATURE-----\n"
	" \n"
	" iHUEABYIAB0WIQRl8mEjUaSkoUj58nn8R4aLlklVcAUCawD3ngAKCRD8R4aLlklV\n"
	" cOPvAQDn/4LaW76E+nQ110CjHfwKTtjI1rI1i2VnJ7zgYfpLxwD+OohSlZ2/6qlF\n"
	" 2cFYi8Ga/Rf+7iqPuN3vsr+me3B51AY=\n"
	" =A6Jp\n"
	" -----END PGP SIGNATURE-----\n"
	"\n"
	"subject\n\nbody\n";

static void a_signed_commit_is_taken_apart(void **s)
{
	OWNED(arena) a = arena_new();
	struct git_commit c = commit_of(a, signed_commit);
	struct str payload = git_commit_payload(a, &c);

	(void)s;
	assert_int_equal(c.parents_n, 1);
	assert_true(str_is(c.author.name, "Ann Lee"));
	assert_true(str_is(c.committer.email, "bo@example.com"));
	assert_true(c.author.at == 1700000000 && c.committer.at == 1700000100);
	assert_true(str_is(c.message, "subject\n\nbody\n"));
	assert_int_equal(git_signature_kind(c.signature), GIT_SIGNED_OPENPGP);
	assert_true(str_has(c.signature, STR("-----\n\niHUEABYI")));
	assert_false(str_has(payload, STR("gpgsig")));
	assert_true(str_ends(payload, STR("-0700\n\nsubject\n\nbody\n")));
}

static void the_key_of_an_openpgp_signature_is_read_from_its_packet(void **s)
{
	OWNED(arena) a = arena_new();
	struct git_commit c = commit_of(a, signed_commit);
	struct str key = git_signature_key(a, c.signature);

	(void)s;
	assert_int_equal(key.n, 40);
	assert_true(str_is(key, "65f2612351a4a4a148f9f279fc47868b96495570"));
	assert_false(git_signature_key(a, STR("-----BEGIN PGP SIGNATURE-----\n\nAAAA\n")).p);
	assert_false(git_signature_key(a, STR("-----BEGIN SIGNED MESSAGE-----\nx")).p);
}

static void text_is_always_valid_utf8(void **s)
{
	OWNED(arena) a = arena_new();
	struct git_commit latin = commit_of(a, "author J\xF6rg <j@x> 1 +0000\ncommitter J <j@x> 1 +0000\n"
					       "encoding ISO-8859-1\n\ngr\xFC\xDF" "e \x80\n");
	struct git_commit stray = commit_of(a, "author J\xF6rg <j@x> 1 +0000\ncommitter J <j@x> 1 +0000\n"
					       "\nstray \xFF byte\n");

	(void)s;
	assert_true(str_is(latin.author.name, "J\xC3\xB6rg"));
	assert_true(str_is(latin.message, "gr\xC3\xBC\xC3\x9F" "e \xE2\x82\xAC\n"));
	assert_true(str_is(stray.author.name, "J\xEF\xBF\xBDrg"));
	assert_true(str_is(stray.message, "stray \xEF\xBF\xBD byte\n"));
}

static void odd_people_and_times_are_read_as_far_as_they_go(void **s)
{
	OWNED(arena) a = arena_new();
	struct git_person p;
	struct git_commit c;

	(void)s;
	assert_true(git_person_parse(a, STR("A <b> c <d@e> 12"), &p));
	assert_true(str_is(p.email, "d@e"));
	assert_int_equal(p.at, 12);
	assert_true(git_person_parse(a, STR("<> 99999999999999999999 +0000"), &p));
	assert_true(p.at == INSTANT_NONE && p.name.n == 0 && p.email.n == 0);
	assert_true(git_person_parse(a, STR("x <y> 999999999999 +0000"), &p));
	assert_true(p.at == INSTANT_NONE);
	assert_false(git_person_parse(a, STR("nobody"), &p));
	assert_false(git_person_parse(a, STR(">x<"), &p));
	assert_fails(git_commit_parse(a, STR("tree x\n\nno author\n"), 40, &c), ERR_INPUT);
	assert_fails(git_commit_parse(a, STR(""), 40, &c), ERR_INPUT);
}

static struct git_identity who(const char *name, const char *email)
{
	const struct git_person p = { .name = str_c(name), .email = str_c(email) };

	return git_identity_of(&p);
}

static void bots_tools_and_hosts_are_told_from_people(void **s)
{
	static const struct {
		const char *name, *email;
		enum git_who who;
		const char *login;
	} cases[] = {
		{ "Ann Lee", "ann@example.com", GIT_WHO_PERSON, NULL },
		{ "Ann Lee", "123+ann-lee@users.noreply.github.com", GIT_WHO_PERSON, "ann-lee" },
		{ "Ann Lee", "annlee@users.noreply.github.com", GIT_WHO_PERSON, "annlee" },
		{ "Ann Lee", "42-annlee@users.noreply.gitlab.com", GIT_WHO_PERSON, "annlee" },
		{ "Ann Lee", "ann@noreply.codeberg.org", GIT_WHO_PERSON, "ann" },
		{ "dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com", GIT_WHO_BOT, "dependabot[bot]" },
		{ "renovate[bot]", "29139614+renovate[bot]@users.noreply.github.com", GIT_WHO_BOT, "renovate[bot]" },
		{ "github-actions[bot]", "41898282+github-actions[bot]@users.noreply.github.com", GIT_WHO_BOT, "github-actions[bot]" },
		{ "pre-commit-ci[bot]", "66853113+pre-commit-ci[bot]@users.noreply.github.com", GIT_WHO_BOT, "pre-commit-ci[bot]" },
		{ "GitHub", "noreply@github.com", GIT_WHO_HOST, NULL },
		{ "Copilot", "198982749+Copilot@users.noreply.github.com", GIT_WHO_TOOL, "Copilot" },
		{ "Claude", "noreply@anthropic.com", GIT_WHO_TOOL, NULL },
		{ "Ann Lee", "ann@anthropic.com", GIT_WHO_PERSON, NULL },
		{ "Cursor Agent", "cursoragent@cursor.com", GIT_WHO_TOOL, NULL },
		{ "Devin AI", "158243242+devin-ai-integration[bot]@users.noreply.github.com", GIT_WHO_TOOL, "devin-ai-integration[bot]" },
		{ "ci", "project_77_bot@noreply.gitlab.com", GIT_WHO_BOT, "project_77_bot" },
		{ "release-bot", "x@example.com", GIT_WHO_BOT, NULL },
		{ "Abbot", "abbot@example.com", GIT_WHO_PERSON, NULL },
		{ "", "", GIT_WHO_UNKNOWN, NULL },
	};

	(void)s;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct git_identity id = who(cases[i].name, cases[i].email);

		assert_int_equal(id.who, cases[i].who);
		assert_true(str_eq(id.login, str_c(cases[i].login)));
		assert_non_null(id.why);
	}
}

static struct git_person mapped(const struct git_mailmap *m, const char *name, const char *email)
{
	struct git_person p = { .name = str_c(name), .email = str_c(email) };

	git_mailmap_apply(m, &p);
	return p;
}

static void a_mailmap_says_what_git_would_say(void **s)
{
	OWNED(git_mailmap) m = git_mailmap_new(STR(
		"# people\n"
		"Ann Lee <ann@old.example>\n"
		"<bo@example.com> <bo@old.example>\n"
		"Cy Roe <cy@example.com> <CY@old.example>\n"
		"Di Foe <di@example.com> root <root@host>\n"
		"broken <line\n\n"
		"Ed Moe <ed@example.com> <ann@old.example>\n"));
	struct git_person p;

	(void)s;
	p = mapped(m, "bo", "BO@old.example");
	assert_true(str_is(p.name, "bo") && str_is(p.email, "bo@example.com"));
	p = mapped(m, "cy", "cy@old.example");
	assert_true(str_is(p.name, "Cy Roe") && str_is(p.email, "cy@example.com"));
	p = mapped(m, "Root", "root@host");
	assert_true(str_is(p.name, "Di Foe"));
	p = mapped(m, "other", "root@host");
	assert_true(str_is(p.name, "other"));
	p = mapped(m, "ann", "ann@old.example");
	assert_true(str_is(p.name, "Ed Moe"));
}

static void remotes_are_named_without_their_secrets(void **s)
{
	static const struct {
		const char *url;
		enum git_host host;
		const char *slug, *shown;
	} cases[] = {
		{ "https://github.com/owner/name.git", GIT_HOST_GITHUB, "owner/name", "https://github.com/owner/name.git" },
		{ "https://user:ghp_secret@github.com/owner/name", GIT_HOST_GITHUB, "owner/name", "https://github.com/owner/name" },
		{ "https://ghp_secret@github.com/o/n", GIT_HOST_GITHUB, "o/n", "https://github.com/o/n" },
		{ "git@github.com:owner/name.git", GIT_HOST_GITHUB, "owner/name", "ssh://git@github.com/owner/name.git" },
		{ "https://x@y:p@github.com/o/n", GIT_HOST_GITHUB, "o/n", "https://github.com/o/n" },
		{ "https://GitLab.com/group/sub/proj.git?private_token=s", GIT_HOST_GITLAB, "group/sub/proj", "https://gitlab.com/group/sub/proj.git" },
		{ "ssh://git@gitlab.example.com:2222/g/p.git", GIT_HOST_GITLAB, "g/p", "ssh://git@gitlab.example.com:2222/g/p.git" },
		{ "https://org@dev.azure.com/org/project/_git/repo", GIT_HOST_AZURE, "org/project/repo", "https://dev.azure.com/org/project/_git/repo" },
		{ "git@ssh.dev.azure.com:v3/org/project/repo", GIT_HOST_AZURE, "org/project/repo", "ssh://git@ssh.dev.azure.com/v3/org/project/repo" },
		{ "https://org.visualstudio.com/project/_git/repo", GIT_HOST_AZURE, "org/project/repo", "https://org.visualstudio.com/project/_git/repo" },
		{ "https://bitbucket.example.com/scm/pr/repo.git", GIT_HOST_BITBUCKET, "pr/repo", "https://bitbucket.example.com/scm/pr/repo.git" },
		{ "https://codeberg.org/o/n", GIT_HOST_GITEA, "o/n", "https://codeberg.org/o/n" },
		{ "/srv/git/name.git", GIT_HOST_NONE, "", "/srv/git/name.git" },
		{ "../name", GIT_HOST_NONE, "", "../name" },
		{ "ext::sh -c secret", GIT_HOST_NONE, "", "" },
		{ "fd::17/secret", GIT_HOST_NONE, "", "" },
		{ "ext::https://github.com/o/n", GIT_HOST_NONE, "", "" },
		{ "file:///srv/secret", GIT_HOST_NONE, "", NULL },
		{ "file://github.com/o/n", GIT_HOST_NONE, "", "" },
		{ "javascript:alert(1)", GIT_HOST_NONE, "", NULL },
		{ "javascript://github.com/%0aalert(1)", GIT_HOST_NONE, "", "" },
		{ "data:text/html,secret", GIT_HOST_NONE, "", NULL },
		{ "git@[2001:db8::1]:o/n.git", GIT_HOST_NONE, "o/n", "ssh://git@[2001:db8::1]/o/n.git" },
		{ "ssh://git@[2001:db8::1]:2222/o/n", GIT_HOST_NONE, "o/n", "ssh://git@[2001:db8::1]:2222/o/n" },
		{ "https://github.com\n.evil.example/o/n", GIT_HOST_NONE, "", "" },
		{ "https://github.com/o/n\033]8;;evil", GIT_HOST_NONE, "", "" },
		{ "https://github.com/o/n\"><script>", GIT_HOST_NONE, "", "" },
		{ "https://user:se/cret@github.com/o/n", GIT_HOST_NONE, "", "" },
		{ "https://user:12/secret@github.com/o/n", GIT_HOST_NONE, "", "" },
		{ "user:secret@github.com:o/n", GIT_HOST_NONE, "", "" },
		{ "https://github.com:22secret/o/n", GIT_HOST_NONE, "", "" },
		{ "https://github.com/o/n#secret", GIT_HOST_GITHUB, "o/n", NULL },
		{ "git@-oProxyCommand=secret:o/n", GIT_HOST_NONE, "", "" },
		{ "", GIT_HOST_NONE, "", "" },
	};
	OWNED(arena) a = arena_new();

	(void)s;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct git_remote r = git_remote_of(a, STR("origin"), str_c(cases[i].url));

		assert_int_equal(r.host, cases[i].host);
		if (cases[i].slug)
			assert_true(str_is(r.slug, cases[i].slug));
		if (cases[i].shown)
			assert_true(str_is(r.url, cases[i].shown));
		assert_false(str_has(r.url, STR("secret")));
	}
}

static void code_owners_cover_what_the_hosts_say_they_cover(void **s)
{
	OWNED(arena) a = arena_new();
	struct git_owner_rules rules;
	static const struct {
		const char *path;
		const char *pattern;
	} cases[] = {
		{ "README.md", "*" }, { "a/b.js", "*.js" }, { "docs/x.md", "docs/*" },
		{ "docs/deep/x.md", "*" }, { "apps/web/x", "apps/" }, { "x/apps/y", "apps/" },
		{ "build/logs/x/y", "/build/logs/" }, { "x/build/logs/y", "*" },
		{ "lib/a/b/special.c", "lib/**/special.c" }, { "lib/special.c", "lib/**/special.c" },
		{ "lib/notspecial.c", "*" }, { "with space/x", "with\\ space/x" },
	};

	(void)s;
	git_owners_parse(a, STR("# owners\n* @org/all\n*.js @js # why\ndocs/* @docs\napps/ @apps\n"
				"/build/logs/ ops@example.com\nlib/**/special.c @lib\n"
				"[Section][2] @sec\nwith\\ space/x @a @b\n^[Optional]\nnobody\n"), &rules);
	assert_int_equal(rules.n, 8);
	assert_int_equal(rules.v[1].owners.n, 1);
	assert_int_equal(rules.v[6].owners.n, 2);
	assert_true(str_is(rules.v[6].section, "Section"));
	assert_int_equal(rules.v[7].owners.n, 0);
	assert_int_equal(rules.v[7].line, 11);
	for (size_t i = 0; i + 1 < ARRAY_LEN(cases); i++) {
		const struct git_owner_rule *r = git_owners_of(&rules, str_c(cases[i].path));

		assert_non_null(r);
		if (!str_is(r->pattern, cases[i].pattern))
			fail_msg("%s is covered by %.*s", cases[i].path, FMT(r->pattern));
	}
}

static void files_that_matter_are_known_by_name(void **s)
{
	static const struct {
		const char *path;
		int kind;
		const char *tool;
	} cases[] = {
		{ ".github/workflows/ci.yml", GIT_FILE_CI, "github-actions" },
		{ ".gitlab-ci.yml", GIT_FILE_CI, "gitlab-ci" },
		{ "azure-pipelines.yml", GIT_FILE_CI, "azure-pipelines" },
		{ "bitbucket-pipelines.yml", GIT_FILE_CI, "bitbucket-pipelines" },
		{ "deploy/Jenkinsfile", GIT_FILE_CI, "jenkins" },
		{ ".circleci/config.yml", GIT_FILE_CI, "circleci" },
		{ "docs/CODEOWNERS", GIT_FILE_CODEOWNERS, NULL },
		{ "packages/web/package-lock.json", GIT_FILE_LOCK, "npm" },
		{ "node_modules/x/package-lock.json", -1, NULL },
		{ ".github/dependabot.yml", GIT_FILE_UPDATER, "dependabot" },
		{ "SECURITY.md", GIT_FILE_SECURITY, NULL },
		{ ".pre-commit-config.yaml", GIT_FILE_HOOKS, "pre-commit" },
		{ ".github/settings.yml", GIT_FILE_RULES, "settings" },
		{ "src/main.c", -1, NULL },
		{ "", -1, NULL },
	};

	(void)s;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		enum git_file_kind kind = GIT_FILE_CI;
		const char *tool = NULL;
		bool matters = git_file_kind_of(str_c(cases[i].path), &kind, &tool);

		assert_int_equal(matters ? (int)kind : -1, cases[i].kind);
		if (cases[i].tool)
			assert_string_equal(tool, cases[i].tool);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pull_requests_are_known_by_the_words_of_each_host),
		cmocka_unit_test(tickets_are_known_and_look_alikes_are_not),
		cmocka_unit_test(co_authors_picks_and_reverts_are_found),
		cmocka_unit_test(a_message_made_to_be_slow_is_read_at_once),
		cmocka_unit_test(a_signed_commit_is_taken_apart),
		cmocka_unit_test(the_key_of_an_openpgp_signature_is_read_from_its_packet),
		cmocka_unit_test(text_is_always_valid_utf8),
		cmocka_unit_test(odd_people_and_times_are_read_as_far_as_they_go),
		cmocka_unit_test(bots_tools_and_hosts_are_told_from_people),
		cmocka_unit_test(a_mailmap_says_what_git_would_say),
		cmocka_unit_test(remotes_are_named_without_their_secrets),
		cmocka_unit_test(code_owners_cover_what_the_hosts_say_they_cover),
		cmocka_unit_test(files_that_matter_are_known_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
