/* What must hold of a process that has entered the sandbox. Each case is a
 * child, because there is no way back. */
#include "unit.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/instant.h"
#include "base/proc.h"
#include "base/sandbox.h"

static const struct sandbox_spec reader = { .allow = 0 };

/* The exit code of `run` behind the sandbox, or 128 + signal. */
static int inside(const struct sandbox_spec *spec, int (*run)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		signal(SIGALRM, SIG_DFL);
		if (sandbox_enter(spec, NULL))
			_exit(99);
		_exit(run());
	}
	assert_ok(proc_wait(pid, &status));
	return status;
}

static int opens(void)
{
	return open("/etc/passwd", O_RDONLY) < 0 ? 1 : 0;
}

static int opens_for_writing(void)
{
	return open("/dev/null", O_WRONLY) < 0 ? 1 : 0;
}

static int makes_a_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) < 0;
}

static int forks(void)
{
	return fork() < 0;
}

static int traces(void)
{
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0;
}

static int executes(void)
{
	execl("/bin/true", "true", (char *)NULL);
	return 1;
}

static int runs_written_memory(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED;
}

static int kills_its_parent(void)
{
	return kill(getppid(), SIGTERM) < 0;
}

static void what_a_reader_may_not_do_ends_it(void **s)
{
	(void)s;
	assert_int_equal(inside(&reader, opens), 128 + SIGSYS);
	assert_int_equal(inside(&reader, makes_a_socket), 128 + SIGSYS);
	assert_int_equal(inside(&reader, forks), 128 + SIGSYS);
	assert_int_equal(inside(&reader, traces), 128 + SIGSYS);
	assert_int_equal(inside(&reader, executes), 128 + SIGSYS);
	assert_int_equal(inside(&reader, runs_written_memory), 128 + SIGSYS);
	assert_int_equal(inside(&reader, kills_its_parent), 128 + SIGSYS);
}

static int by_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static int computes(void)
{
	OWNED(arena) a = arena_new();
	int *v = ARENA_ARRAY(a, int, 3000000);
	char text[INSTANT_TEXT];
	int p[2] = { 0, 0 };
	struct timespec wait = { .tv_nsec = 1000 };

	for (int i = 0; i < 3000000; i++)
		v[i] = 3000000 - i;
	qsort(v, 3000000, sizeof(*v), by_number);
	instant_put(text, instant_now());
	nanosleep(&wait, NULL);
	if (write(STDERR_FILENO, "", 0) < 0 || strlen(text) != 20)
		return 4;
	if (getentropy(p, sizeof(p)))
		return 2;
	return v[0] <= v[1] ? 0 : 3;
}

static void a_reader_may_compute_and_write_to_what_it_holds(void **s)
{
	(void)s;
	assert_int_equal(inside(&reader, computes), 0);
}

static int fails_an_assertion(void)
{
	ASSERT(getpid() == 0);
	return 0;
}

static void an_assertion_still_ends_as_one(void **s)
{
	(void)s;
	assert_int_equal(inside(&reader, fails_an_assertion), 128 + SIGABRT);
}

static int leaves_normally(void)
{
	exit(11);
}

static void a_reader_may_leave_through_exit(void **s)
{
	(void)s;
	assert_int_equal(inside(&reader, leaves_normally), 11);
}

static int opens_listed(void)
{
	return open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0 ? 0 : 1;
}

static int opens_unlisted(void)
{
	return open("/usr/bin/env", O_RDONLY | O_CLOEXEC) < 0 ? 0 : 1;
}

static void only_listed_paths_are_read(void **s)
{
	static const char *const paths[] = { "/etc", "/nowhere", NULL };
	const struct sandbox_spec spec = { .allow = SANDBOX_READ_FILES, .read_paths = paths };
	struct sandbox_layers layers = { 0 };
	int p[2], status;
	pid_t pid;

	(void)s;
	assert_int_equal(inside(&spec, opens_listed), 0);
	assert_int_equal(inside(&spec, opens_for_writing), 128 + SIGSYS);
	assert_int_equal(pipe(p), 0);
	pid = fork();
	if (pid == 0) {
		if (sandbox_enter(&spec, &layers))
			_exit(99);
		_exit(write(p[1], &layers, sizeof(layers)) < 0);
	}
	assert_ok(proc_wait(pid, &status));
	assert_int_equal(status, 0);
	assert_int_equal(read(p[0], &layers, sizeof(layers)), sizeof(layers));
	close(p[0]);
	close(p[1]);
	assert_true(str_has(str_c(sandbox_sentence(&layers)), STR("seccomp")));
	if (layers.landlock)
		assert_int_equal(inside(&spec, opens_unlisted), 0);
	else
		print_message("this kernel offers no Landlock: unlisted paths not tried\n");
}

static int spins(void)
{
	volatile unsigned i = 0;

	while (i + 1)
		i += 2;
	return 0;
}

static int takes_memory(void)
{
	return malloc((size_t)1 << 30) == NULL ? 0 : 1;
}

static void limits_hold(void **s)
{
	const struct sandbox_spec second = { .cpu_seconds = 1 };
	const struct sandbox_spec small = { .memory_mb = 256 };
	int status = inside(&second, spins);

	(void)s;
	assert_true(status == 128 + SIGKILL || status == 128 + SIGXCPU);
	if (!sandbox_sanitized())
		assert_int_equal(inside(&small, takes_memory), 0);
}

static void *nothing(void *p)
{
	return p;
}

static int starts_a_thread(void)
{
	pthread_t t;

	if (pthread_create(&t, NULL, nothing, NULL))
		return 1;
	return pthread_join(t, NULL);
}

static int runs_a_child(void)
{
	static const char *const argv[] = { "/bin/true", NULL };
	static const char *const env[] = { NULL };
	const struct proc_spec spec = { .path = argv[0], .argv = argv, .env = env,
					.in = -1, .out = -1, .error = -1, .extra = -1 };
	int status;
	pid_t pid;

	if (proc_start(&spec, &pid) || proc_wait(pid, &status))
		return 70;
	return status;
}

static void what_a_role_asks_for_it_gets(void **s)
{
	static const char *const paths[] = { "/usr", "/bin", "/lib", "/lib64", "/etc", NULL };
	static const char *const device[] = { "/dev/null", NULL };
	const struct sandbox_spec threads = { .allow = SANDBOX_THREADS };
	const struct sandbox_spec net = { .allow = SANDBOX_NETWORK };
	const struct sandbox_spec code = { .allow = SANDBOX_CODE };
	const struct sandbox_spec children = {
		.allow = SANDBOX_CHILDREN | SANDBOX_READ_FILES | SANDBOX_WRITE_FILES |
			 SANDBOX_CODE,
		.read_paths = paths, .write_paths = device,
	};

	(void)s;
	assert_int_equal(inside(&threads, starts_a_thread), 0);
	assert_int_equal(inside(&reader, starts_a_thread), 128 + SIGSYS);
	assert_int_equal(inside(&net, makes_a_socket), 0);
	assert_int_equal(inside(&code, runs_written_memory), 0);
	assert_int_equal(inside(&children, runs_a_child), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_reader_may_not_do_ends_it),
		cmocka_unit_test(a_reader_may_compute_and_write_to_what_it_holds),
		cmocka_unit_test(an_assertion_still_ends_as_one),
		cmocka_unit_test(a_reader_may_leave_through_exit),
		cmocka_unit_test(only_listed_paths_are_read),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(what_a_role_asks_for_it_gets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
