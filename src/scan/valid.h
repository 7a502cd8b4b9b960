/* Offline checks of what a pattern found: checksums that tokens carry, and
 * structure behind an encoding. No check ever asks a network. */
#ifndef SCAN_VALID_H
#define SCAN_VALID_H

#include "base/base.h"
#include "base/str.h"

enum scan_verdict {
	SCAN_UNCHECKED,		/* the rule has no validator */
	SCAN_CHECKED,		/* the validator holds */
	SCAN_REFUSED,		/* it does not: no match is reported, one is counted */
};

struct scan_validator;

/* By its name in a rule file; NULL where there is none. */
const struct scan_validator *scan_validator_find(struct str name);

/* `secret` is the captured part, `whole` the match around it. */
enum scan_verdict scan_validate(const struct scan_validator *v, struct str secret,
				struct str whole);

#endif
