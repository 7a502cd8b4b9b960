#include "crypto/signers.h"

#include "base/hex.h"
#include "base/instant.h"

enum { FILE_MAX = 4 << 20, LINES_MAX = 65536, KEY_MAX = 16384 };

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static void skip_blanks(struct str *rest)
{
	while (rest->n && is_blank(rest->p[0]))
		*rest = str_from(*rest, 1);
}

/* The next word; blanks inside double quotes belong to it. False for none and
 * for a quote that does not end. */
static bool next_word(struct str *rest, struct str *word)
{
	bool quoted = false;
	size_t n = 0;

	skip_blanks(rest);
	for (; n < rest->n && (quoted || !is_blank(rest->p[n])); n++) {
		if (quoted && rest->p[n] == '\\' && n + 1 < rest->n && rest->p[n + 1] == '"')
			n++;
		else if (rest->p[n] == '"')
			quoted = !quoted;
	}
	*word = (struct str){ rest->p, n };
	*rest = str_from(*rest, n);
	return n > 0 && !quoted;
}

static struct str unquoted(struct str s)
{
	if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
		return (struct str){ s.p + 1, s.n - 2 };
	return s;
}

/* One pattern with * and ? against the whole of a value. */
static bool matches(struct str pattern, struct str value)
{
	size_t p = 0, v = 0, star = SIZE_MAX, mark = 0;

	while (v < value.n) {
		if (p < pattern.n && pattern.p[p] == '*') {
			star = p++;
			mark = v;
		} else if (p < pattern.n && (pattern.p[p] == '?' || pattern.p[p] == value.p[v])) {
			p++;
			v++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			v = ++mark;
		} else {
			return false;
		}
	}
	while (p < pattern.n && pattern.p[p] == '*')
		p++;
	return p == pattern.n;
}

static bool list_matches(struct str patterns, struct str value)
{
	bool hit = false;
	struct str one;

	while (str_split(&patterns, ',', &one)) {
		bool not = one.n && one.p[0] == '!';

		if (!matches(not ? str_from(one, 1) : one, value))
			continue;
		if (not)
			return false;
		hit = true;
	}
	return hit;
}

static bool two_digits(const char *p, int max, int64_t *out)
{
	uint64_t v;

	if (!str_to_u64((struct str){ p, 2 }, &v) || v > (uint64_t)max)
		return false;
	*out = (int64_t)v;
	return true;
}

/* YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS, and perhaps Z. */
static bool read_time(struct str s, int64_t *out)
{
	char iso[11] = "yyyy-mm-dd";
	int64_t day, h = 0, m = 0, sec = 0;

	if (s.n && s.p[s.n - 1] == 'Z')
		s.n--;
	if (s.n != 8 && s.n != 12 && s.n != 14)
		return false;
	memcpy(iso, s.p, 4);
	memcpy(iso + 5, s.p + 4, 2);
	memcpy(iso + 8, s.p + 6, 2);
	if (!day_get((struct str){ iso, 10 }, &day))
		return false;
	if (s.n >= 12 && (!two_digits(s.p + 8, 23, &h) || !two_digits(s.p + 10, 59, &m)))
		return false;
	if (s.n == 14 && !two_digits(s.p + 12, 59, &sec))
		return false;
	*out = day * DAY_SECONDS + h * 3600 + m * 60 + sec;
	return true;
}

static err read_option(struct str name, struct str value, struct signer *out)
{
	bool good = true;

	if (str_is_caseless(name, STR("cert-authority")) && !value.p)
		out->authority = true;
	else if (str_is_caseless(name, STR("namespaces")) && value.n)
		out->spaces = value;
	else if (str_is_caseless(name, STR("valid-after")))
		good = read_time(value, &out->after);
	else if (str_is_caseless(name, STR("valid-before")))
		good = read_time(value, &out->before);
	else
		good = false;
	if (!good)
		return fail(ERR_INPUT, "the option %.*s is unknown or has no valid value",
			    FMT(str_cut(name, 64)));
	return NULL;
}

/* name="value",name,name="value": a comma inside quotes does not part them. */
static err read_options(struct str rest, struct signer *out)
{
	while (rest.n) {
		struct str one, value = { 0 };
		bool quoted = false;
		size_t n = 0, equals;

		for (; n < rest.n && (quoted || rest.p[n] != ','); n++)
			if (rest.p[n] == '"')
				quoted = !quoted;
		one = (struct str){ rest.p, n };
		rest = str_from(rest, n < rest.n ? n + 1 : n);
		equals = str_find(one, STR("="), 0);
		if (equals < one.n)
			value = unquoted(str_from(one, equals + 1));
		TRY(read_option((struct str){ one.p, equals }, value, out));
	}
	if (out->after != INSTANT_NONE && out->before != INSTANT_NONE && out->before < out->after)
		return fail(ERR_INPUT, "valid-before is earlier than valid-after");
	return NULL;
}

