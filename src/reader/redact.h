/* Secret values that tools put into their reports do not enter the store: before a
 * report is kept, each is replaced by its keyed digest. The same value gives the
 * same digest in one home, so a finding is known again; nobody without the home's
 * key can try values against it. */
#ifndef READER_REDACT_H
#define READER_REDACT_H

#include "base/arena.h"
#include "base/base.h"
#include "base/str.h"

/* Where secrets stand: keys joined by '.', [] any element, * any member, ** any
 * number of levels ("runs[].results[].**.snippet"). Every text at such a path or
 * below it is replaced; a path that begins with '!' is left as it is all the same.
 * A list of at most REDACT_RULES ends with a NULL path. */
struct redact_rule {
	const char *path;
};
enum { REDACT_RULES = 24, REDACT_STEPS = 12 };

/* Copies JSON from the start of `in` to `out`: white space goes, the values at the
 * paths become "redacted hmac:<32 hexadecimal digits>", all else keeps its content.
 * What was redacted before stays as it is; *replaced is how many were not. `name` is for errors, which are those of
 * json_parse(). */
struct redact_spec {
	const char *name;
	int in, out;
	const uint8_t *key;			/* 32 bytes */
	const struct redact_rule *rules;
};
MUST_USE err redact_json(const struct redact_spec *spec, uint64_t *replaced);

/* "hmac:<32 digits>" of a value: HMAC-SHA-256, its first 16 bytes. Of a value that
 * is redacted already: its digest. Absent of an absent or empty one. */
struct str redact_context(struct arena *a, const uint8_t key[32], struct str value);

#endif
