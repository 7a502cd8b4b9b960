/* The store's side of a submission: whatever bytes a reader sends. */
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include "store/submission.h"

static err take_start(void *ctx, const struct s_start *start)
{
	(void)ctx, (void)start;
	return NULL;
}

static err take_item(void *ctx, const struct table *t, const void *item)
{
	(void)ctx, (void)t, (void)item;
	return NULL;
}

static err take_evidence(void *ctx, const struct s_evidence *e, struct str bytes)
{
	(void)ctx, (void)e, (void)bytes;
	return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct submission_calls calls = { .start = take_start, .item = take_item, .evidence = take_evidence };
	int fd = memfd_create("submission", MFD_CLOEXEC);

	if (fd < 0)
		return 0;
	if (write(fd, data, size) == (ssize_t)size && lseek(fd, 0, SEEK_SET) == 0) {
		err e = submission_read(fd, &calls, NULL);

		(void)e;
	}
	close(fd);
	return 0;
}