/* Kind and base64, when `kind` and the next word are a key; `rest` moves then. */
static bool read_key(struct arena *a, struct str kind, struct str *rest, struct signer *out)
{
	BUF_AUTO blob = buf_new(KEY_MAX);
	struct str ahead = *rest, word, inner;

	if (!next_word(&ahead, &word) || !base64_get(word, &blob) ||
	    !sshkey_kind(buf_str(&blob), &inner) || !str_eq(inner, kind))
		return false;
	out->kind = kind;
	out->key = arena_str(a, buf_str(&blob));
	*rest = ahead;
	return true;
}

static err read_line(struct arena *a, struct str line, struct signer *out)
{
	struct str word, kind;

	if (!next_word(&line, &word) || !unquoted(word).n)
		return fail(ERR_INPUT, "there are no principals");
	out->principals = unquoted(word);
	if (!next_word(&line, &word))
		return fail(ERR_INPUT, "there is no key");
	if (read_key(a, word, &line, out))
		return NULL;
	TRY(read_options(word, out));
	if (!next_word(&line, &kind) || !read_key(a, kind, &line, out))
		return fail(ERR_INPUT, "there is no valid key");
	return NULL;
}

static size_t count_lines(struct str text)
{
	size_t n = 1;

	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\n';
	return n;
}

err signers_parse(struct arena *a, struct str text, struct signers *out)
{
	struct signers list = { 0 };
	struct str line;
	size_t number = 0;

	if (text.n > FILE_MAX || count_lines(text) > LINES_MAX)
		return fail(ERR_LIMIT, "the file of allowed signers is larger than %d bytes or "
			    "%d lines", FILE_MAX, LINES_MAX);
	text = arena_str(a, text);
	list.v = ARENA_ARRAY(a, struct signer, count_lines(text));
	while (str_split(&text, '\n', &line)) {
		struct signer one = { .after = INSTANT_NONE, .before = INSTANT_NONE,
				      .line = ++number };

		line = str_trim(line);
		if (!line.n || line.p[0] == '#')
			continue;
		TRY(err_in(read_line(a, line, &one), "allowed signers, line %zu", number));
		list.v[list.n++] = one;
	}
	*out = list;
	return NULL;
}

/* Each word that is a key or a fingerprint counts; the others are comments. */
err signers_revoke(struct arena *a, struct str text, struct signers *s)
{
	struct str line, word;
	size_t room = 1;

	if (text.n > FILE_MAX)
		return fail(ERR_LIMIT, "the file of revoked keys is larger than %d bytes", FILE_MAX);
	for (size_t i = 0; i < text.n; i++)
		room += text.p[i] == ' ' || text.p[i] == '\n' || text.p[i] == '\t';
	s->revoked = (struct strs){ ARENA_ARRAY(a, struct str, room), 0 };
	while (str_split(&text, '\n', &line)) {
		if (str_starts(str_trim(line), STR("#")))
			continue;
		while (str_split(&line, ' ', &word)) {
			BUF_AUTO key = buf_new(KEY_MAX);
			struct str kind;

			word = str_trim(word);
			if (str_starts(word, STR("SHA256:")))
				s->revoked.v[s->revoked.n++] = arena_str(a, word);
			else if (base64_get(word, &key) && sshkey_kind(buf_str(&key), &kind))
				s->revoked.v[s->revoked.n++] = arena_str(a, buf_str(&key));
		}
	}
	return NULL;
}

static bool is_revoked(const struct signers *s, const struct sshsig *sig)
{
	for (size_t i = 0; i < s->revoked.n; i++)
		if (str_eq(s->revoked.v[i], sig->key) || str_is(s->revoked.v[i], sig->fingerprint))
			return true;
	return false;
}

enum signers_word signers_vouch(const struct signers *s, const struct sshsig *sig, struct str message,
				const char *space)
{
	err e;

	if (is_revoked(s, sig))
		return SIGNERS_REVOKED;
	e = sshsig_verify(sig, message, space);
	if (e)
		return e->kind == ERR_FAILED ? SIGNERS_UNCHECKED : SIGNERS_BAD;
	for (size_t i = 0; i < s->n; i++)
		if (!s->v[i].authority && str_eq(s->v[i].key, sig->key))
			return SIGNERS_LISTED;
	return SIGNERS_UNLISTED;
}

const struct signer *signers_find(const struct signers *s, const struct sshsig *sig, int64_t at)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct signer *one = &s->v[i];

		if (one->authority || !str_eq(one->key, sig->key) ||
		    (one->spaces.p && !list_matches(one->spaces, sig->space)) ||
		    (one->after != INSTANT_NONE && at < one->after) ||
		    (one->before != INSTANT_NONE && at > one->before))
			continue;
		return one;
	}
	return NULL;
}

bool signers_covers(const struct signer *s, struct str name)
{
	return list_matches(s->principals, name);
}
