/* Files and folders: bounded reads, writes that are whole or absent after a
 * crash. Every path in an error is the one the caller gave. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/base.h"
#include "base/buf.h"

/* Closes at end of scope; -1 is "none". */
void fd_close_at(int *fd);
#define FD_AUTO __attribute__((cleanup(fd_close_at))) int

/* open(2) for reading, close-on-exec, which a pipe that nobody writes to cannot hold up:
 * it then ends at once. `flags` are added. -1 with errno as open(2) gives it. */
int fd_open_read(const char *path, int flags);

/* Appends the whole file; ERR_LIMIT beyond the buffer's maximum, ERR_MISSING
 * where there is none. */
MUST_USE err file_read(const char *path, struct buf *out);

/* Everything up to end of file from a descriptor. */
MUST_USE err fd_read_all(int fd, const char *what, struct buf *out);

/* All of it, past short writes and EINTR. Where it is standard output and nobody
 * reads that any more (`| head`) the process ends as one that SIGPIPE ends. */
MUST_USE err fd_write_all(int fd, const char *what, struct str bytes);

/* Reads exactly n bytes; *got < n only at end of file. */
MUST_USE err fd_read_some(int fd, const char *what, void *out, size_t n, size_t *got);

/* Temporary name beside it, write, fsync, rename, fsync of the folder. After a
 * crash the old or the new content is there, never a mixture. */
MUST_USE err file_write_atomic(const char *path, struct str bytes, unsigned mode);

/* fsync of a folder, so that names made in it survive. */
MUST_USE err dir_sync(const char *path);

/* mkdir -p, each folder with `mode`. */
MUST_USE err dir_make(const char *path, unsigned mode);

bool file_exists(const char *path);
bool dir_exists(const char *path);

/* Removes a folder and everything in it, not following links. */
MUST_USE err dir_remove(const char *path);

/* Calls `visit` for every entry but . and .., in byte order of the names. */
MUST_USE err dir_each(const char *path, err (*visit)(void *ctx, const char *name), void *ctx);

#endif
