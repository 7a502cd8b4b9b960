/* What was looked at and what was not. Every input counts exactly once: as
 * scanned, skipped for a reason, or unreadable; the totals must add up, or the
 * scan cannot be called complete. */
#ifndef SCAN_COVERAGE_H
#define SCAN_COVERAGE_H

#include "base/base.h"

enum scan_skip {
	SCAN_SKIP_NONE,
	SCAN_SKIP_BINARY,	/* a NUL in the first 8,000 bytes, as git decides */
	SCAN_SKIP_ENCODING,	/* UTF-16 or UTF-32 by its mark */
	SCAN_SKIP_SIZE,		/* larger than the caller's bound */
	SCAN_SKIP_LINK,		/* a symbolic link: its target has its own name */
	SCAN_SKIP_SPECIAL,	/* device, pipe, socket, submodule */
	SCAN_SKIP_EXCLUDED,	/* the caller's choice */
	SCAN_SKIP_DEPTH,	/* a folder deeper than the bound */
	SCAN_SKIP_MISSING,	/* known by name, its bytes not here (partial clone) */
	SCAN_SKIPS,
};

struct scan_coverage {
	uint64_t seen;			/* inputs of any fate */
	uint64_t scanned, bytes;
	uint64_t skipped[SCAN_SKIPS];
	uint64_t skipped_bytes;
	uint64_t unreadable;
	uint64_t cut;			/* scanned, but matches beyond the maximum were dropped */
	uint64_t stopped;		/* scanned, but a rule passed its work limit */
};

void scan_coverage_add(struct scan_coverage *total, const struct scan_coverage *part);

/* One input that was not scanned. */
void scan_coverage_skip(struct scan_coverage *c, enum scan_skip why, uint64_t bytes);

/* Whether every input seen has its fate. */
bool scan_coverage_adds_up(const struct scan_coverage *c);

/* Adds up, nothing unreadable, missing, too deep or too large, nothing cut. */
bool scan_coverage_complete(const struct scan_coverage *c);

/* "binary", "larger than the bound" …: a phrase for people. */
const char *scan_skip_name(enum scan_skip why);

#endif
