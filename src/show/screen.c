#include "show/screen.h"

#include <stdarg.h>

#include "show/screen_parts.h"

enum { LINE_BYTES = 1000, STATE_COLUMNS = 13 };

static const char *code_of(enum screen_style style)
{
	static const char *const codes[] = { "", "\033[1m", "\033[31m", "\033[33m", "\033[32m" };

	return codes[style];
}

/* A whole line for a heading, else only its first words. */
static size_t styled_bytes(enum screen_style style, struct str text)
{
	return style == SCREEN_HEAD ? text.n : term_fit(text, STATE_COLUMNS).n;
}

void screen_styled(struct screen *s, enum screen_style style, struct str text)
{
	struct str safe = term_safe(s->a, text), fit = term_fit(safe, SCREEN_COLUMNS);
	bool coloured = s->spec->colour && style != SCREEN_PLAIN;
	size_t n;

	if (fit.n < safe.n)
		fit = arena_printf(s->a, "%.*s…", FMT(term_fit(safe, SCREEN_COLUMNS - 1)));
	while (fit.n && fit.p[fit.n - 1] == ' ')
		fit.n--;
	n = coloured ? styled_bytes(style, fit) : 0;
	if (coloured)
		buf_addf(s->out, "%s%.*s\033[0m", code_of(style), (int)n, fit.p);
	buf_add(s->out, str_from(fit, n));
	buf_add_char(s->out, '\n');
	s->lines++;
}

void screen_line(struct screen *s, const char *fmt, ...)
{
	char text[LINE_BYTES];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ASSERT(n >= 0);
	screen_styled(s, SCREEN_PLAIN, str_cut(str_c(text), sizeof(text) - 4));
}

void screen_blank(struct screen *s)
{
	buf_add_char(s->out, '\n');
	s->lines++;
}

static struct str padded(struct screen *s, struct str left, size_t column)
{
	struct str safe = term_safe(s->a, left), fit = term_fit(safe, column - 2);
	size_t is;

	if (fit.n < safe.n)
		fit = arena_printf(s->a, "%.*s…", FMT(term_fit(safe, column - 3)));
	is = term_columns(fit);
	return arena_printf(s->a, "%.*s%*s", FMT(fit), (int)(column - is), "");
}

void screen_columns(struct screen *s, struct str left, struct str right, size_t column)
{
	/* A long command moves to the left where the text is short. */
	while (column + term_columns(right) > SCREEN_COLUMNS && column > term_columns(left) + 2)
		column--;
	screen_styled(s, SCREEN_PLAIN, arena_printf(s->a, "%.*s%.*s", FMT(padded(s, left, column)), FMT(right)));
}

struct str screen_number(struct screen *s, int64_t n)
{
	return arena_number(s->a, n);
}

struct str screen_count(struct screen *s, int64_t n)
{
	return n == 0 ? STR("-") : screen_number(s, n);
}

struct str screen_day(struct screen *s, int64_t t)
{
	char text[DAY_TEXT];

	if (t == INSTANT_NONE)
		return STR("-");
	day_put(text, day_of(t));
	return arena_str(s->a, str_c(text));
}

struct str screen_branches(struct screen *s)
{
	if (s->f->branches.n == 1)
		return FACTS_AT(s->f->branches, facts_branch, 0)->branch;
	return arena_printf(s->a, "%zu branches", s->f->branches.n);
}

/* Lines with their headings; what is fixed in length leaves the rest to the fixes. */
enum { PERIOD_LINES = 9, END_LINES = 6, SINCE_LINES = 5, FIX_LINES = 9 };

static size_t room_for_fixes(const struct screen *s, size_t delivery, size_t next)
{
	size_t rest = SCREEN_LINES - s->lines - PERIOD_LINES - (1 + delivery) - (1 + next) - END_LINES - 1;

	return rest < FIX_LINES ? rest : FIX_LINES;
}

err show_audit_screen(const struct screen_spec *spec, struct buf *out)
{
	OWNED(arena) a = arena_new();
	struct screen *s = ARENA_NEW(a, struct screen);
	struct steps_spec steps = { .f = spec->facts, .d = &s->d, .host = FIELD_UNKNOWN };
	size_t delivery = spec->before ? 6 : 7, next = spec->before ? 4 : 5;

	s->spec = spec;
	s->f = spec->facts;
	s->a = a;
	s->out = out;
	delivery_decide(s->f, a, &s->d);
	steps_make(&steps, a, &s->steps);
	screen_title(s);
	screen_since(s, SINCE_LINES);
	screen_looked_at(s);
	delivery = screen_delivery_lines(s, delivery);
	if (next > s->steps.n + 1)
		next = s->steps.n + 1;
	screen_fixes(s, room_for_fixes(s, delivery, next));
	screen_period(s);
	screen_delivery(s, delivery);
	screen_next(s, next);
	screen_end(s);
	ASSERT(s->lines <= SCREEN_LINES);
	return buf_ok(out, "the screen");
}
