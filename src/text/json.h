/* JSON (RFC 8259): a bounded tree reader, struct by field table in both
 * directions, and (json_write.h) the canonical writer. YAML files become the
 * same tree (text/yaml.h), so configuration and JSON share one table reader. */
#ifndef TEXT_JSON_H
#define TEXT_JSON_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/field.h"
#include "text/json_write.h"

enum { JSON_NODES = 4 * 1024 * 1024 };	/* of one tree: 80 bytes of memory each */

enum json_kind {
	JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT
};

/* A node of a tree, everything in the arena. Children of arrays and objects are
 * a linked list in document order; in objects each child has its key. Behind a
 * text or key stands a NUL that `n` does not count. */
struct json {
	enum json_kind kind;
	struct str text;		/* string: decoded; number: as written */
	struct str key;
	struct json *first, *next;
	size_t n;			/* children */
	unsigned line, column;		/* where it began, from 1; a member: its key */
};

/* Parses a whole document (a byte order mark before it is skipped). Refused, as
 * "name:line:column: …": invalid UTF-8, NUL in strings, half a surrogate pair,
 * a key twice in one object, trailing bytes, nothing at all (ERR_INPUT); deeper
 * than JSON_DEPTH, more than JSON_NODES values (ERR_LIMIT). Columns count bytes.
 * The caller bounds the length of `text`. */
MUST_USE err json_parse(struct arena *a, const char *name, struct str text, struct json **out);

/* NULL where `obj` is no object or has no such key. Chains are safe on NULL. */
const struct json *json_get(const struct json *obj, const char *key);
const struct json *json_path(const struct json *obj, const char *dotted);	/* "a.b.c" */
struct str json_text(const struct json *v);	/* string or number; else absent */
bool json_int(const struct json *v, int64_t *out);	/* whole numbers, also "1.0" */
bool json_true(const struct json *v);

/* Which fields of a table take part: those whose (flags & mask) == want. A field
 * within a group has its own flags and the FIELD_WORDS, FIELD_FROM_STORE and
 * FIELD_SECRET of the groups around it; a group takes part when one of its
 * fields does. { 0, 0 } picks everything. */
struct json_pick { unsigned mask, want; };

/* Fills a struct by its table from an object. Unknown keys (fields not picked are
 * unknown), wrong kinds, missing required fields and broken bounds are ERR_INPUT
 * or ERR_LIMIT "name:line:column: 'key' …" with the nearest valid word. Texts are
 * borrowed from the tree, lists are allocated in `a`. A text within a list holds
 * at most 4,096 bytes.
 * With pick { 0, 0 } the struct is cleared first. With any other pick the caller
 * has cleared it (table_clear) before the first call, fields not picked stay, and
 * a list of groups that already has items is filled by position: so a struct can
 * be put together from the two parts of a record. */
MUST_USE err json_to_table(struct arena *a, const char *name, const struct json *v,
			   const struct table *t, struct json_pick pick, void *out);

/* The fields of a struct as one object: absent fields are left out (but a required
 * one that may be unknown is null), an enum is its word, times are RFC 3339, days
 * dates; FIELD_SECRET is never written. A list of groups of which no item has a
 * picked field is left out; else it has all its items, so positions hold. */
void json_put_table(struct json_writer *w, const struct table *t, struct json_pick pick,
		    const void *v);

/* JSON Schema (draft 2020-12) of a table, as an object. */
void json_put_schema(struct json_writer *w, const struct table *t);

#endif
