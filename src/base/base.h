/* What every file includes first: fixed-width types, assertions that stay on,
 * the two macros that hide control flow (TRY) or clean-up (OWNED), and the
 * list of functions nobody may call. */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#define UNUSED __attribute__((unused))
#define NORETURN __attribute__((noreturn))

/* Programmer errors stop the process, in release builds too: evidence
 * software stops rather than writes nonsense. */
#define ASSERT(x) ((x) ? (void)0 : base_assert_failed(#x, __FILE__, __LINE__))
NORETURN void base_assert_failed(const char *what, const char *file, int line);

/* Allocation that cannot return NULL: out of memory stops the process. Input
 * can never cause it, because every buffer that input fills has a maximum. */
void *base_alloc(size_t n) __attribute__((malloc, returns_nonnull));	/* zeroed */
void *base_realloc(void *p, size_t n) __attribute__((returns_nonnull));

/* TRY(call): returns from the calling function with the error of `call`. */
#define TRY(call)                                                              \
	do {                                                                   \
		err try_e_ = (call);                                           \
		if (try_e_)                                                    \
			return try_e_;                                         \
	} while (0)

/* OWNED(T) x = NULL: T_free(x) runs when x goes out of scope.
 * OWNER(T) defines what OWNED needs, once per type, beside T_free. */
#define OWNED(T) __attribute__((cleanup(T##_free_at))) struct T *
#define OWNER(T)                                                               \
	static inline UNUSED void T##_free_at(struct T **p) { T##_free(*p); }

#include "base/err.h"
#include "base/banned.h"

#endif
