/* XML from any bytes, in pieces whose sizes the first byte gives: tags pair up,
 * views are within bounds, nothing is fetched. */
#include "fuzz.h"

#include "text/xml.h"

static err on_start(void *ctx, const struct xml_tag *tag)
{
	int *depth = ctx;

	++*depth;
	ASSERT(*depth <= XML_DEPTH && tag->name.n && tag->n <= XML_ATTRS);
	for (size_t i = 0; i < tag->n; i++)
		ASSERT(str_is_utf8(tag->attrs[i].name) && str_is_utf8(tag->attrs[i].value));
	return NULL;
}

static err on_text(void *ctx, struct str text)
{
	(void)ctx;
	ASSERT(text.n && text.n <= XML_TEXT && str_is_utf8(text));
	return NULL;
}

static err on_end(void *ctx, struct str name)
{
	int *depth = ctx;

	ASSERT(name.n && *depth > 0);
	--*depth;
	return NULL;
}

static err read(struct xml_reader *r, struct str text, size_t step)
{
	while (text.n) {
		struct str piece = { text.p, text.n < step ? text.n : step };

		TRY(xml_reader_feed(r, piece));
		text = str_from(text, piece.n);
	}
	return xml_reader_end(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct xml_calls calls = { on_start, on_text, on_end };
	OWNED(xml_reader) r = NULL;
	int depth = 0;

	if (!size)
		return 0;
	ASSERT(!xml_reader_new("in", &calls, &depth, &r));
	if (!read(r, (struct str){ (const char *)data + 1, size - 1 }, data[0] + 1u))
		ASSERT(depth == 0);
	return 0;
}
