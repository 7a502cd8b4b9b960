/* A pack as one ZIP file, its bytes as pack/zip.h has them: written from the first
 * to the last without going back. Evidence goes into the file as it comes; what must
 * stand behind it waits deflated in a temporary file, and so does the list of entries. */
#include "pack/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/arena.h"
#include "base/file.h"
#include "crypto/digest.h"
#include "pack/pile.h"
#include "pack/unfinished.h"
#include "pack/zip.h"

enum {
	PIECE = 256 * 1024, LIST_PIECE = 64 * 1024,
	RECORD_MAX = PACK_ZIP_LINE + PACK_ZIP_WIDE + PACK_ZIP_BEFORE + PACK_ZIP_PATH,
	LEVEL = 3, SAMPLE = 64 * 1024, SAMPLE_LEAST = 16 * 1024,
};

static const char temporary[] = "a temporary file";

/* Where bytes go. */
struct stream {
	int fd;
	const char *name;
	struct buf out;			/* bytes to be written */
	uint64_t at;			/* bytes so far, with those */
	struct digest_ctx *sum;		/* of them, or NULL */
};

struct zip {
	struct arena *a, *of_entry;
	const char *path, *made;	/* wanted; where it is made, NULL once it stands */
	struct stream file, later, *to;
	z_stream z;
	bool deflating;
	struct pack_zip_entry now, *waiting;
	size_t n_waiting, room;
	char last[PACK_ZIP_PATH];	/* entry in the file */
	size_t last_n;
	int list_fd;
	struct buf list;		/* of entries: what is not in the file yet */
	uint64_t list_bytes, count;
	unsigned char packed[PIECE];
};

static err flush(struct stream *s)
{
	if (s->fd < 0)
		TRY(pile_file(&s->fd));
	if (s->sum)
		digest_add(s->sum, buf_str(&s->out));
	TRY(fd_write_all(s->fd, s->name, buf_str(&s->out)));
	buf_clear(&s->out);
	return NULL;
}

static err put(struct stream *s, struct str bytes)
{
	s->at += bytes.n;
	if (s->out.n + bytes.n > PIECE)
		TRY(flush(s));
	buf_add(&s->out, bytes);
	return buf_ok(&s->out, "a piece of the .zip");
}

static err zip_begin(void *ctx, const char *path)
{
	struct zip *z = ctx;
	BUF_AUTO head = buf_new(RECORD_MAX);
	struct str name = str_c(path);

	ASSERT(name.n <= PACK_ZIP_PATH);
	arena_reset(z->of_entry);
	z->to = pack_zip_is_evidence(name) ? &z->file : &z->later;
	z->now = (struct pack_zip_entry){ .path = arena_str(z->of_entry, name), .at = z->to->at,
					  .crc = (uint32_t)crc32(0, NULL, 0) };
	pack_zip_before(&head, name);
	TRY(buf_ok(&head, "a name in the .zip"));
	if (deflateReset(&z->z) != Z_OK)
		return fail(ERR_FAILED, "cannot begin to pack");
	return put(z->to, buf_str(&head));
}

/* Whether all bytes are about equally frequent, as they are in what is packed or
 * encrypted already: to pack that again takes long and gains nothing. */
static bool looks_random(struct str bytes)
{
	uint64_t seen[256] = { 0 }, squares = 0, n = bytes.n < SAMPLE ? bytes.n : SAMPLE;

	if (n < SAMPLE_LEAST)
		return false;
	for (size_t i = 0; i < n; i++)
		seen[(unsigned char)bytes.p[i]]++;
	for (size_t i = 0; i < ARRAY_LEN(seen); i++)
		squares += seen[i] * seen[i];
	return squares * 256 <= n * n + 1024 * n;
}

static err deflate_some(struct zip *z, int how)
{
	int is = Z_OK;

	do {
		z->z.next_out = z->packed;
		z->z.avail_out = sizeof(z->packed);
		is = deflate(&z->z, how);
		if (is != Z_OK && is != Z_STREAM_END && is != Z_BUF_ERROR)
			return fail(ERR_FAILED, "cannot pack");
		z->now.packed += sizeof(z->packed) - z->z.avail_out;
		TRY(put(z->to, (struct str){ (char *)z->packed, sizeof(z->packed) - z->z.avail_out }));
	} while (!z->z.avail_out);
	return NULL;
}

