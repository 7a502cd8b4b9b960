/* A scan of what is new finds what a scan of everything finds, however an input was
 * cut together from another. */
/* timeout: 300 */
#include "unit.h"

#include <stdlib.h>

#include "base/buf.h"
#include "scan/trace.h"
#include "scan/engine.h"

enum { ROUNDS = 300, CHAIN = 8, PIECES_MAX = 12, FOUND_MAX = 4096 };

static struct scan_engine *engine;
static struct scan_state *state;
static uint64_t seed = 88172645463325252u;

static uint64_t random_below(uint64_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % n;
}

/* Made up here, so that no scanner finds them in this file. */
static void add_token(struct buf *b)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
	static const struct {
		const char *head, *tail;
		unsigned n;
	} kinds[] = {
		{ "gh" "p_", "", 36 }, { "AK" "IA", "", 16 }, { "sk" "_live_", "", 24 },
		{ "password = \"", "\"", 20 }, { "https://ann:", "@db.example.net/x", 14 },
		{ "-----BEGIN PRIVATE " "KEY-----\n", "\n-----END PRIVATE KEY-----\n", 400 },
	};
	size_t k = random_below(ARRAY_LEN(kinds));

	buf_add_c(b, kinds[k].head);
	for (unsigned i = 0; i < kinds[k].n; i++)
		buf_add_char(b, digits[random_below(k == 1 ? 26 : sizeof(digits) - 1)]);
	buf_add_c(b, kinds[k].tail);
}

static void add_text(struct buf *b, size_t n)
{
	static const char *const words[] = { "int ", "return ", "value = ", "\n", "key: ", "// ", "the ", "\"",
					     "a.b.c", " " };
	size_t until = b->n + n;

	while (b->n < until) {
		if (random_below(60) == 0)
			add_token(b);
		else
			buf_add_c(b, words[random_below(ARRAY_LEN(words))]);
	}
}

struct found {
	struct { const struct scan_rule *rule; size_t from, to; } v[FOUND_MAX];
	size_t n;
};

static err keep(void *ctx, const struct scan_view *view, const struct scan_match *m)
{
	struct found *f = ctx;

	(void)view;
	assert_true(f->n < FOUND_MAX);
	f->v[f->n].rule = m->rule;
	f->v[f->n].from = m->secret.from;
	f->v[f->n++].to = m->secret.to;
	return NULL;
}

static struct found *scan(struct str bytes, const struct scan_origin *origin, struct scan_trace **trace)
{
	struct found *f = base_alloc(sizeof(*f));
	struct scan_input in = { .max_matches = FOUND_MAX, .origin = origin, .trace = trace };

	assert_ok(scan_bytes(state, bytes, &in, (struct scan_sink){ keep, f }));
	return f;
}

/* A child cut together from pieces of the base and new text. */
static size_t cut_together(struct str base, struct buf *out, struct odb_span *spans)
{
	size_t n = 0, pieces = 1 + random_below(PIECES_MAX), at = 0;

	for (size_t i = 0; i < pieces; i++) {
		struct odb_span *s = &spans[n];

		*s = (struct odb_span){ out->n, 0, ODB_NEW };
		if (random_below(3) && base.n) {
			s->from = random_below(4) ? at + random_below(base.n - at + 1) : random_below(base.n);
			s->from = s->from < base.n ? s->from : 0;
			s->n = 1 + random_below(random_below(2) ? base.n - s->from : 40);
			s->n = s->n < base.n - s->from ? s->n : base.n - s->from;
			buf_add(out, (struct str){ base.p + s->from, s->n });
			at = s->from + s->n;
		} else {
			add_text(out, 1 + random_below(200));
			s->n = out->n - s->at;
		}
		n += s->n > 0;
	}
	return n;
}

static void what_is_found_in_pieces_is_what_is_found_in_all(void **s)
{
	size_t matches = 0, followed = 0;

	(void)s;
	for (int round = 0; round < ROUNDS; round++) {
		BUF_AUTO text = buf_new(16 << 20);
		struct scan_trace *trace = NULL;

		add_text(&text, 1 + random_below(20000));
		free(scan(buf_str(&text), NULL, &trace));
		for (int i = 0; i < CHAIN; i++) {
			BUF_AUTO child = buf_new(16 << 20);
			struct odb_span spans[PIECES_MAX];
			struct scan_origin origin = { trace, spans, 0 };
			struct scan_trace *next = NULL;
			struct found *all, *new;

			origin.n = cut_together(buf_str(&text), &child, spans);
			all = scan(buf_str(&child), NULL, NULL);
			new = scan(buf_str(&child), &origin, &next);
			if (all->n != new->n || memcmp(all->v, new->v, all->n * sizeof(*all->v)) != 0)
				fail_msg("round %d, child %d: %zu found in all, %zu in pieces", round, i, all->n, new->n);
			matches += all->n;
			followed += trace != NULL;
			free(all);
			free(new);
			scan_trace_free(trace);
			trace = next;
			buf_clear(&text);
			buf_add(&text, buf_str(&child));
		}
		scan_trace_free(trace);
	}
	print_message("%zu matches\n", matches);
	assert_true(matches > 1000);
	assert_true(followed > ROUNDS * CHAIN / 2);
}

static void a_skipped_input_leaves_no_trace(void **s)
{
	struct scan_trace *trace = (struct scan_trace *)(uintptr_t)1;

	(void)s;
	free(scan((struct str){ "a\0b", 3 }, NULL, &trace));
	assert_null(trace);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_found_in_pieces_is_what_is_found_in_all),
		cmocka_unit_test(a_skipped_input_leaves_no_trace),
	};
	int status;

	if (scan_engine_new(&(struct scan_engine_spec){ 0 }, &engine) || scan_state_new(engine, &state))
		return 1;
	status = cmocka_run_group_tests(tests, NULL, NULL);
	scan_state_free(state);
	scan_engine_free(engine);
	return status;
}
