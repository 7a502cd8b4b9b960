#include "base/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/instant.h"
#include "base/sandbox.h"

enum { CHILD_FDS = 4, FIRST_FREE = 4 };

/* What the child needs, made before the fork: behind it only calls that are
 * safe in a signal handler are made. */
struct plan {
	const struct proc_spec *spec;
	char path[PATH_MAX];
	int fd[CHILD_FDS];	/* sources for 0 … 3, each 4 or above, or -1 */
	int report;		/* 4 or above, close-on-exec */
	pid_t parent;
	sigset_t mask;
};

/* What the child says when it cannot become the program. */
struct report {
	int step;
	int number;
};

enum step { STEP_LIMIT, STEP_DIR, STEP_FD, STEP_EXEC };

static err find_program(const char *name, char out[PATH_MAX])
{
	struct str rest = str_c(getenv("PATH")), dir;

	if (strchr(name, '/')) {
		if (snprintf(out, PATH_MAX, "%s", name) >= PATH_MAX)
			return fail(ERR_INPUT, "the path of the program is too long");
		return NULL;
	}
	if (!rest.p)
		rest = STR("/usr/bin:/bin");
	while (str_split(&rest, ':', &dir)) {
		struct stat st;

		if (dir.n == 0 || dir.p[0] != '/' ||
		    snprintf(out, PATH_MAX, "%.*s/%s", FMT(dir), name) >= PATH_MAX)
			continue;
		if (stat(out, &st) == 0 && S_ISREG(st.st_mode) && access(out, X_OK) == 0)
			return NULL;
	}
	return err_hint(fail(ERR_MISSING, "the program %s is not installed", name),
			"install the package that holds %s", name);
}

static NORETURN void child_fails(const struct plan *p, enum step step)
{
	struct report r = { .step = (int)step, .number = errno };
	ssize_t n = write(p->report, &r, sizeof(r));

	_exit(n == (ssize_t)sizeof(r) ? 127 : 126);
}

static bool limit(int what, rlim_t value)
{
	struct rlimit r = { .rlim_cur = value, .rlim_max = value };

	return value == 0 || setrlimit((__rlimit_resource_t)what, &r) == 0;
}

/* Sources are all above the targets, so the order of dup2 does not matter. */
static bool place_descriptors(const struct plan *p)
{
	for (int i = 0; i < CHILD_FDS; i++)
		if (p->fd[i] >= 0 && dup2(p->fd[i], i) < 0)
			return false;
	return close_range(p->fd[3] >= 0 ? 4 : 3, ~0U, CLOSE_RANGE_CLOEXEC) == 0;
}

static void signals_reset(const sigset_t *mask)
{
	struct sigaction plain = { .sa_handler = SIG_DFL };

	for (int s = 1; s < NSIG; s++)
		sigaction(s, &plain, NULL);
	sigprocmask(SIG_SETMASK, mask, NULL);
}

static NORETURN void child_becomes(const struct plan *p)
{
	const struct proc_spec *s = p->spec;
	sigset_t none;

	sigemptyset(&none);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != p->parent)
		_exit(126);
	if ((!sandbox_sanitized() && !limit(RLIMIT_AS, (rlim_t)s->memory_mb << 20)) ||
	    !limit(RLIMIT_CPU, (rlim_t)s->cpu_seconds))
		child_fails(p, STEP_LIMIT);
	if (s->dir && chdir(s->dir))
		child_fails(p, STEP_DIR);
	if (!place_descriptors(p))
		child_fails(p, STEP_FD);
	signals_reset(&none);
	execve(p->path, (char *const *)(uintptr_t)s->argv, (char *const *)(uintptr_t)s->env);
	child_fails(p, STEP_EXEC);
}

