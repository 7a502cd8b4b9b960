/* A home under failing calls: whichever system call or database write fails,
 * once, from then on, or because the process was killed there, the next start
 * finds every record that was acknowledged, verifies as intact, and takes the
 * same report to the same end. */
/* timeout: 400 */
/* link: -Wl,--wrap=open,--wrap=write,--wrap=fsync,--wrap=link,--wrap=rename,--wrap=mkdir,--wrap=unlink,--wrap=ftruncate */
#include "../unit/reports.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/proc.h"
#include "store/verify.h"
#include "../fault/calls.c"
#include "../fault/faulty_vfs.c"

static const struct result before[] = { { "R1", "a.c", "one", 1 }, { "R2", "b.c", "two", 2 } };
static const struct result after[] = { { "R2", "b.c", "two", 9 },
				       { "R3", "c.c", "three", 3 },
				       { "R4", "d.c", "four", 4 } };
static const struct report first = { "main", "", 1000, before, 2, false },
			   second = { "main", "", 2000, after, 3, false };

static char dir[] = "/tmp/custody-fault-XXXXXX";
static char home[64];

/* Shared with the child: the signed size it was told, and whether it met the fault. */
struct told {
	int64_t acknowledged;
	bool met;
};
static struct told *told;

/* A home with one report in it, made once and copied to its place for each run. */
static void fresh_home(void)
{
	static char kept[sizeof(dir) + 8];
	const char *const argv[] = { "cp", "-a", kept, dir, NULL };
	const char *const env[] = { "PATH=/usr/bin:/bin", NULL };
	struct proc_spec copy = { .path = "cp", .argv = argv, .env = env, .in = -1, .out = -1, .error = -1, .extra = -1 };
	pid_t pid;
	int status;

	if (!kept[0]) {
		assert_ok(dir_make(dir, 0700));
		assert_ok(store_init(&(struct store_init_spec){ .home = home }));
		assert_ok(reports_import(home, &first, NULL));
		snprintf(kept, sizeof(kept), "%s.kept", dir);
		assert_int_equal(rename(dir, kept), 0);
	}
	assert_ok(dir_remove(dir));
	assert_ok(proc_start(&copy, &pid));
	assert_ok(proc_wait(pid, &status));
	assert_int_equal(status, 0);
}

static err signed_size(int64_t *size, int64_t *open)
{
	STORE_AUTO s = NULL;
	struct ledger_head head;

	TRY(store_open_read(home, &s));
	TRY(ledger_head(store_ledger(s), &head));
	*size = head.size;
	return db_get_int(store_db(s), SQL("SELECT count(*) FROM view_finding WHERE open = 1"), DB_NONE, 0, open);
}

/* Evidence, then the report, in a process of its own that may die on the way. */
static int child(long n, bool database)
{
	struct fault_plan plan = { .calls = FAULT_ANY, .at = n + 1, .torn = true, .lasting = how == LASTING };
	struct digest d;
	int64_t open;
	err e;

	if (database)
		faulty_vfs_plan(&plan);
	else
		left = n;
	e = reports_import(home, &second, NULL);
	if (!e) {
		STORE_AUTO s = NULL;

		e = store_open_write(home, 1000, &s);
		if (!e)
			e = evidence_put(store_evidence(s), STR("evidence"), &d);
		if (!e)
			e = store_note_evidence(s, &d, 8, STR("test"));
		if (!e)
			e = store_finish(s);
	}
	left = -1;
	told->met |= database && faulty_vfs_failed();
	faulty_vfs_plan(&(struct fault_plan){ 0 });
	if (!e && !signed_size(&told->acknowledged, &open))
		return 0;
	return 1;
}

static void must_be_whole(int64_t at_least)
{
	struct verify_result r;
	struct verify_spec spec = { 0 };
	OWNED(arena) a = arena_new();
	STORE_AUTO s = NULL;

	spec.a = a;
	assert_ok(store_open_write(home, 1000, &s));
	assert_ok(verify_home(s, &spec, &r));
	assert_true(verify_intact(&r));
	assert_int_equal(r.unsigned_records, 0);
	assert_true(r.size >= at_least);
}

/* One run with call n failing; false when there are not so many calls. */
static bool one_run(long n, bool database)
{
	int64_t size, open;
	int status;
	pid_t pid;

	fresh_home();
	assert_ok(signed_size(&size, &open));
	*told = (struct told){ size, false };
	met = &told->met;
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(child(n, database));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	must_be_whole(told->acknowledged);
	assert_ok(reports_import(home, &second, NULL));
	assert_ok(signed_size(&size, &open));
	assert_int_equal(open, 3);
	must_be_whole(size);
	return told->met;
}

/* Until a run ends without meeting its fault: then there are no more calls. */
static void every_call(enum how mode, bool database)
{
	long n = 0;

	how = mode;
	while (n < 2000 && one_run(n, database))
		n++;
	assert_true(n > 20);
	assert_true(n < 2000);
}

static void no_failing_system_call_loses_an_acknowledged_record(void **state)
{
	(void)state;
	every_call(ONCE, false);
	every_call(LASTING, false);
}

static void no_kill_at_a_system_call_loses_an_acknowledged_record(void **state)
{
	(void)state;
	every_call(KILLED, false);
}

static void no_failing_database_call_loses_an_acknowledged_record(void **state)
{
	(void)state;
	every_call(ONCE, true);
	every_call(LASTING, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_failing_system_call_loses_an_acknowledged_record),
		cmocka_unit_test(no_kill_at_a_system_call_loses_an_acknowledged_record),
		cmocka_unit_test(no_failing_database_call_loses_an_acknowledged_record),
	};

	OWNED(arena) a = arena_new();
	int status;
	err e;

	if (!mkdtemp(dir) || setenv("XDG_STATE_HOME", dir, 1))
		return 1;
	snprintf(home, sizeof(home), "%s/home", dir);
	told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	faulty_vfs_install();
	status = cmocka_run_group_tests(tests, NULL, NULL);
	e = dir_remove(dir);
	e = e ? e : dir_remove(arena_printf(a, "%s.kept", dir).p);
	return e ? 1 : status;
}
