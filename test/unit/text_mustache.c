#include "unit.h"

#include "base/arena.h"
#include "text/mustache.h"

/* Partials as pairs of name and text. */
static bool find(void *ctx, struct str name, struct str *text)
{
	const char *const *pairs = ctx;

	for (; pairs && *pairs; pairs += 2) {
		if (str_is(name, pairs[0])) {
			*text = str_c(pairs[1]);
			return true;
		}
	}
	return false;
}

struct example {
	const char *data, *text, *want;
	const char *const *partials;
};

static const char *rendered(const struct example *x)
{
	static char out[4096];
	OWNED(arena) a = arena_new();
	BUF_AUTO b = buf_new(4000);
	struct json *data;
	struct mustache_spec spec = {
		"t", str_c(x->text), { find, (void *)(uintptr_t)x->partials }
	};
	err e;

	assert_ok(json_parse(a, "data", str_c(x->data), &data));
	e = mustache_render(&spec, data, &b);
	snprintf(out, sizeof(out), "%.*s", FMT(buf_str(&b)));
	return e ? e->text : out;
}

static void check(const struct example *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_string_equal(rendered(&x[i]), x[i].want);
}

static void variables_are_escaped_unless_asked_otherwise(void **s)
{
	static const struct example x[] = {
		{ "{}", "no tags { here } ", "no tags { here } ", NULL },
		{ "{\"n\":\"a&b <\\\"c\\\"> 'd'\"}", "{{n}}|{{{n}}}|{{&n}}|{{& n }}|{{{ n }}}",
		  "a&amp;b &lt;&quot;c&quot;&gt; &#39;d&#39;|a&b <\"c\"> 'd'|a&b <\"c\"> 'd'|"
		  "a&b <\"c\"> 'd'|a&b <\"c\"> 'd'", NULL },
		{ "{\"n\":1.50,\"t\":true,\"f\":false,\"z\":null,\"o\":{},\"l\":[1]}",
		  "{{n}} {{t}} {{f}} [{{z}}{{o}}{{l}}{{gone}}]", "1.50 true false []", NULL },
		{ "{\"a\":{\"b\":{\"c\":\"x\"}},\"c\":\"no\"}", "{{a.b.c}}{{a.c}}{{a.b.c.d}}{{b.c}}", "x", NULL },
		{ "{\"a\":\"1\"}", "  {{a}}\n {{{a}}}\n", "  1\n 1\n", NULL },
		{ "\"top\"", "{{.}}", "top", NULL },
	};

	(void)s;
	check(x, ARRAY_LEN(x));
}

static void sections_follow_the_value(void **s)
{
	static const struct example x[] = {
		{ "{\"y\":true,\"n\":false}", "{{#y}}yes{{/y}}{{#n}}no{{/n}}{{#gone}}no{{/gone}}", "yes", NULL },
		{ "{\"l\":[{\"a\":1},{\"a\":2},{}],\"a\":9}", "{{#l}}{{a}},{{/l}}", "1,2,9,", NULL },
		{ "{\"l\":[\"a\",2,[3,4]]}", "{{#l}}({{.}}{{#.}}<{{.}}>{{/.}}){{/l}}", "(a<a>)(2<2>)(<3><4>)", NULL },
		{ "{\"e\":[],\"t\":\"\",\"z\":null}", "{{#e}}no{{/e}}{{#t}}no{{/t}}{{#z}}no{{/z}}", "", NULL },
		{ "{\"n\":0}", "{{#n}}zero is a value{{/n}}", "zero is a value", NULL },
		{ "{\"o\":{\"a\":{\"b\":1}},\"a\":{\"c\":2}}", "{{#o}}{{a.b}}[{{a.c}}]{{/o}}", "1[]", NULL },
		{ "{\"a\":{\"b\":{\"k\":5}}}", "{{#a.b}}{{k}}{{/a.b}}{{#a.x}}no{{/a.x}}", "5", NULL },
		{ "{\"x\":true}", "{{#x}}1{{#x}}2{{/x}}3{{/x}}", "123", NULL },
		{ "{\"e\":[],\"y\":1}", "{{^e}}none{{/e}}{{^y}}no{{/y}}{{^gone}}gone{{/gone}}{{^a.b}}!{{/a.b}}", "nonegone!", NULL },
		{ "{\"s\":\"text\"}", "{{#s}}{{.}}{{/s}}", "text", NULL },
		{ "{\"a\":1,\"in\":{\"b\":2,\"in2\":{\"c\":3}}}", "{{#in}}{{#in2}}{{a}}{{b}}{{c}}{{/in2}}{{/in}}", "123", NULL },
	};

	(void)s;
	check(x, ARRAY_LEN(x));
}

static void tags_alone_on_a_line_leave_no_line(void **s)
{
	static const struct example x[] = {
		{ "{\"x\":true}", "one\n{{#x}}\ntwo\n{{/x}}\nthree\n", "one\ntwo\nthree\n", NULL },
		{ "{\"x\":true}", "one\r\n  {{#x}}\t\r\ntwo\r\n{{/x}}\r\nthree", "one\r\ntwo\r\nthree", NULL },
		{ "{\"x\":true}", " {{#x}} a {{/x}}\n", "  a \n", NULL },
		{ "{\"x\":false}", "  {{^x}}\nin\n  {{/x}}", "in\n", NULL },
		{ "{}", "a\n  {{! gone\n also }}  \nb {{! stays }} \n", "a\nb  \n", NULL },
		{ "{}", "{{! only }}", "", NULL },
		{ "{\"x\":1}", "{{#x}} {{/x}}|", " |", NULL },
		{ "{\"x\":1}", "a {{#x}}\nb{{/x}}\n", "a \nb\n", NULL },
	};

	(void)s;
	check(x, ARRAY_LEN(x));
}

