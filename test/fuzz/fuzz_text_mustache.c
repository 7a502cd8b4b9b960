/* Any bytes as a template, which is also its own partial: rendering is bounded, and
 * names can be visited exactly when the template is not broken. */
#include "fuzz.h"

#include "base/arena.h"
#include "text/mustache.h"

static bool find(void *ctx, struct str name, struct str *text)
{
	*text = *(const struct str *)ctx;
	return name.n % 2;
}

static err visit(void *ctx, const struct mustache_use *use)
{
	(void)ctx;
	ASSERT(use->name.n && use->line && use->column && use->kind != MUSTACHE_TEXT);
	return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	OWNED(arena) a = arena_new();
	BUF_AUTO out = buf_new(20000);
	struct str text = { size ? (const char *)data : "", size };
	struct mustache_spec spec = { "in", text, { find, &text } };
	struct json *v;

	if (size > 4096)
		return 0;
	ASSERT(!json_parse(a, "data", STR("{\"a\":\"<x>\",\"b\":{\"c\":1,\"a\":\"in\"},\"l\":[\"one\",2],"
					  "\"o\":[{\"c\":3},{\"c\":4}],\"t\":true,\"f\":false}"), &v));
	if (mustache_names("in", text, visit, NULL))
		ASSERT(mustache_render(&spec, v, &out));
	else
		(void)!mustache_render(&spec, v, &out);
	return 0;
}
