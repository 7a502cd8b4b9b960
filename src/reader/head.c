#include "reader/head.h"

#include "base/map.h"
#include "text/json_lex.h"

enum { PATH_MAX_BYTES = 400, VALUE_MAX = 200, STEP = 16 };

/* The way to the current value: its text and where each level's part begins. */
struct walk {
	struct reader_head *h;
	struct arena *a;
	char path[PATH_MAX_BYTES];
	size_t n;
	size_t start[JSON_DEPTH + 1];	/* length of the path of the container */
	bool array[JSON_DEPTH + 1];
	unsigned depth;
	size_t values;
};

static void extend(struct walk *w, struct str part, bool dot)
{
	if (w->n + part.n + 2 > sizeof(w->path))
		return;
	if (dot)
		w->path[w->n++] = '.';
	if (part.n)
		memcpy(w->path + w->n, part.p, part.n);
	w->n += part.n;
}

/* The path of the value now beginning: an element adds "[]". */
static void arrive(struct walk *w)
{
	if (w->depth && w->array[w->depth - 1]) {
		w->n = w->start[w->depth - 1];
		extend(w, STR("[]"), false);
	}
	w->values++;
}

static void note(struct walk *w, struct str value)
{
	struct str path = { w->path, w->n }, *v;

	if (w->depth > HEAD_LEVELS || map_count(w->h->paths) >= HEAD_PATHS || map_has(w->h->paths, path))
		return;
	v = ARENA_NEW(w->a, struct str);
	if (value.p)
		*v = arena_str(w->a, str_cut(value, VALUE_MAX));
	map_put(w->h->paths, arena_str(w->a, path), v);
}

static err on_open(void *ctx, enum json_kind kind)
{
	struct walk *w = ctx;

	arrive(w);
	if (w->depth == 0)
		w->h->top = kind == JSON_ARRAY ? '[' : '{';
	note(w, (struct str){ 0 });
	w->start[w->depth] = w->n;
	w->array[w->depth] = kind == JSON_ARRAY;
	w->depth++;
	return NULL;
}

static err on_close(void *ctx)
{
	struct walk *w = ctx;

	w->depth--;
	w->n = w->start[w->depth];
	if (w->depth == 0 && w->values == 1 && w->array[0])
		w->h->empty_array = true;
	return NULL;
}

static err on_key(void *ctx, struct str key)
{
	struct walk *w = ctx;

	w->n = w->start[w->depth - 1];
	extend(w, key, w->n > 0);
	return NULL;
}

static err on_value(void *ctx, enum json_kind kind, struct str text)
{
	struct walk *w = ctx;

	arrive(w);
	note(w, kind == JSON_STRING || kind == JSON_NUMBER ? text : (struct str){ 0 });
	return NULL;
}

static const struct json_calls calls = { on_open, on_close, on_key, on_value };

static void read_json(struct reader_head *h, struct arena *a, struct str bytes)
{
	struct walk *w = ARENA_NEW(a, struct walk);
	OWNED(json_lex) lex = json_lex_new("the report", &calls, w);
	err e = NULL;

	w->h = h;
	w->a = a;
	/* In small steps: where it is cut or wrong, what came before counts. */
	for (size_t i = 0; i < bytes.n && !e; i += STEP)
		e = json_lex_feed(lex, (struct str){ bytes.p + i, bytes.n - i < STEP ? bytes.n - i : STEP });
}

/* The name of the first element, past declarations and comments. */
static struct str root_of(struct str s)
{
	size_t at = 0;

	while ((at = str_find(s, STR("<"), at)) < s.n) {
		struct str rest = str_from(s, at + 1), name = { rest.p, 0 };

		if (str_starts(rest, STR("?")) || str_starts(rest, STR("!"))) {
			struct str end = str_starts(rest, STR("!--")) ? STR("-->") : STR(">");

			at = str_find(s, end, at);
			continue;
		}
		while (name.n < rest.n && !memchr(" \t\r\n/>", rest.p[name.n], 6))
			name.n++;
		return name;
	}
	return (struct str){ 0 };
}

static bool is_row(struct str line)
{
	return str_has(line, STR(",")) || str_has(line, STR(";")) || str_has(line, STR("\t"));
}

void reader_head_read(struct reader_head *h, struct arena *a, struct str bytes)
{
	struct str s;

	*h = (struct reader_head){ .paths = map_new() };
	if (str_starts(bytes, STR("\xEF\xBB\xBF")))
		bytes = str_from(bytes, 3);
	s = str_trim(bytes);
	if (s.n == 0)
		return;
	if (str_is(s, "null")) {
		h->form = HEAD_JSON;
		h->empty_array = true;
		return;
	}
	if (s.p[0] == '{' || s.p[0] == '[') {
		h->form = HEAD_JSON;
		read_json(h, a, bytes);
	} else if (s.p[0] == '<') {
		h->form = HEAD_XML;
		h->root = root_of(s);
	} else {
		struct str rest = s;

		str_split(&rest, '\n', &h->first_line);
		h->first_line = str_trim(h->first_line);
		h->form = str_is_utf8(h->first_line) && is_row(h->first_line) ? HEAD_CSV : HEAD_NOTHING;
	}
}

void reader_head_done(struct reader_head *h)
{
	map_free(h->paths);
	h->paths = NULL;
}

bool reader_head_has(const struct reader_head *h, const char *path)
{
	return h->form == HEAD_JSON && map_has(h->paths, str_c(path));
}

struct str reader_head_text(const struct reader_head *h, const char *path)
{
	struct str *v = h->form == HEAD_JSON ? map_get(h->paths, str_c(path)) : NULL;

	return v ? *v : (struct str){ 0 };
}
