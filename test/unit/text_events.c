#include "unit.h"

#include "base/buf.h"
#include "text/json_events.h"

/* What the takers saw, one line each. */
struct seen {
	struct json_events *e;
	struct buf log;
	bool refuse;
};

static void show(struct buf *b, const struct json *v)
{
	if (v->key.p)
		buf_addf(b, "%.*s=", FMT(v->key));
	if (v->kind == JSON_OBJECT || v->kind == JSON_ARRAY) {
		buf_add_char(b, v->kind == JSON_OBJECT ? '{' : '[');
		for (const struct json *m = v->first; m; m = m->next)
			show(b, m);
		buf_add_char(b, v->kind == JSON_OBJECT ? '}' : ']');
		return;
	}
	buf_addf(b, "%.*s;", FMT(v->text));
}

static err take_a(void *ctx, const struct json *v)
{
	struct seen *s = ctx;

	if (s->refuse)
		return fail(ERR_GATE, "enough");
	buf_addf(&s->log, "A%d.%d:", (int)json_events_index(s->e, 0), (int)json_events_index(s->e, 1));
	show(&s->log, v);
	return NULL;
}

static err take_b(void *ctx, const struct json *v)
{
	struct seen *s = ctx;

	buf_addf(&s->log, "B@%u:%u:", v->line, v->column);
	show(&s->log, v);
	return NULL;
}

/* Reads `text` in pieces of `step` bytes; the log, or the error's sentence. */
static const char *run(const struct json_want *wants, struct str text, size_t step, bool refuse)
{
	static char out[4096];
	struct seen s = { .log = buf_new(4000), .refuse = refuse };
	OWNED(json_events) e = json_events_new("doc", wants, &s);
	err failed = NULL;

	s.e = e;
	for (size_t i = 0; i < text.n && !failed; i += step) {
		size_t n = text.n - i < step ? text.n - i : step;
		char *exact = malloc(n);

		memcpy(exact, text.p + i, n);
		failed = json_events_feed(e, (struct str){ exact, n });
		free(exact);
	}
	if (!failed)
		failed = json_events_end(e);
	snprintf(out, sizeof(out), "%.*s%s", FMT(buf_str(&s.log)), failed ? failed->text : "");
	buf_done(&s.log);
	return out;
}

static void expect(const struct json_want *wants, const char *text, const char *want)
{
	for (size_t step = 1; step < 40; step++)
		assert_string_equal(run(wants, str_c(text), step, false), want);
	assert_string_equal(run(wants, str_c(text), 100000, false), want);
}

static void each_element_at_a_path_is_one_tree(void **s)
{
	static const struct json_want wants[] = {
		{ "runs[].results[]", take_a, 0 },
		{ "runs[].tool", take_b, 0 },
		{ NULL, NULL, 0 },
	};

	(void)s;
	expect(wants, "{\"x\":[{\"results\":[1]}],\"runs\":[{\"tool\":{\"n\":\"\\u00e9\\\"\"},\n"
		      "\"results\":[{\"a\":1},{\"a\":[12,3]}]},\n"
		      "  {\"results\":[true,{}], \"tool\":\n 12}], \"y\":{\"runs\":1}}",
	       "B@1:33:tool={n=\xC3\xA9\";}A0.0:{a=1;}A0.1:{a=[12;3;]}A1.0:;A1.1:{}B@3:25:tool=12;");
}

static void paths_may_name_the_whole_an_array_or_any_member(void **s)
{
	static const struct json_want whole[] = { { "", take_b, 0 }, { NULL, NULL, 0 } };
	static const struct json_want top[] = { { "[]", take_a, 0 }, { NULL, NULL, 0 } };
	static const struct json_want any[] = {
		{ "v.b", take_a, 0 }, { "v.*", take_b, 0 }, { NULL, NULL, 0 }
	};
	static const struct json_want inner[] = {
		{ "*.deep[][].x", take_a, 0 }, { NULL, NULL, 0 }
	};

	(void)s;
	expect(whole, " [1,{\"a\":2}]", "B@1:2:[1;{a=2;}]");
	expect(whole, "123456", "B@1:1:123456;");
	expect(top, "[1,[2],3]", "A0.-1:1;A1.-1:[2;]A2.-1:3;");
	expect(top, "{\"a\":[1]}", "");
	expect(any, "{\"v\":{\"a\":1,\"b\":2,\"c\":{}}}", "B@1:7:a=1;A-1.-1:b=2;B@1:19:c={}");
	expect(inner, "{\"q\":{\"deep\":[[],[{\"x\":5},{\"y\":1}]]}}", "A1.0:x=5;");
}

