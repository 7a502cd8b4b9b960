#include "base/base.h"

#include <unistd.h>

void base_assert_failed(const char *what, const char *file, int line)
{
	fprintf(stderr, "custody: stopped at %s:%d, because this does not hold: %s\n",
		file, line, what);
	abort();
}

void *base_alloc(size_t n)
{
	void *p = calloc(1, n ? n : 1);

	if (!p)
		base_assert_failed("memory is left", __FILE__, __LINE__);
	return p;
}

void *base_realloc(void *p, size_t n)
{
	void *q = realloc(p, n ? n : 1);

	if (!q)
		base_assert_failed("memory is left", __FILE__, __LINE__);
	return q;
}
