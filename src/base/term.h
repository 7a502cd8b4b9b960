/* The terminal: whether there is one, how wide it is, how wide a text is on
 * it, and a line that shows progress. Text that came from outside goes through
 * term_safe() before it is printed, so that it cannot steer the terminal. */
#ifndef BASE_TERM_H
#define BASE_TERM_H

#include "base/arena.h"
#include "base/base.h"
#include "base/buf.h"
#include "base/str.h"

/* Whether the descriptor is a terminal. */
bool term_is(int fd);

/* Whether to colour what goes to it: a terminal, TERM set and not "dumb",
 * NO_COLOR and CI unset or empty. */
bool term_colour(int fd);

/* Columns, 20 … 500: COLUMNS, else what the terminal says, else 100. */
unsigned term_width(void);

/* Columns a UTF-8 text takes: 0 for controls and combining marks, 2 for East
 * Asian wide characters and emoji, 1 for the rest and for each stray byte. */
size_t term_columns(struct str s);

/* The longest prefix that takes at most `columns`. */
struct str term_fit(struct str s, size_t columns);

/* Whether a character may steer a terminal: controls (C0, DEL, C1), and those that turn
 * the direction of writing or split lines. */
bool term_steers(uint32_t code);

/* A copy for one line of a terminal: line ends and tabs become spaces, other
 * control characters (C0, DEL, C1, those that turn the direction of writing)
 * vanish, stray bytes become U+FFFD. `s` itself where nothing changes. */
struct str term_safe(struct arena *a, struct str s);

/* The same for text of several lines: line ends stay. */
struct str term_safe_lines(struct arena *a, struct str s);

/* Appends text in which each line takes at most `columns`: broken at spaces, and
 * what follows begins below the text that stands behind its line's label ("log
 * origin"). A word that is longer has a line of its own and stays whole. */
void term_wrap(struct buf *out, struct str text, size_t columns);

/* A line on standard error, rewritten in place at most ten times a second and
 * cleared at the end; silent where standard error is no terminal. Zeroed is a
 * line that has not begun. */
struct term_progress {
	int64_t last_ms;	/* 0 is never */
	bool shown;
};
void term_progress(struct term_progress *p, const char *fmt, ...) PRINTF_LIKE(2, 3);
void term_progress_done(struct term_progress *p);
#define TERM_PROGRESS_AUTO __attribute__((cleanup(term_progress_done))) struct term_progress

#endif
