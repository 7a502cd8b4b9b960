#include "scan/rule.h"

#include "base/hex.h"
#include "scan/attribute.h"

#include <fnmatch.h>

enum { ID_MAX = 64, TEXT_MAX = 4096 };

struct parser {
	struct arena *a;
	struct scan_rules rules;
	size_t room;
	struct scan_rule *r;	/* the block being read, or NULL */
	unsigned seen;		/* attributes of this block, by index */
};

static bool seen(const struct parser *p, const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(scan_attributes); i++)
		if (strcmp(scan_attributes[i].name, name) == 0)
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
			    FMT(str_cut(name, SCAN_WORD_MAX)));
	for (size_t i = 0; i < ARRAY_LEN(scan_attributes); i++) {
		const struct scan_attribute *at = &scan_attributes[i];

		if (!str_is(name, at->name))
			continue;
		if ((p->seen >> i & 1) && !(at->flags & SCAN_ATTRIBUTE_AGAIN))
			return fail(ERR_INPUT, "'%s' is there twice", at->name);
		if (value.n == 0 && !(at->flags & SCAN_ATTRIBUTE_BARE))
			return fail(ERR_INPUT, "'%s' has no value", at->name);
		p->seen |= 1u << i;
		return at->set(p->a, p->r, value);
	}
	return fail(ERR_INPUT, "a rule has no attribute '%.*s'", FMT(str_cut(name, SCAN_WORD_MAX)));
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
	scan_attribute_word(&rest, &word);
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
				    name, r->line, FMT(r->id), FMT(str_cut(r->needs, SCAN_WORD_MAX)));
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
		char glob[SCAN_WORD_MAX + 1];
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
	char text[TEXT_MAX];

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
