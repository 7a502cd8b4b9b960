#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"

void fd_close_at(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

err fd_read_some(int fd, const char *what, void *out, size_t n, size_t *got)
{
	size_t at = 0;

	while (at < n) {
		ssize_t r = read(fd, (char *)out + at, n - at);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return fail_errno("cannot read %s", what);
		if (r == 0)
			break;
		at += (size_t)r;
	}
	*got = at;
	return NULL;
}

err fd_read_all(int fd, const char *what, struct buf *out)
{
	char piece[65536];
	size_t got;

	do {
		TRY(fd_read_some(fd, what, piece, sizeof(piece), &got));
		buf_add(out, (struct str){ piece, got });
		TRY(buf_ok(out, what));
	} while (got == sizeof(piece));
	return NULL;
}

/* What is committed is committed; the rest is as after any kill. */
static void end_by_pipe(void)
{
	signal(SIGPIPE, SIG_DFL);
	raise(SIGPIPE);
}

err fd_write_all(int fd, const char *what, struct str bytes)
{
	while (bytes.n) {
		ssize_t w = write(fd, bytes.p, bytes.n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0 && errno == EPIPE && fd == STDOUT_FILENO)
			end_by_pipe();
		if (w < 0)
			return fail_errno("cannot write %s", what);
		bytes = str_from(bytes, (size_t)w);
	}
	return NULL;
}

/* As much as the file said it has, straight into the buffer, and what came since. */
static err read_sized(int fd, const char *path, size_t size, struct buf *out)
{
	size_t before = out->n, got;
	char *room = size <= out->max - out->n ? buf_grow(out, size) : NULL;
	char more;

	if (!room)
		return fd_read_all(fd, path, out);
	out->n = before;
	TRY(fd_read_some(fd, path, room, size, &got));
	out->n = before + got;
	TRY(fd_read_some(fd, path, &more, 1, &got));
	if (!got)
		return NULL;
	buf_add(out, (struct str){ &more, 1 });
	return fd_read_all(fd, path, out);
}

int fd_open_read(const char *path, int flags)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | flags);
	int set = fd < 0 ? -1 : fcntl(fd, F_GETFL);

	if (set >= 0)
		fcntl(fd, F_SETFL, set & ~O_NONBLOCK);
	return fd;
}

err file_read(const char *path, struct buf *out)
{
	FD_AUTO fd = fd_open_read(path, 0);
	struct stat st;

	if (fd < 0 && errno == ENOENT)
		return fail(ERR_MISSING, "there is no file %s", path);
	if (fd < 0)
		return fail_errno("cannot open %s", path);
	if (fstat(fd, &st))
		return fail_errno("cannot examine %s", path);
	if (S_ISDIR(st.st_mode))
		return fail(ERR_INPUT, "%s is a folder, not a file", path);
	return read_sized(fd, path, st.st_size > 0 ? (size_t)st.st_size : 0, out);
}

/* The folder part of a path, in `a`. */
static const char *folder_of(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return ".";
	if (slash == path)
		return "/";
	return arena_cstr(a, (struct str){ path, (size_t)(slash - path) });
}

static err write_and_sync(const char *name, const char *shown, struct str bytes, unsigned mode)
{
	FD_AUTO fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);

	if (fd < 0)
		return fail_errno("cannot write %s", shown);
	TRY(fd_write_all(fd, shown, bytes));
	if (fsync(fd))
		return fail_errno("cannot make %s durable", shown);
	return NULL;
}

err file_write_atomic(const char *path, struct str bytes, unsigned mode)
{
	OWNED(arena) a = arena_new();
	const char *name = arena_printf(a, "%s.%ld.new", path, (long)getpid()).p;
	err e = write_and_sync(name, path, bytes, mode);

	if (e) {
		unlink(name);
		return e;
	}
	if (rename(name, path)) {
		e = fail_errno("cannot put %s in place", path);
		unlink(name);
		return e;
	}
	return dir_sync(folder_of(a, path));
}

err dir_sync(const char *path)
{
	FD_AUTO fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return fail_errno("cannot open the folder %s", path);
	if (fsync(fd))
		return fail_errno("cannot make the folder %s durable", path);
	return NULL;
}

err dir_make(const char *path, unsigned mode)
{
	OWNED(arena) a = arena_new();
	char *p = arena_cstr(a, str_c(path));

	for (char *at = p + 1; *p && *at; at++) {
		if (*at != '/')
			continue;
		*at = '\0';
		if (mkdir(p, mode) && errno != EEXIST)
			return fail_errno("cannot make the folder %s", p);
		*at = '/';
	}
	if (mkdir(p, mode) && (errno != EEXIST || !dir_exists(p)))
		return fail_errno("cannot make the folder %s", path);
	return NULL;
}

bool file_exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0;
}

bool dir_exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st, (void)kind, (void)at;
	return remove(path);
}

err dir_remove(const char *path)
{
	if (nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS) && errno != ENOENT)
		return fail_errno("cannot remove %s", path);
	return NULL;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

err dir_each(const char *path, err (*visit)(void *ctx, const char *name), void *ctx)
{
	struct dirent **names;
	int n = scandir(path, &names, NULL, by_bytes);
	err e = NULL;

	if (n < 0 && errno == ENOENT)
		return fail(ERR_MISSING, "there is no folder %s", path);
	if (n < 0)
		return fail_errno("cannot read the folder %s", path);
	for (int i = 0; i < n; i++) {
		const char *name = names[i]->d_name;

		if (!e && strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
			e = visit(ctx, name);
		free(names[i]);
	}
	free(names);
	return e;
}
