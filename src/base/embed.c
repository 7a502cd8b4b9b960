#include "base/embed.h"

struct str embed_get(const char *name)
{
	for (const struct embedded *e = embedded_files; e->name; e++)
		if (strcmp(e->name, name) == 0)
			return (struct str){ e->bytes, (size_t)(e->end - e->bytes) };
	base_assert_failed(name, __FILE__, __LINE__);
}
