/* yajl behind a small face: JSON in pieces of any size becomes calls, each with
 * the place where its token began. What yajl lets pass is refused here
 * (text/json_check.h), what it says in its own words is said in ours. */
#ifndef TEXT_JSON_LEX_H
#define TEXT_JSON_LEX_H

#include "text/json.h"

enum { JSON_TOKEN_MAX = 64 * 1024 * 1024 };	/* bytes of one string or gap */

struct json_place {
	unsigned line, column;
	uint64_t offset;
};

/* Views handed over last until the call returns. An error ends the reading. */
struct json_calls {
	err (*open)(void *ctx, enum json_kind kind);
	err (*close)(void *ctx);
	err (*key)(void *ctx, struct str key);
	err (*value)(void *ctx, enum json_kind kind, struct str text);
};

struct json_lex;

/* Everything is borrowed for the life of the lexer. */
struct json_lex *json_lex_new(const char *name, const struct json_calls *calls, void *ctx);
void json_lex_free(struct json_lex *l);
OWNER(json_lex)

/* Errors: as json_parse(), or those of the calls. */
MUST_USE err json_lex_feed(struct json_lex *l, struct str piece);
MUST_USE err json_lex_end(struct json_lex *l);

/* Where the token of the current call began; the address stays. */
const struct json_place *json_lex_place(const struct json_lex *l);

#endif
