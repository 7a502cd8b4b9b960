#include "scan/coverage.h"

static const char *const names[SCAN_SKIPS] = {
	[SCAN_SKIP_NONE] = "scanned",
	[SCAN_SKIP_BINARY] = "binary",
	[SCAN_SKIP_ENCODING] = "not in an encoding that is read",
	[SCAN_SKIP_SIZE] = "larger than the bound",
	[SCAN_SKIP_LINK] = "symbolic link",
	[SCAN_SKIP_SPECIAL] = "no regular file",
	[SCAN_SKIP_EXCLUDED] = "excluded",
	[SCAN_SKIP_DEPTH] = "folder deeper than the bound",
	[SCAN_SKIP_MISSING] = "not in this copy",
};

const char *scan_skip_name(enum scan_skip why)
{
	return names[why];
}

void scan_coverage_add(struct scan_coverage *total, const struct scan_coverage *part)
{
	total->seen += part->seen;
	total->scanned += part->scanned;
	total->bytes += part->bytes;
	for (size_t i = 0; i < SCAN_SKIPS; i++)
		total->skipped[i] += part->skipped[i];
	total->skipped_bytes += part->skipped_bytes;
	total->unreadable += part->unreadable;
	total->cut += part->cut;
	total->stopped += part->stopped;
}

void scan_coverage_skip(struct scan_coverage *c, enum scan_skip why, uint64_t bytes)
{
	ASSERT(why > SCAN_SKIP_NONE && why < SCAN_SKIPS);
	c->seen++;
	c->skipped[why]++;
	c->skipped_bytes += bytes;
}

bool scan_coverage_adds_up(const struct scan_coverage *c)
{
	uint64_t fates = c->scanned + c->unreadable;

	for (size_t i = 0; i < SCAN_SKIPS; i++)
		fates += c->skipped[i];
	return fates == c->seen;
}

bool scan_coverage_complete(const struct scan_coverage *c)
{
	return scan_coverage_adds_up(c) && !c->unreadable && !c->cut && !c->stopped &&
	       !c->skipped[SCAN_SKIP_SIZE] && !c->skipped[SCAN_SKIP_DEPTH] &&
	       !c->skipped[SCAN_SKIP_MISSING];
}
