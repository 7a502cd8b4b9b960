/* A growing buffer born with a maximum. Adding beyond it keeps the bytes so
 * far, drops the rest and remembers: ask buf_over() (or TRY(buf_ok(...))) once
 * at the end instead of after every call. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/base.h"
#include "base/str.h"

struct buf {
	char *p;
	size_t n, room, max;
	bool over;
};

struct buf buf_new(size_t max);
void buf_done(struct buf *b);
void buf_clear(struct buf *b);	/* keeps the memory, forgets `over` */

void buf_add(struct buf *b, struct str s);
void buf_add_c(struct buf *b, const char *cstr);
void buf_add_char(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Room for exactly n bytes at the end, to be written by the caller; NULL when
 * that would pass the maximum. */
void *buf_grow(struct buf *b, size_t n);

struct str buf_str(const struct buf *b);
bool buf_over(const struct buf *b);

/* ERR_LIMIT "WHAT is larger than N bytes" when something was dropped. */
MUST_USE err buf_ok(const struct buf *b, const char *what);

#define BUF_AUTO __attribute__((cleanup(buf_done))) struct buf

#endif
