#include "scan/rule.h"

#include "base/hex.h"
#include "scan/valid.h"

#include <fnmatch.h>

enum {
	ID_MAX = 64, TITLE_MAX = 120, PATTERN_MAX = 4096, WORD_MAX = 64,
	WORDS_MAX = 64, EXAMPLES_MAX = 64, EXAMPLE_MAX = 16384, PATH_MAX_ = 256,
};

struct parser {
	struct arena *a;
	struct scan_rules rules;
	size_t room;
	struct scan_rule *r;	/* the block being read, or NULL */
	unsigned seen;		/* attributes of this block, by index */
};

static const char *const severities[] = { "low", "medium", "high", "critical", NULL };
static const char *const families[] = { "secret", "personal", NULL };
static const char *const filters[] = { "none", "known", "strict", NULL };
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
		    FMT(str_cut(word, WORD_MAX)));
}

static err want_number(struct str word, uint64_t max, uint64_t *out)
{
	if (str_to_u64(word, out) && *out <= max)
		return NULL;
	return fail(ERR_INPUT, "'%.*s' is not a whole number up to %llu",
		    FMT(str_cut(word, WORD_MAX)), (unsigned long long)max);
}

static err push(struct parser *p, struct strs *list, struct str s, size_t max)
{
	struct str *v;

	if (list->n >= max)
		return fail(ERR_LIMIT, "more than %zu of these in one rule", max);
	if ((list->n & (list->n - 1)) == 0) {
		v = ARENA_ARRAY(p->a, struct str, list->n ? list->n * 2 : 1);
		if (list->n)
			memcpy(v, list->v, list->n * sizeof(*v));
		list->v = v;
	}
	list->v[list->n++] = s;
	return NULL;
}

static bool next_word(struct str *rest, struct str *word)
{
	size_t n = 0;

	*rest = str_trim(*rest);
	while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != '\t')
		n++;
	*word = (struct str){ rest->p, n };
	*rest = str_from(*rest, n);
	return n > 0;
}

static err push_words(struct parser *p, struct strs *list, struct str value, size_t least)
{
	struct str word, plain;

	while (next_word(&value, &word)) {
		if (!scan_rule_unescape(p->a, word, &plain))
			return fail(ERR_INPUT, "unknown escape in '%.*s'", FMT(str_cut(word, WORD_MAX)));
		if (plain.n < least || plain.n > WORD_MAX)
			return fail(ERR_INPUT, "'%.*s' must be of %zu to %d bytes",
				    FMT(str_cut(word, WORD_MAX)), least, WORD_MAX);
		TRY(push(p, list, plain, WORDS_MAX));
	}
	return NULL;
}

static err set_title(struct parser *p, struct str value)
{
	if (value.n > TITLE_MAX)
		return fail(ERR_LIMIT, "a title has at most %d bytes", TITLE_MAX);
	p->r->title = arena_str(p->a, value);
	return NULL;
}

static err set_family(struct parser *p, struct str value)
{
	unsigned i;

	TRY(want_choice(families, value, &i));
	p->r->family = (enum scan_family)i;
	return NULL;
}

static err set_severity(struct parser *p, struct str value)
{
	unsigned i;

	TRY(want_choice(severities, value, &i));
	p->r->severity = (enum scan_severity)i;
	return NULL;
}

static err set_keywords(struct parser *p, struct str value)
{
	return push_words(p, &p->r->keywords, value, 3);
}

static err set_find(struct parser *p, struct str value)
{
	unsigned i;

	TRY(want_choice(finders, value, &i));
	p->r->by_keyword = i == 1;
	return NULL;
}

/* Lines of one pattern are joined without anything between them. */
static err set_pattern(struct parser *p, struct str value)
{
	const char *so_far = p->r->pattern ? p->r->pattern : "";
	struct str joined = arena_printf(p->a, "%s%.*s", so_far, FMT(value));

	if (joined.n > PATTERN_MAX)
		return fail(ERR_LIMIT, "a pattern has at most %d bytes", PATTERN_MAX);
	if (memchr(value.p, '\0', value.n))
		return fail(ERR_INPUT, "a pattern holds no NUL; write \\x00");
	p->r->pattern = joined.p;
	return NULL;
}

