#include "text/json.h"

#include "text/json_build.h"

static err on_open(void *ctx, enum json_kind kind)
{
	return json_build_open(ctx, kind);
}

static err on_close(void *ctx)
{
	return json_build_close(ctx);
}

static err on_key(void *ctx, struct str key)
{
	json_build_key(ctx, key);
	return NULL;
}

static err on_value(void *ctx, enum json_kind kind, struct str text)
{
	return json_build_value(ctx, kind, text);
}

static const struct json_calls calls = { on_open, on_close, on_key, on_value };

err json_parse(struct arena *a, const char *name, struct str text, struct json **out)
{
	struct json_build b;
	OWNED(json_lex) lex = json_lex_new(name, &calls, &b);

	json_build_start(&b, a, name, json_lex_place(lex));
	TRY(json_lex_feed(lex, text));
	TRY(json_lex_end(lex));
	ASSERT(b.root && b.depth == 0);
	*out = b.root;
	return NULL;
}

static const struct json *member(const struct json *obj, struct str key)
{
	if (!obj || obj->kind != JSON_OBJECT)
		return NULL;
	for (const struct json *v = obj->first; v; v = v->next)
		if (v->key.n == key.n && memcmp(v->key.p, key.p, key.n) == 0)
			return v;
	return NULL;
}

const struct json *json_get(const struct json *obj, const char *key)
{
	return member(obj, str_c(key));
}

const struct json *json_path(const struct json *obj, const char *dotted)
{
	struct str rest = str_c(dotted), key;

	while (obj && str_split(&rest, '.', &key))
		obj = member(obj, key);
	return obj;
}

struct str json_text(const struct json *v)
{
	return v ? v->text : (struct str){ 0 };
}

bool json_int(const struct json *v, int64_t *out)
{
	struct str whole, rest;
	size_t point;

	if (!v || v->kind != JSON_NUMBER)
		return false;
	point = str_find(v->text, STR("."), 0);
	whole = (struct str){ v->text.p, point };
	rest = str_from(v->text, point);
	for (size_t i = 1; i < rest.n; i++)
		if (rest.p[i] != '0')
			return false;
	return str_to_i64(whole, out);
}

bool json_true(const struct json *v)
{
	return v && v->kind == JSON_TRUE;
}
