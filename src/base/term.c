#include "base/term.h"

#include <stdarg.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/instant.h"

enum { NARROWEST = 20, USUAL = 100, WIDEST = 500, PAUSE_MS = 100, LABEL = 24 };

struct range {
	uint32_t first, last;
};

/* Marks that take no column: general categories Mn, Me and Cf of the scripts
 * met in names and code, in ascending order. */
static const struct range zero[] = {
	{ 0x00AD, 0x00AD }, { 0x0300, 0x036F }, { 0x0483, 0x0489 }, { 0x0591, 0x05BD },
	{ 0x05BF, 0x05BF }, { 0x05C1, 0x05C2 }, { 0x05C4, 0x05C5 }, { 0x0610, 0x061A },
	{ 0x064B, 0x065F }, { 0x0670, 0x0670 }, { 0x06D6, 0x06DC }, { 0x06DF, 0x06E4 },
	{ 0x06E7, 0x06E8 }, { 0x06EA, 0x06ED }, { 0x0900, 0x0902 }, { 0x093A, 0x093A },
	{ 0x093C, 0x093C }, { 0x0941, 0x0948 }, { 0x094D, 0x094D }, { 0x0E31, 0x0E31 },
	{ 0x0E34, 0x0E3A }, { 0x0E47, 0x0E4E }, { 0x1AB0, 0x1AFF }, { 0x1DC0, 0x1DFF },
	{ 0x200B, 0x200F }, { 0x202A, 0x202E }, { 0x2060, 0x206F }, { 0x20D0, 0x20F0 },
	{ 0x302A, 0x302D }, { 0x3099, 0x309A }, { 0xFE00, 0xFE0F }, { 0xFE20, 0xFE2F },
	{ 0xFEFF, 0xFEFF }, { 0xE0001, 0xE007F }, { 0xE0100, 0xE01EF },
};

/* East Asian Width W and F (Unicode Standard Annex 11), in ascending order. */
static const struct range wide[] = {
	{ 0x1100, 0x115F }, { 0x231A, 0x231B }, { 0x23E9, 0x23EC }, { 0x23F0, 0x23F0 },
	{ 0x23F3, 0x23F3 }, { 0x25FD, 0x25FE }, { 0x2614, 0x2615 }, { 0x2648, 0x2653 },
	{ 0x267F, 0x267F }, { 0x2693, 0x2693 }, { 0x26A1, 0x26A1 }, { 0x26AA, 0x26AB },
	{ 0x26BD, 0x26BE }, { 0x26C4, 0x26C5 }, { 0x26CE, 0x26CE }, { 0x26D4, 0x26D4 },
	{ 0x26EA, 0x26EA }, { 0x26F2, 0x26F3 }, { 0x26F5, 0x26F5 }, { 0x26FA, 0x26FA },
	{ 0x26FD, 0x26FD }, { 0x2705, 0x2705 }, { 0x270A, 0x270B }, { 0x2728, 0x2728 },
	{ 0x274C, 0x274C }, { 0x274E, 0x274E }, { 0x2753, 0x2755 }, { 0x2757, 0x2757 },
	{ 0x2795, 0x2797 }, { 0x27B0, 0x27B0 }, { 0x27BF, 0x27BF }, { 0x2B1B, 0x2B1C },
	{ 0x2B50, 0x2B50 }, { 0x2B55, 0x2B55 }, { 0x2E80, 0x303E }, { 0x3041, 0xA4CF },
	{ 0xA960, 0xA97C }, { 0xAC00, 0xD7A3 }, { 0xF900, 0xFAFF }, { 0xFE30, 0xFE6F },
	{ 0xFF01, 0xFF60 }, { 0xFFE0, 0xFFE6 }, { 0x16FE0, 0x18CFF }, { 0x1B000, 0x1B2FF },
	{ 0x1F004, 0x1F004 }, { 0x1F0CF, 0x1F0CF }, { 0x1F18E, 0x1F18E }, { 0x1F191, 0x1F19A },
	{ 0x1F200, 0x1F320 }, { 0x1F32D, 0x1F335 }, { 0x1F337, 0x1F37C }, { 0x1F37E, 0x1F393 },
	{ 0x1F3A0, 0x1F3CA }, { 0x1F3CF, 0x1F3D3 }, { 0x1F3E0, 0x1F3F0 }, { 0x1F3F4, 0x1F3F4 },
	{ 0x1F3F8, 0x1F43E }, { 0x1F440, 0x1F440 }, { 0x1F442, 0x1F4FC }, { 0x1F4FF, 0x1F53D },
	{ 0x1F54B, 0x1F54E }, { 0x1F550, 0x1F567 }, { 0x1F57A, 0x1F57A }, { 0x1F595, 0x1F596 },
	{ 0x1F5A4, 0x1F5A4 }, { 0x1F5FB, 0x1F64F }, { 0x1F680, 0x1F6C5 }, { 0x1F6CC, 0x1F6CC },
	{ 0x1F6D0, 0x1F6D2 }, { 0x1F6D5, 0x1F6D7 }, { 0x1F6DC, 0x1F6DF }, { 0x1F6EB, 0x1F6EC },
	{ 0x1F6F4, 0x1F6FC }, { 0x1F7E0, 0x1F7EB }, { 0x1F7F0, 0x1F7F0 }, { 0x1F90C, 0x1F93A },
	{ 0x1F93C, 0x1F945 }, { 0x1F947, 0x1F9FF }, { 0x1FA70, 0x1FAFF }, { 0x20000, 0x3FFFD },
};

