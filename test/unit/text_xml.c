#include "unit.h"

#include "base/buf.h"
#include "text/xml.h"

struct seen {
	struct buf log;
	struct xml_reader *r;
};

static err on_start(void *ctx, const struct xml_tag *tag)
{
	struct seen *s = ctx;

	if (str_is(tag->name, "stop"))
		return fail(ERR_GATE, "enough");
	buf_addf(&s->log, "<%.*s", FMT(tag->name));
	for (size_t i = 0; i < tag->n; i++)
		buf_addf(&s->log, " %.*s='%.*s'", FMT(tag->attrs[i].name), FMT(tag->attrs[i].value));
	if (tag->space.n)
		buf_addf(&s->log, " in %.*s", FMT(tag->space));
	buf_addf(&s->log, ">");
	return NULL;
}

static err on_text(void *ctx, struct str text)
{
	buf_addf(&((struct seen *)ctx)->log, "[%.*s]", FMT(text));
	return NULL;
}

static err on_end(void *ctx, struct str name)
{
	buf_addf(&((struct seen *)ctx)->log, "</%.*s>", FMT(name));
	return NULL;
}

static const struct xml_calls calls = { on_start, on_text, on_end };

static const char *run(struct str text, size_t step)
{
	static char out[8192];
	struct seen s = { .log = buf_new(8000) };
	OWNED(xml_reader) r = NULL;
	err e;

	assert_ok(xml_reader_new("x.xml", &calls, &s, &r));
	e = NULL;
	for (size_t i = 0; i < text.n && !e; i += step) {
		size_t n = text.n - i < step ? text.n - i : step;
		char *exact = malloc(n);

		memcpy(exact, text.p + i, n);
		e = xml_reader_feed(r, (struct str){ exact, n });
		free(exact);
	}
	if (!e)
		e = xml_reader_end(r);
	snprintf(out, sizeof(out), "%.*s%s", FMT(buf_str(&s.log)), e ? e->text : "");
	buf_done(&s.log);
	return out;
}

static void expect(const char *text, const char *want)
{
	for (size_t step = 1; step < 30; step++)
		assert_string_equal(run(str_c(text), step), want);
	assert_string_equal(run(str_c(text), 10000), want);
}

static void elements_attributes_and_text_are_handed_over(void **s)
{
	(void)s;
	expect("<?xml version=\"1.0\"?>\n<a x=\"1 &amp; 2 &lt;&#65;\">\n <b/>one &amp; two"
	       "<![CDATA[ <3> ]]><!-- no --><c y=''>caf\xC3\xA9</c>\n</a>\n",
	       "<a x='1 & 2 <A'><b></b>[one & two <3> ]<c y=''>[caf\xC3\xA9]</c></a>");
	expect("<p:a xmlns:p='urn:x' p:k='v'/>", "<a k='v' in urn:x></a>");
	expect("<!DOCTYPE report PUBLIC \"-//X//DTD\" \"http://example.org/x.dtd\"><report/>",
	       "<report></report>");
}

static void another_encoding_is_understood(void **s)
{
	(void)s;
	expect("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\xE9</a>", "<a>[\xC3\xA9]</a>");
	assert_string_equal(run((struct str){ "\xFF\xFE<\0a\0/\0>\0", 10 }, 10), "<a></a>");
}

static void nothing_can_be_declared_or_fetched(void **s)
{
	static const char *const bombs[] = {
		"<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>",
		"<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>",
		"<!DOCTYPE a [<!ENTITY % x SYSTEM \"http://127.0.0.1/\"> %x;]><a/>",
		"<!DOCTYPE a [<!ELEMENT a ANY>]><a/>",
		"<!DOCTYPE a [<!ATTLIST a b (one|two) 'two'>]><a/>",
		"<!DOCTYPE a [<!NOTATION n SYSTEM \"x\">]><a/>",
	};

	(void)s;
	for (size_t i = 0; i < ARRAY_LEN(bombs); i++) {
		const char *got = run(str_c(bombs[i]), 1000);

		assert_true(str_has(str_c(got), STR("declarations within the document are not allowed")));
	}
	assert_true(str_has(str_c(run(STR("<a>&x;</a>"), 100)), STR("entities of its own")));
	assert_true(str_has(str_c(run(STR("<!DOCTYPE a SYSTEM 'x.dtd'><a>&x;</a>"), 100)),
			    STR("entities of its own")));
	assert_true(str_has(str_c(run(STR("<!DOCTYPE a SYSTEM 'x.dtd'><a b='&x;'/>"), 100)),
			    STR("entities of its own")));
}

static void what_is_not_well_formed_is_refused(void **s)
{
	(void)s;
	assert_string_equal(run(STR(""), 10), "x.xml: the document is empty");
	assert_true(str_starts(str_c(run(STR("<a>\n<b></a>"), 100)),
			       STR("<a><b>x.xml:2:8: this is not well-formed XML: Opening and ending")));
	assert_true(str_has(str_c(run(STR("<a>"), 100)), STR("not well-formed")));
	assert_true(str_has(str_c(run(STR("<a/><b/>"), 100)), STR("not well-formed")));
	assert_true(str_has(str_c(run((struct str){ "\xFF\xFE<\0a\0>\0x\0\0\xD8/\0", 14 }, 100)), STR("x.xml")));
	assert_true(str_has(str_c(run(STR("plain"), 100)), STR("not well-formed")));
	assert_string_equal(run(STR("<a><stop/></a>"), 100), "<a>enough");
}

static void depth_and_text_are_bounded(void **s)
{
	BUF_AUTO b = buf_new(1 << 24);
	OWNED(xml_reader) r = NULL;
	struct xml_calls none = { 0 };
	char *big = base_alloc(1 << 20);
	err e;

	(void)s;
	for (int i = 0; i < 65; i++)
		buf_addf(&b, "<a>");
	assert_ok(xml_reader_new("x.xml", &none, NULL, &r));
	assert_fails(xml_reader_feed(r, buf_str(&b)), ERR_LIMIT);
	xml_reader_free(r);
	assert_ok(xml_reader_new("x.xml", &none, NULL, &r));
	assert_ok(xml_reader_feed(r, STR("<a>")));
	memset(big, 'x', 1 << 20);
	for (int i = 0; i < 7; i++)
		assert_ok(xml_reader_feed(r, (struct str){ big, 1 << 20 }));
	e = xml_reader_feed(r, (struct str){ big, 1 << 20 });
	if (!e)
		e = xml_reader_feed(r, (struct str){ big, 1 << 20 });
	assert_non_null(e);
	assert_int_equal(e->kind, ERR_LIMIT);
	free(big);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elements_attributes_and_text_are_handed_over),
		cmocka_unit_test(another_encoding_is_understood),
		cmocka_unit_test(nothing_can_be_declared_or_fetched),
		cmocka_unit_test(what_is_not_well_formed_is_refused),
		cmocka_unit_test(depth_and_text_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
