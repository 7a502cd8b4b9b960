#include "text/mustache.h"

#include "text/mustache_parse.h"

enum { CONTEXTS = 256 };

struct partial {
	struct str name, indent;
	struct mustache_nodes nodes;
	struct partial *next;
};

struct rendering {
	struct arena *a;
	struct partial *parsed;
	struct mustache_partials partials;
	struct buf *out;
	const struct json *context[CONTEXTS];
	unsigned depth;			/* contexts */
	unsigned partial_depth;
	unsigned steps;
	const char *name;
};

static const struct json *member(const struct json *v, struct str key)
{
	if (!v || v->kind != JSON_OBJECT)
		return NULL;
	for (const struct json *m = v->first; m; m = m->next)
		if (str_eq(m->key, key))
			return m;
	return NULL;
}

/* The first part of a dotted name is looked for from the inside out; the others
 * only in what it names. */
static const struct json *look_up(const struct rendering *r, struct str name)
{
	const struct json *v = NULL;
	struct str part;

	if (str_is(name, "."))
		return r->context[r->depth - 1];
	if (!str_split(&name, '.', &part))
		return NULL;
	for (unsigned i = r->depth; i-- > 0 && !v;)
		v = member(r->context[i], part);
	while (v && str_split(&name, '.', &part))
		v = member(v, part);
	return v;
}

static bool is_true(const struct json *v)
{
	if (!v || v->kind == JSON_NULL || v->kind == JSON_FALSE)
		return false;
	if (v->kind == JSON_STRING)
		return v->text.n > 0;
	return v->kind != JSON_ARRAY || v->n > 0;
}

static struct str words_of(const struct json *v)
{
	if (!v)
		return STR("");
	switch (v->kind) {
	case JSON_TRUE:
		return STR("true");
	case JSON_FALSE:
		return STR("false");
	case JSON_NUMBER:
	case JSON_STRING:
		return v->text;
	case JSON_NULL:
	case JSON_ARRAY:
	case JSON_OBJECT:
		return STR("");
	}
	return STR("");
}

static const char *entity(char c)
{
	if (((unsigned char)c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == 0x7F)
		return "\xEF\xBF\xBD";	/* no character of HTML */
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	}
	return NULL;
}

static void put_escaped(struct buf *out, struct str s)
{
	size_t from = 0;

	for (size_t i = 0; i < s.n; i++) {
		const char *e = entity(s.p[i]);

		if (!e)
			continue;
		buf_add(out, (struct str){ s.p + from, i - from });
		buf_add_c(out, e);
		from = i + 1;
	}
	buf_add(out, (struct str){ s.p + from, s.n - from });
}

static err render(struct rendering *r, struct mustache_nodes nodes);

static err within(struct rendering *r, const struct json *v, struct mustache_nodes inner)
{
	if (r->depth == CONTEXTS)
		return fail(ERR_LIMIT, "%s: sections are nested too deeply", r->name);
	r->context[r->depth++] = v;
	TRY(render(r, inner));
	r->depth--;
	return NULL;
}

static err render_section(struct rendering *r, const struct mustache_node *node,
			  struct mustache_nodes inner)
{
	const struct json *v = look_up(r, node->text);

	if (node->kind == MUSTACHE_INVERTED)
		return is_true(v) ? NULL : render(r, inner);
	if (!is_true(v))
		return NULL;
	if (v->kind != JSON_ARRAY)
		return within(r, v, inner);
	for (const struct json *item = v->first; item; item = item->next)
		TRY(within(r, item, inner));
	return NULL;
}

/* The specification has a partial's own lines indented, not what its values hold. */
static struct str indented(struct arena *a, struct str text, struct str indent)
{
	size_t lines = 1, n = 0;
	bool at_start = true;
	char *p;

	if (!indent.n)
		return text;
	for (size_t i = 0; i < text.n; i++)
		lines += text.p[i] == '\n';
	p = arena_alloc(a, text.n + lines * indent.n + 1);
	for (size_t i = 0; i < text.n; i++) {
		if (at_start) {
			memcpy(p + n, indent.p, indent.n);
			n += indent.n;
		}
		p[n++] = text.p[i];
		at_start = text.p[i] == '\n';
	}
	return (struct str){ p, n };
}

