#include "ledger/evidence.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/hex.h"
#include "crypto/random.h"
#include "ledger/durable.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

enum {
	LEVEL = 3,
	PIECE = 128 * 1024,
	WINDOW_LOG_MAX = 23,	/* level 3 needs 21; a hostile file may ask for 4 GiB */
	NAME_BYTES = 16,
};

struct evidence_store {
	char *folder;
	struct durable *names;		/* folders to sync */
	bool held;
	ZSTD_CCtx *spare;		/* making one costs more than a small file */
};

struct evidence_writer {
	struct evidence_store *store;
	ZSTD_CCtx *zstd;
	struct digest_ctx *digest;
	uint64_t size, limit;
	int fd;
	char *draft;
	char out[PIECE];
};

struct evidence_reader {
	ZSTD_DCtx *zstd;
	struct digest_ctx *digest;
	struct digest want;
	uint64_t size, limit;
	int fd;
	bool ended;
	ZSTD_inBuffer in;
	char bytes[PIECE];
};

static char *copy_text(struct str s)
{
	char *p = base_alloc(s.n + 1);

	memcpy(p, s.p, s.n);
	return p;
}

err evidence_store_open(const char *folder, struct evidence_store **out)
{
	struct evidence_store *s = base_alloc(sizeof(*s));

	s->folder = copy_text(str_c(folder));
	s->names = durable_new();
	*out = s;
	return NULL;
}

void evidence_store_close(struct evidence_store *s)
{
	if (!s)
		return;
	durable_free(s->names);
	ZSTD_freeCCtx(s->spare);
	free(s->folder);
	free(s);
}

void evidence_hold(struct evidence_store *s)
{
	s->held = true;
}

err evidence_sync(struct evidence_store *s)
{
	s->held = false;
	return durable_commit(s->names);
}

static const char *path_of(struct arena *a, const struct evidence_store *s, const struct digest *d)
{
	char hex[DIGEST_TEXT];

	digest_put(hex, d);
	return arena_printf(a, "%s/%.2s/%.2s/%s.zst", s->folder, hex, hex + 2, hex).p;
}

/* A name nobody else has, in a folder beside the others. */
static err make_draft(struct evidence_writer *w)
{
	OWNED(arena) a = arena_new();
	unsigned char random[NAME_BYTES];
	char name[2 * NAME_BYTES + 1];
	struct str path;

	random_bytes(random, sizeof(random));
	hex_put(name, random, sizeof(random));
	path = arena_printf(a, "%s/new/%s", w->store->folder, name);
	w->fd = open(path.p, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0440);
	if (w->fd < 0 && errno == ENOENT) {
		TRY(durable_folder_for(w->store->names, path.p));
		w->fd = open(path.p, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0440);
	}
	if (w->fd < 0)
		return fail_errno("cannot write evidence in %s", w->store->folder);
	w->draft = copy_text(path);
	return NULL;
}

err evidence_begin(struct evidence_store *s, uint64_t limit, struct evidence_writer **out)
{
	OWNED(evidence_writer) w = base_alloc(sizeof(*w));

	w->store = s;
	w->limit = limit;
	w->fd = -1;
	w->digest = digest_ctx_new();
	w->zstd = s->spare ? s->spare : ZSTD_createCCtx();
	s->spare = NULL;
	ASSERT(w->zstd);
	ZSTD_CCtx_reset(w->zstd, ZSTD_reset_session_and_parameters);
	ASSERT(!ZSTD_isError(ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_compressionLevel, LEVEL)));
	TRY(make_draft(w));
	*out = w;
	w = NULL;
	return NULL;
}

void evidence_writer_free(struct evidence_writer *w)
{
	if (!w)
		return;
	fd_close_at(&w->fd);
	if (w->draft)
		unlink(w->draft);
	free(w->draft);
	digest_ctx_free(w->digest);
	if (w->store->spare)
		ZSTD_freeCCtx(w->zstd);
	else
		w->store->spare = w->zstd;
	free(w);
}

