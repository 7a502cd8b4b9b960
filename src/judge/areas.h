/* The ten delivery areas an audit of software delivery starts with, and what
 * each of them means here: controls, one stage of the pipeline, the evidence,
 * who usually owns it, how often it usually runs, which folder of the pack. What
 * the organisation declares goes before these defaults. */
#ifndef JUDGE_AREAS_H
#define JUDGE_AREAS_H

#include "base/base.h"
#include "base/str.h"

enum area {
	AREA_LIFE_CYCLE, AREA_REQUIREMENTS, AREA_ARCHITECTURE, AREA_CODING, AREA_TESTING,
	AREA_VULNERABILITIES, AREA_ACCESS, AREA_CHANGE, AREA_LOGGING, AREA_OUTSOURCED,
	AREA_NONE,		/* any other control */
};
enum { AREAS = 10, AREA_CONTROLS = 6 };

struct area_info {
	enum area area;
	const char *control;			/* "A.8.28" of 2022: the one it is judged by */
	const char *name;			/* "secure coding" */
	const char *also[AREA_CONTROLS];	/* controls of 2022 it gives evidence for, too */
	const char *stage;			/* design, code, build, test, release, operate */
	const char *evidence;			/* what an auditor expects to see */
	const char *role;			/* default owner, a word of the control type */
	const char *frequency;			/* default, a word of the control type */
	const char *folder;			/* of the pack */
	const char *facts;			/* which facts decide it */
};
extern const struct area_info areas[AREAS];

/* The area judged by this control of 2022 ("A.8.28"), or NULL. */
const struct area_info *area_of_control(struct str control);

/* Days between two runs of a frequency; 0 for those that follow an event
 * (change, build, release); -1 for no known frequency. */
int64_t area_interval_days(struct str frequency);

#endif
