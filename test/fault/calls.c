/* System calls that fail: the n-th of open, write, fsync, link, rename, mkdir, unlink and
 * ftruncate, once, from then on, or by the death of the process. Included by tests that
 * wrap these calls in their `link:` line. */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

enum how { ONCE, LASTING, KILLED };

/* The call to fail, counting down to 0; -1 is never. */
static long left = -1;
static enum how how;

static bool *met;	/* set when the fault is met; NULL: nobody asks */

static bool fails_now(void)
{
	if (left < 0)
		return false;
	if (left > 0) {
		left--;
		return false;
	}
	if (met)
		*met = true;
	if (how == KILLED)
		kill(getpid(), SIGKILL);
	if (how == ONCE)
		left = -1;
	errno = EIO;
	return true;
}

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
	va_list ap;
	unsigned mode;

	va_start(ap, flags);
	mode = va_arg(ap, unsigned);
	va_end(ap);
	return fails_now() ? -1 : __real_open(path, flags, mode);
}

ssize_t __real_write(int fd, const void *p, size_t n);
ssize_t __wrap_write(int fd, const void *p, size_t n);
ssize_t __wrap_write(int fd, const void *p, size_t n)
{
	if (!fails_now())
		return __real_write(fd, p, n);
	/* A full disk takes some of it first. */
	if (fd > 2 && n > 1 && __real_write(fd, p, n / 2) < 0)
		return -1;
	errno = ENOSPC;
	return -1;
}

#define WRAP(name, takes, gives)                                               \
	int __real_##name takes;                                               \
	int __wrap_##name takes;                                               \
	int __wrap_##name takes { return fails_now() ? -1 : __real_##name gives; }

WRAP(fsync, (int fd), (fd))
WRAP(link, (const char *from, const char *to), (from, to))
WRAP(rename, (const char *from, const char *to), (from, to))
WRAP(mkdir, (const char *path, mode_t mode), (path, mode))
WRAP(unlink, (const char *path), (path))
WRAP(ftruncate, (int fd, off_t size), (fd, size))
