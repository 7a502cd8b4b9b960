/* The writer of JSON: canonical (RFC 8785 restricted to strings, integers up to
 * 2^53-1, booleans, null, arrays, objects) for what is signed or compared, and
 * indented for people. */
#ifndef TEXT_JSON_WRITE_H
#define TEXT_JSON_WRITE_H

#include "base/buf.h"

enum { JSON_DEPTH = 64 };	/* containers within containers, read or written */

/* Canonical: keys must come in ascending order (asserted; ASCII keys, for which
 * byte order is the UTF-16 order of RFC 8785). The buffer's maximum bounds it. */
struct json_writer {
	struct buf *out;
	unsigned depth;
	bool first[JSON_DEPTH];
	bool array[JSON_DEPTH];
	struct str last_key[JSON_DEPTH];	/* borrowed: keys are literals */
	bool has_key;		/* a key waits for its value */
	bool ordered;		/* assert the order (canonical) */
	bool pretty;		/* two-space indent for people */
	bool escapes;		/* also what could steer a terminal: DEL, C1, turns of writing */
};

struct json_writer json_write(struct buf *out);		/* canonical */
struct json_writer json_write_pretty(struct buf *out);	/* unordered keys, indented, escapes */

void json_open(struct json_writer *w, char bracket);	/* '{' or '[' */
void json_close(struct json_writer *w, char bracket);	/* '}' or ']' */
void json_key(struct json_writer *w, const char *key);
void json_put_text(struct json_writer *w, struct str s);
void json_put_int(struct json_writer *w, int64_t v);
void json_put_bool(struct json_writer *w, bool v);
void json_put_null(struct json_writer *w);
void json_put_raw(struct json_writer *w, struct str already_json);

/* key and value in one; an absent text or time writes nothing */
void json_add_text(struct json_writer *w, const char *key, struct str s);
void json_add_c(struct json_writer *w, const char *key, const char *s);
void json_add_int(struct json_writer *w, const char *key, int64_t v);
void json_add_bool(struct json_writer *w, const char *key, bool v);
void json_add_time(struct json_writer *w, const char *key, int64_t t);

/* Escapes per RFC 8785 §3.2.2.2, quotes included. A byte that belongs to no
 * valid UTF-8 sequence becomes U+FFFD, so what is written can be read. */
void json_quote(struct buf *out, struct str s);

#endif
