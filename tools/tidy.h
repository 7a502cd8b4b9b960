/* For the analyser alone (tools/lint.mk): it does not believe returns_nonnull,
 * and would follow paths on which a failure is no failure. */
#include "base/err.h"

#define tidy_fails(call)                              \
	({                                            \
		err tidy_made = (call);               \
		if (!tidy_made)                       \
			__builtin_unreachable();      \
		tidy_made;                            \
	})
#define tidy_wraps(wrap, e, ...)                      \
	({                                            \
		err tidy_old = (e);                   \
		err tidy_new = wrap(tidy_old, __VA_ARGS__); \
		if (!tidy_old != !tidy_new)           \
			__builtin_unreachable();      \
		tidy_new;                             \
	})
#define fail(...) tidy_fails(fail(__VA_ARGS__))
#define fail_errno(...) tidy_fails(fail_errno(__VA_ARGS__))
#define err_in(e, ...) tidy_wraps(err_in, e, __VA_ARGS__)
#define err_hint(e, ...) tidy_wraps(err_hint, e, __VA_ARGS__)
