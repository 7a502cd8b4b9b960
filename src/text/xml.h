/* XML as events: libxml2's push parser, loaded when first needed. Nothing is
 * fetched, nothing declared: a document type declaration may name its grammar
 * (which is never read) but declare nothing, and only the five predefined
 * entities and character references are understood. */
#ifndef TEXT_XML_H
#define TEXT_XML_H

#include "base/base.h"
#include "base/str.h"

enum {
	XML_DEPTH = 64,
	XML_ATTRS = 256,		/* of one element */
	XML_TEXT = 8 * 1024 * 1024,	/* bytes of text between two tags */
};

/* Names are local names; `space` is the namespace, empty where there is none. */
struct xml_attr {
	struct str name, value;
};

struct xml_tag {
	struct str name, space;
	const struct xml_attr *attrs;
	size_t n;
};

/* Text between two tags comes whole, entities and CDATA resolved, and not at all
 * where it is white space only. Views last until the call returns. NULL: not
 * wanted. An error ends the reading. */
struct xml_calls {
	err (*start)(void *ctx, const struct xml_tag *tag);
	err (*text)(void *ctx, struct str text);
	err (*end)(void *ctx, struct str name);
};

struct xml_reader;

/* Loads the library (once). For a process that closes its file system later;
 * ERR_MISSING where it is not installed. xml_reader_new() calls it too. */
MUST_USE err xml_load(void);

/* Everything is borrowed for its life. */
MUST_USE err xml_reader_new(const char *name, const struct xml_calls *calls, void *ctx,
			    struct xml_reader **out);
void xml_reader_free(struct xml_reader *r);
OWNER(xml_reader)

/* "name:line:column: …": not well-formed, a declaration or an entity of its own
 * (ERR_INPUT), beyond the maxima above (ERR_LIMIT), or what a call returned. */
MUST_USE err xml_reader_feed(struct xml_reader *r, struct str piece);
MUST_USE err xml_reader_end(struct xml_reader *r);

/* The line of the current call, from 1. */
unsigned xml_line(const struct xml_reader *r);

/* The value of an attribute, or absent. */
struct str xml_attr(const struct xml_tag *tag, const char *name);

#endif
