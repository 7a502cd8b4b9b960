#include "git/commit.h"

#include "base/buf.h"
#include "base/instant.h"

enum { SIGNATURE = 64 * 1024 };

static const int64_t first_instant = -62167219200, last_instant = 253402300799;

/* Windows code page 1252, 0x80 … 0x9F; zero is not assigned. */
static const uint16_t cp1252[32] = {
	0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
	0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
	0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
	0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178,
};

static size_t put_code(char *out, uint32_t code)
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xC0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3F));
		return 2;
	}
	out[0] = (char)(0xE0 | code >> 12);
	out[1] = (char)(0x80 | (code >> 6 & 0x3F));
	out[2] = (char)(0x80 | (code & 0x3F));
	return 3;
}

static struct str from_latin(struct arena *a, struct str s)
{
	char *out = arena_alloc(a, 3 * s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		uint32_t code = (unsigned char)s.p[i];

		if (code >= 0x80 && code < 0xA0)
			code = cp1252[code - 0x80];
		n += put_code(out + n, code ? code : 0xFFFD);
	}
	return (struct str){ out, n };
}

/* What is neither UTF-8 nor Latin keeps its ASCII; the rest is U+FFFD. */
static struct str to_utf8(struct arena *a, struct str s, struct str encoding)
{
	static const char *const latin[] = { "iso-8859-1", "iso8859-1", "iso-8859-15", "latin1",
					     "latin-1", "windows-1252", "cp1252" };

	if (str_is_utf8(s))
		return s;
	for (size_t i = 0; i < ARRAY_LEN(latin); i++)
		if (str_is_caseless(encoding, str_c(latin[i])))
			return from_latin(a, s);
	return arena_utf8(a, s);
}

static bool is_hex(struct str s, size_t digits)
{
	if (s.n != digits)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= '0' && s.p[i] <= '9') && !(s.p[i] >= 'a' && s.p[i] <= 'f'))
			return false;
	return true;
}

/* Offset of the last `c` before `end`, or s.n where there is none. */
static size_t find_last(struct str s, char c, size_t end)
{
	const char *hit = end ? memrchr(s.p, c, end) : NULL;

	return hit ? (size_t)(hit - s.p) : s.n;
}

/* "1700000000 +0100"; what no calendar holds is no time. */
static int64_t time_of(struct str s)
{
	struct str seconds;
	int64_t at;

	s = str_trim(s);
	if (!str_split(&s, ' ', &seconds) || !str_to_i64(seconds, &at))
		return INSTANT_NONE;
	return at < first_instant || at > last_instant ? INSTANT_NONE : at;
}

bool git_person_parse(struct arena *a, struct str line, struct git_person *out)
{
	size_t close = find_last(line, '>', line.n);
	size_t open = close < line.n ? find_last(line, '<', close) : line.n;

	if (open == line.n)
		return false;
	out->name = str_cut(arena_utf8(a, str_trim((struct str){ line.p, open })), GIT_NAME);
	out->email = str_cut(arena_utf8(a, str_trim((struct str){ line.p + open + 1, close - open - 1 })),
			     GIT_EMAIL);
	out->at = time_of(str_from(line, close + 1));
	return true;
}

/* One header line and the lines that continue it, which begin with a space. */
static bool header_next(struct str *rest, struct str *key, struct str *value)
{
	struct str line;

	if (!rest->p || rest->n == 0 || rest->p[0] == '\n' || !str_split(rest, '\n', &line))
		return false;
	*value = line;
	while (rest->n && rest->p[0] == ' ' && str_split(rest, '\n', &line))
		value->n = (size_t)(line.p + line.n - value->p);
	if (!str_split(value, ' ', key))
		*key = STR("");
	if (!value->p)
		*value = STR("");
	return true;
}

static bool is_signature_header(struct str key)
{
	return str_is(key, "gpgsig") || str_is(key, "gpgsig-sha256");
}

/* The value with the space that begins each further line taken away. */
static struct str unfold(struct arena *a, struct str value)
{
	BUF_AUTO out = buf_new(SIGNATURE);
	struct str line;

	while (str_split(&value, '\n', &line)) {
		if (out.n)
			buf_add_char(&out, '\n');
		buf_add(&out, out.n && str_starts(line, STR(" ")) ? str_from(line, 1) : line);
	}
	buf_add_char(&out, '\n');
	return arena_str(a, arena_utf8(a, buf_str(&out)));
}

struct draft {
	struct git_commit c;
	struct str author, committer, encoding;
};

/* Room for two, which is what most have, and for all from the third on. */
static void parent_take(struct arena *a, struct git_commit *c, struct str value)
{
	struct str *all;

	c->parents_total++;
	if (c->parents_n == GIT_PARENTS)
		return;
	if (c->parents_n == 0)
		c->parents = ARENA_ARRAY(a, struct str, 2);
	if (c->parents_n == 2) {
		all = ARENA_ARRAY(a, struct str, GIT_PARENTS);
		all[0] = c->parents[0], all[1] = c->parents[1];
		c->parents = all;
	}
	c->parents[c->parents_n++] = value;
}

static void header_take(struct arena *a, struct draft *d, size_t hex, struct str key, struct str value)
{
	if (str_is(key, "parent") && is_hex(value, hex)) {
		parent_take(a, &d->c, value);
	} else if (str_is(key, "author") && !d->author.p) {
		d->author = value;
	} else if (str_is(key, "committer") && !d->committer.p) {
		d->committer = value;
	} else if (str_is(key, "encoding") && !d->encoding.p) {
		d->encoding = value;
	} else if (is_signature_header(key) && !d->c.signature.p) {
		d->c.signature = unfold(a, value);
	}
}

err git_commit_parse(struct arena *a, struct str raw, size_t hex, struct git_commit *out)
{
	struct draft *d = ARENA_NEW(a, struct draft);
	struct str rest = raw, key, value;

	while (header_next(&rest, &key, &value))
		header_take(a, d, hex, key, value);
	if (!d->encoding.p)
		d->encoding = STR("");
	if (!git_person_parse(a, to_utf8(a, d->author.p ? d->author : STR(""), d->encoding), &d->c.author) ||
	    !git_person_parse(a, to_utf8(a, d->committer.p ? d->committer : STR(""), d->encoding),
			      &d->c.committer))
		return fail(ERR_INPUT, "a commit names no author or no committer");
	if (rest.n && rest.p[0] == '\n')
		rest = str_from(rest, 1);
	d->c.message = to_utf8(a, rest.p ? rest : STR(""), d->encoding);
	d->c.raw = raw;
	*out = d->c;
	return NULL;
}

struct str git_commit_payload(struct arena *a, const struct git_commit *c)
{
	char *out = arena_alloc(a, c->raw.n + 1);
	struct str rest = c->raw, key, value;
	size_t n = 0;

	for (const char *from = rest.p; header_next(&rest, &key, &value); from = rest.p) {
		size_t len = rest.p ? (size_t)(rest.p - from) : c->raw.n - (size_t)(from - c->raw.p);

		if (is_signature_header(key))
			continue;
		ASSERT(from);
		memcpy(out + n, from, len);
		n += len;
	}
	if (rest.n)
		memcpy(out + n, rest.p, rest.n);
	return (struct str){ out, n + rest.n };
}