static err zip_add(void *ctx, struct str bytes)
{
	struct zip *z = ctx;
	struct str rest = bytes;

	if (!z->now.size && bytes.n &&
	    deflateParams(&z->z, looks_random(bytes) ? Z_NO_COMPRESSION : LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
		return fail(ERR_FAILED, "cannot begin to pack");
	while (rest.n) {
		size_t n = rest.n < 1 << 30 ? rest.n : 1 << 30;

		z->z.next_in = (unsigned char *)(uintptr_t)rest.p;
		z->z.avail_in = (uInt)n;
		z->now.crc = (uint32_t)crc32(z->now.crc, z->z.next_in, (uInt)n);
		TRY(deflate_some(z, Z_NO_FLUSH));
		rest = str_from(rest, n);
	}
	z->now.size += bytes.n;
	return NULL;
}

static err flush_list(struct zip *z)
{
	if (z->list_fd < 0)
		TRY(pile_file(&z->list_fd));
	TRY(fd_write_all(z->list_fd, temporary, buf_str(&z->list)));
	buf_clear(&z->list);
	return NULL;
}

/* The entry's line in the list at the end; entries come in their order. */
static err list_entry(struct zip *z, const struct pack_zip_entry *e)
{
	BUF_AUTO line = buf_new(RECORD_MAX);

	ASSERT(!z->count || pack_zip_order((struct str){ z->last, z->last_n }, e->path) < 0);
	memcpy(z->last, e->path.p, e->path.n);
	z->last_n = e->path.n;
	pack_zip_line(&line, e);
	TRY(buf_ok(&line, "a line of the .zip's list"));
	z->list_bytes += line.n;
	z->count++;
	if (z->list.n + line.n > LIST_PIECE)
		TRY(flush_list(z));
	buf_add(&z->list, buf_str(&line));
	return NULL;
}

static void hold_back(struct zip *z)
{
	if (z->n_waiting == z->room) {
		z->room = z->room ? z->room + z->room / 2 : 256;
		z->waiting = base_realloc(z->waiting, z->room * sizeof(*z->waiting));
	}
	z->waiting[z->n_waiting] = z->now;
	z->waiting[z->n_waiting++].path = arena_str(z->a, z->now.path);
}

static err zip_end(void *ctx)
{
	struct zip *z = ctx;
	BUF_AUTO behind = buf_new(PACK_ZIP_BEHIND);

	z->z.avail_in = 0;
	TRY(deflate_some(z, Z_FINISH));
	pack_zip_behind(&behind, &z->now);
	TRY(put(z->to, buf_str(&behind)));
	if (z->to == &z->file)
		return list_entry(z, &z->now);
	hold_back(z);
	return NULL;
}

static int by_order(const void *x, const void *y)
{
	const struct pack_zip_entry *a = x, *b = y;

	return pack_zip_order(a->path, b->path);
}

/* One entry out of the temporary file into the one that is made. */
static err put_waiting(struct zip *z, struct pack_zip_entry e)
{
	uint64_t left = pack_zip_length(&e);
	size_t n, got;

	if (lseek(z->later.fd, (off_t)e.at, SEEK_SET) < 0)
		return fail_errno("cannot read %s", temporary);
	e.at = z->file.at;
	for (; left; left -= n) {
		n = left < sizeof(z->packed) ? (size_t)left : sizeof(z->packed);
		TRY(fd_read_some(z->later.fd, temporary, z->packed, n, &got));
		if (got != n)
			return fail(ERR_IO, "%s became shorter while it was read", temporary);
		TRY(put(&z->file, (struct str){ (char *)z->packed, n }));
	}
	return list_entry(z, &e);
}

static err put_all_waiting(struct zip *z)
{
	if (!z->n_waiting)
		return NULL;
	TRY(flush(&z->later));
	qsort(z->waiting, z->n_waiting, sizeof(*z->waiting), by_order);
	for (size_t i = 0; i < z->n_waiting; i++)
		TRY(put_waiting(z, z->waiting[i]));
	return NULL;
}

static err put_list(struct zip *z)
{
	size_t got = LIST_PIECE;

	if (z->list_fd < 0)
		return put(&z->file, buf_str(&z->list));
	TRY(flush_list(z));
	if (lseek(z->list_fd, 0, SEEK_SET))
		return fail_errno("cannot read %s", temporary);
	while (got == LIST_PIECE) {
		TRY(fd_read_some(z->list_fd, temporary, z->packed, LIST_PIECE, &got));
		TRY(put(&z->file, (struct str){ (char *)z->packed, got }));
	}
	return NULL;
}

static err put_end(struct zip *z)
{
	BUF_AUTO end = buf_new(PACK_ZIP_END64 + PACK_ZIP_END), comment = buf_new(PACK_ZIP_COMMENT);
	struct pack_zip_list l = { z->count, z->list_bytes, z->file.at };
	struct digest d;

	TRY(put_list(z));
	pack_zip_end(&end, &l);
	TRY(put(&z->file, buf_str(&end)));
	TRY(flush(&z->file));
	d = digest_end(z->file.sum);
	pack_zip_comment(&comment, &d);
	return fd_write_all(z->file.fd, z->made, buf_str(&comment));
}

static err zip_finish(void *ctx)
{
	struct zip *z = ctx;
	const char *slash = strrchr(z->path, '/');

	TRY(put_all_waiting(z));
	TRY(put_end(z));
	if (fsync(z->file.fd))
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

	if (z->deflating)
		deflateEnd(&z->z);
	if (z->file.fd >= 0)
		close(z->file.fd);
	if (z->later.fd >= 0)
		close(z->later.fd);
	if (z->list_fd >= 0)
		close(z->list_fd);
	if (z->made)
		unlink(z->made);
	buf_done(&z->file.out);
	buf_done(&z->later.out);
	buf_done(&z->list);
	digest_ctx_free(z->file.sum);
	free(z->waiting);
	arena_free(z->of_entry);
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

static err open_file(struct zip *z)
{
	const char *made = unfinished_name(z->a, z->path);

	z->file.fd = open(made, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (z->file.fd < 0)
		return fail_errno("cannot write %s", z->path);
	z->file.name = z->made = made;
	z->deflating = deflateInit2(&z->z, LEVEL, Z_DEFLATED, -MAX_WBITS, MAX_MEM_LEVEL - 1,
				    Z_DEFAULT_STRATEGY) == Z_OK;
	return z->deflating ? NULL : fail(ERR_FAILED, "cannot begin the archive %s", z->path);
}

err pack_sink_zip(const char *path, struct pack_sink *out)
{
	struct zip *z = base_alloc(sizeof(*z));
	err e;

	z->a = arena_new();
	z->of_entry = arena_new();
	z->list_fd = -1;
	z->file = (struct stream){ .fd = -1, .out = buf_new(PIECE), .sum = digest_ctx_new() };
	z->later = (struct stream){ .fd = -1, .name = temporary, .out = buf_new(PIECE) };
	z->list = buf_new(LIST_PIECE);
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
