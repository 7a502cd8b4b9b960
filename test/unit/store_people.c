/* Joining accounts to persons, and erasing what people are called. */
#include "unit.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/instant.h"
#include "store/erase.h"
#include "store/join.h"
#include "store/noreply.h"
#include "store/people.h"
#include "store/rebuild.h"
#include "store/verify.h"
#include "db/db_table.h"

struct place {
	struct arena *a;
	char dir[64];
	const char *home;
};

static struct place place_new(void)
{
	struct place p = { .a = arena_new(), .dir = "/tmp/custody-test-XXXXXX" };

	assert_non_null(mkdtemp(p.dir));
	assert_int_equal(setenv("XDG_STATE_HOME", p.dir, 1), 0);
	p.home = arena_printf(p.a, "%s/home", p.dir).p;
	assert_ok(store_init(&(struct store_init_spec){ .home = p.home }));
	return p;
}

static void place_done(struct place *p)
{
	assert_ok(dir_remove(p->dir));
	arena_free(p->a);
}

static struct str account(struct store *s, const char *host, const char *login, const char *name, const char *email)
{
	struct s_who who = { .host = str_c(host), .login = str_c(login), .name = str_c(name), .email = str_c(email),
			     .kind = ACCOUNT_PERSON };
	struct str id, act;

	assert_ok(store_act(s, STR("import"), &act));
	assert_ok(people_account(store_people(s), &who, &id));
	return id;
}

static struct str person(struct store *s, struct arena *a, const char *name, const char *email, const char *alias)
{
	struct str emails[] = { str_c(email) }, aliases[] = { str_c(alias) };
	struct r_person f;
	struct draft d = { .type = &record_person, .fields = &f, .about = record_new_id(a), .effective = instant_now(),
			   .content = CONTENT_STATED, .author = AUTHOR_CLAIMED };
	bool already;
	int64_t idx;

	table_clear(record_person.table, &f);
	f.kind = PERSON_HUMAN;
	f.name = str_c(name);
	f.email = (struct many){ emails, email ? 1 : 0 };
	f.alias = (struct many){ aliases, alias ? 1 : 0 };
	assert_ok(store_local_account(s, &d.by));
	assert_ok(store_act(s, STR("import"), &d.in));
	assert_ok(store_append(s, &d, &idx, &already));
	return d.about;
}

struct planned {
	struct directory d;
	struct join *plan;
};

static struct planned plan(struct store *s, struct arena *a)
{
	struct planned p;

	assert_ok(directory_load(store_db(s), a, &p.d));
	assert_ok(join_plan(&p.d, &p.plan));
	return p;
}

static const struct join *of(const struct planned *p, struct str account_id)
{
	const struct directory_account *c = directory_account(&p->d, account_id);

	assert_non_null(c);
	return &p->plan[c - p->d.account];
}

static void joined(const struct planned *p, struct str account_id, struct str person_id, const char *how)
{
	const struct join *j = of(p, account_id);

	assert_true(str_eq(j->person, person_id));
	assert_string_equal(j->how, how);
}

static void accounts_are_joined_by_address_login_and_declared_name(void **state)
{
	struct place at = place_new();
	STORE_AUTO s = NULL;
	struct planned p;
	struct str ada, by_address, by_noreply, by_login, by_name;

	(void)state;
	assert_ok(store_open_write(at.home, 1000, &s));
	ada = person(s, at.a, "Ada Lovelace", "ada@example.org", "ada-l");
	by_address = account(s, "git", NULL, "A. L.", "ADA@Example.org");
	by_noreply = account(s, "git", NULL, "Ada", "12+ada-l@users.noreply.github.com");
	by_login = account(s, "github", "Ada-L", NULL, NULL);
	by_name = account(s, "git", NULL, "ada-l", "x@home.example");
	p = plan(s, at.a);
	joined(&p, by_address, ada, "e-mail");
	joined(&p, by_noreply, ada, "no-reply");
	joined(&p, by_login, ada, "alias");
	joined(&p, by_name, ada, "alias");
	directory_done(&p.d);
	store_close(s);
	s = NULL;
	place_done(&at);
}

