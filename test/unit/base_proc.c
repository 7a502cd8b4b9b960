/* What must hold of child processes. */
#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/sandbox.h"

static const char *const no_env[] = { NULL };

static struct proc_spec spec_of(const char *const *argv)
{
	return (struct proc_spec){
		.path = argv[0], .argv = argv, .env = no_env,
		.in = -1, .out = -1, .error = -1, .extra = -1,
	};
}

static struct proc_result result_new(size_t max)
{
	return (struct proc_result){ .out = buf_new(max), .error = buf_new(max) };
}

static void result_done(struct proc_result *r)
{
	buf_done(&r->out);
	buf_done(&r->error);
}
#define RESULT_AUTO __attribute__((cleanup(result_done))) struct proc_result

static void a_large_input_comes_back_without_a_deadlock(void **s)
{
	const char *argv[] = { "cat", NULL };
	struct proc_spec spec = spec_of(argv);
	RESULT_AUTO r = result_new(1 << 24);
	BUF_AUTO in = buf_new(1 << 24);

	(void)s;
	for (int i = 0; i < 600000; i++)
		buf_addf(&in, "line %d\n", i);
	assert_ok(proc_run(&spec, buf_str(&in), &r));
	assert_int_equal(r.status, 0);
	assert_true(str_eq(buf_str(&r.out), buf_str(&in)));
}

static void a_child_that_says_too_much_is_ended(void **s)
{
	const char *argv[] = { "yes", NULL };
	struct proc_spec spec = spec_of(argv);
	RESULT_AUTO r = result_new(100000);

	(void)s;
	assert_fails(proc_run(&spec, STR(""), &r), ERR_LIMIT);
}

static void a_child_that_takes_too_long_is_ended(void **s)
{
	const char *argv[] = { "sleep", "20", NULL };
	struct proc_spec spec = spec_of(argv);
	RESULT_AUTO r = result_new(100);

	(void)s;
	spec.wall_seconds = 1;
	assert_fails(proc_run(&spec, STR(""), &r), ERR_LIMIT);
}

static void both_outputs_and_the_exit_code_are_kept(void **s)
{
	const char *argv[] = { "sh", "-c", "echo out; echo no >&2; exit 7", NULL };
	const char *dies[] = { "sh", "-c", "kill -TERM $$", NULL };
	struct proc_spec spec = spec_of(argv);
	RESULT_AUTO r = result_new(100);

	(void)s;
	assert_ok(proc_run(&spec, STR(""), &r));
	assert_int_equal(r.status, 7);
	assert_true(str_is(buf_str(&r.out), "out\n"));
	assert_true(str_is(buf_str(&r.error), "no\n"));
	spec = spec_of(dies);
	assert_ok(proc_run(&spec, STR(""), &r));
	assert_int_equal(r.status, 128 + SIGTERM);
}

static void nothing_is_inherited_but_what_is_named(void **s)
{
	const char *argv[] = { "sh", "-c", "env; ls /proc/self/fd; cat <&3", NULL };
	const char *env[] = { "PATH=/usr/bin:/bin", "ONLY=this", NULL };
	struct proc_spec spec = spec_of(argv);
	RESULT_AUTO r = result_new(1000);
	int leak = open("/dev/null", O_RDONLY), from, to;
	char name[16];

	(void)s;
	assert_true(leak >= 0 && leak < 100);
	assert_int_equal(dup2(leak, 77), 77);
	assert_ok(proc_pipe(&from, &to));
	assert_ok(fd_write_all(to, "pipe", STR("through three\n")));
	close(to);
	spec.env = env;
	spec.extra = from;
	setenv("SECRET", "leaks", 1);
	assert_ok(proc_run(&spec, STR(""), &r));
	close(from);
	close(leak);
	close(77);
	snprintf(name, sizeof(name), "\n%d\n", 77);
	assert_true(str_has(buf_str(&r.out), STR("ONLY=this\n")));
	assert_false(str_has(buf_str(&r.out), STR("SECRET")));
	assert_false(str_has(buf_str(&r.out), str_c(name)));
	assert_true(str_has(buf_str(&r.out), STR("through three\n")));
}

