/* A Mustache template as a flat list of texts and tags; what renders or visits
 * it (text/mustache.h) sees neither delimiters nor lines. */
#ifndef TEXT_MUSTACHE_PARSE_H
#define TEXT_MUSTACHE_PARSE_H

#include "text/mustache.h"

enum { MUSTACHE_SECTIONS = 64 };	/* within each other */

struct mustache_node {
	enum mustache_kind kind;
	struct str text;	/* the text, or the tag's name */
	struct str indent;	/* PARTIAL alone on its line: the white space before it */
	size_t close;		/* SECTION, INVERTED: index of its CLOSE */
	unsigned line, column;
};

struct mustache_nodes {
	const struct mustache_node *v;
	size_t first, n;	/* where to begin, and where to stop */
};

/* Nodes are taken from `a`, texts are borrowed from `text`. Comments and changes of
 * delimiters leave nothing; a tag other than a variable that is alone on its line
 * takes the line with it. */
MUST_USE err mustache_parse(struct arena *a, const char *name, struct str text,
			    struct mustache_nodes *out);

#endif