static void nothing_is_guessed_and_nothing_dropped(void **state)
{
	struct place at = place_new();
	STORE_AUTO s = NULL;
	struct planned p;
	struct str two, same_name, stranger;

	(void)state;
	assert_ok(store_open_write(at.home, 1000, &s));
	person(s, at.a, "Ada Lovelace", "ada@example.org", "al");
	person(s, at.a, "Alan L", "alan@example.org", "al");
	two = account(s, "github", "al", NULL, NULL);
	same_name = account(s, "git", NULL, "Ada Lovelace", "ada@home.example");
	stranger = account(s, "git", NULL, "Somebody", "some@body.example");
	p = plan(s, at.a);
	assert_int_equal(of(&p, two)->state, JOIN_AMBIGUOUS);
	assert_int_equal(of(&p, same_name)->state, JOIN_UNMATCHED);
	assert_true(str_has(of(&p, same_name)->likely, STR("ada@example.org")));
	assert_string_equal(of(&p, same_name)->why, "the same name");
	assert_int_equal(of(&p, stranger)->state, JOIN_UNMATCHED);
	assert_null(of(&p, stranger)->likely.p);
	directory_done(&p.d);
	store_close(s);
	s = NULL;
	place_done(&at);
}

static void accounts_of_nobody_known_are_one_person_where_they_share_an_address(void **state)
{
	struct place at = place_new();
	STORE_AUTO s = NULL;
	struct planned p;
	struct str one, other, login, noreply, root;
	int64_t before, after;

	(void)state;
	assert_ok(store_open_write(at.home, 1000, &s));
	one = account(s, "git", NULL, "Bob", "bob@example.org");
	other = account(s, "git", NULL, "Robert", "BOB@example.org");
	login = account(s, "github", "bob-h", NULL, NULL);
	noreply = account(s, "git", NULL, "B", "7+bob-h@users.noreply.github.com");
	root = account(s, "git", NULL, "root", "root@localhost");
	account(s, "git", NULL, "admin", "root@localhost");
	p = plan(s, at.a);
	assert_true(of(&p, one)->nameless && str_eq(of(&p, one)->person, of(&p, other)->person));
	assert_true(of(&p, login)->nameless && str_eq(of(&p, login)->person, of(&p, noreply)->person));
	assert_false(str_eq(of(&p, one)->person, of(&p, login)->person));
	assert_null(of(&p, root)->person.p);
	assert_ok(join_write(s, &p.d, p.plan));
	directory_done(&p.d);
	assert_ok(ledger_size(store_ledger(s), &before));
	p = plan(s, at.a);
	assert_ok(join_write(s, &p.d, p.plan));
	assert_ok(ledger_size(store_ledger(s), &after));
	assert_int_equal(before, after);
	directory_done(&p.d);
	store_close(s);
	s = NULL;
	place_done(&at);
}

static void a_person_who_becomes_known_takes_the_whole_group(void **state)
{
	struct place at = place_new();
	STORE_AUTO s = NULL;
	struct planned p;
	struct str one, other, bob;

	(void)state;
	assert_ok(store_open_write(at.home, 1000, &s));
	one = account(s, "git", NULL, "Bob", "bob@example.org");
	other = account(s, "git", NULL, "Robert", "bob@example.org");
	p = plan(s, at.a);
	assert_ok(join_write(s, &p.d, p.plan));
	directory_done(&p.d);
	bob = person(s, at.a, "Bob H", "bob@example.org", NULL);
	p = plan(s, at.a);
	assert_int_equal(of(&p, one)->state, JOIN_NEW);
	joined(&p, one, bob, "e-mail");
	joined(&p, other, bob, "e-mail");
	directory_done(&p.d);
	store_close(s);
	s = NULL;
	place_done(&at);
}

