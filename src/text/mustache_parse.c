#include "text/mustache_parse.h"

struct parser {
	struct arena *a;
	const char *name;
	struct str text;
	size_t at;		/* behind what was read */
	size_t counted, line_start;
	unsigned line, column;	/* of the current tag */
	struct str open, close;	/* the delimiters */
	struct mustache_node *v;
	size_t n, room;
	size_t sections[MUSTACHE_SECTIONS];
	unsigned depth;
};

/* One tag as it stands in the text, before it is known to be alone on its line. */
struct tag {
	char sigil;		/* # ^ / ! > & = { or 0 for a variable */
	struct str name;
	size_t begin, end;	/* offsets, delimiters included */
};

/* Counts lines up to `at`; tags are met in order. */
static void locate(struct parser *p, size_t at)
{
	for (; p->counted < at; p->counted++) {
		if (p->text.p[p->counted] == '\n') {
			p->line++;
			p->line_start = p->counted + 1;
		}
	}
	p->column = (unsigned)(at - p->line_start + 1);
}

static err fail_here(const struct parser *p, const char *what, struct str name)
{
	return fail(ERR_INPUT, "%s:%u:%u: %s '%.*s'", p->name, p->line, p->column, what,
		    FMT(str_cut(name, 100)));
}

static struct mustache_node *add(struct parser *p, enum mustache_kind kind, struct str text)
{
	struct mustache_node *node;

	if (p->n == p->room) {
		struct mustache_node *old = p->v;

		p->room = p->room ? p->room * 2 : 32;
		p->v = ARENA_ARRAY(p->a, struct mustache_node, p->room);
		if (p->n)
			memcpy(p->v, old, p->n * sizeof(*old));
	}
	node = &p->v[p->n++];
	node->kind = kind;
	node->text = text;
	node->line = p->line;
	node->column = p->column;
	return node;
}

static void add_text(struct parser *p, size_t from, size_t to)
{
	if (to > from)
		add(p, MUSTACHE_TEXT, (struct str){ p->text.p + from, to - from });
}

/* Reads the tag whose opening delimiter is at `begin`. */
static err read_tag(const struct parser *p, size_t begin, struct tag *tag)
{
	size_t inside = begin + p->open.n, end;
	struct str closing = p->close;
	char with_brace[16];
	char c = inside < p->text.n ? p->text.p[inside] : '\0';

	tag->begin = begin;
	tag->sigil = c && strchr("#^/!>&={", c) ? c : '\0';
	if (tag->sigil == '{' || tag->sigil == '=') {
		with_brace[0] = tag->sigil == '{' ? '}' : '=';
		memcpy(with_brace + 1, p->close.p, p->close.n);
		closing = (struct str){ with_brace, p->close.n + 1 };
	}
	inside += tag->sigil != '\0';
	end = str_find(p->text, closing, inside);
	if (inside > p->text.n || end == p->text.n)
		return fail_here(p, "a tag is never closed:", p->open);
	tag->name = str_trim((struct str){ p->text.p + inside, end - inside });
	tag->end = end + closing.n;
	return NULL;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Whether nothing but white space comes before the line ends behind `at`; then
 * *next is where the next line begins. */
static bool ends_line(struct str text, size_t at, size_t *next)
{
	while (at < text.n && is_blank(text.p[at]))
		at++;
	if (at + 1 < text.n && text.p[at] == '\r' && text.p[at + 1] == '\n')
		at++;
	if (at < text.n && text.p[at] != '\n')
		return false;
	*next = at < text.n ? at + 1 : at;
	return true;
}

/* Whether the tag is alone on its line; if so *from is where the line begins and
 * *to where the next one does. */
static bool alone(const struct parser *p, const struct tag *tag, size_t *from, size_t *to)
{
	size_t b = tag->begin;

	while (b > 0 && is_blank(p->text.p[b - 1]))
		b--;
	if ((b > 0 && p->text.p[b - 1] != '\n') || !ends_line(p->text, tag->end, to))
		return false;
	*from = b;
	return true;
}

/* "{{=<% %>=}}" */
static err set_delimiters(struct parser *p, const struct tag *tag)
{
	struct str rest = tag->name, open = { 0 };

	for (size_t i = 0; i < rest.n && !open.p; i++)
		if (is_blank(rest.p[i]))
			open = (struct str){ rest.p, i };
	rest = str_trim(str_from(rest, open.n));
	if (!open.n || !rest.n || open.n > 8 || rest.n > 8 || str_has(rest, STR(" ")) ||
	    str_has(tag->name, STR("=")))
		return fail_here(p, "two delimiters are expected, not", tag->name);
	p->open = open;
	p->close = rest;
	return NULL;
}

static err open_section(struct parser *p, const struct tag *tag)
{
	if (p->depth == MUSTACHE_SECTIONS)
		return fail_here(p, "sections are nested too deeply at", tag->name);
	p->sections[p->depth++] = p->n;
	add(p, tag->sigil == '#' ? MUSTACHE_SECTION : MUSTACHE_INVERTED, tag->name);
	return NULL;
}

static err close_section(struct parser *p, const struct tag *tag)
{
	if (!p->depth || !str_eq(p->v[p->sections[p->depth - 1]].text, tag->name))
		return fail_here(p, "this closes a section that is not open here:", tag->name);
	p->v[p->sections[--p->depth]].close = p->n;
	add(p, MUSTACHE_CLOSE, tag->name);
	return NULL;
}

static bool valid_name(struct str name)
{
	if (!name.n || strchr("<$*=%@", name.p[0]))
		return false;
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] <= ' ' || name.p[i] == '{' || name.p[i] == '}')
			return false;
	return true;
}