static err set_secret(struct parser *p, struct str value)
{
	uint64_t n;

	TRY(want_number(value, 16, &n));
	p->r->group = (unsigned)n;
	return NULL;
}

/* "3", "3.5" or "3.25" bits. */
static err set_entropy(struct parser *p, struct str value)
{
	struct str whole, part = STR("");
	uint64_t bits, hundredths = 0;

	if (!str_split(&value, '.', &whole))
		whole = STR("");
	part = value;
	TRY(want_number(whole, 8, &bits));
	if (part.n > 2 || (part.n && !str_to_u64(part, &hundredths)))
		return fail(ERR_INPUT, "entropy is bits per byte with at most two decimals");
	p->r->entropy = (unsigned)(bits * 100 + (part.n == 1 ? hundredths * 10 : hundredths));
	return NULL;
}

static err set_window(struct parser *p, struct str value)
{
	struct str word;
	uint64_t before, after;

	next_word(&value, &word);
	TRY(want_number(word, SCAN_WINDOW_MAX, &before));
	after = before;
	if (next_word(&value, &word))
		TRY(want_number(word, SCAN_WINDOW_MAX, &after));
	p->r->before = (size_t)before;
	p->r->after = (size_t)after;
	return NULL;
}

static err set_validator(struct parser *p, struct str value)
{
	p->r->validator = scan_validator_find(value);
	if (!p->r->validator)
		return fail(ERR_INPUT, "there is no validator '%.*s'", FMT(str_cut(value, WORD_MAX)));
	return NULL;
}

static err set_words(struct parser *p, struct str value)
{
	unsigned i;

	TRY(want_choice(filters, value, &i));
	p->r->filter = (enum scan_filter)i;
	return NULL;
}

static err set_rank(struct parser *p, struct str value)
{
	uint64_t n;

	TRY(want_number(value, 9, &n));
	p->r->rank = (unsigned)n;
	return NULL;
}

static err set_only(struct parser *p, struct str value)
{
	return push_words(p, &p->r->only, value, 1);
}

static err set_never(struct parser *p, struct str value)
{
	return push_words(p, &p->r->never, value, 1);
}

static err set_needs(struct parser *p, struct str value)
{
	struct str id, within;
	uint64_t n;

	if (!next_word(&value, &id) || !next_word(&value, &within))
		return fail(ERR_INPUT, "needs takes a rule and a distance in bytes");
	TRY(want_number(within, SCAN_WINDOW_MAX, &n));
	p->r->needs = arena_str(p->a, id);
	p->r->needs_within = (size_t)n;
	return NULL;
}

static err set_part(struct parser *p, struct str value)
{
	if (value.n)
		return fail(ERR_INPUT, "part takes no value");
	p->r->part = true;
	return NULL;
}

static err push_example(struct parser *p, struct strs *list, struct str value)
{
	struct str plain;

	if (value.n > EXAMPLE_MAX)
		return fail(ERR_LIMIT, "an example has at most %d bytes", EXAMPLE_MAX);
	if (!scan_rule_unescape(p->a, value, &plain))
		return fail(ERR_INPUT, "unknown escape in the example; \\- \\n \\r \\t \\s \\\\ "
			    "and \\xHH are known");
	return push(p, list, plain, EXAMPLES_MAX);
}

static err set_yes(struct parser *p, struct str value)
{
	return push_example(p, &p->r->yes, value);
}

static err set_no(struct parser *p, struct str value)
{
	return push_example(p, &p->r->no, value);
}

enum { ONCE = 0, AGAIN = 1, BARE = 2 };

static const struct attribute {
	const char *name;
	unsigned flags;
	err (*set)(struct parser *p, struct str value);
} attributes[] = {
	{ "title", ONCE, set_title },
	{ "family", ONCE, set_family },
	{ "severity", ONCE, set_severity },
	{ "keywords", AGAIN, set_keywords },
	{ "find", ONCE, set_find },
	{ "pattern", AGAIN, set_pattern },
	{ "secret", ONCE, set_secret },
	{ "entropy", ONCE, set_entropy },
	{ "window", ONCE, set_window },
	{ "validator", ONCE, set_validator },
	{ "words", ONCE, set_words },
	{ "rank", ONCE, set_rank },
	{ "only", AGAIN, set_only },
	{ "never", AGAIN, set_never },
	{ "needs", ONCE, set_needs },
	{ "part", ONCE | BARE, set_part },
	{ "yes", AGAIN, set_yes },
	{ "no", AGAIN, set_no },
};