/* Compresses and writes; with ZSTD_e_end until the frame is finished. */
static err compress(struct evidence_writer *w, struct str bytes, ZSTD_EndDirective how)
{
	ZSTD_inBuffer in = { bytes.p, bytes.n, 0 };
	size_t left;

	do {
		ZSTD_outBuffer out = { w->out, sizeof(w->out), 0 };

		left = ZSTD_compressStream2(w->zstd, &out, &in, how);
		if (ZSTD_isError(left))
			return fail(ERR_FAILED, "cannot compress evidence: %s",
				    ZSTD_getErrorName(left));
		TRY(fd_write_all(w->fd, "evidence", (struct str){ w->out, out.pos }));
	} while (how == ZSTD_e_end ? left > 0 : in.pos < in.size);
	return NULL;
}

err evidence_add(struct evidence_writer *w, struct str bytes)
{
	if (bytes.n > w->limit - w->size)
		return fail(ERR_LIMIT, "the evidence is larger than %llu bytes",
			    (unsigned long long)w->limit);
	w->size += bytes.n;
	digest_add(w->digest, bytes);
	return compress(w, bytes, ZSTD_e_continue);
}

/* Where the file is already there it is replaced: the new one was just made of
 * bytes with that digest, the old one may be damaged. */
static err put_in_place(struct evidence_writer *w, const struct digest *d)
{
	OWNED(arena) a = arena_new();
	const char *path = path_of(a, w->store, d);

	if (fsync(w->fd))
		return fail_errno("cannot make evidence durable");
	TRY(durable_folder_for(w->store->names, path));
	if (rename(w->draft, path))
		return fail_errno("cannot put evidence in place as %s", path);
	free(w->draft);
	w->draft = NULL;
	durable_touch(w->store->names, path);
	return w->store->held ? NULL : durable_commit(w->store->names);
}

err evidence_end(struct evidence_writer *w, struct digest *digest, uint64_t *size)
{
	struct digest d = digest_end(w->digest);

	TRY(compress(w, STR(""), ZSTD_e_end));
	TRY(put_in_place(w, &d));
	*digest = d;
	*size = w->size;
	return NULL;
}

err evidence_put(struct evidence_store *s, struct str bytes, struct digest *out)
{
	OWNED(evidence_writer) w = NULL;
	uint64_t size;

	TRY(evidence_begin(s, bytes.n, &w));
	ASSERT(!ZSTD_isError(ZSTD_CCtx_setPledgedSrcSize(w->zstd, bytes.n)));
	TRY(evidence_add(w, bytes));
	return evidence_end(w, out, &size);
}

static struct evidence_reader *reader_new(void)
{
	struct evidence_reader *r = base_alloc(sizeof(*r));

	r->fd = -1;
	r->digest = digest_ctx_new();
	r->zstd = ZSTD_createDCtx();
	ASSERT(r->zstd);
	ASSERT(!ZSTD_isError(ZSTD_DCtx_setParameter(r->zstd, ZSTD_d_windowLogMax,
						    WINDOW_LOG_MAX)));
	return r;
}

err evidence_reopen(struct evidence_store *s, const struct digest *d, struct evidence_reader **reader)
{
	OWNED(arena) a = arena_new();
	const char *path = path_of(a, s, d);
	struct evidence_reader *r = *reader;

	if (!r)
		r = *reader = reader_new();
	fd_close_at(&r->fd);
	r->fd = fd_open_read(path, O_NOFOLLOW);
	if (r->fd < 0 && errno == ENOENT)
		return fail(ERR_MISSING, "there is no evidence %s", path);
	if (r->fd < 0)
		return fail_errno("cannot open the evidence %s", path);
	ZSTD_DCtx_reset(r->zstd, ZSTD_reset_session_only);
	digest_end(r->digest);
	r->want = *d;
	r->limit = UINT64_MAX;
	r->size = 0;
	r->ended = false;
	r->in = (ZSTD_inBuffer){ r->bytes, 0, 0 };
	return NULL;
}

err evidence_open(struct evidence_store *s, const struct digest *d, uint64_t limit,
		  struct evidence_reader **out)
{
	OWNED(evidence_reader) r = NULL;