static void no_reply_addresses_hold_a_login(void **state)
{
	(void)state;
	assert_true(str_is(noreply_of(STR("12+ada@users.noreply.github.com")).login, "ada"));
	assert_true(str_is(noreply_of(STR("ada@users.noreply.github.com")).login, "ada"));
	assert_true(str_is(noreply_of(STR("12-ada@users.noreply.git.example.org")).login, "ada"));
	assert_true(str_is(noreply_of(STR("ada@noreply.codeberg.org")).login, "ada"));
	assert_null(noreply_of(STR("ada@example.org")).login.p);
	assert_null(noreply_of(STR("")).login.p);
}

/* --- erasure */

static int64_t words_left(struct store *s, const struct erase_plan *plan)
{
	int64_t n = 0, one;

	for (size_t i = 0; i < plan->records; i++) {
		assert_ok(db_get_int(store_db(s), SQL("SELECT count(*) FROM kept_record WHERE idx = $1 AND (words IS NOT NULL "
			"OR words_salt IS NOT NULL)"), DB_ARGS(DB_I(plan->record[i].idx)), 0, &one));
		n += one;
	}
	return n;
}

static void stays_whole(const struct place *at, int64_t erased_parts, int64_t erased_evidence)
{
	struct rebuild_result rebuilt;
	struct verify_result verified;
	struct rebuild_spec rebuild = { .check_only = true };
	struct verify_spec verify = { .a = at->a };
	STORE_AUTO s = NULL;

	assert_ok(store_open_write(at->home, 60000, &s));
	assert_ok(rebuild_views(s, &rebuild, &rebuilt));
	assert_int_equal(rebuilt.different, 0);
	assert_ok(verify_home(s, &verify, &verified));
	assert_true(verify_intact(&verified));
	assert_int_equal(verified.erased_parts, erased_parts);
	assert_int_equal(verified.erased_evidence, erased_evidence);
}

/* Makes somebody with an account and a file that names them; the plan to erase all. */
static struct erase_plan somebody(struct store *s, struct arena *a, struct digest *file)
{
	struct str ada = person(s, a, "Ada Lovelace", "ada@example.org", NULL), hex;
	struct erase_plan plan = { 0 };
	struct planned p;
	char *text = arena_alloc(a, DIGEST_TEXT);

	account(s, "git", NULL, "Ada", "ada@example.org");
	assert_ok(evidence_put(store_evidence(s), STR("Ada Lovelace, ada@example.org\n"), file));
	assert_ok(store_note_evidence(s, file, 30, STR("people")));
	assert_ok(store_finish(s));
	p.d = (struct directory){ 0 };
	assert_ok(directory_load(store_db(s), a, &p.d));
	assert_ok(join_plan(&p.d, &p.plan));
	assert_ok(join_write(s, &p.d, p.plan));
	directory_done(&p.d);
	assert_ok(directory_load(store_db(s), a, &p.d));
	assert_ok(erase_plan_person(s, &p.d, ada, &plan));
	assert_int_equal(plan.records, 2);
	digest_put(text, file);
	hex = str_c(text);
	assert_ok(erase_plan_evidence(s, a, hex, &plan));
	directory_done(&p.d);
	return plan;
}

static bool file_holds(const char *home, struct arena *a, const char *part)
{
	static const char *const names[] = { "custody.db", "custody.db-wal" };
	bool found = false;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		BUF_AUTO b = buf_new(64 << 20);

		if (!file_read(arena_printf(a, "%s/%s", home, names[i]).p, &b))
			found |= str_has(buf_str(&b), str_c(part));
	}
	return found;
}

static void what_is_erased_is_gone_from_the_file_and_proofs_stay(void **state)
{
	struct place at = place_new();
	STORE_AUTO s = NULL;
	struct erase_plan plan;
	struct digest file;
	int64_t idx, done;

	(void)state;
	assert_ok(store_open_write(at.home, 1000, &s));
	plan = somebody(s, at.a, &file);
	assert_true(file_holds(at.home, at.a, "Lovelace"));
	assert_fails(erase_order(s, &plan, STR("ADA@example.org asked"), &idx), ERR_INPUT);
	assert_ok(erase_order(s, &plan, STR("request of 2026-01-31"), &idx));
	assert_int_equal(words_left(s, &plan), 2);
	assert_ok(erase_pending(s, &done, NULL));
	assert_int_equal(done, 3);
	assert_int_equal(words_left(s, &plan), 0);
	assert_false(evidence_has(store_evidence(s), &file));
	assert_ok(erase_pending(s, &done, NULL));
	assert_int_equal(done, 0);
	store_close(s);
	s = NULL;
	assert_false(file_holds(at.home, at.a, "Lovelace"));
	stays_whole(&at, 2, 1);
	place_done(&at);
}

