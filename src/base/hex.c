#include "base/hex.h"

static const char digits[] = "0123456789abcdef";
static const char alphabet[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void hex_put(char *out, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[p[i] >> 4];
		out[2 * i + 1] = digits[p[i] & 15];
	}
	out[2 * n] = '\0';
}

/* Value and 16, or 0 for what is no digit. */
static const unsigned char digit[256] = {
	['0'] = 16, 17, 18, 19, 20, 21, 22, 23, 24, 25,
	['a'] = 26, 27, 28, 29, 30, 31, ['A'] = 26, 27, 28, 29, 30, 31,
};

bool hex_get(struct str s, void *out, size_t n)
{
	unsigned char *p = out;

	if (s.n != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		unsigned hi = digit[(unsigned char)s.p[2 * i]], lo = digit[(unsigned char)s.p[2 * i + 1]];

		if (!hi || !lo)
			return false;
		p[i] = (unsigned char)(hi << 4 | (lo & 15));
	}
	return true;
}

void hex_add(struct buf *b, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;

	for (size_t i = 0; i < n; i++) {
		buf_add_char(b, digits[p[i] >> 4]);
		buf_add_char(b, digits[p[i] & 15]);
	}
}

void base64_add(struct buf *b, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;

	for (size_t i = 0; i < n; i += 3) {
		size_t left = n - i;
		uint32_t v = (uint32_t)p[i] << 16 | (left > 1 ? (uint32_t)p[i + 1] << 8 : 0) |
			     (left > 2 ? (uint32_t)p[i + 2] : 0);
		char quad[4] = { alphabet[v >> 18], alphabet[v >> 12 & 63],
				 left > 1 ? alphabet[v >> 6 & 63] : '=',
				 left > 2 ? alphabet[v & 63] : '=' };

		buf_add(b, (struct str){ quad, 4 });
	}
}

static int sextet(char c)
{
	const char *hit = c ? strchr(alphabet, c) : NULL;

	return hit ? (int)(hit - alphabet) : -1;
}

/* One quad; `last` allows padding. Returns bytes written or -1. */
static int quad_get(const char *q, bool last, unsigned char out[3])
{
	int pad = !last ? 0 : q[3] != '=' ? 0 : q[2] != '=' ? 1 : 2;
	uint32_t v = 0;

	for (int i = 0; i < 4; i++) {
		int x = i >= 4 - pad ? 0 : sextet(q[i]);

		if (x < 0)
			return -1;
		v = v << 6 | (uint32_t)x;
	}
	out[0] = (unsigned char)(v >> 16);
	out[1] = (unsigned char)(v >> 8);
	out[2] = (unsigned char)v;
	/* The bits that padding leaves over must be zero, or two texts would
	 * decode to the same bytes. */
	if ((pad == 1 && out[2]) || (pad == 2 && (out[1] || out[2])))
		return -1;
	return 3 - pad;
}

bool base64_get(struct str s, struct buf *out)
{
	if (s.n % 4)
		return false;
	for (size_t i = 0; i < s.n; i += 4) {
		unsigned char three[3];
		int n = quad_get(s.p + i, i + 4 == s.n, three);

		if (n < 0)
			return false;
		buf_add(out, (struct str){ (const char *)three, (size_t)n });
	}
	return !buf_over(out);
}
