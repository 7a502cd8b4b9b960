/* What must hold of showing a match: the value never leaves. */
#include "unit.h"

#include "base/buf.h"
#include "scan/engine.h"

static struct scan_engine *engine;
static struct scan_state *state;

struct shown {
	struct buf excerpt, shape;	/* of the last match */
	unsigned n, leaks;
};

static err show(void *ctx, const struct scan_view *view, const struct scan_match *m)
{
	struct shown *s = ctx;

	buf_clear(&s->excerpt);
	buf_clear(&s->shape);
	scan_excerpt(view, m, &s->excerpt);
	scan_redact(view, m, &s->shape);
	s->n++;
	for (size_t i = 0; i < view->n; i++) {
		struct scan_span at = view->secrets[i];
		struct str secret = { view->bytes.p + at.from, at.to - at.from };

		s->leaks += str_has(buf_str(&s->excerpt), secret);
		s->leaks += str_has(buf_str(&s->shape), secret);
	}
	assert_true(str_is_utf8(buf_str(&s->excerpt)));
	assert_true(buf_str(&s->excerpt).n < 600);
	return NULL;
}

static void scan(struct str text, struct shown *s)
{
	*s = (struct shown){ buf_new(4096), buf_new(4096), 0, 0 };
	assert_ok(scan_bytes(state, text, &(struct scan_input){ .binary = true },
			     (struct scan_sink){ show, s }));
}

static void done(struct shown *s)
{
	buf_done(&s->excerpt);
	buf_done(&s->shape);
}

static int start(void **s)
{
	(void)s;
	assert_ok(scan_engine_new(&(struct scan_engine_spec){ 0 }, &engine));
	assert_ok(scan_state_new(engine, &state));
	return 0;
}

static int stop(void **s)
{
	(void)s;
	scan_state_free(state);
	scan_engine_free(engine);
	return 0;
}

/* A value of the rule's form, from its own example. */
static struct str example(const char *rule)
{
	const struct scan_rules *rules = scan_engine_rules(engine);
	size_t i = scan_rules_find(rules, str_c(rule));

	assert_true(i < rules->n);
	return rules->v[i].yes.v[0];
}

static void a_shape_shows_four_public_letters_and_the_length(void **s)
{
	struct shown f;

	(void)s;
	scan(example("github-token"), &f);
	assert_int_equal(f.n, 1);
	assert_true(str_is(buf_str(&f.shape), "ghp_…(40)"));
	done(&f);
	scan(example("anthropic-key"), &f);
	assert_true(str_starts(buf_str(&f.shape), STR("sk-a…(")));
	done(&f);
	scan(example("assigned-secret"), &f);
	assert_true(str_starts(buf_str(&f.shape), STR("…(")));
	done(&f);
}

static void an_excerpt_shows_the_line_without_the_value(void **s)
{
	BUF_AUTO b = buf_new(4096);
	struct shown f;

	(void)s;
	buf_addf(&b, "before\nlet t = \"%.*s\"; // \x01 caf\xc3\xa9 \xff\nafter",
		 FMT(example("github-token")));
	scan(buf_str(&b), &f);
	assert_true(str_has(buf_str(&f.excerpt), STR("let t = \"ghp_…(40)\"; //   caf")));
	assert_false(str_has(buf_str(&f.excerpt), STR("before")));
	assert_false(str_has(buf_str(&f.excerpt), STR("after")));
	done(&f);
}

static void neighbours_and_repetitions_are_hidden_too(void **s)
{
	BUF_AUTO b = buf_new(4096);
	struct str one = example("github-token"), two = example("stripe-secret-key");
	struct shown f;

	(void)s;
	buf_addf(&b, "%.*s %.*s x%.*sx", FMT(two), FMT(one), FMT(one));
	scan(buf_str(&b), &f);
	assert_true(f.n >= 2);
	assert_int_equal(f.leaks, 0);
	done(&f);
}

static void no_context_is_shown_where_matches_were_cut(void **s)
{
	BUF_AUTO b = buf_new(4096);
	struct str one = example("github-token"), two = example("stripe-secret-key");
	struct shown f = { buf_new(4096), buf_new(4096), 0, 0 };

	(void)s;
	buf_addf(&b, "%.*s %.*s", FMT(one), FMT(two));
	assert_ok(scan_bytes(state, buf_str(&b), &(struct scan_input){ .max_matches = 1 },
			     (struct scan_sink){ show, &f }));
	assert_int_equal(f.n, 1);
	assert_true(str_eq(buf_str(&f.excerpt), buf_str(&f.shape)));
	done(&f);
}

/* Property: examples of random rules put together in random ways, with random
 * bytes between them; no excerpt holds any value found. */
static void an_excerpt_never_holds_a_secret(void **s)
{
	const struct scan_rules *rules = scan_engine_rules(engine);
	uint64_t random = 88172645463325252u;
	unsigned found = 0;

	(void)s;
	for (int round = 0; round < 400; round++) {
		BUF_AUTO b = buf_new(1 << 20);
		struct shown f;

		for (int i = 0; i < 6; i++) {
			const struct scan_rule *r;

			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			r = &rules->v[random % rules->n];
			buf_add(&b, r->yes.v[(random >> 20) % r->yes.n]);
			for (unsigned k = 0; k < (random >> 32) % 9; k++)
				buf_add_char(&b, (char)(random >> (8 + 5 * k)));
			buf_add_char(&b, " \n\"',;"[(random >> 40) % 6]);
		}
		scan(buf_str(&b), &f);
		found += f.n;
		assert_int_equal(f.leaks, 0);
		done(&f);
	}
	assert_true(found > 1000);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_shape_shows_four_public_letters_and_the_length),
		cmocka_unit_test(an_excerpt_shows_the_line_without_the_value),
		cmocka_unit_test(neighbours_and_repetitions_are_hidden_too),
		cmocka_unit_test(no_context_is_shown_where_matches_were_cut),
		cmocka_unit_test(an_excerpt_never_holds_a_secret),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
