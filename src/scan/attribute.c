#include "scan/attribute.h"

#include "scan/valid.h"

enum {
	TITLE_MAX = 120, PATTERN_MAX = 4096, WORDS_MAX = 64, EXAMPLES_MAX = 64,
	EXAMPLE_MAX = 16384,
};

static const char *const severities[] = { "low", "medium", "high", "critical", NULL };
static const char *const families[] = { "secret", "personal", NULL };
static const char *const filters[] = { "none", "known", "strict", NULL };
static const char *const uses[] = { "all", "tree", "reports", NULL };
static const char *const finders[] = { "pattern", "keywords", NULL };

const char *scan_severity_name(enum scan_severity s)
{
	return severities[s];
}

static bool choice(const char *const *choices, struct str word, unsigned *out)
{
	for (unsigned i = 0; choices[i]; i++)
		if (str_is(word, choices[i])) {
			*out = i;
			return true;
		}
	return false;
}

static err want_choice(const char *const *choices, struct str word, unsigned *out)
{
	if (choice(choices, word, out))
		return NULL;
	return fail(ERR_INPUT, "'%.*s' is not one of the words this attribute takes",
		    FMT(str_cut(word, SCAN_WORD_MAX)));
}

static err want_number(struct str word, uint64_t max, uint64_t *out)
{
	if (str_to_u64(word, out) && *out <= max)
		return NULL;
	return fail(ERR_INPUT, "'%.*s' is not a whole number up to %llu",
		    FMT(str_cut(word, SCAN_WORD_MAX)), (unsigned long long)max);
}

static err push(struct arena *a, struct strs *list, struct str s, size_t max)
{
	struct str *v;

	if (list->n >= max)
		return fail(ERR_LIMIT, "more than %zu of these in one rule", max);
	if ((list->n & (list->n - 1)) == 0) {
		v = ARENA_ARRAY(a, struct str, list->n ? list->n * 2 : 1);
		if (list->n)
			memcpy(v, list->v, list->n * sizeof(*v));
		list->v = v;
	}
	list->v[list->n++] = s;
	return NULL;
}

bool scan_attribute_word(struct str *rest, struct str *word)
{
	size_t n = 0;

	*rest = str_trim(*rest);
	while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != '\t')
		n++;
	*word = (struct str){ rest->p, n };
	*rest = str_from(*rest, n);
	return n > 0;
}

static err push_words(struct arena *a, struct strs *list, struct str value, size_t least)
{
	struct str word, plain;

	while (scan_attribute_word(&value, &word)) {
		if (!scan_rule_unescape(a, word, &plain))
			return fail(ERR_INPUT, "unknown escape in '%.*s'", FMT(str_cut(word, SCAN_WORD_MAX)));
		if (plain.n < least || plain.n > SCAN_WORD_MAX)
			return fail(ERR_INPUT, "'%.*s' must be of %zu to %d bytes",
				    FMT(str_cut(word, SCAN_WORD_MAX)), least, SCAN_WORD_MAX);
		TRY(push(a, list, plain, WORDS_MAX));
	}
	return NULL;
}

static err set_title(struct arena *a, struct scan_rule *r, struct str value)
{
	if (value.n > TITLE_MAX)
		return fail(ERR_LIMIT, "a title has at most %d bytes", TITLE_MAX);
	r->title = arena_str(a, value);
	return NULL;
}

static err set_family(struct arena *a, struct scan_rule *r, struct str value)
{
	unsigned i = 0;

	(void)a;
	TRY(want_choice(families, value, &i));
	r->family = (enum scan_family)i;
	return NULL;
}

static err set_severity(struct arena *a, struct scan_rule *r, struct str value)
{
	unsigned i = 0;

	(void)a;
	TRY(want_choice(severities, value, &i));
	r->severity = (enum scan_severity)i;
	return NULL;
}

static err set_use(struct arena *a, struct scan_rule *r, struct str value)
{
	unsigned i = 0;

	(void)a;
	TRY(want_choice(uses, value, &i));
	r->use = (enum scan_use)i;
	return NULL;
}

static err set_keywords(struct arena *a, struct scan_rule *r, struct str value)
{
	return push_words(a, &r->keywords, value, 3);
}

static err set_find(struct arena *a, struct scan_rule *r, struct str value)
{
	unsigned i = 0;

	(void)a;
	TRY(want_choice(finders, value, &i));
	r->by_keyword = i == 1;
	return NULL;
}

/* Lines of one pattern are joined without anything between them. */
static err join_pattern(struct arena *a, struct str value, const char **pattern)
{
	const char *so_far = *pattern ? *pattern : "";
	struct str joined = arena_printf(a, "%s%.*s", so_far, FMT(value));

	if (joined.n > PATTERN_MAX)
		return fail(ERR_LIMIT, "a pattern has at most %d bytes", PATTERN_MAX);
	if (memchr(value.p, '\0', value.n))
		return fail(ERR_INPUT, "a pattern holds no NUL; write \\x00");
	*pattern = joined.p;
	return NULL;
}

static err set_pattern(struct arena *a, struct scan_rule *r, struct str value)
{
	return join_pattern(a, value, &r->pattern);
}

static err set_trigger(struct arena *a, struct scan_rule *r, struct str value)
{
	return join_pattern(a, value, &r->trigger);
}

static err set_secret(struct arena *a, struct scan_rule *r, struct str value)
{
	uint64_t n = 0;

	(void)a;
	TRY(want_number(value, 16, &n));
	r->group = (unsigned)n;
	return NULL;
}