/* The order is signed; then the process dies before it destroys anything. */
static void an_order_that_was_interrupted_is_carried_out_at_the_next_start(void **state)
{
	struct place at = place_new();
	struct erase_plan plan;
	struct digest file;
	STORE_AUTO s = NULL;
	int status;
	pid_t child;

	(void)state;
	assert_ok(store_open_write(at.home, 1000, &s));
	plan = somebody(s, at.a, &file);
	store_close(s);
	s = NULL;
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		int64_t idx;

		if (store_open_write(at.home, 1000, &s) || erase_order(s, &plan, STR("request"), &idx))
			_exit(1);
		kill(getpid(), SIGKILL);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_ok(store_open_read(at.home, &s));
	assert_int_equal(words_left(s, &plan), 2);
	store_close(s);
	s = NULL;
	assert_ok(store_open_write(at.home, 1000, &s));
	assert_int_equal(words_left(s, &plan), 0);
	assert_false(evidence_has(store_evidence(s), &file));
	store_close(s);
	s = NULL;
	assert_false(file_holds(at.home, at.a, "Lovelace"));
	stays_whole(&at, 2, 1);
	place_done(&at);
}

/* A reader keeps the old state in the database's log; nobody waits for it. */
static void a_reader_keeps_neither_an_erasure_nor_other_writers_waiting(void **state)
{
	struct place at = place_new();
	STORE_AUTO s = NULL;
	STORE_AUTO reader = NULL;
	struct erase_plan plan;
	struct digest file;
	int64_t idx, done, began = instant_ticks_ms();
	bool waits;

	(void)state;
	assert_ok(store_open_write(at.home, 60000, &s));
	plan = somebody(s, at.a, &file);
	assert_ok(store_open_read(at.home, &reader));
	assert_ok(db_snapshot(store_db(reader)));
	assert_int_equal(words_left(reader, &plan), 2);
	assert_ok(erase_order(s, &plan, STR("request"), &idx));
	assert_ok(erase_pending(s, &done, &waits));
	assert_int_equal(done, 3);
	assert_true(waits);
	assert_int_equal(words_left(s, &plan), 0);
	store_close(s);
	s = NULL;
	assert_ok(store_open_write(at.home, 60000, &s));	/* not kept out */
	store_close(s);
	s = NULL;
	assert_true(instant_ticks_ms() - began < 30000);
	assert_true(file_holds(at.home, at.a, "Lovelace"));
	db_snapshot_end(store_db(reader));
	store_close(reader);
	reader = NULL;
	assert_ok(store_open_write(at.home, 60000, &s));
	assert_ok(erase_pending(s, &done, &waits));
	assert_false(waits);
	store_close(s);
	s = NULL;
	assert_false(file_holds(at.home, at.a, "Lovelace"));
	stays_whole(&at, 2, 1);
	place_done(&at);
}

/* The file went, its row did not yet: the next start goes on. */
static void half_an_erasure_is_finished(void **state)
{
	struct place at = place_new();
	struct erase_plan plan;
	struct digest file;
	STORE_AUTO s = NULL;
	int64_t idx, erased;

	(void)state;
	assert_ok(store_open_write(at.home, 1000, &s));
	plan = somebody(s, at.a, &file);
	assert_ok(erase_order(s, &plan, STR("request"), &idx));
	assert_ok(evidence_erase(store_evidence(s), &file));
	store_close(s);
	s = NULL;
	assert_ok(store_open_write(at.home, 1000, &s));
	assert_ok(db_get_int(store_db(s), SQL("SELECT erased_by FROM kept_evidence WHERE digest = $1"),
			     DB_ARGS(DB_B(digest_str(&file))), -1, &erased));
	assert_int_equal(erased, idx);
	store_close(s);
	s = NULL;
	stays_whole(&at, 2, 1);
	place_done(&at);
}

