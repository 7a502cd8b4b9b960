/* A pack as one ZIP file (PKWARE APPNOTE 6.3.3), written from its first byte to
 * its last without going back: the sizes of an entry stand behind its content, and
 * the list of entries waits in a temporary file. */
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
	PIECE = 256 * 1024, LIST_PIECE = 64 * 1024, RECORD_MAX = 256, NAME_MAX_BYTES = 1024,
	VERSION = 45, MADE_BY = 3 << 8 | VERSION,	/* ZIP64; Unix */
	FLAGS = 0x0808,		/* sizes behind the content; names in UTF-8 */
	DEFLATED = 8, DAY_ONE = 0x21,	/* 1980-01-01 */
	LEVEL = 3, SAMPLE = 64 * 1024, SAMPLE_LEAST = 16 * 1024,
};

struct entry {
	struct str name;
	uint64_t at, size, packed;
	uint32_t crc;
};

struct zip {
	struct arena *a, *of_entry;
	const char *path, *made;	/* wanted; where it is made, NULL once it stands */
	int fd;
	struct digest_ctx *sum;
	struct buf out;			/* bytes to be written */
	uint64_t at;			/* bytes so far, with those */
	z_stream z;
	bool deflating;
	struct entry now;
	int list_fd;
	struct buf list;		/* of entries: what is not in the file yet */
	uint64_t list_bytes, count;
	unsigned char packed[PIECE];
};

static void add(struct buf *b, uint64_t n, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++, n >>= 8)
		buf_add_char(b, (char)(n & 0xff));
}

static uint64_t at_most32(uint64_t n)
{
	return n < UINT32_MAX ? n : UINT32_MAX;
}

static err flush(struct zip *z)
{
	digest_add(z->sum, buf_str(&z->out));
	TRY(fd_write_all(z->fd, z->made, buf_str(&z->out)));
	buf_clear(&z->out);
	return NULL;
}

static err put(struct zip *z, struct str bytes)
{
	z->at += bytes.n;
	if (z->out.n + bytes.n > PIECE)
		TRY(flush(z));
	buf_add(&z->out, bytes);
	return buf_ok(&z->out, "a piece of the .zip");
}

/* Sizes are of ZIP64 in front of and behind the content: they are not known when
 * the first is written. */
static err zip_begin(void *ctx, const char *path)
{
	struct zip *z = ctx;
	BUF_AUTO head = buf_new(RECORD_MAX + NAME_MAX_BYTES);

	arena_reset(z->of_entry);
	z->now = (struct entry){ .name = arena_str(z->of_entry, str_c(path)), .at = z->at,
				 .crc = (uint32_t)crc32(0, NULL, 0) };
	buf_add(&head, STR("PK\x03\x04"));
	add(&head, VERSION, 2);
	add(&head, FLAGS, 2);
	add(&head, DEFLATED, 2);
	add(&head, (uint64_t)DAY_ONE << 16, 4);
	add(&head, 0, 4);
	add(&head, UINT64_MAX, 8);
	add(&head, z->now.name.n, 2);
	add(&head, 20, 2);
	buf_add(&head, z->now.name);
	add(&head, 1 | 16 << 16, 4);
	add(&head, 0, 8);
	add(&head, 0, 8);
	TRY(buf_ok(&head, "a name in the .zip"));
	if (deflateReset(&z->z) != Z_OK)
		return fail(ERR_FAILED, "cannot begin to pack");
	return put(z, buf_str(&head));
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
		TRY(put(z, (struct str){ (char *)z->packed, sizeof(z->packed) - z->z.avail_out }));
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
	TRY(fd_write_all(z->list_fd, "a temporary file", buf_str(&z->list)));
	buf_clear(&z->list);
	return NULL;
}

