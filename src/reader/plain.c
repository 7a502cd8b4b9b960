#include "reader/plain.h"

#include "base/hex.h"

enum { ESCAPE_MAX = 12 };	/* bytes of the longest escape that is undone */

void plain_init(struct plain *p, size_t room)
{
	ASSERT(room < UINT32_MAX);
	*p = (struct plain){ .raw = base_alloc(room), .text = base_alloc(room), .room = room };
}

void plain_done(struct plain *p)
{
	free(p->raw);
	free(p->text);
	free(p->jump);
	*p = (struct plain){ 0 };
}

enum plain_form plain_form_of(struct str head)
{
	struct str text = str_trim(str_starts(head, STR("\xef\xbb\xbf")) ? str_from(head, 3) : head);

	if (text.n && (text.p[0] == '{' || text.p[0] == '['))
		return PLAIN_JSON;
	return text.n && text.p[0] == '<' ? PLAIN_XML : PLAIN_TEXT;
}

/* The bytes of a character; what is none becomes '?'. */
static size_t put_char(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c > 0xffff || (c >= 0xd800 && c < 0xe000)) {
		out[0] = '?';
		return 1;
	}
	out[0] = (char)(0xe0 | c >> 12);
	out[1] = (char)(0x80 | (c >> 6 & 0x3f));
	out[2] = (char)(0x80 | (c & 0x3f));
	return 3;
}

