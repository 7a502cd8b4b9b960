#include "base/str.h"

struct str str_c(const char *cstr)
{
	return cstr ? (struct str){ cstr, strlen(cstr) } : (struct str){ 0 };
}

bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool str_is(struct str a, const char *cstr)
{
	return str_eq(a, str_c(cstr));
}

int str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int d = n ? memcmp(a.p, b.p, n) : 0;

	return d ? d : (a.n > b.n) - (a.n < b.n);
}

bool str_starts(struct str s, struct str prefix)
{
	return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

bool str_ends(struct str s, struct str suffix)
{
	return s.n >= suffix.n &&
	       (suffix.n == 0 || memcmp(s.p + s.n - suffix.n, suffix.p, suffix.n) == 0);
}

bool str_has(struct str s, struct str part)
{
	return part.n == 0 || str_find(s, part, 0) < s.n;
}

static unsigned char lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
}

bool str_is_caseless(struct str a, struct str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (lower((unsigned char)a.p[i]) != lower((unsigned char)b.p[i]))
			return false;
	return true;
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str str_trim(struct str s)
{
	while (s.n && is_space(s.p[0]))
		s.p++, s.n--;
	while (s.n && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

struct str str_from(struct str s, size_t at)
{
	ASSERT(at <= s.n);
	return (struct str){ s.p + at, s.n - at };
}

size_t str_find(struct str s, struct str part, size_t from)
{
	const char *hit;

	if (part.n == 0 || from > s.n || s.n - from < part.n)
		return s.n;
	hit = memmem(s.p + from, s.n - from, part.p, part.n);
	return hit ? (size_t)(hit - s.p) : s.n;
}

bool str_split(struct str *rest, char sep, struct str *piece)
{
	const char *hit;

	if (!rest->p)
		return false;
	hit = rest->n ? memchr(rest->p, sep, rest->n) : NULL;
	if (!hit) {
		*piece = *rest;
		*rest = (struct str){ 0 };
		return true;
	}
	*piece = (struct str){ rest->p, (size_t)(hit - rest->p) };
	*rest = str_from(*rest, piece->n + 1);
	return true;
}

bool str_to_u64(struct str s, uint64_t *out)
{
	uint64_t v = 0;

	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		if (__builtin_mul_overflow(v, 10u, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(s.p[i] - '0'), &v))
			return false;
	}
	*out = v;
	return true;
}

bool str_to_i64(struct str s, int64_t *out)
{
	bool minus = s.n && s.p[0] == '-';
	uint64_t v;

	if (!str_to_u64(minus ? str_from(s, 1) : s, &v))
		return false;
	if (v > (uint64_t)INT64_MAX + (minus ? 1 : 0))
		return false;
	*out = minus ? (int64_t)(0 - v) : (int64_t)v;
	return true;
}

/* Bytes of the sequence at p with n left, or 0 where it is not valid. */
static size_t utf8_len(const unsigned char *p, size_t n)
{
	static const struct { unsigned char first_lo, first_hi, second_lo, second_hi, len; } forms[] = {
		{ 0x01, 0x7F, 0, 0, 1 },	{ 0xC2, 0xDF, 0x80, 0xBF, 2 },
		{ 0xE0, 0xE0, 0xA0, 0xBF, 3 },	{ 0xE1, 0xEC, 0x80, 0xBF, 3 },
		{ 0xED, 0xED, 0x80, 0x9F, 3 },	{ 0xEE, 0xEF, 0x80, 0xBF, 3 },
		{ 0xF0, 0xF0, 0x90, 0xBF, 4 },	{ 0xF1, 0xF3, 0x80, 0xBF, 4 },
		{ 0xF4, 0xF4, 0x80, 0x8F, 4 },
	};

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		if (p[0] < forms[i].first_lo || p[0] > forms[i].first_hi)
			continue;
		if (forms[i].len > n)
			return 0;
		if (forms[i].len > 1 && (p[1] < forms[i].second_lo || p[1] > forms[i].second_hi))
			return 0;
		for (size_t k = 2; k < forms[i].len; k++)
			if ((p[k] & 0xC0) != 0x80)
				return 0;
		return forms[i].len;
	}
	return 0;
}

bool str_is_utf8(struct str s)
{
	size_t i = 0;

	while (i < s.n) {
		uint64_t eight;
		size_t len;

		/* Eight bytes of ASCII without NUL at a time. */
		while (s.n - i >= sizeof(eight)) {
			memcpy(&eight, s.p + i, sizeof(eight));
			if ((eight | (eight - 0x0101010101010101u)) & 0x8080808080808080u)
				break;
			i += sizeof(eight);
		}
		if (i == s.n)
			return true;
		len = utf8_len((const unsigned char *)s.p + i, s.n - i);

		if (!len)
			return false;
		i += len;
	}
	return true;
}

bool str_utf8_next(struct str *rest, uint32_t *code)
{
	static const unsigned char first_bits[] = { 0, 0x7F, 0x1F, 0x0F, 0x07 };
	const unsigned char *p = (const unsigned char *)rest->p;
	size_t len;

	if (rest->n == 0)
		return false;
	len = utf8_len(p, rest->n);
	*code = len ? p[0] & first_bits[len] : 0xFFFD;
	for (size_t i = 1; i < len; i++)
		*code = *code << 6 | (p[i] & 0x3F);
	*rest = str_from(*rest, len ? len : 1);
	return true;
}

struct str str_cut(struct str s, size_t max)
{
	if (s.n <= max)
		return s;
	while (max > 0 && ((unsigned char)s.p[max] & 0xC0) == 0x80)
		max--;
	return (struct str){ s.p, max };
}

uint64_t str_hash(struct str s)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 0x100000001b3u;
	return h;
}
