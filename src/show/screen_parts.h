/* What the parts of the first screen share. Private to it. */
#ifndef SHOW_SCREEN_PARTS_H
#define SHOW_SCREEN_PARTS_H

#include "base/instant.h"
#include "base/term.h"
#include "judge/delivery_parts.h"
#include "show/screen.h"

struct screen {
	const struct screen_spec *spec;
	const struct facts *f;
	struct arena *a;
	struct buf *out;
	struct delivery d;
	struct steps steps;
	size_t lines;
};

enum screen_style { SCREEN_PLAIN, SCREEN_HEAD, SCREEN_RED, SCREEN_YELLOW, SCREEN_GREEN };

/* One line, cut to SCREEN_COLUMNS; a style colours the first `columns` of it. */
void screen_line(struct screen *s, const char *fmt, ...) PRINTF_LIKE(2, 3);
void screen_styled(struct screen *s, enum screen_style style, struct str text);
void screen_blank(struct screen *s);

/* A text on the left and one on the right that begins at `column`; the left one is
 * cut to leave a gap. */
void screen_columns(struct screen *s, struct str left, struct str right, size_t column);

/* "2,400"; "-" for none. In the arena. */
struct str screen_number(struct screen *s, int64_t n);
struct str screen_count(struct screen *s, int64_t n);
struct str screen_day(struct screen *s, int64_t t);

/* "main", or "8 branches". */
struct str screen_branches(struct screen *s);

/* Over all release branches. */
struct facts_branch screen_sum(const struct facts *f);

/* Sections; each starts with a blank line where it prints anything. */
void screen_title(struct screen *s);
void screen_looked_at(struct screen *s);
void screen_since(struct screen *s, size_t lines);
void screen_fixes(struct screen *s, size_t lines);
void screen_period(struct screen *s);
void screen_delivery(struct screen *s, size_t lines);
size_t screen_delivery_lines(const struct screen *s, size_t lines);	/* of `lines`, those it takes */
void screen_next(struct screen *s, size_t lines);
void screen_end(struct screen *s);

#endif
