/* Fuzz target: any bytes through the built-in rules. Every span lies within the
 * input, and neither shape nor excerpt holds a value. Seeds are in the escape of
 * rule files, so that they hold no secret as they lie in the repository. */
#include "fuzz.h"

#include "base/buf.h"
#include "scan/engine.h"

static err check(void *ctx, const struct scan_view *view, const struct scan_match *m)
{
	BUF_AUTO out = buf_new(4096);

	(void)ctx;
	ASSERT(m->whole.from <= m->secret.from && m->secret.from < m->secret.to);
	ASSERT(m->secret.to <= m->whole.to && m->whole.to <= view->bytes.n);
	ASSERT(m->line >= 1 && m->column >= 1 && m->end_line >= m->line);
	scan_excerpt(view, m, &out);
	scan_redact(view, m, &out);
	ASSERT(!buf_over(&out) && str_is_utf8(buf_str(&out)));
	ASSERT(!str_has(buf_str(&out), scan_secret(view, m)));
	return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct scan_engine *engine;
	static struct scan_state *state;
	struct str text = { size ? (const char *)data : "", size }, plain;
	OWNED(arena) a = arena_new();

	if (!engine) {
		ASSERT(!scan_engine_new(&(struct scan_engine_spec){ 0 }, &engine));
		ASSERT(!scan_state_new(engine, &state));
	}
	if (!scan_rule_unescape(a, text, &plain))
		plain = text;
	ASSERT(!scan_bytes(state, plain, &(struct scan_input){ .binary = true, .max_matches = 64 },
			   (struct scan_sink){ check, NULL }));
	ASSERT(scan_coverage_adds_up(scan_state_coverage(state)));
	return 0;
}
