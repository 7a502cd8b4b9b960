/* The attributes of a rule block and how each is read; only the rule parser
 * (rule.c) includes this. */
#ifndef SCAN_ATTRIBUTE_H
#define SCAN_ATTRIBUTE_H

#include "scan/rule.h"

enum { SCAN_WORD_MAX = 64 };	/* bytes of a keyword, or of one shown in an error */

enum scan_attribute_flag {
	SCAN_ATTRIBUTE_ONCE = 0,
	SCAN_ATTRIBUTE_AGAIN = 1,	/* may stand more than once */
	SCAN_ATTRIBUTE_BARE = 2,	/* needs no value */
};

struct scan_attribute {
	const char *name;
	unsigned flags;
	/* Checks the value and puts it into the rule; copies go to the arena. */
	err (*set)(struct arena *a, struct scan_rule *r, struct str value);
};

enum { SCAN_ATTRIBUTES = 20 };
extern const struct scan_attribute scan_attributes[SCAN_ATTRIBUTES];

/* Takes one word off the front, without the blanks around it. */
bool scan_attribute_word(struct str *rest, struct str *word);

#endif
