#include "text/xml.h"

#include "base/buf.h"

#include <dlfcn.h>
#include <libxml/parser.h>
#include <pthread.h>

struct xml_reader {
	const char *name;
	const struct xml_calls *calls;
	void *ctx;
	xmlParserCtxtPtr parser;
	xmlSAXHandler sax;
	unsigned depth;
	struct buf text;
	struct xml_attr attrs[XML_ATTRS];
	bool any;	/* there was more than white space */
	bool failed;
	err stop;
};

/* The few entry points, by the types of the library's own header. */
static struct {
	__typeof__(&xmlCreatePushParserCtxt) create;
	__typeof__(&xmlCtxtUseOptions) options;
	__typeof__(&xmlParseChunk) parse;
	__typeof__(&xmlStopParser) stop;
	__typeof__(&xmlCtxtGetLastError) last_error;
	__typeof__(&xmlFreeParserCtxt) free_parser;
	__typeof__(&xmlFreeDoc) free_document;
	__typeof__(&xmlSetGenericErrorFunc) set_printer;
	__typeof__(&xmlFreeEnumeration) free_list;
	bool loaded;
} lib;

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void)
{
	void *so = dlopen("libxml2.so.2", RTLD_NOW | RTLD_LOCAL);
	struct {
		const char *name;
		void *at;
	} symbols[] = {
		{ "xmlCreatePushParserCtxt", &lib.create },
		{ "xmlCtxtUseOptions", &lib.options },
		{ "xmlParseChunk", &lib.parse },
		{ "xmlStopParser", &lib.stop },
		{ "xmlCtxtGetLastError", &lib.last_error },
		{ "xmlFreeParserCtxt", &lib.free_parser },
		{ "xmlFreeDoc", &lib.free_document },
		{ "xmlSetGenericErrorFunc", &lib.set_printer },
		{ "xmlFreeEnumeration", &lib.free_list },
	};

	if (!so)
		return;
	for (size_t i = 0; i < ARRAY_LEN(symbols); i++) {
		void *entry = dlsym(so, symbols[i].name);

		if (!entry)
			return;
		memcpy(symbols[i].at, &entry, sizeof(entry));
	}
	lib.loaded = true;
}

err xml_load(void)
{
	pthread_once(&once, load);
	if (lib.loaded)
		return NULL;
	return err_hint(fail(ERR_MISSING, "XML cannot be read: libxml2.so.2 is not installed"),
			"install the package libxml2");
}

static void stop_with(struct xml_reader *r, err e)
{
	if (!e || r->stop)
		return;
	r->stop = e;
	lib.stop(r->parser);
}

static unsigned column(const struct xml_reader *r)
{
	const xmlParserInput *in = r->parser->input;

	return in && in->col > 0 ? (unsigned)in->col : 1;
}

unsigned xml_line(const struct xml_reader *r)
{
	const xmlParserInput *in = r->parser->input;

	return in && in->line > 0 ? (unsigned)in->line : 1;
}

static err fail_here(const struct xml_reader *r, enum err_kind kind, const char *what)
{
	return fail(kind, "%s:%u:%u: %s", r->name, xml_line(r), column(r), what);
}

static struct str view(const xmlChar *s)
{
	return s ? str_c((const char *)s) : STR("");
}

/* Hands over the text collected since the last tag. */
static void flush_text(struct xml_reader *r)
{
	if (!r->stop && r->calls->text && str_trim(buf_str(&r->text)).n)
		stop_with(r, r->calls->text(r->ctx, buf_str(&r->text)));
	buf_clear(&r->text);
}

static void on_text(void *ctx, const xmlChar *s, int n)
{
	struct xml_reader *r = ctx;

	if (r->stop || n <= 0)
		return;
	buf_add(&r->text, (struct str){ (const char *)s, (size_t)n });
	if (buf_over(&r->text))
		stop_with(r, fail_here(r, ERR_LIMIT, "one text is longer than 8 MiB"));
}

/* libxml2 gives five pointers for each: local name, prefix, namespace, and the
 * value from begin to end. */
static void on_start(void *ctx, const xmlChar *name, /* allow: libxml2's type */
		     const xmlChar *prefix, const xmlChar *space,
		     int spaces_n, const xmlChar **spaces, int n, int defaulted,
		     const xmlChar **attrs)
{
	struct xml_reader *r = ctx;
	struct xml_tag tag = { view(name), view(space), r->attrs, (size_t)n };

	(void)prefix, (void)spaces_n, (void)spaces, (void)defaulted;
	flush_text(r);
	if (r->stop)
		return;
	if (++r->depth > XML_DEPTH) {
		stop_with(r, fail_here(r, ERR_LIMIT, "nested deeper than 64 levels"));
		return;
	}
	if (n > XML_ATTRS) {
		stop_with(r, fail_here(r, ERR_LIMIT, "an element has more than 256 attributes"));
		return;
	}
	for (int i = 0; i < n; i++, attrs += 5) {
		r->attrs[i].name = view(attrs[0]);
		r->attrs[i].value.p = (const char *)attrs[3];
		r->attrs[i].value.n = (size_t)(attrs[4] - attrs[3]);
	}
	if (r->calls->start)
		stop_with(r, r->calls->start(r->ctx, &tag));
}

static void on_end(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *space)
{
	struct xml_reader *r = ctx;

	(void)prefix, (void)space;
	flush_text(r);
	if (r->stop)
		return;
	r->depth--;
	if (r->calls->end)
		stop_with(r, r->calls->end(r->ctx, view(name)));
}

static void refuse_declaration(struct xml_reader *r)
{
	if (!r->stop)
		stop_with(r, fail_here(r, ERR_INPUT,
				       "declarations within the document are not allowed"));
}

