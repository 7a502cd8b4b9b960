#include "odb/parts.h"

#include <stdlib.h>

enum { CLASSES = 48, KEPT_EACH = 8, LEAST = 12 };
static const size_t kept_max = (size_t)64 << 20;

struct odb_pool {
	char *kept[CLASSES][KEPT_EACH];
	unsigned n[CLASSES];
	size_t bytes;
};

static unsigned class_of(size_t n)
{
	unsigned c = LEAST;

	while (((size_t)1 << c) < n)
		c++;
	return c;
}

struct odb_pool *odb_pool_new(void)
{
	return base_alloc(sizeof(struct odb_pool));
}

void odb_pool_free(struct odb_pool *p)
{
	if (!p)
		return;
	for (unsigned c = 0; c < CLASSES; c++)
		while (p->n[c])
			free(p->kept[c][--p->n[c]]);
	free(p);
}

char *odb_pool_take(struct odb_pool *p, size_t n)
{
	unsigned c = class_of(n);
	char *bytes;

	ASSERT(c < CLASSES);
	if (p->n[c]) {
		p->bytes -= (size_t)1 << c;
		return p->kept[c][--p->n[c]];
	}
	bytes = malloc((size_t)1 << c);
	ASSERT(bytes);
	return bytes;
}

void odb_pool_give(struct odb_pool *p, char *bytes, size_t n)
{
	unsigned c = class_of(n);

	if (!bytes)
		return;
	if (p->n[c] == KEPT_EACH || p->bytes + ((size_t)1 << c) > kept_max) {
		free(bytes);
		return;
	}
	p->kept[c][p->n[c]++] = bytes;
	p->bytes += (size_t)1 << c;
}