/* Parsed once per name and indent, however often a list repeats it. */
static err parsed_partial(struct rendering *r, const struct mustache_node *node, struct str text,
			  const struct partial **out)
{
	struct partial *p = r->parsed;

	while (p && !(str_eq(p->name, node->text) && str_eq(p->indent, node->indent)))
		p = p->next;
	if (!p) {
		const char *name = arena_cstr(r->a, node->text);

		p = ARENA_NEW(r->a, struct partial);
		p->name = str_c(name);
		p->indent = arena_str(r->a, node->indent);
		TRY(mustache_parse(r->a, name, indented(r->a, text, node->indent), &p->nodes));
		p->next = r->parsed;
		r->parsed = p;
	}
	*out = p;
	return NULL;
}

static err render_partial(struct rendering *r, const struct mustache_node *node)
{
	const struct partial *partial;
	struct str text;
	const char *outer = r->name;

	if (!r->partials.find || !r->partials.find(r->partials.ctx, node->text, &text))
		return NULL;
	if (r->partial_depth == MUSTACHE_DEPTH)
		return fail(ERR_LIMIT, "%s:%u:%u: partials are nested too deeply at '%.*s'",
			    r->name, node->line, node->column, FMT(str_cut(node->text, 100)));
	TRY(parsed_partial(r, node, text, &partial));
	r->name = partial->name.p;
	r->partial_depth++;
	TRY(render(r, partial->nodes));
	r->partial_depth--;
	r->name = outer;
	return NULL;
}

static err render_node(struct rendering *r, const struct mustache_node *node,
		       struct mustache_nodes inner)
{
	switch (node->kind) {
	case MUSTACHE_TEXT:
		buf_add(r->out, node->text);
		return NULL;
	case MUSTACHE_VALUE:
		put_escaped(r->out, words_of(look_up(r, node->text)));
		return NULL;
	case MUSTACHE_RAW:
		buf_add(r->out, words_of(look_up(r, node->text)));
		return NULL;
	case MUSTACHE_SECTION:
	case MUSTACHE_INVERTED:
		return render_section(r, node, inner);
	case MUSTACHE_PARTIAL:
		return render_partial(r, node);
	case MUSTACHE_CLOSE:
		return NULL;
	}
	return NULL;
}

/* Indices of `close` count from the start of the whole list, so an inner list is
 * the whole list cut off before the CLOSE and entered behind its SECTION. */
static err render(struct rendering *r, struct mustache_nodes nodes)
{
	for (size_t i = nodes.first; i < nodes.n; i++) {
		const struct mustache_node *node = &nodes.v[i];
		struct mustache_nodes inner = { nodes.v, i + 1, node->close };

		if (r->steps++ == MUSTACHE_STEPS)
			return fail(ERR_LIMIT, "%s: rendering takes too many steps", r->name);
		TRY(render_node(r, node, inner));
		TRY(buf_ok(r->out, "the rendered text"));
		if (node->kind == MUSTACHE_SECTION || node->kind == MUSTACHE_INVERTED)
			i = node->close;
	}
	return NULL;
}

err mustache_render(const struct mustache_spec *spec, const struct json *data, struct buf *out)
{
	OWNED(arena) a = arena_new();
	struct rendering r = {
		.a = a, .partials = spec->partials, .out = out, .name = spec->name
	};
	struct mustache_nodes nodes;

	TRY(mustache_parse(a, spec->name, spec->text, &nodes));
	r.context[r.depth++] = data;
	return render(&r, nodes);
}

err mustache_names(const char *name, struct str text,
		   err (*visit)(void *ctx, const struct mustache_use *use), void *ctx)
{
	OWNED(arena) a = arena_new();
	struct str around[MUSTACHE_SECTIONS];
	bool counts[MUSTACHE_SECTIONS] = { false };
	size_t n = 0, depth = 0;
	struct mustache_nodes nodes = { 0 };

	TRY(mustache_parse(a, name, text, &nodes));
	for (size_t i = 0; i < nodes.n; i++) {
		const struct mustache_node *node = &nodes.v[i];
		struct mustache_use use = {
			node->kind, node->text, node->line, node->column, { around, n }
		};

		if (node->kind == MUSTACHE_TEXT)
			continue;
		if (node->kind == MUSTACHE_CLOSE) {
			n -= counts[--depth];
			continue;
		}
		TRY(visit(ctx, &use));
		if (node->kind != MUSTACHE_SECTION && node->kind != MUSTACHE_INVERTED)
			continue;
		counts[depth] = node->kind == MUSTACHE_SECTION;
		if (counts[depth++])
			around[n++] = node->text;
	}
	return NULL;
}
