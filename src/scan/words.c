#include "scan/words.h"

enum { WORD_MIN = 3, WORD_MAX = 128, VALUE_MAX = 4096, WORDS_MAX = 4096 };

enum { WORDY = 62, WORDY_NAME = 45 };	/* percent */

/* How a word of the file is compared. */
enum kind {
	ANY,		/* anywhere in the value, any case */
	WHOLE,		/* the whole value, any case */
	STRICT,		/* as ANY, at the strict level only */
	PUBLISHED,	/* anywhere, exact: a token printed in a vendor's manual */
	KINDS,
};

static const char *const kinds[KINDS] = { "any", "whole", "strict", "published" };

struct scan_words {
	struct strs of[KINDS];
};

static void lower(char *out, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		out[i] = (char)(s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] + 32 : s.p[i]);
}

static err read_word(struct arena *a, struct strs lists[KINDS], struct str line)
{
	struct str kind, word;
	size_t k = 0;

	str_split(&line, ' ', &kind);
	while (k < KINDS && !str_is(kind, kinds[k]))
		k++;
	if (k == KINDS)
		return fail(ERR_INPUT, "a line begins with 'any', 'whole', 'strict' or 'published'");
	if (!scan_rule_unescape(a, str_trim(line), &word))
		return fail(ERR_INPUT, "unknown escape");
	if (word.n < WORD_MIN || word.n > WORD_MAX)
		return fail(ERR_INPUT, "a word is of %d to %d bytes", WORD_MIN, WORD_MAX);
	if (lists[k].n == WORDS_MAX)
		return fail(ERR_LIMIT, "more than %d words of one kind", WORDS_MAX);
	if (k != PUBLISHED) {
		char *low = arena_alloc(a, word.n + 1);

		lower(low, word);
		word.p = low;
	}
	lists[k].v[lists[k].n++] = word;
	return NULL;
}

err scan_words_parse(struct arena *a, const char *name, struct str text, struct scan_words **out)
{
	struct scan_words *w = ARENA_NEW(a, struct scan_words);
	struct str rest = text, line;
	unsigned number = 0;

	if (text.n > SCAN_RULE_FILE_MAX)
		return fail(ERR_LIMIT, "%s: a word file has at most %d bytes", name,
			    SCAN_RULE_FILE_MAX);
	for (size_t k = 0; k < KINDS; k++)
		w->of[k].v = ARENA_ARRAY(a, struct str, WORDS_MAX);
	while (str_split(&rest, '\n', &line)) {
		number++;
		line = str_trim(line);
		if (number == 1 && !str_is(line, "custody words 1"))
			return fail(ERR_INPUT, "%s:1: the first line must be 'custody words 1'", name);
		if (number == 1 || line.n == 0 || line.p[0] == '#')
			continue;
		TRY(err_in(read_word(a, w->of, line), "%s:%u", name, number));
	}
	*out = w;
	return NULL;
}

static bool any_in(const struct strs *words, struct str value)
{
	for (size_t i = 0; i < words->n; i++)
		if (str_has(value, words->v[i]))
			return true;
	return false;
}

static bool whole_in(const struct strs *words, struct str value)
{
	for (size_t i = 0; i < words->n; i++)
		if (str_eq(value, words->v[i]))
			return true;
	return false;
}

static bool has_any(struct str v, const char *const *parts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_has(v, str_c(parts[i])))
			return true;
	return false;
}

/* ${X}, $(x), {{x}}, %(x)s, <x>, [x]: filled in later by a program or a reader. */
static bool is_template(struct str v)
{
	static const char *const marks[] = { "${", "{{", "$(", "%(", "#{", "...", "\xe2\x80\xa6" };
	static const char open[] = "<[%", close[] = ">]%";
	const char *at = strchr(open, v.p[0]);

	if (at && *at && v.p[v.n - 1] == close[at - open])
		return true;
	if (v.p[0] == '$' && v.n > 1 && v.p[v.n - 1] != '=')
		return true;
	return has_any(v, marks, ARRAY_LEN(marks));
}

/* One byte repeated over a third of the value, or hardly any different bytes. */
static bool is_repetitive(struct str v)
{
	unsigned char present[256] = { 0 };
	size_t run = 1, longest = 1, kinds_of = 0;

	for (size_t i = 0; i < v.n; i++) {
		unsigned char c = (unsigned char)v.p[i];

		kinds_of += !present[c];
		present[c] = 1;
		run = i && v.p[i] == v.p[i - 1] ? run + 1 : 1;
		longest = run > longest ? run : longest;
	}
	return (longest >= 5 && longest * 3 >= v.n) || (v.n >= 8 && kinds_of <= 3);
}

