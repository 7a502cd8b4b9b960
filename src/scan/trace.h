/* Scanning only what is new in an input that is made from another one (a delta in a
 * pack): what the first stage saw in the base, and lies wholly in bytes that were
 * copied, is carried over; only new bytes and the seams are looked at. Every match is
 * still confirmed on the whole input, so that what comes of it is what a scan of the
 * whole gives. */
#ifndef SCAN_TRACE_H
#define SCAN_TRACE_H

#include "odb/odb.h"

/* Where expressions of an engine ended in one input, by offset; immutable once made. */
struct scan_trace;
void scan_trace_free(struct scan_trace *t);
OWNER(scan_trace)

/* How an input is made of another one, which the same engine scanned. */
struct scan_origin {
	const struct scan_trace *base;
	const struct odb_span *spans;
	size_t n;
};

#endif
