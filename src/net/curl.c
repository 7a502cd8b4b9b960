#include "net/curl.h"

#include <dlfcn.h>

struct entry {
	size_t offset;
	const char *function;
};

static const struct entry entries[] = {
#define CURL_ENTRY(name, function) { offsetof(struct curl, name), #function },
	CURL_FUNCTIONS(CURL_ENTRY)
#undef CURL_ENTRY
};

err curl_load(const struct curl **out)
{
	static struct curl curl;
	static bool loaded;
	void *library;

	if (loaded) {
		*out = &curl;
		return NULL;
	}
	library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
	if (!library)
		return err_hint(fail(ERR_FAILED, "the library for requests over the network, libcurl, "
				     "is not installed"),
				"install the package libcurl4");
	for (size_t i = 0; i < ARRAY_LEN(entries); i++) {
		void *found = dlsym(library, entries[i].function);

		if (!found)
			return fail(ERR_FAILED, "the installed libcurl has no %s", entries[i].function);
		memcpy((char *)&curl + entries[i].offset, &found, sizeof(found));
	}
	if (curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return fail(ERR_FAILED, "libcurl could not be started");
	loaded = true;
	*out = &curl;
	return NULL;
}
