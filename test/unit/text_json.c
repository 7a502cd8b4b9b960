#include "unit.h"

#include "base/arena.h"
#include "text/json.h"

static const struct json *parsed(struct arena *a, const char *text)
{
	struct json *v = NULL;

	assert_ok(json_parse(a, "doc", str_c(text), &v));
	return v;
}

/* The sentence `text` is refused with, without the document's name. */
static const char *refusal(const char *text, size_t n)
{
	OWNED(arena) a = arena_new();
	struct json *v;
	err e = json_parse(a, "doc", (struct str){ text, n }, &v);

	if (!e)
		return "accepted";
	assert_memory_equal(e->text, "doc:", 4);
	return e->text + 4;
}

static void a_document_becomes_a_tree(void **s)
{
	OWNED(arena) a = arena_new();
	const struct json *v = parsed(a, "\xEF\xBB\xBF{\"a\": {\"b\": [1, \"x\\ny\", null, true, -2.50]},\n"
					 "  \"c\": \"\\u00e9\\ud83d\\ude00\\/\", \"n\": 7.00}\n");
	const struct json *list = json_path(v, "a.b");
	int64_t n;

	(void)s;
	assert_int_equal(v->kind, JSON_OBJECT);
	assert_int_equal(v->n, 3);
	assert_int_equal(list->n, 5);
	assert_true(json_int(list->first, &n) && n == 1);
	assert_true(str_is(json_text(list->first->next), "x\ny"));
	assert_int_equal(list->first->next->next->kind, JSON_NULL);
	assert_true(json_true(list->first->next->next->next));
	assert_true(str_is(list->first->next->next->next->next->text, "-2.50"));
	assert_false(json_int(list->first->next->next->next->next, &n));
	assert_true(str_is(json_text(json_get(v, "c")), "\xC3\xA9\xF0\x9F\x98\x80/"));
	assert_true(json_int(json_get(v, "n"), &n) && n == 7);
	assert_int_equal(json_get(v, "c")->line, 2);
	assert_int_equal(json_get(v, "c")->column, 3);
	assert_int_equal(list->first->column, 14);
	assert_null(json_path(v, "a.x.y"));
	assert_null(json_text(json_get(NULL, "x")).p);
}

static void what_is_not_json_is_refused_with_its_place(void **s)
{
	static const struct {
		const char *text, *sentence;
	} cases[] = {
		{ "", " the document is empty" },
		{ " \n ", " the document is empty" },
		{ "{\"a\":1} x", "1:9: something follows the end of the document" },
		{ "[1]\n\n[2]", "3:1: something follows the end of the document" },
		{ "[1,", "1:4: the document ends too early" },
		{ "[\"abc", "1:2: the document ends too early" },
		{ "{\"a\":1,\n \"b\":2,\n \"a\":3}", "3:2: the key 'a' is there twice" },
		{ "{\"b\":1, \"a\":2, \"b\":3}", "1:16: the key 'b' is there twice" },
		{ "{\"a\":1, \"a\":3}", "1:9: the key 'a' is there twice" },
		{ "[\"ab\xFF\"]", "1:5: there are bytes that are not UTF-8" },
		{ "[\n\"\xC0\x80\"]", "2:2: there are bytes that are not UTF-8" },
		{ "[\"\xED\xA0\x80\"]", "1:4: there are bytes that are not UTF-8" },
		{ "[\"\\u0000\"]", "1:8: a string holds the character NUL (\\u0000)" },
		{ "[\"\\ud800\"]", "1:9: a string holds half a surrogate pair" },
		{ "[\"\\udc00\"]", "1:8: a string holds half a surrogate pair" },
		{ "[\"\\ud800\\n\"]", "1:10: a string holds half a surrogate pair" },
		{ "[\"\\ud800\\ud800\"]", "1:14: a string holds half a surrogate pair" },
		{ "[\"\\\\u0000\"]", "accepted" },
		{ "[01]", "1:3: expected ',' or ']' behind a value" },
		{ "[1.]", "1:2: a number lacks the digits behind its point" },
		{ "{a:1}", "1:2: this is not JSON" },
		{ "{1:1}", "1:2: a key must be a string in quotes" },
		{ "[1 /* x */]", "1:4: JSON has no comments" },
		{ "[\"a\nb\"]", "1:2: a string holds a raw control character" },
		{ "[\"\\q\"]", "1:2: a string holds '\\' before a wrong character" },
		{ "[\"\\u12g4\"]", "1:2: a string holds \\u without four hexadecimal digits" },
		{ "[tru]", "1:2: this is not JSON" },
		{ "[1,]", "1:4: a value or key may not stand here" },
		{ "\xEF\xBB[]", "1:1: there are bytes that are not UTF-8" },
	};

	(void)s;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		size_t n = strlen(cases[i].text);
		/* an exact copy, so that a sanitizer sees one byte too far */
		char *exact = malloc(n ? n : 1);

		memcpy(exact, cases[i].text, n);
		if (strcmp(cases[i].sentence, "accepted") == 0)
			assert_string_equal(refusal(exact, n), "accepted");
		else
			assert_string_equal(refusal(exact, n), cases[i].sentence);
		free(exact);
	}
	assert_string_equal(refusal("[\"\0\"]", 5), "1:2: a string holds a raw control character");
}

