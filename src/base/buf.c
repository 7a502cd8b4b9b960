#include "base/buf.h"

#include <stdarg.h>

struct buf buf_new(size_t max)
{
	return (struct buf){ .max = max };
}

void buf_done(struct buf *b)
{
	free(b->p);
	*b = (struct buf){ .max = b->max };
}

void buf_clear(struct buf *b)
{
	b->n = 0;
	b->over = false;
}

/* Makes room for n more bytes; false when that would pass the maximum. */
static bool reserve(struct buf *b, size_t n)
{
	size_t want, room;

	if (b->over || n > b->max - b->n) {
		b->over = true;
		return false;
	}
	want = b->n + n;
	if (want <= b->room)
		return true;
	room = b->room ? b->room : 64;
	while (room < want)
		room = room > b->max / 2 ? b->max : room * 2;
	b->p = base_realloc(b->p, room);
	b->room = room;
	return true;
}

void *buf_grow(struct buf *b, size_t n)
{
	char *at;

	if (!reserve(b, n))
		return NULL;
	at = b->p + b->n;
	b->n += n;
	return at;
}

void buf_add(struct buf *b, struct str s)
{
	if (s.n == 0 || !reserve(b, s.n))
		return;
	memcpy(b->p + b->n, s.p, s.n);
	b->n += s.n;
}

void buf_add_c(struct buf *b, const char *cstr)
{
	buf_add(b, str_c(cstr));
}

void buf_add_char(struct buf *b, char c)
{
	buf_add(b, (struct str){ &c, 1 });
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
	char small[256];
	va_list ap, again;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(small, sizeof(small), fmt, ap);
	va_end(ap);
	ASSERT(n >= 0);
	if ((size_t)n < sizeof(small)) {
		buf_add(b, (struct str){ small, (size_t)n });
	} else {
		char *big = base_alloc((size_t)n + 1);

		vsnprintf(big, (size_t)n + 1, fmt, again);
		buf_add(b, (struct str){ big, (size_t)n });
		free(big);
	}
	va_end(again);
}

struct str buf_str(const struct buf *b)
{
	return (struct str){ b->p ? b->p : "", b->n };
}

bool buf_over(const struct buf *b)
{
	return b->over;
}

err buf_ok(const struct buf *b, const char *what)
{
	if (!b->over)
		return NULL;
	return fail(ERR_LIMIT, "%s is larger than %zu bytes", what, b->max);
}
