/* Lower-case hexadecimal, and standard base64 with padding (RFC 4648 §4). */
#ifndef BASE_HEX_H
#define BASE_HEX_H

#include "base/base.h"
#include "base/buf.h"

/* Writes 2 * n digits and a NUL; `out` has room for 2 * n + 1. */
void hex_put(char *out, const void *bytes, size_t n);

/* False unless `s` is exactly 2 * n lower- or upper-case digits. */
MUST_USE bool hex_get(struct str s, void *out, size_t n);

void hex_add(struct buf *b, const void *bytes, size_t n);

void base64_add(struct buf *b, const void *bytes, size_t n);

/* Appends the decoded bytes; false on anything but canonical base64. */
MUST_USE bool base64_get(struct str s, struct buf *out);

#endif