static void delimiters_can_be_changed(void **s)
{
	static const struct example x[] = {
		{ "{\"a\":\"<\"}", "{{=<% %>=}}<% a %> {{a}} <%{a}%> <%={{ }}=%>{{a}}", "&lt; {{a}} < &lt;", NULL },
		{ "{\"a\":1}", "x\n {{= | | =}}\n|a|\n", "x\n1\n", NULL },
		{ "{\"a\":1}", "{{=| |=}}|#a|{{a}}|/a|", "{{a}}", NULL },
		{ "{\"a\":1}", "{{=@   @=}}(@a@)", "(1)", NULL },
	};
	static const char *const partials[] = { "p", "[{{a}}|a|]", NULL };
	static const struct example kept = { "{\"a\":1}", "{{=| |=}}|>p| |a|", "[1|a|] 1", partials };

	(void)s;
	check(x, ARRAY_LEN(x));
	check(&kept, 1);
}

static void partials_see_the_context_and_take_the_indent(void **s)
{
	static const char *const p[] = {
		"text", "hi {{n}}", "lines", "|\n{{{n}}}\n|\n", "tree", "{{v}}<{{#kids}}{{>tree}}{{/kids}}>",
		"outer", "o\n  {{>lines}}\n", "loop", "{{>loop}}", NULL
	};
	static const struct example x[] = {
		{ "{\"n\":\"you\"}", "({{>text}})({{> gone }})", "(hi you)()", p },
		{ "{\"n\":\"a\\nb\"}", "<\n  {{>lines}}\n>", "<\n  |\n  a\nb\n  |\n>", p },
		{ "{\"n\":\"a\"}", "x {{>lines}}\n", "x |\na\n|\n\n", p },
		{ "{\"n\":\"a\"}", " {{>outer}}", " o\n   |\n   a\n   |\n", p },
		{ "{\"v\":1,\"kids\":[{\"v\":2,\"kids\":[]},{\"v\":3,\"kids\":[{\"v\":4,\"kids\":[]}]}]}",
		  "{{>tree}}", "1<2<>3<4<>>>", p },
		{ "{}", "{{>loop}}", "loop:1:1: partials are nested too deeply at 'loop'", p },
	};

	(void)s;
	check(x, ARRAY_LEN(x));
}

static void a_broken_template_is_named_with_its_place(void **s)
{
	static const struct example x[] = {
		{ "{}", "a\n {{#x}}", "t:2:2: the section 'x' is never closed", NULL },
		{ "{}", "{{/x}}", "t:1:1: this closes a section that is not open here: 'x'", NULL },
		{ "{}", "{{#a}}{{#b}}{{/a}}{{/b}}", "t:1:13: this closes a section that is not open here: 'a'", NULL },
		{ "{}", "\n\nx {{name", "t:3:3: a tag is never closed: '{{'", NULL },
		{ "{}", "{{{a}}", "t:1:1: a tag is never closed: '{{'", NULL },
		{ "{}", "{{}}", "t:1:1: this is no name: ''", NULL },
		{ "{}", "{{a b}}", "t:1:1: this is no name: 'a b'", NULL },
		{ "{}", "{{<layout}}", "t:1:1: this is no name: '<layout'", NULL },
		{ "{}", "{{=x=}}", "t:1:1: two delimiters are expected, not 'x'", NULL },
		{ "{}", "{{", "t:1:1: a tag is never closed: '{{'", NULL },
	};

	(void)s;
	check(x, ARRAY_LEN(x));
}

static void what_is_rendered_is_bounded(void **s)
{
	OWNED(arena) a = arena_new();
	BUF_AUTO b = buf_new(10);
	struct json *data;
	struct mustache_spec spec = { "t", STR("{{#l}}12345{{/l}}"), { NULL, NULL } };

	(void)s;
	assert_ok(json_parse(a, "data", STR("{\"l\":[1,2,3]}"), &data));
	assert_fails(mustache_render(&spec, data, &b), ERR_LIMIT);
}

static err note(void *ctx, const struct mustache_use *use)
{
	buf_addf(ctx, "%d%.*s@%u:%u(", (int)use->kind, FMT(use->name), use->line, use->column);
	for (size_t i = 0; i < use->around.n; i++)
		buf_addf(ctx, "%.*s/", FMT(use->around.v[i]));
	buf_addf(ctx, ") ");
	return NULL;
}

static void every_name_is_visited_with_its_sections(void **s)
{
	BUF_AUTO b = buf_new(4096);

	(void)s;
	assert_ok(mustache_names("t", STR("{{a}}{{#l}}\n{{{b.c}}}{{^x}}{{#m}}{{.}}{{/m}}{{/x}}{{>p}}{{/l}}{{&z}}"),
				 note, &b));
	buf_add_char(&b, '\0');
	assert_string_equal(b.p, "1a@1:1() 3l@1:6() 2b.c@2:1(l/) 4x@2:10(l/) 3m@2:16(l/) 1.@2:22(l/m/) "
				 "6p@2:39(l/) 2z@2:51() ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(variables_are_escaped_unless_asked_otherwise),
		cmocka_unit_test(sections_follow_the_value),
		cmocka_unit_test(tags_alone_on_a_line_leave_no_line),
		cmocka_unit_test(delimiters_can_be_changed),
		cmocka_unit_test(partials_see_the_context_and_take_the_indent),
		cmocka_unit_test(a_broken_template_is_named_with_its_place),
		cmocka_unit_test(what_is_rendered_is_bounded),
		cmocka_unit_test(every_name_is_visited_with_its_sections),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
