/* One file of a pack that is read: plain, or deflated in a .zip. */
#include "pack/in.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include "base/file.h"
#include "pack/in_parts.h"

enum { PIECE = 64 * 1024 };

struct pack_file {
	const struct pack_entry *entry;
	int fd;				/* the file itself; a .zip's belongs to the pack */
	bool zip, inflating, ended;
	uint64_t at, left;		/* in the .zip: the next packed byte, and how many more */
	uint64_t given;
	uint32_t crc;
	z_stream z;
	unsigned char piece[PIECE];
};

static err damaged(void)
{
	return fail(ERR_INTEGRITY, "its entry in the .zip is damaged");
}

static err open_packed(const struct pack_in *in, struct pack_file *f)
{
	TRY(pack_in_zip_content(in, f->entry, &f->at));
	f->fd = in->fd;
	f->left = f->entry->packed;
	f->crc = (uint32_t)crc32(0, NULL, 0);
	if (inflateInit2(&f->z, -MAX_WBITS) != Z_OK)
		return fail(ERR_FAILED, "cannot begin to unpack");
	f->inflating = true;
	return NULL;
}

err pack_file_open(const struct pack_in *in, const struct pack_entry *e, struct pack_file **out)
{
	OWNED(pack_file) f = base_alloc(sizeof(*f));

	f->entry = e;
	f->zip = in->zip;
	f->fd = -1;
	if (f->zip)
		TRY(open_packed(in, f));
	else
		f->fd = openat(in->fd, e->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);
	if (f->fd < 0)
		return fail_errno("cannot open %s", e->path);
	*out = f;
	f = NULL;
	return NULL;
}

void pack_file_free(struct pack_file *f)
{
	if (!f)
		return;
	if (f->inflating)
		inflateEnd(&f->z);
	if (!f->zip && f->fd >= 0)
		close(f->fd);
	free(f);
}

/* The next packed bytes; *got is 0 at their end. */
static err fetch(struct pack_file *f, void *out, size_t n, size_t *got)
{
	ssize_t r;

	if (n > f->left)
		n = (size_t)f->left;
	do
		r = n ? pread(f->fd, out, n, (off_t)f->at) : 0;
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return fail_errno("cannot read the .zip");
	if (n && r == 0)
		return damaged();
	f->at += (uint64_t)r;
	f->left -= (uint64_t)r;
	*got = (size_t)r;
	return NULL;
}

static err inflate_some(struct pack_file *f, void *out, size_t n, size_t *got)
{
	int is = Z_OK;
	size_t more = 0;

	f->z.next_out = out;
	f->z.avail_out = (uInt)n;
	while (f->z.avail_out && is != Z_STREAM_END) {
		if (!f->z.avail_in) {
			TRY(fetch(f, f->piece, sizeof(f->piece), &more));
			f->z.next_in = f->piece;
			f->z.avail_in = (uInt)more;
		}
		is = inflate(&f->z, Z_NO_FLUSH);
		if (is != Z_OK && is != Z_STREAM_END)
			return damaged();
	}
	*got = n - f->z.avail_out;
	if (is != Z_STREAM_END)
		return NULL;
	f->ended = true;
	return f->z.avail_in || f->left ? damaged() : NULL;
}

static err check_sums(struct pack_file *f, const void *out, size_t got, bool end)
{
	f->given += got;
	f->crc = (uint32_t)crc32(f->crc, out, (uInt)got);
	if (f->given > f->entry->size || (end && (f->given != f->entry->size || f->crc != f->entry->crc)))
		return damaged();
	return NULL;
}

err pack_file_read(struct pack_file *f, void *out, size_t n, size_t *got)
{
	size_t done = 0, more = 1;

	ASSERT(n <= 1 << 30);
	if (!f->zip)
		return fd_read_some(f->fd, f->entry->path, out, n, got);
	while (done < n && more && !f->ended) {
		TRY(inflate_some(f, (char *)out + done, n - done, &more));
		done += more;
	}
	*got = done;
	return check_sums(f, out, done, done < n);
}
