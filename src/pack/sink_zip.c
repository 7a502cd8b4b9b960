#include "pack/sink.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "crypto/digest.h"
#include "pack/unfinished.h"
#include "pack/zip.h"

enum { LENGTH_BYTES = 2 };	/* the archive's last bytes: the length of its comment */

struct zip {
	struct arena *a;
	const char *path, *made;	/* wanted; where it is made, NULL once it stands */
	int fd;
	struct archive *archive;
	struct digest_ctx *sum;
	char held[LENGTH_BYTES];	/* not written yet: they may be the last */
	size_t holds;
	err failed;			/* of a write, behind the library's back */
};

static err put(struct zip *z, struct str bytes)
{
	digest_add(z->sum, bytes);
	return fd_write_all(z->fd, z->made, bytes);
}

/* Everything but the last two bytes so far goes on. */
static err pass_on(struct zip *z, struct str bytes)
{
	size_t total = z->holds + bytes.n;
	size_t old = total <= LENGTH_BYTES ? 0 : total - LENGTH_BYTES < z->holds ? total - LENGTH_BYTES : z->holds;
	size_t fresh;

	TRY(put(z, (struct str){ z->held, old }));
	memmove(z->held, z->held + old, z->holds - old);
	z->holds -= old;
	fresh = z->holds + bytes.n - (total < LENGTH_BYTES ? total : LENGTH_BYTES);
	TRY(put(z, (struct str){ bytes.p, fresh }));
	memcpy(z->held + z->holds, bytes.p + fresh, bytes.n - fresh);
	z->holds += bytes.n - fresh;
	return NULL;
}

static la_ssize_t take(struct archive *archive, void *ctx, const void *bytes, size_t n)
{
	struct zip *z = ctx;
	err e = pass_on(z, (struct str){ bytes, n });

	if (!e)
		return (la_ssize_t)n;
	if (!z->failed)
		z->failed = err_copy(e);
	archive_set_error(archive, EIO, "%s", e->text);
	return -1;
}

static err trouble(struct zip *z)
{
	if (z->failed)
		return fail(z->failed->kind, "%s", z->failed->text);
	return fail(ERR_IO, "cannot write %s: %s", z->path, archive_error_string(z->archive));
}

static err zip_begin(void *ctx, const char *path)
{
	struct zip *z = ctx;
	struct archive_entry *e = archive_entry_new();
	bool bad;

	ASSERT(e);
	/* No time is set: the library writes 1980-01-01, the first there is. */
	archive_entry_set_pathname(e, path);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0644);
	bad = archive_write_header(z->archive, e) != ARCHIVE_OK;
	archive_entry_free(e);
	return bad ? trouble(z) : NULL;
}

static err zip_add(void *ctx, struct str bytes)
{
	struct zip *z = ctx;

	while (bytes.n) {
		la_ssize_t n = archive_write_data(z->archive, bytes.p, bytes.n);

		if (n <= 0)
			return trouble(z);
		bytes = str_from(bytes, (size_t)n);
	}
	return NULL;
}

static err zip_end(void *ctx)
{
	struct zip *z = ctx;

	return archive_write_finish_entry(z->archive) == ARCHIVE_OK ? NULL : trouble(z);
}

static err put_comment(struct zip *z)
{
	BUF_AUTO comment = buf_new(PACK_ZIP_COMMENT);
	struct digest d;

	if (z->holds != LENGTH_BYTES || z->held[0] || z->held[1])
		return fail(ERR_FAILED, "the archive %s does not end as a ZIP file does", z->path);
	TRY(put(z, (struct str){ (const char[]){ PACK_ZIP_COMMENT, 0 }, LENGTH_BYTES }));
	d = digest_end(z->sum);
	pack_zip_comment(&comment, &d);
	return fd_write_all(z->fd, z->made, buf_str(&comment));
}

static err zip_finish(void *ctx)
{
	struct zip *z = ctx;
	const char *slash = strrchr(z->path, '/');

	if (archive_write_close(z->archive) != ARCHIVE_OK)
		return trouble(z);
	TRY(put_comment(z));
	if (fsync(z->fd))
		return fail_errno("cannot write %s to the disk", z->made);
	if (rename(z->made, z->path))
		return fail_errno("cannot name the pack %s", z->path);
	z->made = NULL;
	return dir_sync(!slash ? "." : slash == z->path ? "/"
			: arena_cstr(z->a, (struct str){ z->path, (size_t)(slash - z->path) }));
}

static void zip_free(void *ctx)
{
	struct zip *z = ctx;

	if (z->archive)
		archive_write_free(z->archive);
	if (z->fd >= 0)
		close(z->fd);
	if (z->made)
		unlink(z->made);
	digest_ctx_free(z->sum);
	err_drop_copy(z->failed);
	arena_free(z->a);
	free(z);
}

/* Nothing, or an earlier pack. */
static err check_place(const char *path)
{
	char end[PACK_ZIP_COMMENT];
	struct digest d;
	FD_AUTO fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	if (fd < 0 && errno == ENOENT)
		return NULL;
	if (fd < 0)
		return fail_errno("cannot look at %s", path);
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size > PACK_ZIP_COMMENT &&
	    pread(fd, end, sizeof(end), st.st_size - PACK_ZIP_COMMENT) == (ssize_t)sizeof(end) &&
	    pack_zip_comment_get((struct str){ end, sizeof(end) }, &d))
		return NULL;
	return err_hint(fail(ERR_CONFLICT, "%s is there and is no pack", path), "name a file that is not there yet");
}

static err open_archive(struct zip *z)
{
	static const char options[] = "zip:compression=deflate,zip:compression-level=3";

	z->archive = archive_write_new();
	if (!z->archive || archive_write_set_format_zip(z->archive) != ARCHIVE_OK ||
	    archive_write_set_options(z->archive, options) != ARCHIVE_OK ||
	    archive_write_set_bytes_per_block(z->archive, 256 * 1024) != ARCHIVE_OK ||
	    archive_write_set_bytes_in_last_block(z->archive, 1) != ARCHIVE_OK ||
	    archive_write_open(z->archive, z, NULL, take, NULL) != ARCHIVE_OK)
		return fail(ERR_FAILED, "cannot begin the archive %s", z->path);
	return NULL;
}

static err open_file(struct zip *z)
{
	const char *made = unfinished_name(z->a, z->path);

	z->fd = open(made, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (z->fd < 0)
		return fail_errno("cannot write %s", z->path);
	z->made = made;
	return open_archive(z);
}

err pack_sink_zip(const char *path, struct pack_sink *out)
{
	struct zip *z = base_alloc(sizeof(*z));
	err e;

	z->a = arena_new();
	z->fd = -1;
	z->sum = digest_ctx_new();
	z->path = arena_cstr(z->a, str_c(path));
	e = check_place(path);
	if (!e)
		e = open_file(z);
	if (e) {
		zip_free(z);
		return e;
	}
	*out = (struct pack_sink){ z, zip_begin, zip_add, zip_end, zip_finish, zip_free };
	return NULL;
}
