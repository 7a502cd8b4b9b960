#include "text/json_lex.h"

#include <yajl/yajl_parse.h>

#include "text/json_check.h"

struct json_lex {
	const char *name;
	const struct json_calls *calls;
	void *ctx;
	yajl_handle yajl;
	struct json_check check;
	struct str piece;	/* the one being read */
	size_t counted;		/* bytes of it whose lines are counted */
	uint64_t before;	/* bytes of the pieces before it */
	uint64_t line_start;	/* offset of the line's first byte */
	unsigned line;
	struct json_place place;	/* of the current token */
	unsigned depth;
	unsigned mark;		/* bytes of the byte order mark seen; 3: past it */
	bool begun;		/* the token began in an earlier piece */
	bool any;		/* there was a token */
	bool failed;
	err stop;
};

static err fail_at(const struct json_lex *l, enum err_kind kind, const char *what)
{
	return fail(kind, "%s:%u:%u: %s", l->name, l->place.line, l->place.column, what);
}

/* Skips what stands between tokens, up to `end`; whether a token begins before
 * it. Only there can a line end: strings hold no raw line feed. */
static bool find_token(struct json_lex *l, size_t end)
{
	const char *p = l->piece.p;
	size_t i = l->counted;

	for (; i < end; i++) {
		if (p[i] == '\n') {
			l->line++;
			l->line_start = l->before + i + 1;
		} else if (p[i] != ' ' && p[i] != ',' && p[i] != ':' && p[i] != '\t' &&
			   p[i] != '\r') {
			break;
		}
	}
	l->place.offset = l->before + i;
	l->place.line = l->line;
	l->place.column = (unsigned)(l->place.offset - l->line_start + 1);
	l->counted = i;
	return i < end;
}

static void token(struct json_lex *l)
{
	size_t end = yajl_get_bytes_consumed(l->yajl);

	if (!l->begun)
		find_token(l, end);
	l->begun = false;
	l->any = true;
	l->counted = end;
}

static int answer(struct json_lex *l, err e)
{
	l->stop = e;
	return e == NULL;
}

static int on_value(void *ctx, enum json_kind kind, struct str text)
{
	struct json_lex *l = ctx;

	token(l);
	return answer(l, l->calls->value(l->ctx, kind, text));
}

static int on_null(void *ctx)
{
	return on_value(ctx, JSON_NULL, (struct str){ 0 });
}

static int on_boolean(void *ctx, int yes)
{
	return on_value(ctx, yes ? JSON_TRUE : JSON_FALSE, (struct str){ 0 });
}

static int on_number(void *ctx, const char *p, size_t n)
{
	return on_value(ctx, JSON_NUMBER, (struct str){ p, n });
}

static int on_string(void *ctx, const unsigned char *p, size_t n)
{
	return on_value(ctx, JSON_STRING, (struct str){ (const char *)p, n });
}

static int on_key(void *ctx, const unsigned char *p, size_t n)
{
	struct json_lex *l = ctx;

	token(l);
	return answer(l, l->calls->key(l->ctx, (struct str){ (const char *)p, n }));
}

static int open_at(struct json_lex *l, enum json_kind kind)
{
	token(l);
	if (l->depth == JSON_DEPTH)
		return answer(l, fail_at(l, ERR_LIMIT, "nested deeper than 64 levels"));
	l->depth++;
	return answer(l, l->calls->open(l->ctx, kind));
}

static int on_open_object(void *ctx)
{
	return open_at(ctx, JSON_OBJECT);
}

static int on_open_array(void *ctx)
{
	return open_at(ctx, JSON_ARRAY);
}

static int on_close(void *ctx)
{
	struct json_lex *l = ctx;

	token(l);
	l->depth--;
	return answer(l, l->calls->close(l->ctx));
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_boolean,
	.yajl_number = on_number,
	.yajl_string = on_string,
	.yajl_start_map = on_open_object,
	.yajl_map_key = on_key,
	.yajl_end_map = on_close,
	.yajl_start_array = on_open_array,
	.yajl_end_array = on_close,
};

static void *take_memory(void *ctx, size_t n)
{
	(void)ctx;
	return base_realloc(NULL, n);
}

static void *change_memory(void *ctx, void *p, size_t n)
{
	(void)ctx;
	return base_realloc(p, n);
}

static void drop_memory(void *ctx, void *p)
{
	(void)ctx;
	free(p);
}

struct json_lex *json_lex_new(const char *name, const struct json_calls *calls, void *ctx)
{
	static const yajl_alloc_funcs memory = { take_memory, change_memory, drop_memory, NULL };
	struct json_lex *l = base_alloc(sizeof(*l));
	yajl_alloc_funcs copy = memory;

