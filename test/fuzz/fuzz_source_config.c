/* custody.yaml from any bytes: a sentence with a place, or a configuration that says the
 * same after its way between the process without rights and the one that applies it. */
#include "fuzz.h"

#include "source/config.h"

static const struct json_pick everything = { 0, 0 };

static void put(struct buf *out, const struct config *c)
{
	struct json_writer w = json_write(out);

	json_put_table(&w, &config_table, everything, c);
	ASSERT(!buf_ok(out, "the configuration"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	OWNED(arena) a = arena_new();
	BUF_AUTO once = buf_new(64 << 20), twice = buf_new(64 << 20);
	struct str text = { size ? (const char *)data : "", size };
	struct config c, back;
	struct json *doc;
	err e = config_read(a, "in", text, &c);

	if (e) {
		ASSERT(e->kind == ERR_INPUT || e->kind == ERR_LIMIT);
		return 0;
	}
	put(&once, &c);
	ASSERT(!json_parse(a, "in", buf_str(&once), &doc));
	ASSERT(!json_to_table(a, "in", doc, &config_table, everything, &back));
	put(&twice, &back);
	ASSERT(str_eq(buf_str(&once), buf_str(&twice)));
	return 0;
}
