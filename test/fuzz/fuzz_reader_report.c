/* Any bytes as a report: whatever a reader writes, the store's side must be able to
 * read (every text within its field's bounds), and a redacted copy must be a document
 * that the reader reads as well. */
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "reader/reader.h"

static err take_start(void *ctx, const struct s_start *start)
{
	(void)ctx;
	(void)start;
	return NULL;
}

static err take_item(void *ctx, const struct table *t, const void *item)
{
	(void)ctx;
	(void)t;
	(void)item;
	return NULL;
}

/* Reads `in`; whether it could be read. */
static bool read_one(const struct reader_kind *k, int in, size_t n)
{
	static const struct submission_calls calls = { .start = take_start, .item = take_item };
	OWNED(arena) a = arena_new();
	OWNED(submission_writer) w = NULL;
	FD_AUTO out = memfd_create("out", MFD_CLOEXEC);
	struct s_start start = { .format = STR("custody-submission/1"), .source = STR("fuzz"), .tool = STR("fuzz") };
	struct reader r = { .in = in, .name = "doc", .a = a, .size = (int64_t)n };
	err e;

	ASSERT(!submission_write_start(out, &start, &w));
	r.out = w;
	e = reader_run(k, &r);
	if (e)
		return false;
	ASSERT(!submission_write_end(w));
	lseek(out, 0, SEEK_SET);
	e = submission_read(out, &calls, NULL);
	if (e)
		fprintf(stderr, "%s: %s\n", k->name, e->text);
	ASSERT(!e);
	return true;
}

static void redact_one(const struct reader_kind *k, int in, size_t n)
{
	OWNED(arena) a = arena_new();
	FD_AUTO out = memfd_create("redacted", MFD_CLOEXEC);
	struct reader r = { .in = in, .name = "doc", .a = a, .size = (int64_t)n };
	uint64_t replaced;

	if (!reader_redact(k, &r, out, &replaced) && lseek(out, 0, SEEK_END) > 0)
		read_one(k, out, (size_t)lseek(out, 0, SEEK_END));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str bytes = { (const char *)data, n };
	FD_AUTO in = memfd_create("in", MFD_CLOEXEC);
	const struct reader_kind *k = reader_detect(str_cut(bytes, READER_HEAD), "doc");
	size_t kinds = 0;

	while (reader_kinds[kinds])
		kinds++;
	if (!k)
		k = reader_kinds[n % kinds];
	ASSERT(!fd_write_all(in, "in", bytes));
	if (read_one(k, in, n) && k->redact)
		redact_one(k, in, n);
	return 0;
}
