#include "source/keeping.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

enum { PIECE = 256 * 1024 };
static const uint64_t size_max = (uint64_t)16 << 30;

struct keeping {
	struct keeping_spec spec;
	struct evidence_writer *writer;
	struct digest original;
	char *piece;
	pthread_t thread;
	bool threaded;
	atomic_bool stop;
	err e;				/* a copy: made by the thread */
};

/* The bytes at `at`, the place of the descriptor untouched: others read there. */
static err read_at(int fd, const char *name, off_t at, char *piece, size_t *got)
{
	ssize_t n;

	do
		n = pread(fd, piece, PIECE, at);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return fail_errno("cannot read %s", name);
	*got = (size_t)n;
	return NULL;
}

static err each_piece(struct keeping *k, int fd, err (*take)(void *ctx, struct str piece), void *ctx)
{
	off_t at = 0;
	size_t got = 0;

	do {
		TRY(read_at(fd, k->spec.name, at, k->piece, &got));
		TRY(take(ctx, (struct str){ k->piece, got }));
		at += (off_t)got;
	} while (got && !atomic_load(&k->stop));
	return NULL;
}

static err hash_piece(void *ctx, struct str piece)
{
	digest_add(ctx, piece);
	return NULL;
}

static err write_piece(void *ctx, struct str piece)
{
	return evidence_add(ctx, piece);
}

static err keep(struct keeping *k)
{
	TRY(each_piece(k, k->spec.fd, write_piece, k->writer));
	if (k->spec.original >= 0) {
		OWNED(digest_ctx) ctx = digest_ctx_new();

		TRY(each_piece(k, k->spec.original, hash_piece, ctx));
		k->original = digest_end(ctx);
	}
	return NULL;
}

static void *run(void *ctx)
{
	struct keeping *k = ctx;

	k->e = err_copy(keep(k));
	return NULL;
}

/* Signals are for the thread that began. */
static void start(struct keeping *k)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	k->threaded = pthread_create(&k->thread, NULL, run, k) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!k->threaded)
		run(k);
}

static void wait_for(struct keeping *k)
{
	if (k->threaded)
		pthread_join(k->thread, NULL);
	k->threaded = false;
}

err keeping_begin(const struct keeping_spec *spec, struct keeping **out)
{
	OWNED(keeping) k = base_alloc(sizeof(*k));

	k->spec = *spec;
	k->piece = base_alloc(PIECE);
	TRY(evidence_begin(spec->store, size_max, &k->writer));
	start(k);
	*out = k;
	k = NULL;
	return NULL;
}

err keeping_end(struct keeping *k, struct kept *out)
{
	wait_for(k);
	if (k->e)
		return fail(k->e->kind, "%s", k->e->text);
	TRY(evidence_end(k->writer, &out->digest, &out->size));
	out->original = k->spec.original < 0 ? out->digest : k->original;
	return NULL;
}

void keeping_free(struct keeping *k)
{
	if (!k)
		return;
	atomic_store(&k->stop, true);
	wait_for(k);
	evidence_writer_free(k->writer);
	err_drop_copy(k->e);
	free(k->piece);
	free(k);
}
