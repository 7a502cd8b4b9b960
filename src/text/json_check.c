#include "text/json_check.h"

static const char not_utf8[] = "there are bytes that are not UTF-8";
static const char half_pair[] = "a string holds half a surrogate pair";
static const char nul[] = "a string holds the character NUL (\\u0000)";

/* The first byte of a longer sequence; false where none may begin so. */
static bool lead(struct json_check *c, unsigned char b)
{
	c->low = 0x80;
	c->high = 0xBF;
	if (b >= 0xC2 && b <= 0xDF) {
		c->need = 1;
	} else if (b >= 0xE0 && b <= 0xEF) {
		c->need = 2;
		if (b == 0xE0)
			c->low = 0xA0;
		if (b == 0xED)
			c->high = 0x9F;
	} else if (b >= 0xF0 && b <= 0xF4) {
		c->need = 3;
		if (b == 0xF0)
			c->low = 0x90;
		if (b == 0xF4)
			c->high = 0x8F;
	} else {
		return false;
	}
	return true;
}

/* Offset of the first byte at or behind `i` that is not ASCII. */
static size_t skip_ascii(struct str s, size_t i)
{
	while (i + 32 <= s.n) {
		uint64_t w[4];

		memcpy(w, s.p + i, sizeof(w));
		if ((w[0] | w[1] | w[2] | w[3]) & 0x8080808080808080u)
			break;
		i += 32;
	}
	while (i < s.n && !((unsigned char)s.p[i] & 0x80))
		i++;
	return i;
}

static size_t utf8_fault(struct json_check *c, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char b;

		if (!c->need)
			i = skip_ascii(s, i);
		if (i == s.n)
			break;
		b = (unsigned char)s.p[i];
		if (c->need) {
			if (b < c->low || b > c->high)
				return i;
			c->low = 0x80;
			c->high = 0xBF;
			c->need--;
		} else if (!lead(c, b)) {
			return i;
		}
	}
	return s.n;
}

static int hex_digit(char ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	if ((ch | 0x20) >= 'a' && (ch | 0x20) <= 'f')
		return (ch | 0x20) - 'a' + 10;
	return -1;
}

/* A whole \uXXXX. */
static const char *unit_done(struct json_check *c)
{
	bool low = c->unit >= 0xDC00 && c->unit <= 0xDFFF;

	c->step = 0;
	if (c->pair != low)
		return half_pair;
	c->pair = c->unit >= 0xD800 && c->unit <= 0xDBFF;
	return c->unit ? NULL : nul;
}

/* One byte of an escape, or of what must follow a high surrogate. */
static const char *escape_byte(struct json_check *c, char ch)
{
	int digit;

	if (c->step == 0) {
		c->step = ch == '\\';
		return c->step ? NULL : half_pair;
	}
	if (c->step == 1) {
		c->unit = 0;
		c->step = ch == 'u' ? 2 : 0;
		return c->pair && ch != 'u' ? half_pair : NULL;
	}
	digit = hex_digit(ch);
	if (digit < 0) {	/* the lexer says what is wrong */
		c->step = 0;
		c->pair = false;
		return NULL;
	}
	c->unit = c->unit << 4 | (unsigned)digit;
	return c->step++ == 5 ? unit_done(c) : NULL;
}

static const char *escape_fault(struct json_check *c, struct str s, size_t *at)
{
	for (size_t i = 0; i < s.n; i++) {
		const char *fault;

		if (c->step == 0 && !c->pair) {
			const char *p = memchr(s.p + i, '\\', s.n - i);

			if (!p)
				return NULL;
			i = (size_t)(p - s.p);
			c->step = 1;
			continue;
		}
		fault = escape_byte(c, s.p[i]);
		if (fault) {
			*at = i;
			return fault;
		}
	}
	return NULL;
}

const char *json_check_piece(struct json_check *c, struct str piece, size_t *at)
{
	size_t bad = utf8_fault(c, piece);
	const char *fault = escape_fault(c, (struct str){ piece.p, bad }, at);

	if (fault || bad == piece.n)
		return fault;
	*at = bad;
	return not_utf8;
}
