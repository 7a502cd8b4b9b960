/* Instants: whole seconds since 1970-01-01T00:00:00Z, negative before. Days:
 * whole days since 1970-01-01. Everything the record keeps is in UTC. */
#ifndef BASE_INSTANT_H
#define BASE_INSTANT_H

#include "base/base.h"
#include "base/str.h"

#define INSTANT_NONE INT64_MIN
#define DAY_SECONDS 86400

enum { INSTANT_TEXT = 21 };	/* "2026-11-21T00:37:12Z" and a NUL */
enum { DAY_TEXT = 11 };		/* "2026-11-21" and a NUL */

/* The wall clock. */
int64_t instant_now(void);

/* Milliseconds of the monotonic clock, for durations. */
int64_t instant_ticks_ms(void);

/* RFC 3339 "date-time" in UTC with second precision; years 0000 to 9999. */
void instant_put(char out[INSTANT_TEXT], int64_t t);
void day_put(char out[DAY_TEXT], int64_t day);

/* RFC 3339 §5.6 with any offset and fraction (the fraction is dropped), also
 * the forms real exports hold: a space for T, "+0100" without a colon, " UTC"
 * for Z. Without an offset it is refused. */
MUST_USE bool instant_get(struct str s, int64_t *out);

/* "2026-11-21" exactly. */
MUST_USE bool day_get(struct str s, int64_t *out);

int64_t day_of(int64_t t);

/* The same day n months earlier or later, the last of a shorter month. */
int64_t day_add_months(int64_t day, int months);

#endif
