/* Any bytes as a packed file: given back whole within the maximum, or refused. */
#include "fuzz.h"

#include "base/file.h"
#include "text/decompress.h"

#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FD_AUTO fd = memfd_create("in", MFD_CLOEXEC);
	OWNED(decompress) d = decompress_open(fd, "in");
	char out[3000];
	size_t got = 1, all = 0;

	ASSERT(fd >= 0 && !fd_write_all(fd, "in", (struct str){ (const char *)data, size }));
	ASSERT(lseek(fd, 0, SEEK_SET) == 0);
	decompress_limit(d, 1 << 20);
	while (got) {
		if (decompress_read(d, out, sizeof(out), &got))
			return 0;
		all += got;
	}
	ASSERT(all <= 1 << 20 && all == decompress_given(d) && decompress_taken(d) == size);
	return 0;
}
