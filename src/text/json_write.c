#include "text/json_write.h"

#include "base/instant.h"
#include "base/term.h"

static const int64_t largest = ((int64_t)1 << 53) - 1;

static void escape(struct buf *out, unsigned char c)
{
	static const char with[] = "btnvfr";	/* from 8; \v has no short form */

	if (c == '"' || c == '\\')
		buf_addf(out, "\\%c", c);
	else if (c >= 8 && c <= 13 && c != 11)
		buf_addf(out, "\\%c", with[c - 8]);
	else
		buf_addf(out, "\\u%04x", c);
}

/* Bytes of the valid UTF-8 sequence at p, 0 where there is none. */
static size_t sequence(const char *p, size_t n)
{
	for (size_t len = 2; len <= 4 && len <= n; len++)
		if (str_is_utf8((struct str){ p, len }))
			return len;
	return 0;
}

/* Whether the `len` bytes at p may stand in a text as they are. */
static bool stands(const char *p, size_t len, bool escapes)
{
	struct str one = { p, len };
	uint32_t code;

	if (len == 0 || (unsigned char)*p < ' ' || *p == '"' || *p == '\\')
		return false;
	return !escapes || !str_utf8_next(&one, &code) || !term_steers(code);
}

static void quote(struct buf *out, struct str s, bool escapes)
{
	size_t from = 0, i = 0;

	buf_add_char(out, '"');
	while (i < s.n) {
		unsigned char c = (unsigned char)s.p[i];
		size_t len = c < 0x80 ? 1 : sequence(s.p + i, s.n - i);
		struct str one = { s.p + i, len };
		uint32_t code = c;

		if (stands(s.p + i, len, escapes)) {
			i += len;
			continue;
		}
		buf_add(out, (struct str){ s.p + from, i - from });
		if (len > 1 && str_utf8_next(&one, &code))
			buf_addf(out, "\\u%04x", (unsigned)code);
		else if (len)
			escape(out, c);
		else
			buf_add(out, STR("\xEF\xBF\xBD"));
		i += len ? len : 1;
		from = i;
	}
	buf_add(out, (struct str){ s.p + from, i - from });
	buf_add_char(out, '"');
}

void json_quote(struct buf *out, struct str s)
{
	quote(out, s, false);
}

struct json_writer json_write(struct buf *out)
{
	return (struct json_writer){ .out = out, .ordered = true };
}

struct json_writer json_write_pretty(struct buf *out)
{
	return (struct json_writer){ .out = out, .pretty = true, .escapes = true };
}

static void new_line(struct json_writer *w)
{
	if (!w->pretty)
		return;
	buf_add_char(w->out, '\n');
	for (unsigned i = 0; i < w->depth; i++)
		buf_add(w->out, STR("  "));
}

/* The comma and line break before an element or key. */
static void separate(struct json_writer *w)
{
	if (!w->first[w->depth - 1])
		buf_add_char(w->out, ',');
	w->first[w->depth - 1] = false;
	new_line(w);
}

static void before_value(struct json_writer *w)
{
	if (!w->depth)
		return;
	if (w->array[w->depth - 1])
		separate(w);
	else
		ASSERT(w->has_key);
	w->has_key = false;
}

void json_open(struct json_writer *w, char bracket)
{
	ASSERT(bracket == '{' || bracket == '[');
	ASSERT(w->depth < JSON_DEPTH);
	before_value(w);
	buf_add_char(w->out, bracket);
	w->first[w->depth] = true;
	w->array[w->depth] = bracket == '[';
	w->last_key[w->depth] = (struct str){ 0 };
	w->depth++;
}

void json_close(struct json_writer *w, char bracket)
{
	ASSERT(w->depth > 0 && !w->has_key);
	ASSERT(bracket == (w->array[w->depth - 1] ? ']' : '}'));
	w->depth--;
	if (!w->first[w->depth])
		new_line(w);
	buf_add_char(w->out, bracket);
}

void json_key(struct json_writer *w, const char *key)
{
	struct str k = str_c(key);
	struct str *last;

	ASSERT(w->depth > 0 && !w->array[w->depth - 1] && !w->has_key);
	last = &w->last_key[w->depth - 1];
	ASSERT(!w->ordered || !last->p || str_cmp(*last, k) < 0);
	*last = k;
	separate(w);
	quote(w->out, k, w->escapes);
	buf_add(w->out, w->pretty ? STR(": ") : STR(":"));
	w->has_key = true;
}

void json_put_text(struct json_writer *w, struct str s)
{
	before_value(w);
	quote(w->out, s, w->escapes);
}

void json_put_int(struct json_writer *w, int64_t v)
{
	char digits[24];
	int n;

	ASSERT(v <= largest && v >= -largest);
	n = snprintf(digits, sizeof(digits), "%lld", (long long)v);
	json_put_raw(w, (struct str){ digits, (size_t)n });
}

void json_put_bool(struct json_writer *w, bool v)
{
	json_put_raw(w, v ? STR("true") : STR("false"));
}

void json_put_null(struct json_writer *w)
{
	json_put_raw(w, STR("null"));
}

void json_put_raw(struct json_writer *w, struct str already_json)
{
	before_value(w);
	buf_add(w->out, already_json);
}

void json_add_text(struct json_writer *w, const char *key, struct str s)
{
	if (!s.p)
		return;
	json_key(w, key);
	json_put_text(w, s);
}

void json_add_c(struct json_writer *w, const char *key, const char *s)
{
	json_add_text(w, key, str_c(s));
}

void json_add_int(struct json_writer *w, const char *key, int64_t v)
{
	json_key(w, key);
	json_put_int(w, v);
}

void json_add_bool(struct json_writer *w, const char *key, bool v)
{
	json_key(w, key);
	json_put_bool(w, v);
}

void json_add_time(struct json_writer *w, const char *key, int64_t t)
{
	char text[INSTANT_TEXT];

	if (t == INSTANT_NONE)
		return;
	instant_put(text, t);
	json_add_c(w, key, text);
}
