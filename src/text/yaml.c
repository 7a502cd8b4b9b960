#include "text/yaml.h"

#include "text/json_build.h"

#include <yaml.h>

struct reader {
	yaml_parser_t parser;
	const char *name;
	struct str text;
	struct json_build build;
	struct json_place place;
	bool mapping[JSON_DEPTH];	/* the open containers */
	bool want_value[JSON_DEPTH];	/* a key was read, its value was not */
	err (*take)(void *ctx, const struct json *v);
	void *ctx;
};

static void reader_done(struct reader *r)
{
	yaml_parser_delete(&r->parser);
}

static void event_done(yaml_event_t *event)
{
	yaml_event_delete(event);
}

static err fail_here(const struct reader *r, enum err_kind kind, const char *what)
{
	return fail(kind, "%s:%u:%u: %s", r->name, r->place.line, r->place.column, what);
}

static void set_place(struct reader *r, yaml_mark_t mark)
{
	r->place.line = (unsigned)mark.line + 1;
	r->place.column = (unsigned)mark.column + 1;
}

static bool is_one_of(struct str s, const char *const *words)
{
	for (; *words; words++)
		if (str_is(s, *words))
			return true;
	return false;
}

/* As JSON writes it: 007 and +1 stay strings. */
static bool is_whole_number(struct str s)
{
	struct str digits = s.n && s.p[0] == '-' ? str_from(s, 1) : s;

	if (!digits.n || digits.n > 18 || (digits.p[0] == '0' && digits.n > 1))
		return false;
	for (size_t i = 0; i < digits.n; i++)
		if (digits.p[i] < '0' || digits.p[i] > '9')
			return false;
	return true;
}

static enum json_kind plain_kind(struct str s)
{
	static const char *const nulls[] = { "", "~", "null", "Null", "NULL", NULL };
	static const char *const trues[] = { "true", "True", "TRUE", NULL };
	static const char *const falses[] = { "false", "False", "FALSE", NULL };

	if (is_one_of(s, nulls))
		return JSON_NULL;
	if (is_one_of(s, trues))
		return JSON_TRUE;
	if (is_one_of(s, falses))
		return JSON_FALSE;
	return is_whole_number(s) ? JSON_NUMBER : JSON_STRING;
}

/* Whether the coming node is the key of a mapping; if not, it is a value. */
static bool at_key(struct reader *r)
{
	unsigned d = r->build.depth;
	bool key;

	if (!d || !r->mapping[d - 1])
		return false;
	key = !r->want_value[d - 1];
	r->want_value[d - 1] = key;
	return key;
}

static err refuse_extras(const struct reader *r, const yaml_char_t *anchor, const yaml_char_t *tag)
{
	if (anchor)
		return fail_here(r, ERR_INPUT, "anchors (&) are not allowed");
	if (tag)
		return fail_here(r, ERR_INPUT, "tags (!) are not allowed");
	return NULL;
}

static err on_scalar(struct reader *r, const yaml_event_t *event)
{
	struct str s = { (const char *)event->data.scalar.value, event->data.scalar.length };
	bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;

	TRY(refuse_extras(r, event->data.scalar.anchor, event->data.scalar.tag));
	if (memchr(s.p, '\0', s.n))
		return fail_here(r, ERR_INPUT, "a string holds the character NUL");
	if (at_key(r)) {
		json_build_key(&r->build, s);
		return NULL;
	}
	return json_build_value(&r->build, plain ? plain_kind(s) : JSON_STRING, s);
}

static err open_at(struct reader *r, enum json_kind kind)
{
	unsigned d = r->build.depth;

	if (at_key(r))
		return fail_here(r, ERR_INPUT, "a key must be a plain word or a string");
	if (d == JSON_DEPTH)
		return fail_here(r, ERR_LIMIT, "nested deeper than 64 levels");
	r->mapping[d] = kind == JSON_OBJECT;
	r->want_value[d] = false;
	return json_build_open(&r->build, kind);
}

