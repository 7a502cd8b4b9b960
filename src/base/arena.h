/* An arena: memory that is freed all at once, one per command, request,
 * session or message. Nothing taken from it is freed alone. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/base.h"
#include "base/str.h"

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *a);
OWNER(arena)

/* Forgets everything taken so far, keeping one block for reuse. */
void arena_reset(struct arena *a);

/* Zeroed memory aligned for any type; never NULL. */
void *arena_alloc(struct arena *a, size_t n) __attribute__((malloc, returns_nonnull));

#define ARENA_NEW(a, T) ((T *)arena_alloc((a), sizeof(T)))
#define ARENA_ARRAY(a, T, n) ((T *)arena_alloc((a), sizeof(T) * (size_t)(n)))

/* Copies; the text has a NUL behind it that `n` does not count. */
struct str arena_str(struct arena *a, struct str s);
char *arena_cstr(struct arena *a, struct str s);

/* A copy in which every byte that is not valid UTF-8, and NUL, is U+FFFD;
 * `s` itself where all of it is valid. */
struct str arena_utf8(struct arena *a, struct str s);
struct str arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* A number as people read it: "-2,400". */
struct str arena_number(struct arena *a, int64_t n);

/* Bytes taken since the last reset. */
size_t arena_used(const struct arena *a);

#endif