/* "3", "3.5" or "3.25" bits. */
static err set_entropy(struct arena *a, struct scan_rule *r, struct str value)
{
	struct str whole, part;
	uint64_t bits = 0, hundredths = 0;

	(void)a;
	if (!str_split(&value, '.', &whole))
		whole = STR("");
	part = value;
	TRY(want_number(whole, 8, &bits));
	if (part.n > 2 || (part.n && !str_to_u64(part, &hundredths)))
		return fail(ERR_INPUT, "entropy is bits per byte with at most two decimals");
	r->entropy = (unsigned)(bits * 100 + (part.n == 1 ? hundredths * 10 : hundredths));
	return NULL;
}

static err set_window(struct arena *a, struct scan_rule *r, struct str value)
{
	struct str word;
	uint64_t before = 0, after;

	(void)a;
	scan_attribute_word(&value, &word);
	TRY(want_number(word, SCAN_WINDOW_MAX, &before));
	after = before;
	if (scan_attribute_word(&value, &word))
		TRY(want_number(word, SCAN_WINDOW_MAX, &after));
	r->before = (size_t)before;
	r->after = (size_t)after;
	return NULL;
}

static err set_validator(struct arena *a, struct scan_rule *r, struct str value)
{
	(void)a;
	r->validator = scan_validator_find(value);
	if (!r->validator)
		return fail(ERR_INPUT, "there is no validator '%.*s'", FMT(str_cut(value, SCAN_WORD_MAX)));
	return NULL;
}

static err set_words(struct arena *a, struct scan_rule *r, struct str value)
{
	unsigned i = 0;

	(void)a;
	TRY(want_choice(filters, value, &i));
	r->filter = (enum scan_filter)i;
	return NULL;
}

static err set_rank(struct arena *a, struct scan_rule *r, struct str value)
{
	uint64_t n = 0;

	(void)a;
	TRY(want_number(value, 9, &n));
	r->rank = (unsigned)n;
	return NULL;
}

static err set_only(struct arena *a, struct scan_rule *r, struct str value)
{
	return push_words(a, &r->only, value, 1);
}

static err set_never(struct arena *a, struct scan_rule *r, struct str value)
{
	return push_words(a, &r->never, value, 1);
}

static err set_needs(struct arena *a, struct scan_rule *r, struct str value)
{
	struct str id, within;
	uint64_t n = 0;

	if (!scan_attribute_word(&value, &id) || !scan_attribute_word(&value, &within))
		return fail(ERR_INPUT, "needs takes a rule and a distance in bytes");
	TRY(want_number(within, SCAN_WINDOW_MAX, &n));
	r->needs = arena_str(a, id);
	r->needs_within = (size_t)n;
	return NULL;
}

static err set_part(struct arena *a, struct scan_rule *r, struct str value)
{
	(void)a;
	if (value.n)
		return fail(ERR_INPUT, "part takes no value");
	r->part = true;
	return NULL;
}

static err push_example(struct arena *a, struct strs *list, struct str value)
{
	struct str plain;

	if (value.n > EXAMPLE_MAX)
		return fail(ERR_LIMIT, "an example has at most %d bytes", EXAMPLE_MAX);
	if (!scan_rule_unescape(a, value, &plain))
		return fail(ERR_INPUT, "unknown escape in the example; \\- \\n \\r \\t \\s \\\\ "
			    "and \\xHH are known");
	return push(a, list, plain, EXAMPLES_MAX);
}

static err set_yes(struct arena *a, struct scan_rule *r, struct str value)
{
	return push_example(a, &r->yes, value);
}

static err set_no(struct arena *a, struct scan_rule *r, struct str value)
{
	return push_example(a, &r->no, value);
}

const struct scan_attribute scan_attributes[SCAN_ATTRIBUTES] = {
	{ "title", SCAN_ATTRIBUTE_ONCE, set_title },
	{ "family", SCAN_ATTRIBUTE_ONCE, set_family },
	{ "severity", SCAN_ATTRIBUTE_ONCE, set_severity },
	{ "use", SCAN_ATTRIBUTE_ONCE, set_use },
	{ "keywords", SCAN_ATTRIBUTE_AGAIN, set_keywords },
	{ "find", SCAN_ATTRIBUTE_ONCE, set_find },
	{ "pattern", SCAN_ATTRIBUTE_AGAIN, set_pattern },
	{ "trigger", SCAN_ATTRIBUTE_AGAIN, set_trigger },
	{ "secret", SCAN_ATTRIBUTE_ONCE, set_secret },
	{ "entropy", SCAN_ATTRIBUTE_ONCE, set_entropy },
	{ "window", SCAN_ATTRIBUTE_ONCE, set_window },
	{ "validator", SCAN_ATTRIBUTE_ONCE, set_validator },
	{ "words", SCAN_ATTRIBUTE_ONCE, set_words },
	{ "rank", SCAN_ATTRIBUTE_ONCE, set_rank },
	{ "only", SCAN_ATTRIBUTE_AGAIN, set_only },
	{ "never", SCAN_ATTRIBUTE_AGAIN, set_never },
	{ "needs", SCAN_ATTRIBUTE_ONCE, set_needs },
	{ "part", SCAN_ATTRIBUTE_BARE, set_part },
	{ "yes", SCAN_ATTRIBUTE_AGAIN, set_yes },
	{ "no", SCAN_ATTRIBUTE_AGAIN, set_no },
};
