/* Replies of a time-stamp authority from any bytes. What lies in the corpus is
 * over "fuzz"; a change that is still taken says the same. */
#include "fuzz.h"

#include "net/timestamp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	OWNED(arena) a = arena_new();
	struct timestamp_spec spec = { .reply = { (const char *)data, n }, .digest = digest_of(STR("fuzz")),
				       .roots = TIMESTAMP_ANY };
	struct timestamp t;

	if (timestamp_check(a, &spec, &t))
		return 0;
	ASSERT(t.time > 0 && t.policy.n > 0 && t.serial.n > 0 && str_is_utf8(t.name));
	return 0;
}
