/* YAML (1.2, what configuration needs of it) as the tree of text/json.h, so that
 * one table reader serves both. Plain scalars of the core schema become null,
 * true, false and whole decimal numbers; every other scalar is a string. */
#ifndef TEXT_YAML_H
#define TEXT_YAML_H

#include "text/json.h"

enum { YAML_MAX = 4 * 1024 * 1024 };	/* bytes of one text */

/* Parses a text of exactly one document. Refused, as "name:line:column: …":
 * anchors, aliases and tags, a second document, a key twice in one mapping, keys
 * that are no scalars, invalid UTF-8 (ERR_INPUT); larger than YAML_MAX, deeper
 * than JSON_DEPTH (ERR_LIMIT). Columns count characters. */
MUST_USE err yaml_parse(struct arena *a, const char *name, struct str text, struct json **out);

/* The same for a text of any number of documents: one call for each; an error
 * of `take` ends the reading. All trees stay in the arena. */
MUST_USE err yaml_parse_each(struct arena *a, const char *name, struct str text,
			     err (*take)(void *ctx, const struct json *v), void *ctx);

#endif