/* The child's word on why it did not start; NULL where it did. */
static err child_report(const struct plan *p, int fd)
{
	struct report r;
	size_t got;
	TRY(fd_read_some(fd, "a starting child", &r, sizeof(r), &got));

	if (got != sizeof(r))
		return NULL;
	errno = r.number;
	switch ((enum step)r.step) {
	case STEP_LIMIT:
		return fail_errno("cannot limit %s", p->spec->argv[0]);
	case STEP_DIR:
		if (r.number == ENOENT)
			return fail(ERR_MISSING, "there is no folder %s", p->spec->dir);
		return fail_errno("cannot enter the folder %s", p->spec->dir);
	case STEP_FD:
		return fail_errno("cannot set up the descriptors of %s", p->spec->argv[0]);
	case STEP_EXEC:
		break;
	}
	if (r.number == ENOENT)
		return fail(ERR_MISSING, "there is no program %s", p->path);
	return fail_errno("cannot start %s", p->path);
}

/* Copies a descriptor to 4 or above; `fd` -1 gives /dev/null where `null`. */
static err lift(int fd, bool null, int *out)
{
	FD_AUTO opened = -1;

	if (fd < 0 && !null)
		return NULL;
	if (fd < 0) {
		opened = open("/dev/null", O_RDWR | O_CLOEXEC);
		if (opened < 0)
			return fail_errno("cannot open /dev/null");
		fd = opened;
	}
	*out = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FREE);
	return *out < 0 ? fail_errno("cannot copy a descriptor") : NULL;
}

static void plan_done(struct plan *p)
{
	for (int i = 0; i < CHILD_FDS; i++)
		fd_close_at(&p->fd[i]);
	fd_close_at(&p->report);
}

static err plan_make(struct plan *p, int report)
{
	const struct proc_spec *s = p->spec;

	TRY(find_program(s->path, p->path));
	TRY(lift(s->in, true, &p->fd[0]));
	TRY(lift(s->out, true, &p->fd[1]));
	TRY(lift(s->error, true, &p->fd[2]));
	TRY(lift(s->extra, false, &p->fd[3]));
	return lift(report, false, &p->report);
}

/* Signals are blocked across the fork so that no handler of the parent runs in
 * the child before they are reset there. */
static err plan_fork(struct plan *p, pid_t *pid)
{
	sigset_t all;
	int saved;

	sigfillset(&all);
	p->parent = getpid();
	pthread_sigmask(SIG_SETMASK, &all, &p->mask);
	*pid = fork();
	if (*pid == 0)
		child_becomes(p);
	saved = errno;
	pthread_sigmask(SIG_SETMASK, &p->mask, NULL);
	errno = saved;
	return *pid < 0 ? fail_errno("cannot start another process") : NULL;
}

err proc_start(const struct proc_spec *spec, pid_t *pid)
{
	__attribute__((cleanup(plan_done))) struct plan p = {
		.spec = spec, .fd = { -1, -1, -1, -1 }, .report = -1,
	};
	FD_AUTO listen = -1;
	FD_AUTO say = -1;
	pid_t child;
	err e;

	ASSERT(spec->path && spec->argv && spec->argv[0] && spec->env);
	TRY(proc_pipe(&listen, &say));
	TRY(plan_make(&p, say));
	TRY(plan_fork(&p, &child));
	fd_close_at(&say);
	fd_close_at(&p.report);
	e = child_report(&p, listen);
	if (e) {
		proc_end(child);
		return e;
	}
	*pid = child;
	return NULL;
}

err proc_wait(pid_t pid, int *status)
{
	int s;

	while (waitpid(pid, &s, 0) < 0)
		if (errno != EINTR)
			return fail_errno("cannot wait for a child");
	*status = WIFSIGNALED(s) ? 128 + WTERMSIG(s) : WEXITSTATUS(s);
	return NULL;
}