	l->name = name;
	l->calls = calls;
	l->ctx = ctx;
	l->line = 1;
	l->yajl = yajl_alloc(&callbacks, &copy, l);
	yajl_config(l->yajl, yajl_dont_validate_strings, 1);	/* json_check is stricter */
	return l;
}

void json_lex_free(struct json_lex *l)
{
	if (!l)
		return;
	yajl_free(l->yajl);
	free(l);
}

const struct json_place *json_lex_place(const struct json_lex *l)
{
	return &l->place;
}

/* yajl's words (a part of them) and ours. */
static const struct {
	const char *theirs, *ours;
} sentences[] = {
	{ "premature EOF", "the document ends too early" },
	{ "trailing garbage", "something follows the end of the document" },
	{ "invalid object key", "a key must be a string in quotes" },
	{ "separated by a colon", "expected ':' between key and value" },
	{ "after key and value", "expected ',' or '}' behind a value" },
	{ "after array element", "expected ',' or ']' behind a value" },
	{ "before a character which it may not", "a string holds '\\' before a wrong character" },
	{ "non-hex", "a string holds \\u without four hexadecimal digits" },
	{ "invalid character inside string", "a string holds a raw control character" },
	{ "after the exponent", "a number lacks the digits of its exponent" },
	{ "after the decimal point", "a number lacks the digits behind its point" },
	{ "after the minus", "a number lacks the digits behind its minus" },
	{ "probable comment", "JSON has no comments" },
	{ "unallowed token", "a value or key may not stand here" },
};

static err syntax_error(struct json_lex *l)
{
	const char *what = "this is not JSON";
	unsigned char *theirs = yajl_get_error(l->yajl, 0, NULL, 0);

	for (size_t i = 0; theirs && i < ARRAY_LEN(sentences); i++) {
		if (strstr((const char *)theirs, sentences[i].theirs)) {
			what = sentences[i].ours;
			break;
		}
	}
	if (theirs)
		yajl_free_error(l->yajl, theirs);
	if (!l->begun)
		find_token(l, l->piece.n);
	return fail_at(l, ERR_INPUT, what);
}

static err fault_at(struct json_lex *l, const char *what, size_t at)
{
	size_t start = 0;

	for (const char *nl; (nl = memchr(l->piece.p + start, '\n', at - start)) != NULL;) {
		start = (size_t)(nl - l->piece.p) + 1;
		l->line++;
		l->line_start = l->before + start;
	}
	l->place.line = l->line;
	l->place.column = (unsigned)(l->before + at - l->line_start + 1);
	return fail_at(l, ERR_INPUT, what);
}

static err read_piece(struct json_lex *l)
{
	size_t at = 0;
	const char *fault = json_check_piece(&l->check, l->piece, &at);
	yajl_status status;

	if (fault)
		return fault_at(l, fault, at);
	status = yajl_parse(l->yajl, (const unsigned char *)l->piece.p, l->piece.n);
	if (status == yajl_status_client_canceled)
		return l->stop;
	if (status != yajl_status_ok)
		return syntax_error(l);
	if (!l->begun)
		l->begun = find_token(l, l->piece.n);
	l->before += l->piece.n;
	if (l->before - l->place.offset > JSON_TOKEN_MAX)
		return fail_at(l, ERR_LIMIT, "a string is longer than 64 MiB");
	return NULL;
}

/* Takes a byte order mark off the front; false where it is half of one. */
static bool skip_mark(struct json_lex *l, struct str *piece)
{
	static const char mark[] = "\xEF\xBB\xBF";

	while (l->mark < 3 && piece->n) {
		if (piece->p[0] != mark[l->mark]) {
			bool half = l->mark > 0;

			l->mark = 3;
			return !half;
		}
		l->mark++;
		*piece = str_from(*piece, 1);
	}
	return true;
}

err json_lex_feed(struct json_lex *l, struct str piece)
{
	err e;

	if (l->failed)
		return fail(ERR_INPUT, "%s: was already found to be wrong", l->name);
	l->counted = 0;
	l->piece = piece;
	if (!skip_mark(l, &piece)) {
		l->failed = true;
		return fault_at(l, "there are bytes that are not UTF-8", 0);
	}
	l->piece = piece;
	e = piece.n ? read_piece(l) : NULL;
	l->failed = e != NULL;
	return e;
}

err json_lex_end(struct json_lex *l)
{
	yajl_status status;

	if (l->failed)
		return fail(ERR_INPUT, "%s: was already found to be wrong", l->name);
	if (!l->any && !l->begun)
		return fail(ERR_INPUT, "%s: the document is empty", l->name);
	l->piece = STR("");
	l->counted = 0;
	status = yajl_complete_parse(l->yajl);
	if (status == yajl_status_client_canceled)
		return l->stop;
	return status == yajl_status_ok ? NULL : syntax_error(l);
}
