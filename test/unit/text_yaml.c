#include "unit.h"

#include "base/arena.h"
#include "text/yaml.h"

static void scalars_have_the_kinds_of_the_core_schema(void **s)
{
	static const struct {
		const char *text;
		enum json_kind kind;
	} cases[] = {
		{ "true", JSON_TRUE }, { "FALSE", JSON_FALSE }, { "~", JSON_NULL }, { "", JSON_NULL },
		{ "null", JSON_NULL }, { "12", JSON_NUMBER }, { "-3", JSON_NUMBER }, { "0", JSON_NUMBER },
		{ "007", JSON_STRING }, { "1.0", JSON_STRING }, { "yes", JSON_STRING }, { "on", JSON_STRING },
		{ "2026-11-21", JSON_STRING }, { "'12'", JSON_STRING }, { "\"true\"", JSON_STRING },
		{ "|\n   12", JSON_STRING }, { "1:30", JSON_STRING }, { "0x1F", JSON_STRING },
	};

	(void)s;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OWNED(arena) a = arena_new();
		struct str text = arena_printf(a, "k: %s\n", cases[i].text);
		struct json *v;

		assert_ok(yaml_parse(a, "c.yaml", text, &v));
		assert_int_equal(json_get(v, "k")->kind, cases[i].kind);
	}
}

static void nodes_keep_their_order_and_place(void **s)
{
	OWNED(arena) a = arena_new();
	struct json *v;
	int64_t n;

	(void)s;
	assert_ok(yaml_parse(a, "c.yaml", STR("\xEF\xBB\xBF# first\nsystems:\n  - name: shop\n    ports: [80, 443]\n"
					      "  - {name: 'a b'}\ntext: >\n  one\n  two\n"), &v));
	assert_int_equal(v->n, 2);
	assert_true(str_is(json_path(v, "text")->text, "one two\n"));
	v = json_get(v, "systems")->first;
	assert_true(str_is(json_text(json_get(v, "name")), "shop"));
	assert_int_equal(json_get(v, "ports")->line, 4);
	assert_int_equal(json_get(v, "ports")->column, 5);
	assert_true(json_int(json_get(v, "ports")->first->next, &n) && n == 443);
	assert_true(str_is(json_text(json_get(v->next, "name")), "a b"));
}

static void what_could_surprise_is_refused(void **s)
{
	static const struct {
		const char *text, *sentence;
	} cases[] = {
		{ "a: &x 1\nb: *x\n", "c.yaml:1:4: anchors (&) are not allowed" },
		{ "a: *x\n", "c.yaml:1:4: aliases (*) are not allowed" },
		{ "a: !!str 1\n", "c.yaml:1:4: tags (!) are not allowed" },
		{ "a: !x {}\n", "c.yaml:1:4: tags (!) are not allowed" },
		{ "a: 1\n---\nb: 1\n", "c.yaml:3:1: a second document begins here" },
		{ "b: 1\na: 2\nb: 3\n", "c.yaml:3:1: the key 'b' is there twice" },
		{ "? [a]\n: 1\n", "c.yaml:1:3: a key must be a plain word or a string" },
		{ "", "c.yaml: the document is empty" },
		{ "# nothing\n", "c.yaml: the document is empty" },
		{ "a: \xFF\n", "c.yaml: there are bytes that are not UTF-8" },
		{ "a: \"x\\0y\"\n", "c.yaml:1:4: a string holds the character NUL" },
		{ "a: [1\n", "c.yaml:2:1: did not find expected ',' or ']'" },
		{ "a: b: c\n", "c.yaml:1:5: mapping values are not allowed in this context" },
	};

	(void)s;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OWNED(arena) a = arena_new();
		struct json *v;
		err e = yaml_parse(a, "c.yaml", str_c(cases[i].text), &v);

		assert_non_null(e);
		assert_string_equal(e->text, cases[i].sentence);
	}
}

static void depth_and_size_are_bounded(void **s)
{
	OWNED(arena) a = arena_new();
	char text[200];
	struct json *v;
	char *big = base_alloc(YAML_MAX + 1);

	(void)s;
	memset(text, '[', 65);
	memset(text + 65, ']', 65);
	assert_ok(yaml_parse(a, "c.yaml", (struct str){ text + 1, 128 }, &v));
	assert_fails(yaml_parse(a, "c.yaml", (struct str){ text, 130 }, &v), ERR_LIMIT);
	memset(big, ' ', YAML_MAX + 1);
	assert_fails(yaml_parse(a, "c.yaml", (struct str){ big, YAML_MAX + 1 }, &v), ERR_LIMIT);
	free(big);
}

static err count(void *ctx, const struct json *v)
{
	int64_t n;

	assert_true(json_int(json_get(v, "n"), &n));
	*(int64_t *)ctx = *(int64_t *)ctx * 10 + n;
	return n == 9 ? fail(ERR_GATE, "nine") : NULL;
}

static void several_documents_are_given_one_by_one(void **s)
{
	OWNED(arena) a = arena_new();
	int64_t n = 0;

	(void)s;
	assert_ok(yaml_parse_each(a, "c.yaml", STR("n: 1\n---\nn: 2\n...\n---\nn: 3\n"), count, &n));
	assert_int_equal(n, 123);
	assert_fails(yaml_parse_each(a, "c.yaml", STR("n: 9\n---\nn: 2\n"), count, &n), ERR_GATE);
	assert_int_equal(n, 1239);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scalars_have_the_kinds_of_the_core_schema),
		cmocka_unit_test(nodes_keep_their_order_and_place),
		cmocka_unit_test(what_could_surprise_is_refused),
		cmocka_unit_test(depth_and_size_are_bounded),
		cmocka_unit_test(several_documents_are_given_one_by_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
