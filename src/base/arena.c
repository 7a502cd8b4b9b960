#include "base/arena.h"

#include <stdarg.h>
#include <stdalign.h>

enum { BLOCK = 64 * 1024 - 64 };

struct block {
	struct block *older;
	size_t size, used;
	alignas(max_align_t) unsigned char bytes[];
};

struct arena {
	struct block *newest;
	size_t used;
};

static struct block *block_new(size_t size)
{
	struct block *b = base_alloc(sizeof(*b) + size);

	b->size = size;
	return b;
}

struct arena *arena_new(void)
{
	struct arena *a = base_alloc(sizeof(*a));

	a->newest = block_new(BLOCK);
	return a;
}

void arena_reset(struct arena *a)
{
	struct block *b = a->newest;

	while (b->older) {
		struct block *older = b->older;

		free(b);
		b = older;
	}
	memset(b->bytes, 0, b->used);
	b->used = 0;
	a->newest = b;
	a->used = 0;
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	arena_reset(a);
	free(a->newest);
	free(a);
}

void *arena_alloc(struct arena *a, size_t n)
{
	struct block *b = a->newest;
	size_t rounded = (n + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	void *p;

	ASSERT(rounded >= n);
	if (b->size - b->used < rounded) {
		struct block *fresh = block_new(rounded > BLOCK ? rounded : BLOCK);

		fresh->older = b;
		a->newest = b = fresh;
	}
	p = b->bytes + b->used;
	b->used += rounded;
	a->used += rounded;
	return p;
}

struct str arena_str(struct arena *a, struct str s)
{
	return (struct str){ arena_cstr(a, s), s.n };
}

char *arena_cstr(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.n + 1);

	if (s.n)
		memcpy(p, s.p, s.n);
	return p;
}

struct str arena_utf8(struct arena *a, struct str s)
{
	struct str rest = s;
	uint32_t code;
	size_t n = 0;
	char *p;

	if (str_is_utf8(s))
		return s;
	p = arena_alloc(a, 3 * s.n + 1);
	for (const char *from = rest.p; str_utf8_next(&rest, &code); from = rest.p) {
		size_t len = (size_t)(rest.p - from);

		if (code == 0xFFFD)
			from = "\xEF\xBF\xBD", len = 3;
		memcpy(p + n, from, len);
		n += len;
	}
	return (struct str){ p, n };
}

struct str arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	int n;
	char *p;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	ASSERT(n >= 0);
	p = arena_alloc(a, (size_t)n + 1);
	vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return (struct str){ p, (size_t)n };
}

struct str arena_number(struct arena *a, int64_t n)
{
	struct str digits = arena_printf(a, "%lld", (long long)n);
	char text[32];
	size_t k = 0;

	for (size_t i = 0; i < digits.n; i++) {
		if (i && (digits.n - i) % 3 == 0 && digits.p[i - 1] != '-')
			text[k++] = ',';
		text[k++] = digits.p[i];
	}
	return arena_str(a, (struct str){ text, k });
}

size_t arena_used(const struct arena *a)
{
	return a->used;
}