/* One escape of JSON at s; bytes it takes, or 0 where it is none. */
static size_t json_escape(struct str s, char out[3], size_t *n)
{
	static const char names[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
	const char *at;
	uint8_t two[2];

	if (s.n < 2 || s.p[1] == '\0')
		return 0;
	at = strchr(names, s.p[1]);
	if (at) {
		out[0] = bytes[at - names];
		*n = 1;
		return 2;
	}
	if (s.p[1] != 'u' || s.n < 6 || !hex_get((struct str){ s.p + 2, 4 }, two, 2))
		return 0;
	*n = put_char(out, (uint32_t)two[0] << 8 | two[1]);
	return 6;
}

static uint32_t digit_of(char c)
{
	uint32_t b = (unsigned char)c, low = b | 32;

	return b >= '0' && b <= '9' ? b - '0' : low >= 'a' && low <= 'f' ? low - 'a' + 10 : 99;
}

/* The number of "#38" or "#x26"; false where it is none. */
static bool reference_number(struct str s, uint32_t *out)
{
	bool hex = s.n > 2 && (s.p[1] | 32) == 'x';
	uint32_t base = hex ? 16 : 10, c = 0;

	if (s.n < 2 || s.p[0] != '#' || s.n > 9)
		return false;
	for (size_t i = hex ? 2 : 1; i < s.n; i++) {
		if (digit_of(s.p[i]) >= base)
			return false;
		c = c * base + digit_of(s.p[i]);
	}
	*out = c;
	return true;
}

static size_t xml_escape(struct str s, char out[3], size_t *n)
{
	static const struct { const char *name; char byte; } named[] = {
		{ "amp", '&' }, { "lt", '<' }, { "gt", '>' }, { "quot", '"' }, { "apos", '\'' },
	};
	size_t end = 1;
	struct str name;
	uint32_t c;

	while (end < s.n && end < ESCAPE_MAX && s.p[end] != ';')
		end++;
	if (end >= s.n || s.p[end] != ';')
		return 0;
	name = (struct str){ s.p + 1, end - 1 };
	for (size_t i = 0; i < ARRAY_LEN(named); i++)
		if (str_is(name, named[i].name)) {
			out[0] = named[i].byte;
			*n = 1;
			return end + 1;
		}
	if (!reference_number(name, &c))
		return 0;
	*n = put_char(out, c);
	return end + 1;
}

/* A quote written twice, as in a quoted column of CSV. */
static size_t csv_escape(struct str s, char out[3], size_t *n)
{
	if (s.n < 2 || s.p[1] != '"')
		return 0;
	out[0] = '"';
	*n = 1;
	return 2;
}

static const struct {
	char first;			/* of an escape */
	size_t (*undo)(struct str s, char out[3], size_t *n);
	const char *marks;		/* that end a value */
} forms[] = {
	[PLAIN_TEXT] = { '"', csv_escape, "\",;\t\n" },
	[PLAIN_JSON] = { '\\', json_escape, "\"" },
	[PLAIN_XML] = { '&', xml_escape, "<" },
};

static void add_jump(struct plain *p)
{
	if (p->jumps == p->jump_room) {
		p->jump_room = p->jump_room ? 2 * p->jump_room : 1024;
		p->jump = base_realloc(p->jump, p->jump_room * sizeof(*p->jump));
	}
	p->jump[p->jumps++] = (struct plain_jump){ (uint32_t)p->text_n, (uint32_t)p->taken };
}

static void copy(struct plain *p, size_t n)
{
	memcpy(p->text + p->text_n, p->raw + p->taken, n);
	p->text_n += n;
	p->taken += n;
}

void plain_take(struct plain *p, bool last)
{
	while (p->taken < p->raw_n) {
		struct str rest = { p->raw + p->taken, p->raw_n - p->taken };
		const char *at = memchr(rest.p, forms[p->form].first, rest.n);
		size_t n = 0, took;
		char bytes[3];

		copy(p, at ? (size_t)(at - rest.p) : rest.n);
		if (!at)
			return;
		rest = (struct str){ at, p->raw_n - p->taken };
		if (rest.n < ESCAPE_MAX && !last)
			return;
		took = forms[p->form].undo(rest, bytes, &n);
		if (!took) {
			copy(p, 1);
			continue;
		}
		memcpy(p->text + p->text_n, bytes, n);
		p->text_n += n;
		p->taken += took;
		add_jump(p);
	}
}

/* The last jump at or before `at`; p->jumps where there is none. */
static size_t jump_at(const struct plain *p, size_t at)
{
	size_t low = 0, high = p->jumps;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (p->jump[middle].view <= at)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? low - 1 : p->jumps;
}

size_t plain_raw(const struct plain *p, size_t at)
{
	size_t i = jump_at(p, at);

	return i == p->jumps ? at : p->jump[i].raw + (at - p->jump[i].view);
}

/* Whether a byte of raw XML stands inside a tag ("<!" begins text that is CDATA), as
 * far back as raw reaches. */
static bool in_tag(const struct plain *p, size_t raw)
{
	while (raw > 0 && p->raw[raw - 1] != '<' && p->raw[raw - 1] != '>')
		raw--;
	return raw > 0 && p->raw[raw - 1] == '<' && p->raw[raw] != '!';
}

size_t plain_mark(const struct plain *p, size_t from, size_t to)
{
	const char *marks = forms[p->form].marks;
	bool doubled = p->form == PLAIN_TEXT;

	if (from < to && p->form == PLAIN_XML && in_tag(p, plain_raw(p, from)))
		marks = "<\"'";
	for (size_t at = from; at < to; at++) {
		size_t raw = plain_raw(p, at);
		char c = p->raw[raw];

		if (c && strchr(marks, c) && !(doubled && c == '"' && raw + 1 < p->raw_n && p->raw[raw + 1] == '"'))
			return at;
	}
	return to;
}

void plain_forget(struct plain *p, size_t at)
{
	size_t raw = plain_raw(p, at), first = jump_at(p, at), n = 0;

	memmove(p->text, p->text + at, p->text_n - at);
	memmove(p->raw, p->raw + raw, p->raw_n - raw);
	for (size_t i = first == p->jumps ? 0 : first + 1; i < p->jumps; i++)
		p->jump[n++] = (struct plain_jump){ p->jump[i].view - (uint32_t)at, p->jump[i].raw - (uint32_t)raw };
	p->jumps = n;
	p->text_n -= at;
	p->raw_n -= raw;
	p->taken -= raw;
	p->base += raw;
}
