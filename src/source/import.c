#include "source/import.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/instant.h"
#include "source/clean.h"
#include "source/keeping.h"
#include "source/run.h"
#include "source/submitted.h"
#include "text/decompress.h"

enum { PIECE = 1 << 20 };
static const int64_t size_max = (int64_t)16 << 30;

err import_temporary(const char *folder, int *out)
{
	int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd < 0)
		return fail_errno("cannot make a temporary file in %s", folder);
	*out = fd;
	return NULL;
}

/* Every byte from a descriptor to `take`. */
err import_pieces(int fd, const char *name, err (*take)(void *ctx, struct str piece), void *ctx)
{
	char *piece = base_alloc(PIECE);
	int64_t total = 0;
	size_t got;
	err e = NULL;

	do {
		e = fd_read_some(fd, name, piece, PIECE, &got);
		total += (int64_t)got;
		if (!e && total > size_max)
			e = fail(ERR_LIMIT, "%s is larger than 16 GiB", name);
		if (!e && got)
			e = take(ctx, (struct str){ piece, got });
	} while (!e && got == PIECE);
	free(piece);
	return e;
}

err import_rewind(int fd, const char *name)
{
	return lseek(fd, 0, SEEK_SET) == 0 ? NULL : fail_errno("cannot read %s again", name);
}

struct copy {
	int fd;
	const char *name;
};

static err copy_piece(void *ctx, struct str piece)
{
	struct copy *c = ctx;

	return fd_write_all(c->fd, c->name, piece);
}

err import_spool(const char *folder, int in, const char *name, int *out)
{
	FD_AUTO fd = -1;
	struct copy c = { .name = "a temporary file" };

	TRY(import_temporary(folder, &fd));
	c.fd = fd;
	TRY(import_pieces(in, name, copy_piece, &c));
	TRY(import_rewind(fd, name));
	*out = fd;
	fd = -1;
	return NULL;
}

static err hash_piece(void *ctx, struct str piece)
{
	digest_add(ctx, piece);
	return NULL;
}

err import_hash(int fd, const char *name, struct digest *out)
{
	OWNED(digest_ctx) ctx = digest_ctx_new();

	TRY(import_pieces(fd, name, hash_piece, ctx));
	*out = digest_end(ctx);
	return import_rewind(fd, name);
}

static void add_part(struct buf *b, struct str s)
{
	buf_addf(b, "%zu:", s.n);
	buf_add(b, s);
}

/* The same bytes said of the same thing: one name for both. */
static struct digest same_key(struct store *s, const struct import_spec *spec, const struct digest *d)
{
	const struct intake_context *c = spec->context;
	const struct str parts[] = { c->system, c->repository, c->commit, c->branch, c->artefact, c->environment,
				     c->run, c->scope, str_c(spec->kind ? spec->kind : "") };
	BUF_AUTO b = buf_new(8192);
	struct digest key = store_subkey(s, "same import");

	buf_add(&b, digest_str(d));
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		add_part(&b, parts[i]);
	buf_addf(&b, "%lld", (long long)c->effective);
	if (c->complete)
		buf_addf(&b, " complete %lld", (long long)c->complete_since);
	return hmac_of(digest_str(&key), buf_str(&b));
}

struct importing {
	struct store *s;
	const struct import_spec *spec;
	struct arena *a;
	struct digest original, key, secret_key;
	bool hashed;			/* original is known */
	int fd;				/* the file as it came ... */
	struct stat as_it_was;		/* ... when its reading began */
	struct keeping *keeping;
	const char *kind;
	struct clean_spec clean;
};

static err known_before(struct importing *im, int64_t *at)
{
	int64_t size;

	/* Only while nothing came since: the same file may mean a change again later. */
	TRY(ledger_size(store_ledger(im->s), &size));
	return db_get_int(store_db(im->s), SQL("SELECT at FROM live_import WHERE same = $1 AND size = $2"),
			  DB_ARGS(DB_B(digest_str(&im->key)), DB_I(size)), 0, at);
}

static err remember(struct importing *im)
{
	struct db *db = store_db(im->s);
	int64_t size;

	TRY(db_begin(db));
	TRY(ledger_size(store_ledger(im->s), &size));
	TRY(db_run(db, SQL("DELETE FROM live_import WHERE same = $1"), DB_ARGS(DB_B(digest_str(&im->key))), NULL));
	TRY(db_run(db, SQL("INSERT INTO live_import (same, at, size) VALUES ($1, $2, $3)"),
		   DB_ARGS(DB_B(digest_str(&im->key)), DB_I(instant_now()), DB_I(size)), NULL));
	return db_commit(db);
}

/* A file that is read several times holds the same bytes each time. */
static err unchanged(const struct importing *im)
{
	const struct stat *was = &im->as_it_was;
	struct stat is;

	if (fstat(im->fd, &is))
		return fail_errno("cannot examine %s", im->spec->name);
	if (is.st_size != was->st_size || is.st_mtim.tv_sec != was->st_mtim.tv_sec ||
	    is.st_mtim.tv_nsec != was->st_mtim.tv_nsec || is.st_ctim.tv_sec != was->st_ctim.tv_sec ||
	    is.st_ctim.tv_nsec != was->st_ctim.tv_nsec)
		return fail(ERR_CONFLICT, "%s changed while it was read; nothing of it was kept", im->spec->name);
	return NULL;
}