static bool seen(const struct parser *p, const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(attributes); i++)
		if (strcmp(attributes[i].name, name) == 0)
			return p->seen >> i & 1;
	return false;
}

/* What can only be said of a whole block. */
static err finish(struct parser *p)
{
	static const char *const wanted[] = { "title", "severity", "pattern", "yes" };
	struct scan_rule *r = p->r;

	if (!r)
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
		if (!seen(p, wanted[i]))
			return fail(ERR_INPUT, "rule '%.*s' has no '%s'", FMT(r->id), wanted[i]);
	if (r->by_keyword && r->keywords.n == 0)
		return fail(ERR_INPUT, "rule '%.*s' is to be found by keywords and has none",
			    FMT(r->id));
	if (r->only.n && r->never.n)
		return fail(ERR_INPUT, "rule '%.*s' has both 'only' and 'never'", FMT(r->id));
	p->r = NULL;
	return NULL;
}

static bool id_is_good(struct str id)
{
	if (id.n == 0 || id.n > ID_MAX)
		return false;
	for (size_t i = 0; i < id.n; i++) {
		char c = id.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
			return false;
	}
	return true;
}

static err begin(struct parser *p, struct str id, unsigned line)
{
	struct scan_rules *rs = &p->rules;

	TRY(finish(p));
	if (!id_is_good(id))
		return fail(ERR_INPUT, "a rule's name is 1 to %d of a-z, 0-9 and '-'", ID_MAX);
	if (scan_rules_find(rs, id) < rs->n)
		return fail(ERR_INPUT, "rule '%.*s' is there twice", FMT(id));
	if (rs->n == SCAN_RULES_MAX)
		return fail(ERR_LIMIT, "more than %d rules", SCAN_RULES_MAX);
	if (rs->n == p->room) {
		struct scan_rule *v = ARENA_ARRAY(p->a, struct scan_rule, p->room ? p->room * 2 : 64);

		if (rs->n)
			memcpy(v, rs->v, rs->n * sizeof(*v));
		rs->v = v;
		p->room = p->room ? p->room * 2 : 64;
	}
	p->r = &rs->v[rs->n++];
	*p->r = (struct scan_rule){
		.id = arena_str(p->a, id), .line = line, .rank = SCAN_RANK_DEFAULT,
		.filter = SCAN_FILTER_KNOWN, .group = SCAN_GROUP_FIRST,
		.before = SCAN_WINDOW_DEFAULT, .after = SCAN_WINDOW_DEFAULT,
	};
	p->seen = 0;
	return NULL;
}

static err attribute(struct parser *p, struct str name, struct str value)
{
	if (!p->r)
		return fail(ERR_INPUT, "'%.*s' stands before the first rule",
			    FMT(str_cut(name, WORD_MAX)));
	for (size_t i = 0; i < ARRAY_LEN(attributes); i++) {
		const struct attribute *at = &attributes[i];

		if (!str_is(name, at->name))
			continue;
		if ((p->seen >> i & 1) && !(at->flags & AGAIN))
			return fail(ERR_INPUT, "'%s' is there twice", at->name);
		if (value.n == 0 && !(at->flags & BARE))
			return fail(ERR_INPUT, "'%s' has no value", at->name);
		p->seen |= 1u << i;
		return at->set(p, value);
	}
	return fail(ERR_INPUT, "a rule has no attribute '%.*s'", FMT(str_cut(name, WORD_MAX)));
}

static err read_line(struct parser *p, struct str line, unsigned number)
{
	bool indented = line.n && (line.p[0] == ' ' || line.p[0] == '\t');
	struct str rest = str_trim(line), word;

	if (number == 1)
		return str_is(rest, "custody rules 1") ? NULL
			: fail(ERR_INPUT, "the first line must be 'custody rules 1'");
	if (rest.n == 0 || rest.p[0] == '#')
		return NULL;
	next_word(&rest, &word);
	if (indented)
		return attribute(p, word, str_trim(rest));
	if (!str_is(word, "rule"))
		return fail(ERR_INPUT, "a line at the margin begins with 'rule'; attributes "
			    "are indented");
	return begin(p, str_trim(rest), number);
}

