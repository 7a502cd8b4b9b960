#include "git/tree.h"

enum { OWNERS = 64 };

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The next word; a backslash keeps a space in it. */
static bool word_next(struct str *rest, struct str *word)
{
	size_t n = 0;

	while (rest->n && is_blank(rest->p[0]))
		*rest = str_from(*rest, 1);
	while (n < rest->n && !is_blank(rest->p[n]))
		n += rest->p[n] == '\\' && n + 1 < rest->n ? 2 : 1;
	*word = (struct str){ rest->p, n };
	*rest = str_from(*rest, n);
	return n > 0;
}

/* "[Section]", "^[Section][2] @default": GitLab. */
static bool section_of(struct str line, struct str *section)
{
	size_t end;

	if (str_starts(line, STR("^")))
		line = str_from(line, 1);
	end = str_find(line, STR("]"), 0);
	if (!str_starts(line, STR("[")) || end == line.n)
		return false;
	*section = (struct str){ line.p + 1, end - 1 };
	return true;
}

static void rule_take(struct arena *a, struct str line, struct git_owner_rule *rule)
{
	struct str word;

	rule->owners = (struct strs){ .v = ARENA_ARRAY(a, struct str, OWNERS) };
	while (word_next(&line, &word)) {
		if (word.p[0] == '#')
			break;
		if (rule->owners.n < OWNERS)
			rule->owners.v[rule->owners.n++] = word;
	}
}

void git_owners_parse(struct arena *a, struct str text, struct git_owner_rules *out)
{
	struct str line, section = { 0 }, rest = text;
	size_t number = 0, lines = 1;

	for (size_t i = 0; i < text.n; i++)
		lines += text.p[i] == '\n';
	if (lines > GIT_OWNER_RULES)
		lines = GIT_OWNER_RULES;
	*out = (struct git_owner_rules){ .v = ARENA_ARRAY(a, struct git_owner_rule, lines) };
	while (out->n < lines && str_split(&rest, '\n', &line)) {
		struct git_owner_rule *rule = &out->v[out->n];

		number++;
		line = str_trim(line);
		if (line.n == 0 || line.p[0] == '#' || section_of(line, &section))
			continue;
		*rule = (struct git_owner_rule){ .section = section, .line = number };
		if (!word_next(&line, &rule->pattern))
			continue;
		rule_take(a, line, rule);
		out->n++;
	}
}

/* Where matching may go on after it failed: behind a star of the pattern, which
 * then takes one character more of the path. */
struct retry {
	size_t pattern, path;
	bool set, whole;	/* whole: the star is "**" and a slash, and takes whole folders */
};

/* Lets the star take more, up to where it may stop next. */
static bool retry_take(struct retry *r, struct str path, bool deep, size_t *p, size_t *s)
{
	while (r->set && r->path < path.n && (deep || path.p[r->path] != '/')) {
		r->path++;
		if (r->whole && path.p[r->path - 1] != '/')
			continue;
		*p = r->pattern;
		*s = r->path;
		return true;
	}
	return false;
}

/* The stars at `p`, of which the pattern's place behind them is given. */
static size_t star_take(struct str pattern, size_t p, size_t s, struct retry *one, struct retry *deep)
{
	bool two = p + 1 < pattern.n && pattern.p[p + 1] == '*';
	bool whole = two && p + 2 < pattern.n && pattern.p[p + 2] == '/';

	p += two ? (whole ? 3 : 2) : 1;
	if (two)
		*deep = (struct retry){ .pattern = p, .path = s, .set = true, .whole = whole };
	*one = (struct retry){ .pattern = p, .path = s, .set = !two };
	return p;
}

/* Wildcards as in gitignore(5): * and ? stay within a folder, ** does not. Goes
 * back to the last star of each kind only, so the work stays bounded. */
static bool glob(struct str pattern, struct str path)
{
	struct retry one = { 0 }, deep = { 0 };
	size_t p = 0, s = 0;

	while (s < path.n) {
		if (p < pattern.n && pattern.p[p] == '*') {
			p = star_take(pattern, p, s, &one, &deep);
		} else if (p < pattern.n && (pattern.p[p] == path.p[s] ||
					     (pattern.p[p] == '?' && path.p[s] != '/'))) {
			p++, s++;
		} else if (!retry_take(&one, path, false, &p, &s)) {
			one.set = false;
			if (!retry_take(&deep, path, true, &p, &s))
				return false;
		}
	}
	while (p < pattern.n && pattern.p[p] == '*')
		p++;
	return p == pattern.n;
}

/* The path itself or a folder above it. */
static bool glob_with_folders(struct str pattern, struct str path)
{
	if (glob(pattern, path))
		return true;
	for (size_t i = 0; i < path.n; i++)
		if (path.p[i] == '/' && glob(pattern, (struct str){ path.p, i }))
			return true;
	return false;
}

static bool covers(struct str pattern, struct str path)
{
	bool anchored = false;

	if (str_is(pattern, "*"))
		return true;
	for (size_t i = 0; i + 1 < pattern.n; i++)
		anchored |= pattern.p[i] == '/';
	if (str_starts(pattern, STR("/")))
		pattern = str_from(pattern, 1);
	if (str_ends(pattern, STR("/")))
		pattern.n--;
	else if (str_ends(pattern, STR("/*")))	/* the folder alone, not what is below it */
		return glob(pattern, path);
	if (anchored)
		return glob_with_folders(pattern, path);
	for (size_t i = 0; i <= path.n; i++)
		if ((i == 0 || path.p[i - 1] == '/') && glob_with_folders(pattern, str_from(path, i)))
			return true;
	return false;
}

const struct git_owner_rule *git_owners_of(const struct git_owner_rules *rules, struct str path)
{
	for (size_t i = rules->n; i > 0; i--)
		if (covers(rules->v[i - 1].pattern, path))
			return &rules->v[i - 1];
	return NULL;
}
