/* Packs and time stamps from any bytes: whatever they are, the check ends with a
 * result, and one that is intact is the pack that was signed. */
#include "fuzz.h"

#include <stdio.h>

#include "base/file.h"
#include "base/proc.h"
#include "pack/stamp.h"
#include "pack/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	OWNED(arena) a = arena_new();
	struct pack_verify_spec spec = { .a = a };
	struct str bytes = { (const char *)data, n };
	struct pack_stamp_says says;
	struct pack_checked r;
	char path[64];
	FD_AUTO fd = -1;

	if (pack_stamp_read(bytes, STR("what was stamped"), &says) && n > 4000000)
		return 0;
	if (proc_input(bytes, &fd))
		return 0;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (!pack_verify(path, &spec, &r))
		ASSERT((r.level == PACK_NOT_INTACT) == (r.faults > 0));
	return 0;
}