static err add_tag(struct parser *p, const struct tag *tag, struct str indent)
{
	if (tag->sigil == '!')
		return NULL;
	if (tag->sigil == '=')
		return set_delimiters(p, tag);
	if (!valid_name(tag->name))
		return fail_here(p, "this is no name:", tag->name);
	if (tag->sigil == '#' || tag->sigil == '^')
		return open_section(p, tag);
	if (tag->sigil == '/')
		return close_section(p, tag);
	if (tag->sigil == '>')
		add(p, MUSTACHE_PARTIAL, tag->name)->indent = indent;
	else
		add(p, tag->sigil ? MUSTACHE_RAW : MUSTACHE_VALUE, tag->name);
	return NULL;
}

/* The text up to the next tag, and that tag. */
static err step(struct parser *p)
{
	size_t begin = str_find(p->text, p->open, p->at), before = begin;
	struct tag tag = { 0 };
	struct str indent = { 0 };

	if (begin == p->text.n) {
		add_text(p, p->at, begin);
		p->at = begin;
		return NULL;
	}
	locate(p, begin);
	TRY(read_tag(p, begin, &tag));
	if (tag.sigil && tag.sigil != '&' && tag.sigil != '{' && alone(p, &tag, &before, &tag.end))
		indent = (struct str){ p->text.p + before, begin - before };
	add_text(p, p->at, before);
	TRY(add_tag(p, &tag, indent));
	p->at = tag.end;
	return NULL;
}

err mustache_parse(struct arena *a, const char *name, struct str text, struct mustache_nodes *out)
{
	struct parser p = {
		.a = a, .name = name, .text = text, .line = 1, .open = STR_INIT("{{"),
		.close = STR_INIT("}}")
	};

	while (p.at < text.n)
		TRY(step(&p));
	if (p.depth) {
		const struct mustache_node *left = &p.v[p.sections[p.depth - 1]];

		return fail(ERR_INPUT, "%s:%u:%u: the section '%.*s' is never closed", name,
			    left->line, left->column, FMT(str_cut(left->text, 100)));
	}
	*out = (struct mustache_nodes){ p.v, 0, p.n };
	return NULL;
}
