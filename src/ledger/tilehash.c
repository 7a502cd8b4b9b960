#include "ledger/tilehash.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "ledger/tilefile.h"
#include "ledger/tilewriter.h"

enum {
	SLOTS = 16,
	ALONE = 16,		/* bundles that are not worth a thread */
	AHEAD_BYTES = 4 << 20,	/* the thread waits while this much lies ready */
	KEPT_BYTES = 1 << 20,	/* of a slot's memory; bundles are rarely larger */
};

struct slot {
	struct tilehash_page page;
	struct buf bytes, hashes;
	err failed;		/* a copy, or NULL */
};

/* Bundle n is in slot n % SLOTS. The thread fills bundles [made, until), the
 * caller takes [taken, made); what lies between is nobody's but its owner's. */
struct tilehash {
	const char *folder;
	uint64_t size, until;
	bool threaded, stop;
	bool thread_waits, caller_waits;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	uint64_t made, taken, ready_bytes;
	struct slot slots[SLOTS];
};

/* The hashes against the tile that should hold them. */
static err compare_tile(const struct tilehash *h, struct slot *s)
{
	struct tile tile = { 0, s->page.n, s->page.width };
	size_t n = sizeof(struct digest) * s->page.width;

	TRY(tilefile_read(h->folder, &tile, &s->hashes));
	for (size_t at = 0; at < n; at += DIGEST_BYTES)
		if (memcmp(s->hashes.p + at, s->page.leaf[at / DIGEST_BYTES].b, DIGEST_BYTES) != 0)
			return fail(ERR_INTEGRITY, "entry %" PRIu64 " does not match its hash",
				    s->page.n * TILE_WIDTH + at / DIGEST_BYTES);
	return NULL;
}

static err hash_bundle(const struct tilehash *h, struct slot *s)
{
	struct tile tile = { TILE_ENTRIES, s->page.n, tile_width_at(0, s->page.n, h->size) };
	struct digest row[TILE_WIDTH];
	struct str rest, entry;

	s->page.width = tile.width;
	if (s->bytes.room > KEPT_BYTES) {
		buf_done(&s->bytes);
		s->bytes = buf_new(TILEWRITER_BUNDLE_MAX);
	}
	TRY(tilefile_read(h->folder, &tile, &s->bytes));
	s->page.bundle = rest = buf_str(&s->bytes);
	for (unsigned i = 0; i < s->page.width; i++) {
		ASSERT(tilefile_entry(&rest, &entry));
		s->page.leaf[i] = tree_leaf(entry);
	}
	TRY(compare_tile(h, s));
	if (s->page.width < TILE_WIDTH)
		return NULL;
	memcpy(row, s->page.leaf, sizeof(row));
	tilefile_fold(row, 8);
	s->page.top = row[0];
	return NULL;
}

static struct slot *fill(struct tilehash *h, uint64_t n)
{
	struct slot *s = &h->slots[n % SLOTS];

	err_drop_copy(s->failed);
	s->failed = NULL;
	s->page.n = n;
	s->failed = err_copy(hash_bundle(h, s));
	return s;
}

static bool may_fill(const struct tilehash *h)
{
	uint64_t ready = h->made - h->taken;

	/* One slot stays with the caller, who still reads it. */
	return ready == 0 || (ready < SLOTS - 1 && h->ready_bytes < AHEAD_BYTES);
}

static void *fill_all(void *ctx)
{
	struct tilehash *h = ctx;

	pthread_mutex_lock(&h->lock);
	while (h->made < h->until && !h->stop) {
		struct slot *s;

		if (!may_fill(h)) {
			h->thread_waits = true;
			pthread_cond_wait(&h->changed, &h->lock);
			h->thread_waits = false;
			continue;
		}
		pthread_mutex_unlock(&h->lock);
		s = fill(h, h->made);
		pthread_mutex_lock(&h->lock);
		h->ready_bytes += s->bytes.n;
		h->made++;
		if (h->caller_waits)
			pthread_cond_signal(&h->changed);
		if (s->failed)
			break;
	}
	pthread_mutex_unlock(&h->lock);
	return NULL;
}

/* Signals are for the thread that began. */
static void start(struct tilehash *h)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	h->threaded = pthread_create(&h->thread, NULL, fill_all, h) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

struct tilehash *tilehash_new(const char *folder, uint64_t size, uint64_t first)
{
	struct tilehash *h = base_alloc(sizeof(*h));

	h->folder = folder;
	h->size = size;
	h->until = size / TILE_WIDTH + (size % TILE_WIDTH != 0);
	h->made = h->taken = first;
	for (size_t i = 0; i < SLOTS; i++) {
		h->slots[i].bytes = buf_new(TILEWRITER_BUNDLE_MAX);
		h->slots[i].hashes = buf_new(TILE_WIDTH * DIGEST_BYTES);
	}
	pthread_mutex_init(&h->lock, NULL);
	pthread_cond_init(&h->changed, NULL);
	if (h->until > first + ALONE)
		start(h);
	return h;
}

void tilehash_free(struct tilehash *h)
{
	if (!h)
		return;
	if (h->threaded) {
		pthread_mutex_lock(&h->lock);
		h->stop = true;
		pthread_cond_signal(&h->changed);
		pthread_mutex_unlock(&h->lock);
		pthread_join(h->thread, NULL);
	}
	for (size_t i = 0; i < SLOTS; i++) {
		err_drop_copy(h->slots[i].failed);
		buf_done(&h->slots[i].bytes);
		buf_done(&h->slots[i].hashes);
	}
	pthread_cond_destroy(&h->changed);
	pthread_mutex_destroy(&h->lock);
	free(h);
}

/* The slot of the next bundle, which is the caller's until it asks again. */
static struct slot *take(struct tilehash *h)
{
	struct slot *s = &h->slots[h->taken % SLOTS];

	if (!h->threaded) {
		h->made = h->taken + 1;
		return fill(h, h->taken++);
	}
	pthread_mutex_lock(&h->lock);
	h->caller_waits = true;
	while (h->made == h->taken)
		pthread_cond_wait(&h->changed, &h->lock);
	h->caller_waits = false;
	h->ready_bytes -= s->bytes.n;
	h->taken++;
	/* Waking it for each bundle would cost more than the bundle. */
	if (h->thread_waits && h->made - h->taken <= SLOTS / 2)
		pthread_cond_signal(&h->changed);
	pthread_mutex_unlock(&h->lock);
	return s;
}

err tilehash_next(struct tilehash *h, const struct tilehash_page **out)
{
	struct slot *s;

	*out = NULL;
	if (h->taken == h->until)
		return NULL;
	s = take(h);
	if (s->failed) {
		h->until = h->taken;
		return fail(s->failed->kind, "%s", s->failed->text);
	}
	*out = &s->page;
	return NULL;
}