static bool among(const struct range *ranges, size_t n, uint32_t code)
{
	size_t low = 0;

	while (low < n) {
		size_t middle = low + (n - low) / 2;

		if (code < ranges[middle].first)
			n = middle;
		else if (code > ranges[middle].last)
			low = middle + 1;
		else
			return true;
	}
	return false;
}

static bool is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7F && code < 0xA0);
}

/* Characters that turn the direction of writing or split lines. */
static bool is_steering(uint32_t code)
{
	return code == 0x061C || code == 0x200E || code == 0x200F ||
	       (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

bool term_steers(uint32_t code)
{
	return is_control(code) || is_steering(code);
}

static size_t columns_of(uint32_t code)
{
	if (is_control(code) || among(zero, ARRAY_LEN(zero), code))
		return 0;
	return among(wide, ARRAY_LEN(wide), code) ? 2 : 1;
}

bool term_is(int fd)
{
	return isatty(fd) == 1;
}

static bool is_set(const char *name)
{
	const char *value = getenv(name);

	return value && *value;
}

bool term_colour(int fd)
{
	const char *kind = getenv("TERM");

	if (is_set("NO_COLOR") || is_set("CI") || !kind || !*kind)
		return false;
	return strcmp(kind, "dumb") != 0 && term_is(fd);
}

unsigned term_width(void)
{
	struct winsize size = { 0 };
	uint64_t n = 0;

	if (!str_to_u64(str_c(getenv("COLUMNS")), &n) || n == 0) {
		if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && ioctl(STDERR_FILENO, TIOCGWINSZ, &size))
			return USUAL;
		n = size.ws_col ? size.ws_col : USUAL;
	}
	if (n < NARROWEST)
		return NARROWEST;
	return n > WIDEST ? WIDEST : (unsigned)n;
}

size_t term_columns(struct str s)
{
	uint32_t code;
	size_t n = 0;

	while (str_utf8_next(&s, &code))
		n += columns_of(code);
	return n;
}

struct str term_fit(struct str s, size_t columns)
{
	struct str rest = s;
	uint32_t code;
	size_t end = 0, used = 0;

	while (str_utf8_next(&rest, &code)) {
		used += columns_of(code);
		if (used > columns)
			break;
		end = s.n - rest.n;
	}
	return (struct str){ s.p, end };
}

/* Whether every character may stand as it is. */
static bool is_safe(struct str s, bool lines)
{
	struct str rest = s;
	uint32_t code;

	if (!str_is_utf8(s))
		return false;
	while (str_utf8_next(&rest, &code))
		if ((is_control(code) && !(lines && code == '\n')) || is_steering(code))
			return false;
	return true;
}

/* What stands for the `n` bytes at `p` that gave `code`. */
static struct str safe_piece(uint32_t code, const char *p, size_t n, bool lines)
{
	if (code == '\n' && lines)
		return STR("\n");
	if (code == '\t' || code == '\n')
		return STR(" ");
	if (is_control(code) || is_steering(code))
		return STR("");
	return code == 0xFFFD ? STR("\xEF\xBF\xBD") : (struct str){ p, n };
}

static struct str safe(struct arena *a, struct str s, bool lines)
{
	struct str rest = s;
	uint32_t code;
	size_t n = 0;
	char *out;

	if (is_safe(s, lines))
		return s;
	out = arena_alloc(a, 3 * s.n + 1);
	for (const char *from = s.p; str_utf8_next(&rest, &code); from = rest.p) {
		struct str piece = safe_piece(code, from, (size_t)(rest.p - from), lines);

		if (piece.n)
			memcpy(out + n, piece.p, piece.n);
		n += piece.n;
	}
	return (struct str){ out, n };
}

struct str term_safe(struct arena *a, struct str s)
{
	return safe(a, s, false);
}

struct str term_safe_lines(struct arena *a, struct str s)
{
	return safe(a, s, true);
}

/* Where the text of a line begins: behind its spaces, and behind a label that two
 * spaces or more end. */
static size_t indent_of(struct str line, size_t columns)
{
	size_t lead = 0, at;

	while (lead < line.n && line.p[lead] == ' ')
		lead++;
	at = str_find(line, STR("  "), lead);
	while (at < line.n && line.p[at] == ' ')
		at++;
	if (at < line.n && at <= LABEL)
		lead = at;
	return lead <= columns / 2 ? lead : 0;
}

/* The space to break at: the last one that leaves a piece of at most `room`, else
 * the first one at all; line.n where there is none. */
static size_t break_at(struct str line, size_t room, size_t least)
{
	size_t fit = term_fit(line, room).n;

	for (size_t at = fit; at > least; at--)
		if (at < line.n && line.p[at] == ' ')
			return at;
	return str_find(line, STR(" "), fit > least ? fit : least);
}

static void wrap_line(struct buf *out, struct str line, size_t columns)
{
	size_t indent = indent_of(line, columns), used = 0;

	while (used + term_columns(line) > columns) {
		size_t at = break_at(line, columns - used, used ? 0 : indent), next = at;

		while (next < line.n && line.p[next] == ' ')
			next++;
		if (next == line.n)
			break;
		buf_addf(out, "%.*s\n%*s", (int)at, line.p, (int)indent, "");
		line = str_from(line, next);
		used = indent;
	}
	buf_add(out, line);
}

void term_wrap(struct buf *out, struct str text, size_t columns)
{
	bool ended = text.n && text.p[text.n - 1] == '\n';
	struct str line;

	text.n -= ended;
	for (bool first = true; str_split(&text, '\n', &line); first = false) {
		if (!first)
			buf_add_char(out, '\n');
		wrap_line(out, line, columns);
	}
	if (ended)
		buf_add_char(out, '\n');
}

void term_progress(struct term_progress *p, const char *fmt, ...)
{
	int64_t now = instant_ticks_ms();
	char text[1024];
	struct str line;
	va_list ap;

	if (p->last_ms && now - p->last_ms < PAUSE_MS)
		return;
	p->last_ms = now ? now : 1;
	if (!term_is(STDERR_FILENO))
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	OWNED(arena) a = arena_new();
	line = term_fit(term_safe(a, str_c(text)), term_width() - 1);
	line = arena_printf(a, "\r%.*s\033[K", FMT(line));
	p->shown = true;
	if (fd_write_all(STDERR_FILENO, "the terminal", line))
		p->shown = false;
}

void term_progress_done(struct term_progress *p)
{
	if (p->shown && fd_write_all(STDERR_FILENO, "the terminal", STR("\r\033[K")))
		p->last_ms = 0;
	p->shown = false;
}