static void evidence_that_comes_again_is_kept(void **state)
{
	struct place at = place_new();
	struct erase_plan plan;
	struct digest file;
	STORE_AUTO s = NULL;
	int64_t idx;

	(void)state;
	assert_ok(store_open_write(at.home, 1000, &s));
	plan = somebody(s, at.a, &file);
	assert_ok(erase_order(s, &plan, STR("request"), &idx));
	assert_ok(erase_pending(s, NULL, NULL));
	assert_ok(evidence_put(store_evidence(s), STR("Ada Lovelace, ada@example.org\n"), &file));
	assert_ok(store_note_evidence(s, &file, 30, STR("people")));
	assert_ok(store_finish(s));
	assert_ok(db_begin(store_db(s)));
	assert_ok(db_run(store_db(s), SQL("DELETE FROM live_setting"), DB_NONE, NULL));
	assert_ok(db_commit(store_db(s)));
	store_close(s);
	s = NULL;
	assert_ok(store_open_write(at.home, 1000, &s));
	assert_true(evidence_has(store_evidence(s), &file));
	store_close(s);
	s = NULL;
	stays_whole(&at, 2, 0);
	place_done(&at);
}

static void facts_are_not_erased(void **state)
{
	struct place at = place_new();
	struct erase_plan plan = { 0 };
	STORE_AUTO s = NULL;
	int64_t idx;

	(void)state;
	assert_ok(store_open_write(at.home, 1000, &s));
	assert_fails(erase_plan_record(s, at.a, 0, &plan), ERR_DENIED);
	assert_fails(erase_plan_record(s, at.a, 999, &plan), ERR_MISSING);
	assert_fails(erase_order(s, &plan, STR("nothing"), &idx), ERR_MISSING);
	store_close(s);
	s = NULL;
	place_done(&at);
}

/* Nothing a person wrote or is called may stand in a view. */
static err look_for_words(void *ctx, const char *table)
{
	struct store *s = ctx;
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query_table(store_db(s), table, &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		for (int c = 0; c < db_columns(rows); c++) {
			struct db_value v = db_cell(rows, c);

			bool bytes = v.kind == DB_TEXT || v.kind == DB_BLOB;

			if (bytes && (str_has(v.s, STR("Ada")) || str_has(v.s, STR("ada@"))))
				fail_msg("%s holds %.*s", table, FMT(v.s));
		}
	}
}

static void views_hold_no_words(void **state)
{
	struct place at = place_new();
	struct digest file;
	STORE_AUTO s = NULL;

	(void)state;
	assert_ok(store_open_write(at.home, 1000, &s));
	somebody(s, at.a, &file);
	assert_ok(db_each_table(store_db(s), "view_", look_for_words, s));
	store_close(s);
	s = NULL;
	place_done(&at);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accounts_are_joined_by_address_login_and_declared_name),
		cmocka_unit_test(nothing_is_guessed_and_nothing_dropped),
		cmocka_unit_test(accounts_of_nobody_known_are_one_person_where_they_share_an_address),
		cmocka_unit_test(a_person_who_becomes_known_takes_the_whole_group),
		cmocka_unit_test(no_reply_addresses_hold_a_login),
		cmocka_unit_test(what_is_erased_is_gone_from_the_file_and_proofs_stay),
		cmocka_unit_test(an_order_that_was_interrupted_is_carried_out_at_the_next_start),
		cmocka_unit_test(a_reader_keeps_neither_an_erasure_nor_other_writers_waiting),
		cmocka_unit_test(half_an_erasure_is_finished), cmocka_unit_test(evidence_that_comes_again_is_kept),
		cmocka_unit_test(facts_are_not_erased), cmocka_unit_test(views_hold_no_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
