/* What must hold of scanning bytes, whatever the rules are. */
#include "unit.h"

#include <pthread.h>

#include "base/buf.h"
#include "scan/engine.h"

#define RULES                                                                  \
	"custody rules 1\n"                                                    \
	"rule token\n\ttitle t\n\tseverity low\n\tkeywords tok_\n"             \
	"\tpattern \\b(tok_[a-z0-9]{8})\\b\n\twords none\n\tyes x\n"           \
	"rule line\n\ttitle t\n\tseverity low\n\tkeywords word\n\tfind keywords\n" \
	"\tpattern ^word=([A-Za-z0-9_]{6,40})\\r?$\n\twords none\n\trank 1\n\tyes x\n" \
	"rule block\n\ttitle t\n\tseverity low\n\tkeywords BEGIN\n\tfind keywords\n" \
	"\twindow 8 128\n\tpattern (BEGIN[\\s\\S]{1,9000}?END)\n\twords none\n\tyes x\n" \
	"rule id\n\ttitle t\n\tseverity low\n\tpattern \\b(id_[0-9]{4})\\b\n" \
	"\twords none\n\tpart\n\tyes x\n"                                      \
	"rule pair\n\ttitle t\n\tseverity low\n\tpattern \\b(pw_[a-z]{6})\\b\n" \
	"\twords none\n\tneeds id 40\n\tyes x\n"

static struct scan_engine *engine;
static struct scan_state *state;

struct seen {
	unsigned n;
	struct scan_match m[64];
	struct str rule[64];
};

static err keep(void *ctx, const struct scan_view *view, const struct scan_match *m)
{
	struct seen *s = ctx;

	assert_true(m->secret.from >= m->whole.from && m->secret.to <= m->whole.to);
	assert_true(m->whole.to <= view->bytes.n && m->secret.from < m->secret.to);
	if (s->n < ARRAY_LEN(s->m)) {
		s->m[s->n] = *m;
		s->rule[s->n] = m->rule->id;
	}
	s->n++;
	return NULL;
}

static struct seen scan_with(struct str text, const struct scan_input *in)
{
	struct seen s = { 0 };

	assert_ok(scan_bytes(state, text, in, (struct scan_sink){ keep, &s }));
	return s;
}

static struct seen scan(struct str text)
{
	return scan_with(text, &(struct scan_input){ 0 });
}