void proc_end(pid_t pid)
{
	ASSERT(pid > 0);
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

err proc_pipe(int *read_end, int *write_end)
{
	int fd[2];

	if (pipe2(fd, O_CLOEXEC))
		return fail_errno("cannot make a pipe");
	*read_end = fd[0];
	*write_end = fd[1];
	return NULL;
}

/* The descriptor, which its scope then no longer closes. */
static int keep(int *fd)
{
	int kept = *fd;

	*fd = -1;
	return kept;
}

err proc_input(struct str in, int *out)
{
	FD_AUTO fd = memfd_create("input", MFD_CLOEXEC);

	if (fd < 0)
		return fail_errno("cannot make a file in memory");
	TRY(fd_write_all(fd, "a file in memory", in));
	if (lseek(fd, 0, SEEK_SET) < 0)
		return fail_errno("cannot rewind a file in memory");
	*out = keep(&fd);
	return NULL;
}

/* One read; closes the descriptor at end of file. */
static err take(struct pollfd *p, struct buf *into, const char *who)
{
	char piece[65536];
	ssize_t n = read(p->fd, piece, sizeof(piece));

	if (n < 0 && errno == EINTR)
		return NULL;
	if (n < 0)
		return fail_errno("cannot read what %s says", who);
	if (n == 0)
		fd_close_at(&p->fd);
	buf_add(into, (struct str){ piece, (size_t)n });
	return buf_ok(into, "the output of a child");
}

static err collect(const struct proc_spec *spec, struct pollfd p[2], struct proc_result *r)
{
	int64_t end = instant_ticks_ms() + (int64_t)spec->wall_seconds * 1000;

	while (p[0].fd >= 0 || p[1].fd >= 0) {
		int64_t left = end - instant_ticks_ms();

		if (spec->wall_seconds && left <= 0)
			return fail(ERR_LIMIT, "%s did not end within %u seconds",
				    spec->argv[0], spec->wall_seconds);
		if (poll(p, 2, spec->wall_seconds ? (int)left : -1) < 0 && errno != EINTR)
			return fail_errno("cannot wait for %s", spec->argv[0]);
		if (p[0].revents)
			TRY(take(&p[0], &r->out, spec->argv[0]));
		if (p[1].revents)
			TRY(take(&p[1], &r->error, spec->argv[0]));
	}
	return NULL;
}

err proc_run(const struct proc_spec *spec, struct str in, struct proc_result *result)
{
	struct proc_spec s = *spec;
	FD_AUTO input = -1;
	FD_AUTO out = -1;
	FD_AUTO error = -1;
	struct pollfd p[2] = { { .fd = -1, .events = POLLIN }, { .fd = -1, .events = POLLIN } };
	pid_t pid;
	err e;

	TRY(proc_input(in, &input));
	TRY(proc_pipe(&p[0].fd, &out));
	e = proc_pipe(&p[1].fd, &error);
	s.in = input, s.out = out, s.error = error;
	if (!e)
		e = proc_start(&s, &pid);
	fd_close_at(&out);
	fd_close_at(&error);
	if (!e) {
		e = collect(&s, p, result);
		if (e)
			proc_end(pid);
		else
			e = proc_wait(pid, &result->status);
	}
	fd_close_at(&p[0].fd);
	fd_close_at(&p[1].fd);
	return e;
}

err proc_open(const struct proc_spec *spec, struct proc_stream *s)
{
	struct proc_spec copy = *spec;
	struct proc_stream made = PROC_STREAM_NONE;
	FD_AUTO in = -1;
	FD_AUTO out = -1;
	err e = proc_pipe(&in, &made.to);

	if (!e)
		e = proc_pipe(&made.from, &out);
	copy.in = in, copy.out = out;
	if (!e)
		e = proc_start(&copy, &made.pid);
	if (e) {
		proc_stream_done(&made);
		return e;
	}
	*s = made;
	return NULL;
}

err proc_close(struct proc_stream *s, int *status)
{
	pid_t pid = s->pid;

	ASSERT(pid > 0);
	fd_close_at(&s->to);
	fd_close_at(&s->from);
	s->pid = 0;
	return proc_wait(pid, status);
}

void proc_stream_done(struct proc_stream *s)
{
	fd_close_at(&s->to);
	fd_close_at(&s->from);
	if (s->pid > 0)
		proc_end(s->pid);
	s->pid = 0;
}

const char *proc_self(void)
{
	static char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	ASSERT(n > 0);
	path[n] = '\0';
	return path;
}
