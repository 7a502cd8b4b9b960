#include "git/message.h"

#include "base/instant.h"

enum { LOOKED_AT = 256 * 1024, KEY_MAX = 12, NUMBER_MAX = 9,
       LOOKED_BACK = 64, URL_MAX = 512 };

/* Words of the form LETTERS-NUMBER that are no tickets. */
static const char *const no_tickets[] = {
	"AES", "ANSI", "ARM", "ASCII", "BASE", "BLAKE", "CAPEC", "COVID", "CP", "CVE", "CWE", "DES",
	"DIN", "ECDSA", "ED", "EN", "ES", "FIPS", "GB", "GHSA", "GMT", "GPL", "GPT", "HMAC", "HTTP",
	"IEC", "IEEE", "IPV", "ISBN", "ISO", "JSON", "LGPL", "LLAMA", "MD", "MPL", "NIST", "OSV", "P",
	"PEP", "PKCS", "PR", "RC", "RFC", "RHEL", "RSA", "RUSTSEC", "SHA", "SP", "SSE", "TLS", "UCS",
	"UTC", "UTF", "V", "WCAG", "WINDOWS", "X",
};

/* Words before "#n" that tie a change to an issue. */
static const char *const ties[] = {
	"close", "closes", "closed", "fix", "fixes", "fixed", "resolve", "resolves", "resolved",
	"implement", "implements", "ref", "refs", "references", "related", "issue", "bug", "ticket",
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_word(char c)
{
	return is_digit(c) || is_upper(c) || (c >= 'a' && c <= 'z') || c == '_' || (c & 0x80);
}

static bool is_one_of(char c, struct str set)
{
	return memchr(set.p, c, set.n) != NULL;
}

static size_t digits_at(struct str s, size_t at)
{
	size_t n = 0;

	while (at + n < s.n && is_digit(s.p[at + n]))
		n++;
	return n;
}

/* The number right behind the first `before`; GIT_PULL_NONE where there is none. */
static int64_t number_behind(struct str s, const char *before)
{
	size_t at = str_find(s, str_c(before), 0), n;
	int64_t v;

	if (at == s.n)
		return GIT_PULL_NONE;
	at += strlen(before);
	n = digits_at(s, at);
	if (n == 0 || n > NUMBER_MAX || !str_to_i64((struct str){ s.p + at, n }, &v) || v == 0)
		return GIT_PULL_NONE;
	return v;
}

/* "… (#12)" with nothing behind it. */
static int64_t number_at_end(struct str subject)
{
	struct str s = str_trim(subject);
	size_t n = 0;
	int64_t v;

	if (!str_ends(s, STR(")")))
		return GIT_PULL_NONE;
	while (n < s.n - 1 && is_digit(s.p[s.n - 2 - n]))
		n++;
	if (n == 0 || n > NUMBER_MAX || s.n < n + 3 || s.p[s.n - 2 - n] != '#')
		return GIT_PULL_NONE;
	if (s.p[s.n - 3 - n] != '(' && s.p[s.n - 3 - n] != ' ')
		return GIT_PULL_NONE;
	return str_to_i64((struct str){ s.p + s.n - 1 - n, n }, &v) && v ? v : GIT_PULL_NONE;
}

static int64_t pull_of(struct str subject, struct str body)
{
	static const char *const leading[] = { "Merge pull request #", "Merged PR ", "Pull request #" };
	size_t see = str_find(body, STR("See merge request "), 0);
	int64_t v;

	for (size_t i = 0; i < ARRAY_LEN(leading); i++)
		if (str_starts(subject, str_c(leading[i])))
			return number_behind(subject, leading[i]);
	v = number_behind(subject, "(pull request #");
	if (v == GIT_PULL_NONE && see < body.n) {
		struct str line = str_from(body, see), first;

		if (str_split(&line, '\n', &first))
			v = number_behind(first, "!");
	}
	return v == GIT_PULL_NONE ? number_at_end(subject) : v;
}

/* A growing list with a maximum and no two alike. */
static void list_add(struct strs *list, size_t max, struct str s)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_eq(list->v[i], s))
			return;
	if (list->n < max)
		list->v[list->n++] = s;
}

static bool is_no_ticket(struct str key)
{
	for (size_t i = 0; i < ARRAY_LEN(no_tickets); i++)
		if (str_is(key, no_tickets[i]))
			return true;
	return false;
}

/* Letters and digits of a key at `at`, of which the first is a letter. */
static size_t key_at(struct str s, size_t at)
{
	size_t n = 0;

	while (at + n < s.n && n <= KEY_MAX && (is_upper(s.p[at + n]) || (n && is_digit(s.p[at + n]))))
		n++;
	return n < 2 || n > KEY_MAX || is_no_ticket((struct str){ s.p + at, n }) ? 0 : n;
}

/* Whether what stands at `at` makes a number part of something longer: a word,
 * a range, a version. */
static bool goes_on(struct str s, size_t at)
{
	if (at >= s.n)
		return false;
	return is_word(s.p[at]) || s.p[at] == '-' || (s.p[at] == '.' && digits_at(s, at + 1));
}

/* KEY-123 at `at`, which begins a word; gives its length, or 0. */
static size_t key_ticket(struct str s, size_t at)
{
	size_t n = key_at(s, at), digits;

	if (n == 0 || at + n >= s.n || s.p[at + n] != '-')
		return 0;
	digits = digits_at(s, at + n + 1);
	if (digits == 0 || digits > 7 || s.p[at + n + 1] == '0')
		return 0;
	return goes_on(s, at + n + 1 + digits) ? 0 : n + 1 + digits;
}

/* Where the run of separators and numbers that ends at `end` begins. */
static size_t before_separators(struct str line, size_t end, size_t lowest)
{
	while (end > lowest && (is_one_of(line.p[end - 1], STR(" \t:,&#")) || is_digit(line.p[end - 1])))
		end--;
	return end;
}

