/* An erasure under failing calls: whichever system call or database write fails,
 * once, from then on, or because the process was killed there, an order that was
 * acknowledged is carried out at the next start at the latest, what was not ordered
 * stays, and the home verifies as intact either way. */
/* timeout: 600 */
/* link: -Wl,--wrap=open,--wrap=write,--wrap=fsync,--wrap=link,--wrap=rename,--wrap=mkdir,--wrap=unlink,--wrap=ftruncate */
#include "../unit/unit.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/instant.h"
#include "base/proc.h"
#include "crypto/digest.h"
#include "record/types.h"
#include "store/erase.h"
#include "store/verify.h"
#include "../fault/calls.c"
#include "../fault/faulty_vfs.c"

enum { MAX_CALLS = 2000 };

static const char secret[] = "Lovelace", file_text[] = "Ada Lovelace, ada@example.org\n";

static char dir[] = "/tmp/custody-fault-XXXXXX", kept[sizeof(dir) + 8], home[64];
static int64_t record;		/* whose words are to go */

/* Shared with the child. */
struct told {
	bool ordered, met;
};
static struct told *told;

static struct digest file_digest(void)
{
	return digest_of(str_c(file_text));
}

/* A person whose words are to go, one whose words are to stay, and a file. */
static void make_kept_home(void)
{
	static const char *const names[] = { "Grace Hopper", "Ada Lovelace" };
	OWNED(arena) a = arena_new();
	STORE_AUTO s = NULL;
	struct digest d;

	assert_ok(store_init(&(struct store_init_spec){ .home = home }));
	assert_ok(store_open_write(home, 1000, &s));
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct r_person f;
		struct draft draft = { .type = &record_person, .fields = &f, .about = record_new_id(a),
				       .effective = instant_now(), .content = CONTENT_STATED,
				       .author = AUTHOR_CLAIMED };
		bool already;

		table_clear(record_person.table, &f);
		f.name = str_c(names[i]);
		f.kind = PERSON_HUMAN;
		f.status = PERSON_ACTIVE;
		assert_ok(store_local_account(s, &draft.by));
		draft.in = draft.by;
		assert_ok(store_append(s, &draft, &record, &already));
	}
	assert_ok(evidence_put(store_evidence(s), str_c(file_text), &d));
	assert_ok(store_note_evidence(s, &d, (int64_t)strlen(file_text), STR("people")));
	assert_ok(store_finish(s));
	store_close(s);
	s = NULL;
	assert_int_equal(rename(dir, kept), 0);
}

static void fresh_home(void)
{
	const char *const argv[] = { "cp", "-a", kept, dir, NULL };
	const char *const env[] = { "PATH=/usr/bin:/bin", NULL };
	struct proc_spec copy = { .path = "cp", .argv = argv, .env = env, .in = -1, .out = -1, .error = -1, .extra = -1 };
	pid_t pid;
	int status;

	assert_ok(dir_remove(dir));
	assert_ok(proc_start(&copy, &pid));
	assert_ok(proc_wait(pid, &status));
	assert_int_equal(status, 0);
}

static err erase_both(void)
{
	OWNED(arena) a = arena_new();
	STORE_AUTO s = NULL;
	struct erase_plan plan = { 0 };
	struct digest d = file_digest();
	char *hex = arena_alloc(a, DIGEST_TEXT);
	int64_t idx;

	digest_put(hex, &d);
	TRY(store_open_write(home, 1000, &s));
	TRY(erase_plan_record(s, a, record, &plan));
	TRY(erase_plan_evidence(s, a, str_c(hex), &plan));
	TRY(erase_order(s, &plan, STR("request of 2026-01-31"), &idx));
	told->ordered = true;
	return erase_pending(s, NULL, NULL);
}

/* In a process of its own, that may die on the way. */
static int child(long n, bool database)
{
	struct fault_plan plan = { .calls = FAULT_ANY, .at = n + 1, .torn = true, .lasting = how == LASTING };
	err e;

	if (database)
		faulty_vfs_plan(&plan);
	else
		left = n;
	e = erase_both();
	left = -1;
	told->met |= database && faulty_vfs_failed();
	return e ? 1 : 0;
}

/* Whether the bytes of the database hold the word. */
static bool on_disk(const char *name)
{
	OWNED(arena) a = arena_new();
	BUF_AUTO b = buf_new(64 << 20);

	return !file_read(arena_printf(a, "%s/%s", home, name).p, &b) && str_has(buf_str(&b), str_c(secret));
}

/* What the next start makes of it: *erased tells whether the order stands. */
static void next_start(bool *erased)
{
	OWNED(arena) a = arena_new();
	struct verify_spec spec = { .a = a };
	struct digest d = file_digest();
	struct verify_result r;
	STORE_AUTO s = NULL;
	int64_t orders, words;

	assert_ok(store_open_write(home, 1000, &s));
	assert_ok(verify_home(s, &spec, &r));
	assert_true(verify_intact(&r));
	assert_int_equal(r.unsigned_records, 0);
	assert_ok(db_get_int(store_db(s), SQL("SELECT count(*) FROM view_erasure"), DB_NONE, 0, &orders));
	assert_ok(db_get_int(store_db(s), SQL("SELECT count(*) FROM kept_record WHERE idx = $1 AND words IS NOT NULL"),
			     DB_ARGS(DB_I(record)), 0, &words));
	*erased = orders > 0;
	assert_int_equal(words, *erased ? 0 : 1);
	assert_int_equal(evidence_has(store_evidence(s), &d), !*erased);
	assert_int_equal(r.erased_parts, *erased ? 1 : 0);
	assert_int_equal(r.erased_evidence, *erased ? 1 : 0);
}

/* One run with call n failing; false when there are not so many calls. */
static bool one_run(long n, bool database)
{
	bool erased;
	int status;
	pid_t pid;

	fresh_home();
	*told = (struct told){ 0 };
	met = &told->met;
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(child(n, database));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	next_start(&erased);
	if (told->ordered)
		assert_true(erased);
	if (erased)
		assert_false(on_disk("custody.db") || on_disk("custody.db-wal"));
	return told->met;
}

static void every_call(enum how mode, bool database)
{
	long n = 0;

	how = mode;
	while (n < MAX_CALLS && one_run(n, database))
		n++;
	assert_true(n > 10);
	assert_true(n < MAX_CALLS);
}

static void no_failing_system_call_loses_an_order(void **state)
{
	(void)state;
	every_call(ONCE, false);
	every_call(LASTING, false);
}

static void no_kill_at_a_system_call_loses_an_order(void **state)
{
	(void)state;
	every_call(KILLED, false);
}

static void no_failing_database_call_loses_an_order(void **state)
{
	(void)state;
	every_call(ONCE, true);
	every_call(LASTING, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_failing_system_call_loses_an_order),
		cmocka_unit_test(no_kill_at_a_system_call_loses_an_order),
		cmocka_unit_test(no_failing_database_call_loses_an_order),
	};
	int status;
	err e;

	if (!mkdtemp(dir) || setenv("XDG_STATE_HOME", dir, 1))
		return 1;
	snprintf(home, sizeof(home), "%s/home", dir);
	snprintf(kept, sizeof(kept), "%s.kept", dir);
	told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	faulty_vfs_install();
	make_kept_home();
	status = cmocka_run_group_tests(tests, NULL, NULL);
	e = dir_remove(dir);
	e = e ? e : dir_remove(kept);
	return e ? 1 : status;
}
