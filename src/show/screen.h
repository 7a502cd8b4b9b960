/* The first screen: what `custody audit` says, at most 40 lines of 100 columns.
 * What was looked at and what could not be; what to fix first; what the period
 * shows, misses and leaves unknown; the delivery areas; what to do next; the pack;
 * what vouches for it; that it is no verdict. */
#ifndef SHOW_SCREEN_H
#define SHOW_SCREEN_H

#include "judge/steps.h"

enum { SCREEN_LINES = 40, SCREEN_COLUMNS = 100 };

/* One repository as the steps before reported it; times in milliseconds. */
struct screen_repository {
	struct str name;
	struct str failed;		/* why it could not be read; absent */
	struct str unread;		/* what the scan could not read, one phrase; absent */
	int64_t collect_ms, scan_ms;
	int64_t files;			/* read by the scan; -1: not known */
};

/* Findings of one kind that scans since the assessment before found first or again,
 * and that they no longer found. */
struct screen_findings {
	struct str kind;
	int64_t found, gone;
};

struct screen_spec {
	const struct facts *facts;
	const struct facts *before;	/* of the assessment before, or NULL */
	const struct screen_findings *since;	/* by kind; NULL without an assessment before */
	size_t since_n;
	const struct screen_repository *repositories;
	size_t n;
	bool reports_asked;		/* a folder of reports was named */
	int64_t reports, reports_refused, reports_ms;
	struct strs refused;		/* names of the first that were not taken */
	const char *program;		/* version */
	const char *folder;		/* where everything is written */
	int64_t asked;			/* anchors of the home that were asked: a checkpoint is sent to each */
	const char *home;		/* to be named in commands, or NULL: the usual one */
	const char *pack;		/* or NULL: none was made */
	int64_t pack_bytes;
	bool colour;			/* a terminal */
};

/* Appends the screen. Texts from outside are made safe for a terminal. */
MUST_USE err show_audit_screen(const struct screen_spec *spec, struct buf *out);

#endif
