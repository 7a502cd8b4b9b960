/* JSON (RFC 8259): a bounded tree reader, a bounded event reader for reports of
 * any size, and the canonical writer (RFC 8785 restricted to strings, integers
 * up to 2^53-1, booleans, null, arrays, objects). YAML files become the same
 * tree (text/yaml.h), so configuration and JSON share one table reader. */
#ifndef TEXT_JSON_H
#define TEXT_JSON_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/field.h"

enum { JSON_DEPTH = 64 };

enum json_kind { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

/* A node of a tree, everything in the arena. Children of arrays and objects are
 * a linked list in document order; in objects each child has its key. */
struct json {
	enum json_kind kind;
	struct str text;		/* string: decoded; number: as written */
	struct str key;
	struct json *first, *next;
	size_t n;			/* children */
	unsigned line, column;		/* where it began, from 1 */
};

/* Parses a whole document. Refused, with line and column: invalid UTF-8, NUL in
 * strings, deeper than JSON_DEPTH, a key twice in one object, trailing bytes.
 * `name` is what the error calls the document. */
MUST_USE err json_parse(struct arena *a, const char *name, struct str text, struct json **out);

/* NULL where `obj` is no object or has no such key. Chains are safe on NULL. */
const struct json *json_get(const struct json *obj, const char *key);
const struct json *json_path(const struct json *obj, const char *dotted);	/* "a.b.c" */
struct str json_text(const struct json *v);	/* string or number; else absent */
bool json_int(const struct json *v, int64_t *out);	/* whole numbers, also "1.0" */
bool json_true(const struct json *v);

/* Fills a struct by its table from an object. Unknown keys, wrong kinds, missing
 * required fields and broken bounds are ERR_INPUT "name:line:column: 'key' …"
 * with the nearest valid word. `accept` picks fields: those whose (flags & mask)
 * == want; others are unknown. Lists and groups are allocated in `a`. */
struct json_pick { unsigned mask, want; };
MUST_USE err json_to_table(struct arena *a, const char *name, const struct json *v,
			   const struct table *t, struct json_pick pick, void *out);

/* The canonical writer. Keys must come in ascending order (asserted; ASCII keys,
 * for which byte order is the UTF-16 order of RFC 8785). */
struct json_writer {
	struct buf *out;
	unsigned depth;
	bool first[JSON_DEPTH];
	struct str last_key[JSON_DEPTH];	/* borrowed: keys are literals */
	bool ordered;		/* assert the order (canonical) */
	bool pretty;		/* two-space indent for people */
};
struct json_writer json_write(struct buf *out);		/* canonical */
struct json_writer json_write_pretty(struct buf *out);	/* unordered keys, indented */
void json_open(struct json_writer *w, char bracket);	/* '{' or '[' */
void json_close(struct json_writer *w, char bracket);	/* '}' or ']' */
void json_key(struct json_writer *w, const char *key);
void json_put_text(struct json_writer *w, struct str s);
void json_put_int(struct json_writer *w, int64_t v);
void json_put_bool(struct json_writer *w, bool v);
void json_put_null(struct json_writer *w);
void json_put_raw(struct json_writer *w, struct str already_json);
/* key and value in one */
void json_add_text(struct json_writer *w, const char *key, struct str s);
void json_add_c(struct json_writer *w, const char *key, const char *s);
void json_add_int(struct json_writer *w, const char *key, int64_t v);
void json_add_bool(struct json_writer *w, const char *key, bool v);
void json_add_time(struct json_writer *w, const char *key, int64_t t);

/* The fields of a struct as one object (absent fields left out; enum as its
 * word, times as RFC 3339, days as dates). Only fields the pick selects. */
void json_put_table(struct json_writer *w, const struct table *t, struct json_pick pick, const void *v);

/* Escapes per RFC 8785 §3.2.2.2, quotes included. */
void json_quote(struct buf *out, struct str s);

/* JSON Schema (draft 2020-12) of a table, as an object. */
void json_put_schema(struct json_writer *w, const struct table *t);

#endif
