/* A borrowed view of bytes. It owns nothing and need not end in NUL. Parsers
 * take `struct str *rest` and advance it. p == NULL means "absent", which is
 * not the same as empty. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include "base/base.h"

struct str {
	const char *p;
	size_t n;
};

#define STR(literal) ((struct str){ "" literal, sizeof(literal) - 1 })
#define STR_INIT(literal) { "" literal, sizeof(literal) - 1 }
#define FMT(s) (int)(s).n, (s).p	/* for "%.*s" */

struct str str_c(const char *cstr);	/* NULL gives the absent view */
bool str_eq(struct str a, struct str b);
bool str_is(struct str a, const char *cstr);
int str_cmp(struct str a, struct str b);	/* bytes, then length */
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
bool str_has(struct str s, struct str part);
bool str_is_caseless(struct str a, struct str b);	/* ASCII only */
struct str str_trim(struct str s);	/* ASCII white space at both ends */
struct str str_from(struct str s, size_t at);	/* the rest from `at` */

/* Offset of the first `part` at or behind `from`, or s.n where there is none. */
size_t str_find(struct str s, struct str part, size_t from);

/* Takes the text up to `sep` off `rest` (the separator is dropped); false when
 * nothing is left. The last piece needs no separator. */
bool str_split(struct str *rest, char sep, struct str *piece);

/* Whole decimal numbers, no sign for u64, no spaces, no overflow. */
bool str_to_u64(struct str s, uint64_t *out);
bool str_to_i64(struct str s, int64_t *out);

/* Whether every byte sequence is valid UTF-8 (RFC 3629) and holds no NUL. */
bool str_is_utf8(struct str s);

/* Takes one character off `rest`; a byte that belongs to no valid sequence, and
 * NUL, give U+FFFD. False where nothing is left. */
bool str_utf8_next(struct str *rest, uint32_t *code);

/* The longest prefix of at most `max` bytes that does not cut a UTF-8 sequence. */
struct str str_cut(struct str s, size_t max);

/* 64-bit FNV-1a: for hash tables of trusted keys, never for identity. */
uint64_t str_hash(struct str s);

/* A growing list of borrowed views, its array in an arena or static. */
struct strs {
	struct str *v;
	size_t n;
};

#endif