/* The reader understood the file: its bytes become evidence, named in the context. */
static err on_whole(void *ctx)
{
	struct importing *im = ctx;
	struct intake_context *c = im->spec->context;
	struct kept kept;

	TRY(keeping_end(im->keeping, &kept));
	TRY(store_note_evidence(im->s, &kept.digest, (int64_t)kept.size, str_c(im->kind)));
	TRY(unchanged(im));
	if (!im->hashed) {
		im->original = kept.original;
		im->key = same_key(im->s, im->spec, &im->original);
	}
	c->report = digest_hex(im->a, &kept.digest);
	c->size = (int64_t)kept.size;
	if (!digest_eq(&kept.digest, &im->original))
		c->original = digest_hex(im->a, &im->original);
	return NULL;
}

static err read_into(struct importing *im, int fd, struct import_result *out)
{
	OWNED(intake) in = NULL;
	err e;

	TRY(intake_new(im->s, im->spec->context, &in));
	if (im->spec->progress)
		intake_on_progress(in, im->spec->progress, im->spec->progress_ctx);
	intake_on_whole(in, on_whole, im);
	e = source_run(in, im->kind, im->spec->name, fd, im->secret_key.b);
	if (im->spec->note)
		intake_each_note(in, im->spec->note, im->spec->note_ctx);
	TRY(e);
	out->counts = *intake_counts(in);
	return remember(im);
}

/* Reads it, and keeps it meanwhile. */
static err read_it(struct importing *im, int fd, struct import_result *out)
{
	OWNED(keeping) k = NULL;

	TRY(keeping_begin(&(struct keeping_spec){
		.store = store_evidence(im->s), .name = im->spec->name, .fd = fd,
		.original = im->hashed || fd == im->fd ? -1 : im->fd }, &k));
	im->keeping = k;
	return read_into(im, fd, out);
}

/* What begins with a NUL is nothing that is read, and may be very long. */
static err look_at(struct importing *im, bool *packed)
{
	char first[4] = " ";
	ssize_t n = pread(im->fd, first, sizeof(first), 0);

	if (n < 0)
		return fail_errno("cannot read %s", im->spec->name);
	if (fstat(im->fd, &im->as_it_was))
		return fail_errno("cannot examine %s", im->spec->name);
	if (!first[0])
		return fail(ERR_INPUT, "%s is no report of a known kind: it begins with a NUL", im->spec->name);
	if (im->as_it_was.st_size > size_max)
		return fail(ERR_LIMIT, "%s is larger than 16 GiB", im->spec->name);
	*packed = decompress_is_packed((struct str){ first, (size_t)n });
	return NULL;
}

/* *fd is the file itself, or becomes another one without what must not be kept. */
static err import_new(struct importing *im, bool packed, struct import_result *out)
{
	FD_AUTO clean = -1;
	const struct reader_kind *k;
	const char *name = im->spec->name;
	int read = im->fd;

	if (packed) {
		TRY(import_temporary(store_home(im->s), &clean));
		TRY(source_decode(im->fd, clean, name));
		read = clean;
	}
	TRY(source_detect(im->a, read, name, im->spec->kind, &im->kind));
	TRY(reader_find(im->kind, &k));
	out->title = k->title;
	im->clean.kind = im->kind;
	TRY(clean_report(&im->clean, read, &clean, &out->replaced));
	return read_it(im, clean < 0 ? im->fd : clean, out);
}

/* Whether any file at all can be known since nothing came behind it: most often none
 * can, and the digest waits until the file is read anyway. */
static err look_for_known(struct importing *im, struct import_result *out)
{
	int64_t size, some;

	TRY(ledger_size(store_ledger(im->s), &size));
	TRY(db_get_int(store_db(im->s), SQL("SELECT count(*) FROM live_import WHERE size = $1"), DB_ARGS(DB_I(size)),
		       0, &some));
	if (!some)
		return NULL;
	TRY(import_hash(im->fd, im->spec->name, &im->original));
	im->key = same_key(im->s, im->spec, &im->original);
	im->hashed = true;
	TRY(known_before(im, &out->known_since));
	if (out->known_since)
		out->title = "known";
	return NULL;
}

err import_file(struct store *s, const struct import_spec *spec, int fd, struct import_result *out)
{
	OWNED(arena) a = arena_new();
	struct importing im = { .s = s, .spec = spec, .a = a, .fd = fd };
	bool submitted, packed;
	err e;

	TRY(submitted_is(fd, spec->name, &submitted));
	if (submitted)
		return submitted_import(s, a, spec, fd, out);
	if (spec->signature)
		return fail(ERR_USAGE, "%s is no submission: a signature is checked over what a job wrote with --to",
			    spec->name);
	TRY(look_at(&im, &packed));
	im.secret_key = store_subkey(s, "secret value");
	im.clean = (struct clean_spec){ .a = spec->a, .folder = store_home(s), .name = spec->name,
					.key = im.secret_key.b };
	TRY(look_for_known(&im, out));
	if (out->known_since)
		return NULL;
	e = import_new(&im, packed, out);
	if (!e)
		return NULL;
	e = clean_error(&im.clean, e);
	store_abandon(s);
	return e;
}
