#include "pack/pile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"

enum { RUN_BYTES = 1 << 20, READ_LEAST = 4096 };

/* A sorted stretch of the file while it is read; its next item is the first of
 * what is in hand. */
struct run {
	uint64_t at, left;		/* in items: the next to fetch, how many more */
	char *piece;
	size_t from, to;		/* in items, of the piece */
};

struct pile {
	size_t item, room;		/* of an item in bytes; items that may stay in memory */
	size_t has;			/* for so many there is memory */
	enum pile_order order;
	char *v;
	size_t n;			/* in memory; read: the next to give */
	uint64_t count, written;	/* of all; of those in the file */
	int fd;
	bool started;
	size_t piece;			/* items read at once, per run */
	char *pieces;
	struct run *runs;
	struct run **heap;		/* those not at their end, the least item on top */
	size_t n_runs, n_heap;
};

struct pile *pile_new(size_t item, enum pile_order order)
{
	struct pile *p = base_alloc(sizeof(*p));

	p->item = item;
	p->room = RUN_BYTES / item;
	p->order = order;
	p->fd = -1;
	return p;
}

void pile_free(struct pile *p)
{
	if (!p)
		return;
	if (p->fd >= 0)
		close(p->fd);
	free(p->v);
	free(p->pieces);
	free(p->runs);
	free(p->heap);
	free(p);
}

void pile_put_u64(uint8_t out[8], uint64_t n)
{
	for (int i = 7; i >= 0; i--, n >>= 8)
		out[i] = (uint8_t)n;
}

uint64_t pile_u64(const uint8_t p[8])
{
	uint64_t n = 0;

	for (int i = 0; i < 8; i++)
		n = n << 8 | p[i];
	return n;
}

err pile_file(int *fd)
{
	const char *named = getenv("TMPDIR");
	const char *const places[] = { named ? named : "/var/tmp", "/var/tmp", "/tmp" };
	int made = -1;

	for (size_t i = 0; i < ARRAY_LEN(places) && made < 0; i++)
		made = open(places[i], O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (made < 0)
		return fail_errno("cannot make a temporary file in %s", places[0]);
	*fd = made;
	return NULL;
}

static int by_bytes(const void *x, const void *y, void *item)
{
	return memcmp(x, y, *(const size_t *)item);
}

static void sort(struct pile *p)
{
	if (p->order == PILE_SORTED && p->n)
		qsort_r(p->v, p->n, p->item, by_bytes, &p->item);
}

static err write_run(struct pile *p)
{
	if (p->fd < 0)
		TRY(pile_file(&p->fd));
	sort(p);
	TRY(fd_write_all(p->fd, "a temporary file", (struct str){ p->v, p->n * p->item }));
	p->written += p->n;
	p->n = 0;
	return NULL;
}

err pile_put(struct pile *p, const void *item)
{
	ASSERT(!p->started);
	if (p->n == p->room)
		TRY(write_run(p));
	if (p->n == p->has) {
		p->has = p->has ? 2 * p->has : 64;
		p->has = p->has < p->room ? p->has : p->room;
		p->v = base_realloc(p->v, p->has * p->item);
	}
	memcpy(p->v + p->n++ * p->item, item, p->item);
	p->count++;
	return NULL;
}

uint64_t pile_count(const struct pile *p)
{
	return p->count;
}

static err refill(struct pile *p, struct run *r)
{
	size_t n = r->left < p->piece ? (size_t)r->left : p->piece, done = 0;

	while (done < n * p->item) {
		ssize_t got = pread(p->fd, r->piece + done, n * p->item - done, (off_t)(r->at * p->item + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return fail_errno("cannot read a temporary file");
		done += (size_t)got;
	}
	r->from = 0;
	r->to = n;
	r->at += n;
	r->left -= n;
	return NULL;
}

static bool before(const struct pile *p, const struct run *a, const struct run *b)
{
	return memcmp(a->piece + a->from * p->item, b->piece + b->from * p->item, p->item) < 0;
}

/* The run at `i` moves down to where it belongs. */
static void sift(struct pile *p, size_t i)
{
	struct run *moving;

	if (i >= p->n_heap)
		return;
	moving = p->heap[i];
	for (size_t child; (child = 2 * i + 1) < p->n_heap; i = child) {
		if (child + 1 < p->n_heap && before(p, p->heap[child + 1], p->heap[child]))
			child++;
		if (!before(p, p->heap[child], moving))
			break;
		p->heap[i] = p->heap[child];
	}
	p->heap[i] = moving;
}

static err start_runs(struct pile *p)
{
	uint64_t each = p->order == PILE_SORTED ? p->room : p->written;

	for (size_t i = 0; i < p->n_runs; i++) {
		struct run *r = &p->runs[i];
		uint64_t at = i * each, left = p->written - at;

		*r = (struct run){ .at = at, .left = left < each ? left : each };
		r->piece = p->pieces + i * p->piece * p->item;
		TRY(refill(p, r));
		p->heap[i] = r;
	}
	p->n_heap = p->n_runs;
	for (size_t i = p->n_heap; i-- > 0;)
		sift(p, i);
	return NULL;
}

/* The memory that took items in gives them out now. */
static void share_memory(struct pile *p)
{
	size_t least = READ_LEAST / p->item + 1;

	p->n_runs = p->order == PILE_SORTED ? (size_t)((p->written + p->room - 1) / p->room) : 1;
	p->piece = p->room / p->n_runs > least ? p->room / p->n_runs : least;
	free(p->v);
	p->v = NULL;
	p->pieces = base_alloc(p->n_runs * p->piece * p->item);
	p->runs = base_alloc(p->n_runs * sizeof(*p->runs));
	p->heap = base_alloc(p->n_runs * sizeof(struct run *));
}

err pile_start(struct pile *p)
{
	if (!p->started && p->fd < 0)
		sort(p);
	if (!p->started && p->fd >= 0) {
		TRY(write_run(p));
		share_memory(p);
	}
	p->started = true;
	p->n = 0;
	return p->fd < 0 ? NULL : start_runs(p);
}

err pile_next(struct pile *p, void *item, bool *got)
{
	struct run *r;

	ASSERT(p->started);
	*got = p->fd < 0 ? p->n < p->count : p->n_heap > 0;
	if (!*got)
		return NULL;
	if (p->fd < 0) {
		memcpy(item, p->v + p->n++ * p->item, p->item);
		return NULL;
	}
	r = p->heap[0];
	memcpy(item, r->piece + r->from++ * p->item, p->item);
	if (r->from == r->to && r->left)
		TRY(refill(p, r));
	if (r->from == r->to)
		p->heap[0] = p->heap[--p->n_heap];
	sift(p, 0);
	return NULL;
}
