/* JSON as events, in pieces whose sizes the first byte gives: accepts and refuses
 * what the tree reader does, with the same number of values. */
#include "fuzz.h"

#include "text/json_events.h"

static size_t values(const struct json *v)
{
	size_t n = 1;

	for (const struct json *m = v->first; m; m = m->next)
		n += values(m);
	return n;
}

static err count(void *ctx, const struct json *v)
{
	*(size_t *)ctx += values(v);
	return NULL;
}

static err read(const struct json_want *wants, struct str text, size_t step, size_t *n)
{
	OWNED(json_events) e = json_events_new("in", wants, n);

	while (text.n) {
		struct str piece = { text.p, text.n < step ? text.n : step };

		TRY(json_events_feed(e, piece));
		text = str_from(text, piece.n);
	}
	return json_events_end(e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct json_want whole[] = { { "", count, 0 }, { NULL, NULL, 0 } };
	static const struct json_want parts[] = {
		{ "runs[].results[]", count, 0 }, { "runs[].tool", count, 40 }, { "[]", count, 0 },
		{ "a.*.b", count, 0 }, { "*.c[][]", count, 0 }, { NULL, NULL, 0 }
	};
	OWNED(arena) a = arena_new();
	struct str text;
	struct json *v;
	size_t n = 0, some = 0, step = size ? data[0] + 1u : 1;
	bool refused;

	if (!size)
		return 0;
	text = (struct str){ (const char *)data + 1, size - 1 };
	refused = json_parse(a, "in", text, &v) != NULL;
	ASSERT((read(whole, text, step, &n) != NULL) == refused);
	if (!refused)
		ASSERT(n == values(v));
	if (!read(parts, text, step, &some) && !refused)
		ASSERT(some <= n);
	return 0;
}
