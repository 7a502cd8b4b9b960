/* YAML from any bytes: a tree that the JSON writer can put down, or a sentence. */
#include "fuzz.h"

#include "text/yaml.h"

static void check(const struct json *v, unsigned depth)
{
	ASSERT(depth <= JSON_DEPTH && v->line > 0 && v->column > 0);
	ASSERT(!v->text.p || str_is_utf8(v->text));
	for (const struct json *m = v->first; m; m = m->next) {
		ASSERT((m->key.p != NULL) == (v->kind == JSON_OBJECT));
		check(m, depth + 1);
	}
}

static err take(void *ctx, const struct json *v)
{
	++*(size_t *)ctx;
	check(v, 0);
	return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	OWNED(arena) a = arena_new();
	struct str text = { size ? (const char *)data : "", size };
	struct json *v;
	size_t n = 0;
	err one = yaml_parse(a, "in", text, &v), each = yaml_parse_each(a, "in", text, take, &n);

	if (!one)
		ASSERT(!each && n == 1);
	else if (!each)
		ASSERT(n != 1);
	return 0;
}