/* Whether one of the words that tie stands before `at` ("Fixes: #1, #2"). */
static bool tied(struct str line, size_t at)
{
	size_t lowest = at > LOOKED_BACK ? at - LOOKED_BACK : 0, start;
	size_t end = before_separators(line, at, lowest);

	if (str_ends((struct str){ line.p, end }, STR(" to")))
		end -= 3;
	else if (str_ends((struct str){ line.p, end }, STR(" and")))
		end -= 4;
	end = before_separators(line, end, lowest < end ? lowest : end);
	start = end;
	while (start > lowest && is_word(line.p[start - 1]))
		start--;
	for (size_t i = 0; i < ARRAY_LEN(ties); i++)
		if (str_is_caseless((struct str){ line.p + start, end - start }, str_c(ties[i])))
			return true;
	return false;
}

/* "#12", "owner/name#12" or "AB#12" whose '#' is at `hash`. */
static void hash_ticket(struct str line, size_t hash, struct strs *out)
{
	size_t n = digits_at(line, hash + 1), start = hash;
	struct str prefix;

	if (n == 0 || n > NUMBER_MAX || line.p[hash + 1] == '0')
		return;
	while (start && (is_word(line.p[start - 1]) || is_one_of(line.p[start - 1], STR("/.-"))))
		start--;
	prefix = (struct str){ line.p + start, hash - start };
	if (str_is(prefix, "AB") || tied(line, start))
		list_add(out, GIT_TICKETS, (struct str){ line.p + start, prefix.n + 1 + n });
}

/* …/owner/name/issues/12 and …/group/name/-/issues/12 behind a word that ties. */
static void url_tickets(struct arena *a, struct str line, struct strs *out)
{
	static const struct str between = STR_INIT("/issues/");

	for (size_t at = 0; (at = str_find(line, between, at)) < line.n; at += between.n) {
		size_t n = digits_at(line, at + between.n), start = at;
		struct str url, path;

		while (start && at - start < URL_MAX && !is_one_of(line.p[start - 1], STR(" (<")))
			start--;
		url = (struct str){ line.p + start, at - start };
		if (n == 0 || n > NUMBER_MAX || !str_starts(url, STR("https://")) || !tied(line, start))
			continue;
		path = str_from(url, 8);
		path = str_from(path, str_find(path, STR("/"), 0));
		if (str_ends(path, STR("/-")))
			path.n -= 2;
		if (path.n > 1)
			list_add(out, GIT_TICKETS,
				 arena_printf(a, "%.*s#%.*s", FMT(str_from(path, 1)), (int)n,
					      line.p + at + between.n));
	}
}

static void line_tickets(struct arena *a, struct str line, struct strs *out)
{
	for (size_t i = 0; i < line.n; i++) {
		size_t n;

		if (line.p[i] == '#')
			hash_ticket(line, i, out);
		if (!is_upper(line.p[i]) || (i && (is_word(line.p[i - 1]) || line.p[i - 1] == '-')))
			continue;
		n = key_ticket(line, i);
		if (n)
			list_add(out, GIT_TICKETS, (struct str){ line.p + i, n });
	}
	url_tickets(a, line, out);
}

/* The id behind `before`: 40 or 64 hexadecimal digits, or 7 and more. */
static void id_behind(struct str line, const char *before, struct strs *out)
{
	size_t at = str_find(line, str_c(before), 0), n = 0;

	if (at == line.n)
		return;
	at += strlen(before);
	while (at + n < line.n && n < 65 && is_one_of(line.p[at + n], STR("0123456789abcdef")))
		n++;
	if (n >= 7 && n <= 64)
		list_add(out, GIT_PICKED, (struct str){ line.p + at, n });
}

static void coauthor(struct arena *a, struct str line, struct git_message *m)
{
	static const struct str key = STR_INIT("co-authored-by:");
	struct git_person p;

	if (line.n < key.n || !str_is_caseless((struct str){ line.p, key.n }, key))
		return;
	if (m->coauthors_n == GIT_COAUTHORS || !git_person_parse(a, str_from(line, key.n), &p))
		return;
	p.at = INSTANT_NONE;
	for (size_t i = 0; i < m->coauthors_n; i++)
		if (str_is_caseless(m->coauthors[i].email, p.email) && str_eq(m->coauthors[i].name, p.name))
			return;
	if (!m->coauthors)
		m->coauthors = ARENA_ARRAY(a, struct git_person, GIT_COAUTHORS);
	m->coauthors[m->coauthors_n++] = p;
}

static void subject_take(struct str line, struct git_message *out)
{
	if (out->subject.n == 0)
		out->subject = str_cut(str_trim(line), GIT_SUBJECT);
}

void git_message_parse(struct arena *a, struct str message, struct git_message *out)
{
	struct str body = str_cut(message, LOOKED_AT), rest = body, line;

	*out = (struct git_message){ .pull = GIT_PULL_NONE, .subject = STR("") };
	out->tickets.v = ARENA_ARRAY(a, struct str, GIT_TICKETS);
	out->picked.v = ARENA_ARRAY(a, struct str, GIT_PICKED);
	out->reverts.v = ARENA_ARRAY(a, struct str, GIT_PICKED);
	while (str_split(&rest, '\n', &line)) {
		subject_take(line, out);
		line_tickets(a, line, &out->tickets);
		coauthor(a, str_trim(line), out);
		id_behind(line, "cherry picked from commit ", &out->picked);
		id_behind(line, "This reverts commit ", &out->reverts);
	}
	out->pull = pull_of(out->subject, body);
	out->revert = out->reverts.n > 0 || str_starts(out->subject, STR("Revert \""));
}