static void the_input_is_empty_where_none_is_given(void **s)
{
	const char *argv[] = { "cat", NULL };
	struct proc_spec spec = spec_of(argv);
	int status;
	pid_t pid;

	(void)s;
	assert_ok(proc_start(&spec, &pid));
	assert_ok(proc_wait(pid, &status));
	assert_int_equal(status, 0);
}

static void what_is_missing_is_named(void **s)
{
	const char *argv[] = { "no-such-program-here", NULL };
	const char *slash[] = { "/nowhere/at/all", NULL };
	const char *pwd[] = { "pwd", NULL };
	struct proc_spec spec = spec_of(argv);
	pid_t pid;

	(void)s;
	assert_fails(proc_start(&spec, &pid), ERR_MISSING);
	spec = spec_of(slash);
	assert_fails(proc_start(&spec, &pid), ERR_MISSING);
	spec = spec_of(pwd);
	spec.dir = "/nowhere";
	assert_fails(proc_start(&spec, &pid), ERR_MISSING);
}

static void a_child_answers_while_it_runs(void **s)
{
	const char *argv[] = { "cat", NULL };
	struct proc_spec spec = spec_of(argv);
	PROC_STREAM_AUTO p = PROC_STREAM_NONE;
	char got[6] = "";
	size_t n;
	int status;

	(void)s;
	assert_ok(proc_open(&spec, &p));
	for (int i = 0; i < 3; i++) {
		assert_ok(fd_write_all(p.to, "cat", STR("hello")));
		assert_ok(fd_read_some(p.from, "cat", got, 5, &n));
		assert_string_equal(got, "hello");
	}
	assert_ok(proc_close(&p, &status));
	assert_int_equal(status, 0);
}

static void an_abandoned_stream_ends_its_child(void **s)
{
	const char *argv[] = { "sleep", "100", NULL };
	struct proc_spec spec = spec_of(argv);
	pid_t pid;

	(void)s;
	{
		PROC_STREAM_AUTO p = PROC_STREAM_NONE;

		assert_ok(proc_open(&spec, &p));
		pid = p.pid;
	}
	assert_int_equal(kill(pid, 0), -1);
}

static void limits_hold(void **s)
{
	const char *argv[] = { "sh", "-c", "while :; do :; done", NULL };
	const char *shown[] = { "sh", "-c", "ulimit -v", NULL };
	struct proc_spec spec = spec_of(argv);
	RESULT_AUTO r = result_new(100);

	(void)s;
	spec.cpu_seconds = 1;
	assert_ok(proc_run(&spec, STR(""), &r));
	assert_in_range(r.status, 129, 160);
	spec = spec_of(shown);
	spec.memory_mb = 64;
	assert_ok(proc_run(&spec, STR(""), &r));
	assert_true(sandbox_sanitized() || str_is(buf_str(&r.out), "65536\n"));
}

static void ignored_signals_are_not_handed_on(void **s)
{
	/* Signals 1 to 28; the C library keeps 32 and 33 for itself, and make's children ignore them. */
	const char *argv[] = { "sh", "-c", "yes | head -1; grep SigIgn /proc/self/status | tail -c 8", NULL };
	const char *env[] = { "PATH=/usr/bin:/bin", NULL };
	struct proc_spec spec = spec_of(argv);
	RESULT_AUTO r = result_new(200);

	(void)s;
	signal(SIGPIPE, SIG_IGN);
	spec.env = env;
	assert_ok(proc_run(&spec, STR(""), &r));
	signal(SIGPIPE, SIG_DFL);
	assert_true(str_has(buf_str(&r.out), STR("0000000\n")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_large_input_comes_back_without_a_deadlock),
		cmocka_unit_test(a_child_that_says_too_much_is_ended),
		cmocka_unit_test(a_child_that_takes_too_long_is_ended),
		cmocka_unit_test(both_outputs_and_the_exit_code_are_kept),
		cmocka_unit_test(nothing_is_inherited_but_what_is_named),
		cmocka_unit_test(the_input_is_empty_where_none_is_given),
		cmocka_unit_test(what_is_missing_is_named),
		cmocka_unit_test(a_child_answers_while_it_runs),
		cmocka_unit_test(an_abandoned_stream_ends_its_child),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(ignored_signals_are_not_handed_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