static err check_needs(const char *name, const struct scan_rules *rs)
{
	for (size_t i = 0; i < rs->n; i++) {
		const struct scan_rule *r = &rs->v[i];

		if (r->needs.p && scan_rules_find(rs, r->needs) == rs->n)
			return fail(ERR_INPUT, "%s:%u: rule '%.*s' needs '%.*s', which is not there",
				    name, r->line, FMT(r->id), FMT(str_cut(r->needs, WORD_MAX)));
	}
	return NULL;
}

err scan_rules_parse(struct arena *a, const char *name, struct str text, struct scan_rules *out)
{
	struct parser p = { .a = a };
	struct str rest = text, line;
	unsigned number = 0;

	if (text.n > SCAN_RULE_FILE_MAX)
		return fail(ERR_LIMIT, "%s: a rule file has at most %d bytes", name,
			    SCAN_RULE_FILE_MAX);
	if (!str_is_utf8(text))
		return fail(ERR_INPUT, "%s: a rule file is UTF-8 text", name);
	while (str_split(&rest, '\n', &line)) {
		number++;
		TRY(err_in(read_line(&p, line, number), "%s:%u", name, number));
	}
	TRY(err_in(finish(&p), "%s:%u", name, number));
	if (p.rules.n == 0)
		return fail(ERR_INPUT, "%s: no rule in it", name);
	TRY(check_needs(name, &p.rules));
	*out = p.rules;
	return NULL;
}

size_t scan_rules_find(const struct scan_rules *rules, struct str id)
{
	size_t i = 0;

	while (i < rules->n && !str_eq(rules->v[i].id, id))
		i++;
	return i;
}

static bool path_in(const struct strs *globs, const char *path)
{
	const char *slash = strrchr(path, '/');

	for (size_t i = 0; i < globs->n; i++) {
		char glob[PATH_MAX_];
		struct str g = globs->v[i];
		bool whole = memchr(g.p, '/', g.n) != NULL;

		ASSERT(g.n < sizeof(glob));
		memcpy(glob, g.p, g.n);
		glob[g.n] = '\0';
		if (fnmatch(glob, whole || !slash ? path : slash + 1, FNM_CASEFOLD) == 0)
			return true;
	}
	return false;
}

bool scan_rule_applies(const struct scan_rule *r, struct str path)
{
	char text[4096];

	if (!path.p || (!r->only.n && !r->never.n))
		return true;
	if (path.n >= sizeof(text))
		path = str_from(path, path.n - sizeof(text) + 1);
	memcpy(text, path.p, path.n);
	text[path.n] = '\0';
	return r->only.n ? path_in(&r->only, text) : !path_in(&r->never, text);
}

/* One escape at p[0] (behind the backslash); how many bytes it took, 0 when
 * unknown; *out is the byte, or -1 for none. */
static size_t unescape_one(struct str s, int *out)
{
	static const char names[] = "nrts\\", bytes[] = "\n\r\t \\";
	const char *at;
	uint8_t byte;

	if (s.n == 0 || s.p[0] == '\0')
		return 0;
	at = strchr(names, s.p[0]);
	*out = at ? bytes[at - names] : -1;
	if (at || s.p[0] == '-')
		return 1;
	if (s.p[0] != 'x' || s.n < 3 || !hex_get((struct str){ s.p + 1, 2 }, &byte, 1) || !byte)
		return 0;
	*out = byte;
	return 3;
}

bool scan_rule_unescape(struct arena *a, struct str text, struct str *out)
{
	char *p = arena_alloc(a, text.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		int byte = (unsigned char)text.p[i];

		if (byte == '\\') {
			size_t took = unescape_one(str_from(text, i + 1), &byte);

			if (took == 0)
				return false;
			i += took;
		}
		if (byte >= 0)
			p[n++] = (char)byte;
	}
	*out = (struct str){ p, n };
	return true;
}