static err on_event(struct reader *r, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_ALIAS_EVENT:
		return fail_here(r, ERR_INPUT, "aliases (*) are not allowed");
	case YAML_SCALAR_EVENT:
		return on_scalar(r, event);
	case YAML_SEQUENCE_START_EVENT:
		TRY(refuse_extras(r, event->data.sequence_start.anchor,
				  event->data.sequence_start.tag));
		return open_at(r, JSON_ARRAY);
	case YAML_MAPPING_START_EVENT:
		TRY(refuse_extras(r, event->data.mapping_start.anchor,
				  event->data.mapping_start.tag));
		return open_at(r, JSON_OBJECT);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return json_build_close(&r->build);
	case YAML_DOCUMENT_END_EVENT:
		return r->take(r->ctx, r->build.root);
	case YAML_DOCUMENT_START_EVENT:
		json_build_start(&r->build, r->build.a, r->name, &r->place);
		return NULL;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
		return NULL;
	}
	return NULL;
}

/* Whether the line that could not be read is indented with a tab. */
static bool is_tabbed(const struct reader *r)
{
	struct str rest = r->text, line = { 0 };

	for (unsigned i = 0; i < r->place.line; i++)
		if (!str_split(&rest, '\n', &line))
			return false;
	for (size_t i = 0; i < line.n && (line.p[i] == ' ' || line.p[i] == '\t'); i++)
		if (line.p[i] == '\t')
			return true;
	return false;
}

static err fail_syntax(const struct reader *r)
{
	if (is_tabbed(r))
		return fail_here(r, ERR_INPUT, "a tab stands here; YAML is indented with spaces");
	return fail_here(r, ERR_INPUT, r->parser.problem ? r->parser.problem : "this is not YAML");
}

/* The next event; *more is false behind the last. */
static err step(struct reader *r, bool *more)
{
	yaml_event_t event __attribute__((cleanup(event_done)));

	memset(&event, 0, sizeof(event));
	if (!yaml_parser_parse(&r->parser, &event)) {
		ASSERT(r->parser.error != YAML_MEMORY_ERROR);
		set_place(r, r->parser.problem_mark);
		return fail_syntax(r);
	}
	set_place(r, event.start_mark);
	*more = event.type != YAML_STREAM_END_EVENT;
	return on_event(r, &event);
}

err yaml_parse_each(struct arena *a, const char *name, struct str text,
		    err (*take)(void *ctx, const struct json *v), void *ctx)
{
	struct reader r __attribute__((cleanup(reader_done))) = {
		.name = name, .text = text, .take = take, .ctx = ctx
	};
	bool more = true;

	ASSERT(yaml_parser_initialize(&r.parser));
	if (text.n > YAML_MAX)
		return fail(ERR_LIMIT, "%s: larger than %d bytes", name, YAML_MAX);
	if (!str_is_utf8(text))
		return fail(ERR_INPUT, "%s: there are bytes that are not UTF-8", name);
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)text.p, text.n);
	json_build_start(&r.build, a, name, &r.place);
	while (more)
		TRY(step(&r, &more));
	return NULL;
}

struct single {
	const char *name;
	const struct json *v;
};

static err take_single(void *ctx, const struct json *v)
{
	struct single *s = ctx;

	if (s->v)
		return fail(ERR_INPUT, "%s:%u:%u: a second document begins here", s->name, v->line,
			    v->column);
	s->v = v;
	return NULL;
}

err yaml_parse(struct arena *a, const char *name, struct str text, struct json **out)
{
	struct single s = { .name = name };

	TRY(yaml_parse_each(a, name, text, take_single, &s));
	if (!s.v)
		return fail(ERR_INPUT, "%s: the document is empty", name);
	*out = (struct json *)(uintptr_t)s.v;
	return NULL;
}
