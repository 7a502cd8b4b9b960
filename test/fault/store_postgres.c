/* A home on PostgreSQL whose server goes away: at each statement the backend is
 * ended, or the server crashes under it, or the answer is lost after the
 * statement took effect. The next start finds every record that was
 * acknowledged, verifies as intact, and takes the same report to the same end.
 * Needs CUSTODY_TEST_POSTGRES. */
/* timeout: 600 */
/* link: -Wl,--wrap=pq_load */
#include "../unit/reports.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/proc.h"
#include "db/pq.h"
#include "store/verify.h"

enum how { ENDED, CRASHED, ANSWER_LOST };

enum { SERVER_TRIES = 600, MAX_STATEMENTS = 3000 };

static const struct result before[] = { { "R1", "a.c", "one", 1 }, { "R2", "b.c", "two", 2 } };
static const struct result after[] = { { "R2", "b.c", "two", 9 }, { "R3", "c.c", "three", 3 } };
static const struct report first = { "main", "", 1000, before, 2, false },
			   second = { "main", "", 2000, after, 2, false };

static char dir[] = "/tmp/custody-fault-XXXXXX", kept[64], home[64], server[300], database[340];
static const struct pq *real;
static struct pq failing;

/* The statement to fail, counting down to 0; -1 is never. */
static long left = -1;
static enum how how;

/* Shared with the child: the signed size it was told, and whether it met the fault. */
struct told {
	int64_t acknowledged;
	bool met;
};
static struct told *told;

/* A connection of the test's own to the server's first database. */
static PGconn *control(void)
{
	const char *const key[] = { "dbname", NULL }, *const value[] = { server, NULL };

	for (int i = 0; i < SERVER_TRIES; i++) {
		PGconn *c = real->connect(key, value, 1);

		if (real->status(c) == CONNECTION_OK)
			return c;
		real->finish(c);
		usleep(20000);
	}
	fprintf(stderr, "the server does not come back\n");
	abort();
}

static void order(PGconn *c, const char *text)
{
	PGresult *r = real->exec(c, text);

	if (real->result_status(r) != PGRES_COMMAND_OK && real->result_status(r) != PGRES_TUPLES_OK) {
		fprintf(stderr, "%s: %s\n", text, real->error_message(c));
		abort();
	}
	real->clear(r);
}

/* The number of one process of the server that works for the home, 0: none is left. */
static pid_t worker(PGconn *c)
{
	PGresult *r = real->exec(c, "SELECT pid FROM pg_stat_activity WHERE datname = 'fault_work' LIMIT 1");
	int64_t pid = 0;

	if (real->ntuples(r) > 0)
		assert_true(str_to_i64(str_c(real->getvalue(r, 0, 0)), &pid));
	real->clear(r);
	return (pid_t)pid;
}

