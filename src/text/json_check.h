/* What the JSON lexer lets pass and we do not, found in the raw bytes before it
 * sees them: invalid UTF-8 (RFC 3629), \u0000, and half a surrogate pair. */
#ifndef TEXT_JSON_CHECK_H
#define TEXT_JSON_CHECK_H

#include "base/base.h"
#include "base/str.h"

struct json_check {
	unsigned need;			/* continuation bytes still to come */
	unsigned char low, high;	/* bounds of the next one */
	unsigned step;			/* 0 text, 1 behind '\', 2 … 5 digits of \uXXXX */
	unsigned unit;			/* the UTF-16 unit so far */
	bool pair;			/* a high surrogate waits for its low one */
};

/* Looks at the next piece. The fault as a plain sentence and its offset, or NULL.
 * A pair that the end of the document cuts is left to the lexer. */
const char *json_check_piece(struct json_check *c, struct str piece, size_t *at);

#endif
