/* CI configuration of a repository nobody knows. */
#include "fuzz.h"

#include "source/ci.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	OWNED(arena) a = arena_new();
	struct ci_found found;
	struct str text = { (const char *)data, size };

	if (size > 65536)
		return 0;
	ci_read(a, "github-actions", text, &found);
	ci_read(a, "gitlab-ci", text, &found);
	return 0;
}
