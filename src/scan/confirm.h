/* The second stage: one rule's exact pattern (PCRE2 with its just-in-time
 * compiler, bytes, never UTF) on a small window of an input. Work per match is
 * limited, so that no pattern can make a scan hang. */
#ifndef SCAN_CONFIRM_H
#define SCAN_CONFIRM_H

#include "scan/match.h"

struct scan_confirm;
struct scan_confirm_scratch;

/* Compiles the rule's pattern; ERR_INPUT with PCRE2's own words. */
MUST_USE err scan_confirm_new(const struct scan_rule *r, struct scan_confirm **out);
void scan_confirm_free(struct scan_confirm *c);

/* Working memory, one per thread, good for every pattern. */
struct scan_confirm_scratch *scan_confirm_scratch_new(void);
void scan_confirm_scratch_free(struct scan_confirm_scratch *s);

/* Bytes before a window that an assertion may look back at. */
enum { SCAN_BEHIND = 64 };

enum scan_confirmed { SCAN_NO_MATCH, SCAN_MATCH, SCAN_STOPPED };

/* The first match that begins in [window.from, window.to). Bytes before the
 * window are seen by assertions; a match cut by the window's end is tried again
 * with more bytes behind it. SCAN_STOPPED: the work limit was passed. */
enum scan_confirmed scan_confirm_next(const struct scan_confirm *c,
				      struct scan_confirm_scratch *s, struct str bytes,
				      struct scan_span window, struct scan_match *out);

#endif