	TRY(evidence_reopen(s, d, &r));
	r->limit = limit;
	*out = r;
	r = NULL;
	return NULL;
}

void evidence_reader_free(struct evidence_reader *r)
{
	if (!r)
		return;
	fd_close_at(&r->fd);
	digest_ctx_free(r->digest);
	ZSTD_freeDCtx(r->zstd);
	free(r);
}

static err damaged(const struct evidence_reader *r)
{
	char hex[DIGEST_TEXT];

	digest_put(hex, &r->want);
	return fail(ERR_INTEGRITY, "the evidence %s is damaged", hex);
}

/* More compressed bytes; *some is false at the end of the file. */
static err fill(struct evidence_reader *r, bool *some)
{
	size_t got;

	*some = true;
	if (r->in.pos < r->in.size)
		return NULL;
	TRY(fd_read_some(r->fd, "evidence", r->bytes, sizeof(r->bytes), &got));
	r->in = (ZSTD_inBuffer){ r->bytes, got, 0 };
	*some = got > 0;
	return NULL;
}

/* One frame and nothing behind it, and the digest of what it holds. */
static err check_end(struct evidence_reader *r)
{
	struct digest d = digest_end(r->digest);
	bool more;

	TRY(fill(r, &more));
	if (more || !digest_eq(&d, &r->want))
		return damaged(r);
	r->ended = true;
	return NULL;
}

/* One step: some bytes out, or *end. */
static err decompress(struct evidence_reader *r, ZSTD_outBuffer *out, bool *end)
{
	size_t before = out->pos, left;
	bool more;

	TRY(fill(r, &more));
	left = ZSTD_decompressStream(r->zstd, out, &r->in);
	/* Without more input it must at least have had bytes left to give. */
	if (ZSTD_isError(left) || (!more && left && out->pos == before))
		return damaged(r);
	if (out->pos - before > r->limit - r->size)
		return fail(ERR_LIMIT, "the evidence is larger than %llu bytes",
			    (unsigned long long)r->limit);
	r->size += out->pos - before;
	digest_add(r->digest, (struct str){ (const char *)out->dst + before, out->pos - before });
	*end = left == 0;
	return *end ? check_end(r) : NULL;
}

err evidence_read(struct evidence_reader *r, void *bytes, size_t n, size_t *got)
{
	ZSTD_outBuffer out = { bytes, n, 0 };
	bool end = r->ended;

	while (!end && out.pos < out.size)
		TRY(decompress(r, &out, &end));
	*got = out.pos;
	return NULL;
}

err evidence_get(struct evidence_store *s, const struct digest *d, struct buf *out)
{
	OWNED(evidence_reader) r = NULL;
	char *piece;
	size_t got, before = out->n;
	err e;

	TRY(evidence_open(s, d, out->max - out->n, &r));
	ASSERT(r);
	piece = base_alloc(PIECE);
	do {
		e = evidence_read(r, piece, PIECE, &got);
		if (!e)
			buf_add(out, (struct str){ piece, got });
	} while (!e && got == PIECE);
	free(piece);
	if (e)
		out->n = before;	/* nothing that was not proved */
	return e;
}

bool evidence_has(const struct evidence_store *s, const struct digest *d)
{
	OWNED(arena) a = arena_new();

	return file_exists(path_of(a, s, d));
}

err evidence_erase(struct evidence_store *s, const struct digest *d)
{
	OWNED(arena) a = arena_new();
	const char *path = path_of(a, s, d);

	if (unlink(path))
		return errno == ENOENT ? fail(ERR_MISSING, "there is no evidence %s", path) :
					 fail_errno("cannot remove the evidence %s", path);
	durable_touch(s->names, path);
	return s->held ? NULL : durable_commit(s->names);
}

err evidence_clean(struct evidence_store *s)
{
	OWNED(arena) a = arena_new();

	TRY(dir_remove(arena_printf(a, "%s/new", s->folder).p));
	return durable_commit(s->names);
}
