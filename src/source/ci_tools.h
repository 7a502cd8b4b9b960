/* The tools that scan, by the words with which CI configurations call them. */
#ifndef SOURCE_CI_TOOLS_H
#define SOURCE_CI_TOOLS_H

#include "record/types.h"

struct ci_tool {
	const char *word;		/* lower case, in a step's uses or command */
	const char *tool;		/* its name */
	int kind;			/* SCAN_SECRET ... */
	bool rest;			/* only without a word above for the same tool, or one that holds this */
	const char *why;		/* it can be skipped as it comes; or NULL */
};

extern const struct ci_tool ci_tools[];	/* ends with a NULL word */

/* Words in a command that keep findings from failing it; NULL at the end. */
extern const char *const ci_tools_lenient[];

/* The same as settings of an action: name and value. Ends with a NULL name. */
struct ci_tools_setting {
	const char *name, *value;
};
extern const struct ci_tools_setting ci_tools_lenient_with[];

#endif