/* The entry's line in the list at the end. */
static err list_entry(struct zip *z, const struct entry *e)
{
	BUF_AUTO line = buf_new(RECORD_MAX + NAME_MAX_BYTES), wide = buf_new(RECORD_MAX);
	const uint64_t numbers[] = { e->size, e->packed, e->at };

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		if (numbers[i] >= UINT32_MAX)
			add(&wide, numbers[i], 8);
	buf_add(&line, STR("PK\x01\x02"));
	add(&line, MADE_BY, 2);
	add(&line, VERSION, 2);
	add(&line, FLAGS, 2);
	add(&line, DEFLATED, 2);
	add(&line, (uint64_t)DAY_ONE << 16, 4);
	add(&line, e->crc, 4);
	add(&line, at_most32(e->packed), 4);
	add(&line, at_most32(e->size), 4);
	add(&line, e->name.n, 2);
	add(&line, wide.n ? wide.n + 4 : 0, 2);
	add(&line, 0, 6);
	add(&line, (uint64_t)0100644 << 16, 4);
	add(&line, at_most32(e->at), 4);
	buf_add(&line, e->name);
	if (wide.n)
		add(&line, 1 | (uint64_t)wide.n << 16, 4);
	buf_add(&line, buf_str(&wide));
	TRY(buf_ok(&line, "a line of the .zip's list"));
	z->list_bytes += line.n;
	z->count++;
	if (z->list.n + line.n > LIST_PIECE)
		TRY(flush_list(z));
	buf_add(&z->list, buf_str(&line));
	return NULL;
}

static err zip_end(void *ctx)
{
	struct zip *z = ctx;
	BUF_AUTO behind = buf_new(RECORD_MAX);

	z->z.avail_in = 0;
	TRY(deflate_some(z, Z_FINISH));
	buf_add(&behind, STR("PK\x07\x08"));
	add(&behind, z->now.crc, 4);
	add(&behind, z->now.packed, 8);
	add(&behind, z->now.size, 8);
	TRY(put(z, buf_str(&behind)));
	return list_entry(z, &z->now);
}

static err put_list(struct zip *z)
{
	char *piece = arena_alloc(z->a, LIST_PIECE);
	size_t got = LIST_PIECE;

	if (z->list_fd < 0)
		return put(z, buf_str(&z->list));
	TRY(flush_list(z));
	if (lseek(z->list_fd, 0, SEEK_SET))
		return fail_errno("cannot read a temporary file");
	while (got == LIST_PIECE) {
		TRY(fd_read_some(z->list_fd, "a temporary file", piece, LIST_PIECE, &got));
		TRY(put(z, (struct str){ piece, got }));
	}
	return NULL;
}

static void add_end64(struct buf *b, const struct zip *z, uint64_t start)
{
	uint64_t at = start + z->list_bytes;

	buf_add(b, STR("PK\x06\x06"));
	add(b, 44, 8);
	add(b, MADE_BY, 2);
	add(b, VERSION, 2);
	add(b, 0, 8);
	add(b, z->count, 8);
	add(b, z->count, 8);
	add(b, z->list_bytes, 8);
	add(b, start, 8);
	buf_add(b, STR("PK\x06\x07"));
	add(b, 0, 4);
	add(b, at, 8);
	add(b, 1, 4);
}

static err put_end(struct zip *z)
{
	BUF_AUTO end = buf_new(RECORD_MAX), comment = buf_new(PACK_ZIP_COMMENT);
	uint64_t start = z->at, count = z->count < UINT16_MAX ? z->count : UINT16_MAX;
	struct digest d;

	TRY(put_list(z));
	if (z->count >= UINT16_MAX || start >= UINT32_MAX || z->list_bytes >= UINT32_MAX)
		add_end64(&end, z, start);
	buf_add(&end, STR("PK\x05\x06"));
	add(&end, 0, 4);
	add(&end, count, 2);
	add(&end, count, 2);
	add(&end, at_most32(z->list_bytes), 4);
	add(&end, at_most32(start), 4);
	add(&end, PACK_ZIP_COMMENT, 2);
	TRY(put(z, buf_str(&end)));
	TRY(flush(z));
	d = digest_end(z->sum);
	pack_zip_comment(&comment, &d);
	return fd_write_all(z->fd, z->made, buf_str(&comment));
}

static err zip_finish(void *ctx)
{
	struct zip *z = ctx;
	const char *slash = strrchr(z->path, '/');

	TRY(put_end(z));
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

	if (z->deflating)
		deflateEnd(&z->z);
	if (z->fd >= 0)
		close(z->fd);
	if (z->list_fd >= 0)
		close(z->list_fd);
	if (z->made)
		unlink(z->made);
	buf_done(&z->out);
	buf_done(&z->list);
	digest_ctx_free(z->sum);
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

	z->fd = open(made, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (z->fd < 0)
		return fail_errno("cannot write %s", z->path);
	z->made = made;
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
	z->fd = z->list_fd = -1;
	z->sum = digest_ctx_new();
	z->out = buf_new(PIECE);
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