/* Letters that follow one another by code ("abcdefgh", "12345678") make up
 * half of the value. */
static bool is_sequence(struct str v)
{
	size_t run = 1, in_runs = 0;

	for (size_t i = 1; i <= v.n; i++) {
		if (i < v.n && v.p[i] == v.p[i - 1] + 1) {
			run++;
			continue;
		}
		in_runs += run >= 4 ? run : 0;
		run = 1;
	}
	return in_runs * 2 >= v.n;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The pairs of letters that make up six sevenths of English and of program
 * text: one row per first letter, one bit per second. Random letters hit a
 * pair in 28 of 100 cases. */
static const uint32_t pairs[26] = {
	0x03EBD4E, 0x0104911, 0x01A4D95, 0x0104111, 0x0AEB87D, 0x0024131, 0x0024111,
	0x0004111, 0x02EF87F, 0x0000000, 0x0000110, 0x11C4919, 0x000D111, 0x00C417D,
	0x07EF84E, 0x01AC911, 0x0100000, 0x11E715D, 0x01CC595, 0x11E4991, 0x00EB917,
	0x0000111, 0x0000111, 0x0000000, 0x0000000, 0x0000000,
};

/* Whether most of the value reads as words: `percent` of its pairs of letters
 * are common ones. */
static bool is_wordy(struct str low, size_t percent)
{
	size_t of = 0, hits = 0;

	for (size_t i = 1; i < low.n; i++) {
		char a = low.p[i - 1], b = low.p[i];

		if (!is_letter(a) || !is_letter(b))
			continue;
		of++;
		hits += pairs[a - 'a'] >> (b - 'a') & 1;
	}
	return of >= 4 && of * 5 >= low.n * 2 && hits * 100 >= of * percent;
}

/* Paths, addresses, calls, and names: without a digit less has to read as words. */
static bool is_text(struct str v, struct str low)
{
	static const char *const marks[] = { "://", "->", "::" };
	bool digit = false, special = false;

	for (size_t i = 0; i < v.n; i++) {
		char c = v.p[i];

		digit |= is_digit(c);
		special |= !is_digit(c) && !is_letter(c) && !strchr("_-./: ", c);
		if (strchr("(){}<>;,\\`|", c))
			return true;
	}
	return (!digit && !special && is_wordy(low, WORDY_NAME)) || strchr("/.@&*", v.p[0]) ||
	       has_any(v, marks, ARRAY_LEN(marks));
}

/* What is a placeholder wherever it stands. */
static bool is_known(const struct scan_words *w, struct str value, struct str low)
{
	return any_in(&w->of[ANY], low) || whole_in(&w->of[WHOLE], low) ||
	       any_in(&w->of[PUBLISHED], value) || is_template(value) ||
	       is_repetitive(value) || is_sequence(value);
}

bool scan_words_placeholder(const struct scan_words *w, struct str value, enum scan_filter level)
{
	char low[VALUE_MAX];
	struct str folded;

	if (level == SCAN_FILTER_NONE || value.n == 0)
		return false;
	value.n = value.n > VALUE_MAX ? VALUE_MAX : value.n;
	lower(low, value);
	folded = (struct str){ low, value.n };
	if (is_known(w, value, folded))
		return true;
	return level == SCAN_FILTER_STRICT &&
	       (any_in(&w->of[STRICT], folded) || is_text(value, folded) || is_wordy(folded, WORDY));
}

/* log2(n) in 1/65536, for 1 ≤ n ≤ 4096: whole part, then one bit per squaring. */
static uint32_t log2_fixed(uint32_t n)
{
	uint32_t whole = 31 - (uint32_t)__builtin_clz(n), out = whole << 16;
	uint64_t x = ((uint64_t)n << 31) >> whole;	/* in [1, 2) as 1.31 */

	for (uint32_t bit = 1u << 15; bit; bit >>= 1) {
		x = x * x >> 31;
		if (x >> 32) {
			x >>= 1;
			out |= bit;
		}
	}
	return out;
}

unsigned scan_entropy(struct str value)
{
	uint32_t count[256] = { 0 }, n;
	uint64_t sum = 0;

	n = (uint32_t)(value.n > VALUE_MAX ? VALUE_MAX : value.n);
	if (n == 0)
		return 0;
	for (uint32_t i = 0; i < n; i++)
		count[(unsigned char)value.p[i]]++;
	for (size_t i = 0; i < 256; i++)
		if (count[i])
			sum += (uint64_t)count[i] * log2_fixed(count[i]);
	return (unsigned)((((uint64_t)n * log2_fixed(n) - sum) * 100 / n + 32768) >> 16);
}