static void a_path_with_a_question_mark_is_told_the_kind(void **s)
{
	static const struct json_want wants[] = {
		{ "r[].x?", take_a, 0 }, { "r[].x[]", take_b, 0 }, { "?", take_b, 0 }, { NULL, NULL, 0 },
	};

	(void)s;
	expect(wants, "{\"r\":[{\"x\":[]},{\"x\":[7]},{\"x\":null},{\"y\":1}]}",
	       "B@1:1:{}A0.-1:[]A1.-1:[]B@1:22:7;A2.-1:;");
}

static void what_is_wrong_is_told_whatever_the_pieces(void **s)
{
	static const struct json_want wants[] = {
		{ "r[]", take_b, 12 }, { NULL, NULL, 0 },
	};

	(void)s;
	expect(wants, "{\"r\":[{\"a\":1,\"a\":1}]}", "doc:1:14: the key 'a' is there twice");
	expect(wants, "{\"r\":[],\"q\":1,\n\"r\":[]}", "doc:2:1: the key 'r' is there twice");
	expect(wants, "{\"r\":[[1,2,3,4,5,6,7,8]]}",
	       "doc:1:20: one value at 'r[]' is larger than 12 bytes");
	expect(wants, "{\"r\":[1]", "B@1:7:1;doc:1:9: the document ends too early");
	expect(wants, "{\"r\":[1]}\n\n,", "B@1:7:1;doc:3:2: something follows the end of the document");
	expect(wants, "\n{\"q\":\n \"\\ud800\"}", "doc:3:9: a string holds half a surrogate pair");
	expect(wants, "{\"q\":\n \"\xE2\x82\"}", "doc:2:5: there are bytes that are not UTF-8");
	expect(wants, "", "doc: the document is empty");
	assert_string_equal(run(wants, STR("{\"q\":1}"), 100, true), "");
}

static void an_error_of_the_taker_ends_the_reading(void **s)
{
	static const struct json_want wants[] = { { "[]", take_a, 0 }, { NULL, NULL, 0 } };
	struct seen seen = { .log = buf_new(100), .refuse = true };
	OWNED(json_events) e = json_events_new("doc", wants, &seen);

	(void)s;
	assert_fails(json_events_feed(e, STR("[1,2")), ERR_GATE);
	assert_fails(json_events_feed(e, STR(",3]")), ERR_INPUT);
	assert_fails(json_events_end(e), ERR_INPUT);
}

static void a_large_report_is_read_whole(void **s)
{
	static const struct json_want wants[] = { { "r[]", take_b, 0 }, { NULL, NULL, 0 } };
	struct seen seen = { .log = buf_new(16 << 20) };
	OWNED(json_events) e = json_events_new("doc", wants, &seen);
	size_t lines = 0;

	(void)s;
	assert_ok(json_events_feed(e, STR("{\"r\":[0")));
	for (int i = 0; i < 20000; i++) {
		char text[120];
		int n = snprintf(text, sizeof(text), ",\n{\"id\":%d,\"t\":\"caf\xC3\xA9 \\t %d\"}", i, i);

		assert_ok(json_events_feed(e, (struct str){ text, (size_t)n / 2 }));
		assert_ok(json_events_feed(e, (struct str){ text + n / 2, (size_t)(n - n / 2) }));
	}
	assert_ok(json_events_feed(e, STR("]}")));
	assert_ok(json_events_end(e));
	for (size_t i = 0; i < seen.log.n; i++)
		lines += seen.log.p[i] == '@';
	assert_int_equal(lines, 20001);
	assert_true(str_has(buf_str(&seen.log), STR("B@20001:1:{id=19999;t=caf\xC3\xA9 \t 19999;}")));
	buf_done(&seen.log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_element_at_a_path_is_one_tree),
		cmocka_unit_test(paths_may_name_the_whole_an_array_or_any_member),
		cmocka_unit_test(a_path_with_a_question_mark_is_told_the_kind),
		cmocka_unit_test(what_is_wrong_is_told_whatever_the_pieces),
		cmocka_unit_test(an_error_of_the_taker_ends_the_reading),
		cmocka_unit_test(a_large_report_is_read_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