static void depth_ends_at_64(void **s)
{
	char text[200];

	(void)s;
	memset(text, '[', 65);
	memset(text + 65, ']', 65);
	assert_string_equal(refusal(text, 130), "1:65: nested deeper than 64 levels");
	assert_string_equal(refusal(text + 1, 128), "accepted");
}

static void a_repeated_key_is_found_in_any_order_and_number(void **s)
{
	for (int n = 2; n < 60; n++) {
		for (int again = 0; again < n; again += 1 + n / 7) {
			BUF_AUTO b = buf_new(1 << 16);
			BUF_AUTO fine = buf_new(1 << 16);

			buf_add_char(&b, '{');
			for (int i = 0; i < n; i++)
				buf_addf(&b, "\"k%d\":1,", (i * 7919) % 61);
			buf_add(&fine, (struct str){ b.p, b.n - 1 });
			buf_add_char(&fine, '}');
			buf_addf(&b, "\"k%d\":1}", (again * 7919) % 61);
			assert_non_null(strstr(refusal(b.p, b.n), "is there twice"));
			assert_string_equal(refusal(fine.p, fine.n), "accepted");
		}
	}
	(void)s;
}

static void the_canonical_writer_escapes_as_rfc_8785(void **s)
{
	BUF_AUTO b = buf_new(4096);
	struct json_writer w = json_write(&b);

	(void)s;
	json_open(&w, '{');
	json_add_text(&w, "a", STR("\x01\b\t\n\v\f\r\"\\/\x7F\xC3\xA9"));
	json_add_int(&w, "b", -9007199254740991);
	json_key(&w, "c");
	json_open(&w, '[');
	json_put_null(&w);
	json_put_bool(&w, false);
	json_open(&w, '{');
	json_close(&w, '}');
	json_close(&w, ']');
	json_add_text(&w, "d", (struct str){ 0 });
	json_add_time(&w, "e", 0);
	json_add_text(&w, "f", STR("x\xFFy\xE2\x82"));
	json_close(&w, '}');
	buf_add_char(&b, '\0');
	assert_string_equal(b.p, "{\"a\":\"\\u0001\\b\\t\\n\\u000b\\f\\r\\\"\\\\/\x7F\xC3\xA9\","
				 "\"b\":-9007199254740991,\"c\":[null,false,{}],"
				 "\"e\":\"1970-01-01T00:00:00Z\","
				 "\"f\":\"x\xEF\xBF\xBDy\xEF\xBF\xBD\xEF\xBF\xBD\"}");
}

static void the_pretty_writer_indents_by_two(void **s)
{
	BUF_AUTO b = buf_new(4096);
	struct json_writer w = json_write_pretty(&b);

	(void)s;
	json_open(&w, '{');
	json_add_c(&w, "z", "1");
	json_key(&w, "a");
	json_open(&w, '[');
	json_put_int(&w, 1);
	json_put_int(&w, 2);
	json_close(&w, ']');
	json_key(&w, "e");
	json_open(&w, '[');
	json_close(&w, ']');
	json_close(&w, '}');
	buf_add_char(&b, '\0');
	assert_string_equal(b.p, "{\n  \"z\": \"1\",\n  \"a\": [\n    1,\n    2\n  ],\n  \"e\": []\n}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_document_becomes_a_tree),
		cmocka_unit_test(what_is_not_json_is_refused_with_its_place),
		cmocka_unit_test(depth_ends_at_64),
		cmocka_unit_test(a_repeated_key_is_found_in_any_order_and_number),
		cmocka_unit_test(the_canonical_writer_escapes_as_rfc_8785),
		cmocka_unit_test(the_pretty_writer_indents_by_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
