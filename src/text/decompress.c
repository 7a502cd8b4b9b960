#include "text/decompress.h"

#include "base/file.h"

#include <limits.h>
#include <zlib.h>
#include <zstd.h>

enum { IN = 64 * 1024, WINDOW_LOG = 27 };

enum format { UNSEEN, PLAIN, GZIP, ZSTD };

struct decompress {
	int fd;
	const char *name;
	uint64_t max;
	enum format format;
	z_stream gzip;
	ZSTD_DStream *zstd;
	bool within;		/* in the middle of a member or frame */
	bool last;		/* the descriptor gives no more */
	size_t have, used;	/* bytes in `in`, and how many of them are done */
	uint64_t taken, given;
	unsigned char in[IN];
};

/* Where unpacked bytes go. */
struct room {
	unsigned char *p;
	size_t n, got;
};

struct decompress *decompress_open(int fd, const char *name)
{
	struct decompress *d = base_alloc(sizeof(*d));

	d->fd = fd;
	d->name = name;
	d->max = DECOMPRESS_MAX;
	return d;
}

void decompress_free(struct decompress *d)
{
	if (!d)
		return;
	if (d->format == GZIP)
		inflateEnd(&d->gzip);
	ZSTD_freeDStream(d->zstd);
	free(d);
}

static err fill(struct decompress *d)
{
	if (d->last || d->used < d->have)
		return NULL;
	d->used = 0;
	d->have = 0;
	TRY(fd_read_some(d->fd, d->name, d->in, sizeof(d->in), &d->have));
	d->last = d->have < sizeof(d->in);
	d->taken += d->have;
	return NULL;
}

static enum format format_of(struct str head)
{
	if (str_starts(head, STR("\x1f\x8b")))
		return GZIP;
	return str_starts(head, STR("\x28\xb5\x2f\xfd")) ? ZSTD : PLAIN;
}

bool decompress_is_packed(struct str head)
{
	return format_of(head) != PLAIN;
}

static void recognise(struct decompress *d)
{
	d->format = format_of((struct str){ (const char *)d->in, d->have });
	if (d->format == GZIP) {
		ASSERT(inflateInit2(&d->gzip, 15 + 16) == Z_OK);
	} else if (d->format == ZSTD) {
		d->zstd = ZSTD_createDStream();
		ASSERT(d->zstd);
		ASSERT(!ZSTD_isError(ZSTD_DCtx_setParameter(d->zstd, ZSTD_d_windowLogMax,
							    WINDOW_LOG)));
	}
}

static err damaged(const struct decompress *d)
{
	return fail(ERR_INPUT, "%s: the compressed bytes are damaged", d->name);
}

/* One call of inflate; a file may hold several members, one behind another. */
static err inflate_some(struct decompress *d, struct room *to)
{
	unsigned room;
	int status;

	if (!d->within)
		ASSERT(inflateReset(&d->gzip) == Z_OK);
	d->within = true;
	d->gzip.next_in = d->in + d->used;
	d->gzip.avail_in = (unsigned)(d->have - d->used);
	d->gzip.next_out = to->p;
	d->gzip.avail_out = to->n < UINT_MAX ? (unsigned)to->n : UINT_MAX;
	room = d->gzip.avail_out;
	status = inflate(&d->gzip, Z_NO_FLUSH);
	ASSERT(status != Z_MEM_ERROR && status != Z_STREAM_ERROR);
	if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
		return damaged(d);
	d->used = d->have - d->gzip.avail_in;
	d->within = status != Z_STREAM_END;
	to->got = room - d->gzip.avail_out;
	return NULL;
}

static err unzstd_some(struct decompress *d, struct room *to)
{
	ZSTD_inBuffer in = { d->in, d->have, d->used };
	ZSTD_outBuffer out = { to->p, to->n, 0 };
	size_t left = ZSTD_decompressStream(d->zstd, &out, &in);

	if (ZSTD_isError(left))
		return damaged(d);
	d->used = in.pos;
	d->within = left != 0;
	to->got = out.pos;
	return NULL;
}

/* Undoes compression until there is something to give or nothing left. */
static err unpack(struct decompress *d, struct room *to)
{
	while (!to->got) {
		size_t before;

		TRY(fill(d));
		before = d->used;
		if (d->used == d->have && !d->within)
			return NULL;
		if (d->format == GZIP)
			TRY(inflate_some(d, to));
		else
			TRY(unzstd_some(d, to));
		if (!to->got && d->used == before && d->used == d->have && d->last)
			return fail(ERR_INPUT, "%s: the compressed bytes end in the middle",
				    d->name);
	}
	return NULL;
}

static void copy(struct decompress *d, struct room *to)
{
	to->got = d->have - d->used < to->n ? d->have - d->used : to->n;
	memcpy(to->p, d->in + d->used, to->got);
	d->used += to->got;
}

static err within_limits(const struct decompress *d)
{
	if (d->given > d->max)
		return fail(ERR_LIMIT, "%s: larger than %llu bytes", d->name,
			    (unsigned long long)d->max);
	if (d->format != PLAIN && d->given > DECOMPRESS_RATIO_FROM &&
	    d->given / DECOMPRESS_RATIO > d->taken)
		return fail(ERR_LIMIT, "%s: packed more than %d to 1", d->name,
			    DECOMPRESS_RATIO);
	return NULL;
}

err decompress_read(struct decompress *d, void *out, size_t n, size_t *got)
{
	struct room to = { out, n, 0 };

	ASSERT(n > 0);
	TRY(fill(d));
	if (d->format == UNSEEN)
		recognise(d);
	if (d->format == PLAIN)
		copy(d, &to);
	else
		TRY(unpack(d, &to));
	d->given += to.got;
	TRY(within_limits(d));
	*got = to.got;
	return NULL;
}

void decompress_limit(struct decompress *d, uint64_t max)
{
	d->max = max;
}

bool decompress_was_packed(const struct decompress *d)
{
	return d->format == GZIP || d->format == ZSTD;
}

uint64_t decompress_taken(const struct decompress *d)
{
	return d->taken;
}

uint64_t decompress_given(const struct decompress *d)
{
	return d->given;
}