static void end_workers(PGconn *c)
{
	order(c, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'fault_work'");
	while (worker(c))
		usleep(2000);
}

static void strike(void)
{
	PGconn *c = control();
	pid_t pid;

	told->met = true;
	if (how == CRASHED) {
		/* One of its processes killed: the server gives up all and recovers from its log. */
		pid = worker(c);
		assert_true(pid > 0);
		assert_int_equal(kill(pid, SIGKILL), 0);
		real->finish(c);
		usleep(50000);
		c = control();
	} else {
		end_workers(c);
	}
	real->finish(c);
}

static bool now(void)
{
	if (left < 0)
		return false;
	return left-- == 0;
}

static PGresult *exec(PGconn *c, const char *text)
{
	PGresult *r;

	if (!now())
		return real->exec(c, text);
	if (how != ANSWER_LOST) {
		strike();
		return real->exec(c, text);
	}
	real->clear(real->exec(c, text));
	strike();
	/* What the client then sees of the connection: the next statement fails. */
	r = real->exec(c, "SELECT 1");
	return r;
}

static PGresult *exec_prepared(PGconn *c, const char *name, /* allow: libpq's type */
			       int n, const char *const *v, const int *len, const int *form, int result)
{
	if (!now())
		return real->exec_prepared(c, name, n, v, len, form, result);
	if (how == ANSWER_LOST)
		real->clear(real->exec_prepared(c, name, n, v, len, form, result));
	strike();
	return real->exec_prepared(c, name, n, v, len, form, result);
}

static int send_query_prepared(PGconn *c, const char *name, /* allow: libpq's type */
			       int n, const char *const *v, const int *len, const int *form, int result)
{
	if (now())
		strike();
	return real->send_query_prepared(c, name, n, v, len, form, result);
}

static int pipeline_sync(PGconn *c)
{
	int ok;

	if (!now())
		return real->pipeline_sync(c);
	if (how != ANSWER_LOST) {
		strike();
		return real->pipeline_sync(c);
	}
	ok = real->pipeline_sync(c);
	strike();
	return ok;
}

err __real_pq_load(const struct pq **out);
err __wrap_pq_load(const struct pq **out);
err __wrap_pq_load(const struct pq **out)
{
	*out = &failing;
	return NULL;
}

/* The home as it was after the first report: its folder and its database. */
static void fresh_home(void)
{
	const char *const argv[] = { "cp", "-a", kept, dir, NULL };
	const char *const env[] = { "PATH=/usr/bin:/bin", NULL };
	struct proc_spec copy = { .path = "cp", .argv = argv, .env = env, .in = -1, .out = -1, .error = -1, .extra = -1 };
	PGconn *c = control();
	int status;
	pid_t pid;

	order(c, "DROP DATABASE IF EXISTS fault_work WITH (FORCE)");
	order(c, "CREATE DATABASE fault_work TEMPLATE fault_kept");
	real->finish(c);
	assert_ok(dir_remove(dir));
	assert_ok(proc_start(&copy, &pid));
	assert_ok(proc_wait(pid, &status));
	assert_int_equal(status, 0);
}

static void make_kept_home(void)
{
	PGconn *c = control();

	order(c, "DROP DATABASE IF EXISTS fault_work WITH (FORCE)");
	order(c, "DROP DATABASE IF EXISTS fault_kept WITH (FORCE)");
	order(c, "CREATE DATABASE fault_work TEMPLATE template0");
	assert_ok(store_init(&(struct store_init_spec){ .home = home, .database = database }));
	assert_ok(reports_import(home, &first, NULL));
	end_workers(c);
	order(c, "CREATE DATABASE fault_kept TEMPLATE fault_work");
	real->finish(c);
	assert_int_equal(rename(dir, kept), 0);
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

static int child(long n)
{
	int64_t open;
	err e;

	left = n;
	e = reports_import(home, &second, NULL);
	left = -1;
	return !e && !signed_size(&told->acknowledged, &open) ? 0 : 1;
}

static void must_be_whole(int64_t at_least)
{
	OWNED(arena) a = arena_new();
	struct verify_spec spec = { .a = a };
	struct verify_result r;
	STORE_AUTO s = NULL;

	assert_ok(store_open_write(home, 5000, &s));
	assert_ok(verify_home(s, &spec, &r));
	assert_true(verify_intact(&r));
	assert_int_equal(r.unsigned_records, 0);
	assert_true(r.size >= at_least);
}

/* One run with statement n failing; false when there are not so many. */
static bool one_run(long n)
{
	int64_t size, open;
	int status;
	pid_t pid;

	fresh_home();
	assert_ok(signed_size(&size, &open));
	*told = (struct told){ size, false };
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(child(n));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	must_be_whole(told->acknowledged);
	assert_ok(reports_import(home, &second, NULL));
	assert_ok(signed_size(&size, &open));
	assert_int_equal(open, 2);
	must_be_whole(size);
	return told->met;
}

/* Until a run ends without meeting its fault: then there are no more statements. */
static void every_statement(enum how mode)
{
	long n = 0;

	how = mode;
	while (n < MAX_STATEMENTS && one_run(n))
		n++;
	assert_true(n > 20);
	assert_true(n < MAX_STATEMENTS);
}

static void no_backend_ended_at_a_statement_loses_an_acknowledged_record(void **state)
{
	(void)state;
	if (!server[0])
		skip();
	every_statement(ENDED);
}

static void no_crash_of_the_server_loses_an_acknowledged_record(void **state)
{
	(void)state;
	if (!server[0])
		skip();
	every_statement(CRASHED);
}

static void no_lost_answer_loses_an_acknowledged_record(void **state)
{
	(void)state;
	if (!server[0])
		skip();
	every_statement(ANSWER_LOST);
}

static int prepare(void)
{
	const char *where = getenv("CUSTODY_TEST_POSTGRES");

	if (!where)
		return 0;
	if (__real_pq_load(&real))
		return 1;
	failing = *real;
	failing.exec = exec;
	failing.exec_prepared = exec_prepared;
	failing.send_query_prepared = send_query_prepared;
	failing.pipeline_sync = pipeline_sync;
	snprintf(server, sizeof(server), "%s", where + strlen("postgres:"));
	snprintf(database, sizeof(database), "%s dbname=fault_work", where);
	make_kept_home();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_backend_ended_at_a_statement_loses_an_acknowledged_record),
		cmocka_unit_test(no_crash_of_the_server_loses_an_acknowledged_record),
		cmocka_unit_test(no_lost_answer_loses_an_acknowledged_record),
	};
	int status;
	err e;

	if (!mkdtemp(dir) || setenv("XDG_STATE_HOME", dir, 1))
		return 1;
	snprintf(home, sizeof(home), "%s/home", dir);
	snprintf(kept, sizeof(kept), "%s.kept", dir);
	told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (prepare())
		return 1;
	status = cmocka_run_group_tests(tests, NULL, NULL);
	e = dir_remove(dir);
	e = e ? e : dir_remove(kept);
	return e ? 1 : status;
}
