/* JSON as a tree from any bytes: what is accepted is valid UTF-8, and written again
 * it is the same tree. */
#include "fuzz.h"

#include "text/json.h"

static void put(struct json_writer *w, const struct json *v)
{
	switch (v->kind) {
	case JSON_NULL:
		json_put_null(w);
		return;
	case JSON_FALSE:
	case JSON_TRUE:
		json_put_bool(w, v->kind == JSON_TRUE);
		return;
	case JSON_NUMBER:
		json_put_raw(w, v->text);
		return;
	case JSON_STRING:
		ASSERT(str_is_utf8(v->text) && v->text.p[v->text.n] == '\0');
		json_put_text(w, v->text);
		return;
	case JSON_ARRAY:
	case JSON_OBJECT:
		break;
	}
	json_open(w, v->kind == JSON_ARRAY ? '[' : '{');
	for (const struct json *m = v->first; m; m = m->next) {
		ASSERT(m->line > 0 && m->column > 0);
		if (v->kind == JSON_OBJECT)
			json_key(w, m->key.p);
		put(w, m);
	}
	json_close(w, v->kind == JSON_ARRAY ? ']' : '}');
}

static void write_down(const struct json *v, struct buf *out)
{
	struct json_writer w = json_write_pretty(out);

	put(&w, v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	OWNED(arena) a = arena_new();
	BUF_AUTO once = buf_new(64 << 20);
	BUF_AUTO twice = buf_new(64 << 20);
	struct json *v;

	if (json_parse(a, "in", (struct str){ (const char *)data, size }, &v))
		return 0;
	write_down(v, &once);
	ASSERT(!json_parse(a, "again", buf_str(&once), &v));
	write_down(v, &twice);
	ASSERT(str_eq(buf_str(&once), buf_str(&twice)));
	return 0;
}
