#include "db/pq.h"

#include <dlfcn.h>

struct entry {
	size_t offset;
	const char *function;
};

static const struct entry entries[] = {
#define PQ_ENTRY(name, function) { offsetof(struct pq, name), #function },
	PQ_FUNCTIONS(PQ_ENTRY)
#undef PQ_ENTRY
};

err pq_load(const struct pq **out)
{
	static struct pq pq;
	static bool loaded;
	void *library;

	if (loaded) {
		*out = &pq;
		return NULL;
	}
	library = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
	if (!library)
		return err_hint(fail(ERR_FAILED, "PostgreSQL's client library, libpq, is not "
				     "installed"),
				"install the package libpq5");
	for (size_t i = 0; i < ARRAY_LEN(entries); i++) {
		void *found = dlsym(library, entries[i].function);

		if (!found)
			return err_hint(fail(ERR_FAILED, "PostgreSQL's client library is too old: "
					     "it has no %s", entries[i].function),
					"install libpq 14 or newer");
		memcpy((char *)&pq + entries[i].offset, &found, sizeof(found));
	}
	loaded = true;
	*out = &pq;
	return NULL;
}