static void on_entity(void *ctx, const xmlChar *name, int type, /* allow: libxml2's type */
		      const xmlChar *public_id, const xmlChar *system_id, xmlChar *content)
{
	(void)name, (void)type, (void)public_id, (void)system_id, (void)content;
	refuse_declaration(ctx);
}

static void on_notation(void *ctx, const xmlChar *name, const xmlChar *public_id,
			const xmlChar *system_id)
{
	(void)name, (void)public_id, (void)system_id;
	refuse_declaration(ctx);
}

static void on_unparsed(void *ctx, const xmlChar *name, const xmlChar *public_id,
			const xmlChar *system_id, const xmlChar *notation)
{
	(void)name, (void)public_id, (void)system_id, (void)notation;
	refuse_declaration(ctx);
}

static void on_element(void *ctx, const xmlChar *name, int type, xmlElementContentPtr content)
{
	(void)name, (void)type, (void)content;
	refuse_declaration(ctx);
}

static void on_attribute(void *ctx, const xmlChar *element, /* allow: libxml2's type */
			 const xmlChar *name, int type, int def, const xmlChar *value, xmlEnumerationPtr tree)
{
	(void)element, (void)name, (void)type, (void)def, (void)value;
	lib.free_list(tree);	/* the parser leaves it to its handler */
	refuse_declaration(ctx);
}

static void on_reference(void *ctx, const xmlChar *name)
{
	struct xml_reader *r = ctx;

	(void)name;
	if (!r->stop)
		stop_with(r, fail_here(r, ERR_INPUT, "entities of its own are not allowed"));
}

static xmlEntityPtr on_get_entity(void *ctx, const xmlChar *name)
{
	on_reference(ctx, name);
	return NULL;
}

/* Keeps the library from printing; the error is asked for afterwards. */
static void on_error(void *ctx, xmlErrorPtr error)
{
	(void)ctx, (void)error;
}

static void print_nothing(void *ctx, const char *fmt, ...)
{
	(void)ctx, (void)fmt;
}

static void set_handlers(struct xml_reader *r)
{
	r->sax = (xmlSAXHandler){
		.initialized = XML_SAX2_MAGIC,
		.startElementNs = on_start,
		.endElementNs = on_end,
		.characters = on_text,
		.ignorableWhitespace = on_text,
		.cdataBlock = on_text,
		.entityDecl = on_entity,
		.notationDecl = on_notation,
		.unparsedEntityDecl = on_unparsed,
		.elementDecl = on_element,
		.attributeDecl = on_attribute,
		.reference = on_reference,
		.getEntity = on_get_entity,
		.getParameterEntity = on_get_entity,
		.serror = on_error,
	};
}

err xml_reader_new(const char *name, const struct xml_calls *calls, void *ctx,
		   struct xml_reader **out)
{
	struct xml_reader *r;

	TRY(xml_load());
	r = base_alloc(sizeof(*r));
	r->name = name;
	r->calls = calls;
	r->ctx = ctx;
	r->text = buf_new(XML_TEXT);
	set_handlers(r);
	lib.set_printer(NULL, print_nothing);	/* per thread */
	r->parser = lib.create(&r->sax, r, NULL, 0, NULL);
	ASSERT(r->parser);
	/* NOENT resolves &amp; in attributes; there are no other entities */
	lib.options(r->parser, XML_PARSE_NONET | XML_PARSE_NOENT);
	*out = r;
	return NULL;
}

void xml_reader_free(struct xml_reader *r)
{
	if (!r)
		return;
	if (r->parser->myDoc)
		lib.free_document(r->parser->myDoc);
	lib.free_parser(r->parser);
	buf_done(&r->text);
	free(r);
}

static err not_well_formed(const struct xml_reader *r)
{
	const xmlError *e = lib.last_error(r->parser);
	struct str what = e && e->message ? str_trim(str_c(e->message)) : STR("not well-formed");

	return fail(ERR_INPUT, "%s:%u:%u: this is not well-formed XML: %.*s", r->name,
		    e && e->line > 0 ? (unsigned)e->line : 1,
		    e && e->int2 > 0 ? (unsigned)e->int2 : 1, FMT(str_cut(what, 200)));
}

static err parse(struct xml_reader *r, struct str piece, int last)
{
	err e = NULL;

	if (r->failed)
		return fail(ERR_INPUT, "%s: was already found to be wrong", r->name);
	lib.parse(r->parser, piece.p, (int)piece.n, last);
	if (r->stop)
		e = r->stop;
	else if (!r->parser->wellFormed || r->parser->disableSAX)
		e = not_well_formed(r);
	r->failed = e != NULL;
	return e;
}

err xml_reader_feed(struct xml_reader *r, struct str piece)
{
	enum { SLICE = 1024 * 1024 };

	r->any = r->any || str_trim(piece).n;
	while (piece.n) {
		struct str slice = { piece.p, piece.n < SLICE ? piece.n : SLICE };

		TRY(parse(r, slice, 0));
		piece = str_from(piece, slice.n);
	}
	return NULL;
}

err xml_reader_end(struct xml_reader *r)
{
	if (!r->any && !r->failed)
		return fail(ERR_INPUT, "%s: the document is empty", r->name);
	TRY(parse(r, STR(""), 1));
	return r->depth ? fail_here(r, ERR_INPUT, "the document ends too early") : NULL;
}

struct str xml_attr(const struct xml_tag *tag, const char *name)
{
	for (size_t i = 0; i < tag->n; i++)
		if (str_is(tag->attrs[i].name, name))
			return tag->attrs[i].value;
	return (struct str){ 0 };
}
