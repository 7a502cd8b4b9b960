#include "base/err.h"

#include <errno.h>
#include <stdarg.h>

#include "base/base.h"

enum { RING = 16, TEXT = 1024 };

struct slot {
	struct err e;
	char text[TEXT];
	char hint[TEXT];
};

static _Thread_local struct slot ring[RING];
static _Thread_local unsigned next;

static struct slot *slot_take(enum err_kind kind)
{
	struct slot *s = &ring[next++ % RING];

	s->e = (struct err){ .kind = kind, .text = s->text };
	s->text[0] = '\0';
	return s;
}

/* Formats into a TEXT-sized array and marks a cut with an ellipsis. */
static PRINTF_LIKE(3, 0) void put(char *out, size_t at, const char *fmt, va_list ap)
{
	static const char cut[] = "…";
	int n = vsnprintf(out + at, TEXT - at, fmt, ap);

	ASSERT(n >= 0);
	if ((size_t)n >= TEXT - at) {
		size_t end = TEXT - sizeof(cut);

		while (end > 0 && ((unsigned char)out[end] & 0xC0) == 0x80)
			end--;
		memcpy(out + end, cut, sizeof(cut));
	}
}

err fail(enum err_kind kind, const char *fmt, ...)
{
	struct slot *s = slot_take(kind);
	va_list ap;

	va_start(ap, fmt);
	put(s->text, 0, fmt, ap);
	va_end(ap);
	return &s->e;
}

static PRINTF_LIKE(3, 4) void put_more(char *out, size_t at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put(out, at, fmt, ap);
	va_end(ap);
}

err fail_errno(const char *fmt, ...)
{
	int saved = errno;
	struct slot *s = slot_take(ERR_IO);
	va_list ap;

	va_start(ap, fmt);
	put(s->text, 0, fmt, ap);
	va_end(ap);
	put_more(s->text, strlen(s->text), ": %s", strerror(saved));
	return &s->e;
}

err err_in(err e, const char *fmt, ...)
{
	struct slot *s;
	va_list ap;

	if (!e)
		return NULL;
	s = slot_take(e->kind);
	va_start(ap, fmt);
	put(s->text, 0, fmt, ap);
	va_end(ap);
	put_more(s->text, strlen(s->text), ": %s", e->text);
	if (e->hint) {
		put_more(s->hint, 0, "%s", e->hint);
		s->e.hint = s->hint;
	}
	return &s->e;
}

err err_hint(err e, const char *fmt, ...)
{
	struct slot *s;
	va_list ap;

	if (!e)
		return NULL;
	s = slot_take(e->kind);
	put_more(s->text, 0, "%s", e->text);
	va_start(ap, fmt);
	put(s->hint, 0, fmt, ap);
	va_end(ap);
	s->e.hint = s->hint;
	return &s->e;
}

int err_exit_code(err e)
{
	static const int codes[] = {
		[ERR_FAILED] = 1, [ERR_USAGE] = 2, [ERR_INPUT] = 1,
		[ERR_MISSING] = 1, [ERR_CONFLICT] = 1, [ERR_LIMIT] = 1,
		[ERR_IO] = 6, [ERR_NETWORK] = 6, [ERR_INTEGRITY] = 5,
		[ERR_DENIED] = 7, [ERR_GATE] = 4,
	};

	return e ? codes[e->kind] : 0;
}

err err_copy(err e)
{
	struct err *c;

	if (!e)
		return NULL;
	c = base_alloc(sizeof(*c));
	c->kind = e->kind;
	c->text = strdup(e->text);
	c->hint = e->hint ? strdup(e->hint) : NULL;
	ASSERT(c->text);
	return c;
}

void err_drop_copy(err e)
{
	if (!e)
		return;
	free((void *)(uintptr_t)e->text);
	free((void *)(uintptr_t)e->hint);
	free((void *)(uintptr_t)e);
}