static int start(void **s)
{
	struct scan_engine_spec spec = { .rules_name = "test", .rules = STR_INIT(RULES) };

	(void)s;
	assert_ok(scan_engine_new(&spec, &engine));
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

static void nothing_is_found_in_nothing(void **s)
{
	(void)s;
	assert_int_equal(scan(STR("")).n, 0);
	assert_int_equal(scan((struct str){ 0 }).n, 0);
}

static void line_and_column_point_at_the_secret(void **s)
{
	struct seen f = scan(STR("one\ntwo tok_abcd1234\n\n  a tok_bbbb1234 tok_cccc1234"));

	(void)s;
	assert_int_equal(f.n, 3);
	assert_int_equal(f.m[0].line, 2);
	assert_int_equal(f.m[0].column, 5);
	assert_int_equal(f.m[1].line, 4);
	assert_int_equal(f.m[1].column, 5);
	assert_int_equal(f.m[2].line, 4);
	assert_int_equal(f.m[2].column, 18);
	f = scan(STR("x BEGIN\nabc\nEND tok_abcd1234"));
	assert_int_equal(f.n, 2);
	assert_int_equal(f.m[0].line, 1);
	assert_int_equal(f.m[0].end_line, 3);
	assert_int_equal(f.m[1].line, 3);
}

static void lines_may_end_in_carriage_returns(void **s)
{
	struct seen f = scan(STR("a\r\nword=abcdef1\r\nword=abcdef2"));

	(void)s;
	assert_int_equal(f.n, 2);
	assert_int_equal(f.m[0].line, 2);
	assert_int_equal(f.m[0].secret.to - f.m[0].secret.from, 7);
}

static void a_secret_is_found_wherever_it_lies_in_a_large_input(void **s)
{
	static const char secret[] = " tok_abcd1234 ", block[] = " BEGIN some lines END ";
	const size_t n = (2 << 20) + 300, border = 1 << 20;
	char *p = base_alloc(n);

	(void)s;
	memset(p, '.', n);
	for (size_t at = border - 40; at < border + 40; at++) {
		memcpy(p + at, secret, sizeof(secret) - 1);
		struct seen f = scan((struct str){ p, n });

		assert_int_equal(f.n, 1);
		assert_int_equal(f.m[0].secret.from, at + 1);
		memset(p + at, '.', sizeof(secret));
	}
	for (size_t at = border - 30; at < border + 30; at += 7) {
		memcpy(p + at, block, sizeof(block) - 1);
		struct seen f = scan((struct str){ p, n });

		assert_int_equal(f.n, 1);
		assert_int_equal(f.m[0].secret.from, at + 1);
		memset(p + at, '.', sizeof(block));
	}
	memcpy(p + n - 13, secret, 13);
	assert_int_equal(scan((struct str){ p, n }).n, 1);
	memcpy(p, secret + 1, 13);
	assert_int_equal(scan((struct str){ p, n }).n, 2);
	free(p);
}

static void a_match_longer_than_its_window_is_followed_to_its_end(void **s)
{
	BUF_AUTO b = buf_new(1 << 20);
	struct seen f;

	(void)s;
	buf_add_c(&b, "BEGIN");
	for (int i = 0; i < 110; i++)
		buf_add_char(&b, 'x');
	buf_add_c(&b, "END and more behind it, so that the window ends in the middle");
	f = scan(buf_str(&b));
	assert_int_equal(f.n, 1);
	assert_int_equal(f.m[0].secret.to, 118);
}

static void a_keyword_everywhere_costs_linear_time(void **s)
{
	const size_t n = 8 << 20;
	char *p = base_alloc(n);

	(void)s;
	for (size_t i = 0; i < n; i++)
		p[i] = "BEGINword=tok_"[i % 14];
	assert_int_equal(scan((struct str){ p, n }).n, 0);
	assert_null(scan_state_result(state)->stopped);
	free(p);
}

static void more_matches_than_the_maximum_are_cut_and_said(void **s)
{
	BUF_AUTO b = buf_new(1 << 20);
	struct scan_coverage before = *scan_state_coverage(state);

	(void)s;
	for (int i = 0; i < 5000; i++)
		buf_add_c(&b, "tok_abcd1234 ");
	assert_int_equal(scan_with(buf_str(&b), &(struct scan_input){ .max_matches = 10 }).n, 10);
	assert_true(scan_state_result(state)->cut);
	assert_int_equal(scan_state_coverage(state)->cut, before.cut + 1);
	assert_false(scan_coverage_complete(scan_state_coverage(state)));
	assert_int_equal(scan(buf_str(&b)).n, SCAN_MATCHES_DEFAULT);
	assert_int_equal(scan_with(buf_str(&b), &(struct scan_input){ .max_matches = 9999 }).n, 5000);
	assert_false(scan_state_result(state)->cut);
}

static void of_two_that_overlap_the_higher_rank_stays(void **s)
{
	struct seen f = scan(STR("x\nword=tok_abcd1234\nword=abcdef"));

	(void)s;
	assert_int_equal(f.n, 2);
	assert_true(str_is(f.rule[0], "token") && str_is(f.rule[1], "line"));
	f = scan(STR("BEGIN tok_abcd1234 END"));	/* equals that differ both stay */
	assert_int_equal(f.n, 2);
	assert_true(str_is(f.rule[0], "block") && str_is(f.rule[1], "token"));
}

static void a_rule_that_needs_another_is_silent_alone(void **s)
{
	(void)s;
	assert_int_equal(scan(STR("pw_abcdef")).n, 0);
	assert_int_equal(scan(STR("pw_abcdef id_1234")).n, 1);
	assert_int_equal(scan(STR("id_1234 pw_abcdef")).n, 1);
	assert_int_equal(scan(STR("id_1234 ........................................ pw_abcdef")).n, 0);
}

static void binary_input_is_skipped_unless_asked_for(void **s)
{
	static const char text[] = "\0 tok_abcd1234 ";
	struct str bytes = { text, sizeof(text) - 1 };
	struct scan_coverage *c = scan_state_coverage(state);
	uint64_t was = c->skipped[SCAN_SKIP_BINARY];

	(void)s;
	assert_int_equal(scan(bytes).n, 0);
	assert_int_equal(scan_state_result(state)->skipped, SCAN_SKIP_BINARY);
	assert_int_equal(c->skipped[SCAN_SKIP_BINARY], was + 1);
	assert_int_equal(scan_with(bytes, &(struct scan_input){ .binary = true }).n, 1);
	assert_int_equal(scan(STR("\xff\xfet\0o\0k")).n, 0);
	assert_int_equal(scan_state_result(state)->skipped, SCAN_SKIP_ENCODING);
	assert_true(scan_coverage_adds_up(c));
}

static void allow_comments_are_flags_and_drop_nothing(void **s)
{
	struct seen f = scan(STR("tok_abcd1234 # gitleaks:allow custody:allow\n"
				 "tok_abcd1234\n"
				 "# pragma: allowlist nextline secret\ntok_abcd1234\n"
				 "tok_abcd1234 // trufflehog:ignore"));

	(void)s;
	assert_int_equal(f.n, 4);
	assert_int_equal(f.m[0].allows, SCAN_ALLOW_GITLEAKS | SCAN_ALLOW_CUSTODY);
	assert_int_equal(f.m[1].allows, 0);
	assert_int_equal(f.m[2].allows, SCAN_ALLOW_DETECT_SECRETS);
	assert_int_equal(f.m[3].allows, SCAN_ALLOW_TRUFFLEHOG);
}

static err refuse(void *ctx, const struct scan_view *view, const struct scan_match *m)
{
	(void)ctx;
	(void)view;
	(void)m;
	return fail(ERR_FAILED, "enough");
}

static void an_error_of_the_sink_ends_the_scan(void **s)
{
	(void)s;
	assert_fails(scan_bytes(state, STR("tok_abcd1234 tok_abcd1234"), &(struct scan_input){ 0 },
				(struct scan_sink){ refuse, NULL }), ERR_FAILED);
}

static void a_pattern_that_explodes_is_stopped_and_named(void **s)
{
	struct scan_engine_spec spec = { .rules_name = "test", .rules = STR_INIT(
		"custody rules 1\nrule boom\n\ttitle t\n\tseverity low\n\tkeywords aaa\n"
		"\tfind keywords\n\tpattern (?:a|aa|aaa)+[bc]\n\twords none\n\tyes x\n") };
	OWNED(scan_engine) e = NULL;
	OWNED(scan_state) st = NULL;
	struct seen f = { 0 };
	char text[200];

	(void)s;
	memset(text, 'a', sizeof(text));
	assert_ok(scan_engine_new(&spec, &e));
	assert_ok(scan_state_new(e, &st));
	assert_ok(scan_bytes(st, (struct str){ text, sizeof(text) }, &(struct scan_input){ 0 },
			     (struct scan_sink){ keep, &f }));
	assert_non_null(scan_state_result(st)->stopped);
	assert_false(scan_coverage_complete(scan_state_coverage(st)));
	scan_state_free(st);
	st = NULL;
}

struct worker {
	struct scan_state *st;
	struct str text;
	unsigned n;
};

static err tally(void *ctx, const struct scan_view *view, const struct scan_match *m)
{
	struct worker *w = ctx;

	(void)view;
	(void)m;
	w->n++;
	return NULL;
}

static void *work(void *ctx)
{
	struct worker *w = ctx;

	for (int i = 0; i < 50; i++)
		if (scan_bytes(w->st, w->text, &(struct scan_input){ 0 },
			       (struct scan_sink){ tally, w }))
			return ctx;
	return NULL;
}

static void two_threads_share_an_engine(void **s)
{
	BUF_AUTO b = buf_new(1 << 20);
	struct worker w[2] = { { 0 } };
	pthread_t t[2];
	void *failed;

	(void)s;
	for (int i = 0; i < 500; i++)
		buf_add_c(&b, "tok_abcd1234\nword=abcdef7\nfiller text of no interest\n");
	for (int i = 0; i < 2; i++) {
		assert_ok(scan_state_new(engine, &w[i].st));
		w[i].text = buf_str(&b);
		assert_int_equal(pthread_create(&t[i], NULL, work, &w[i]), 0);
	}
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pthread_join(t[i], &failed), 0);
		assert_null(failed);
		assert_int_equal(w[i].n, 50 * 1000);
		scan_state_free(w[i].st);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_found_in_nothing),
		cmocka_unit_test(line_and_column_point_at_the_secret),
		cmocka_unit_test(lines_may_end_in_carriage_returns),
		cmocka_unit_test(a_secret_is_found_wherever_it_lies_in_a_large_input),
		cmocka_unit_test(a_match_longer_than_its_window_is_followed_to_its_end),
		cmocka_unit_test(a_keyword_everywhere_costs_linear_time),
		cmocka_unit_test(more_matches_than_the_maximum_are_cut_and_said),
		cmocka_unit_test(of_two_that_overlap_the_higher_rank_stays),
		cmocka_unit_test(a_rule_that_needs_another_is_silent_alone),
		cmocka_unit_test(binary_input_is_skipped_unless_asked_for),
		cmocka_unit_test(allow_comments_are_flags_and_drop_nothing),
		cmocka_unit_test(an_error_of_the_sink_ends_the_scan),
		cmocka_unit_test(a_pattern_that_explodes_is_stopped_and_named),
		cmocka_unit_test(two_threads_share_an_engine),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
