/* cmocka with what it needs before it, and without its macro `fail`, which
 * would hide the function that makes errors. */
#ifndef TEST_UNIT_UNIT_H
#define TEST_UNIT_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail
#undef fail_msg
#define fail_msg(...)                                                          \
	do {                                                                   \
		print_error("ERROR: " __VA_ARGS__);                            \
		print_error("\n");                                             \
		_fail(__FILE__, __LINE__);                                     \
	} while (0)

#include "base/base.h"

/* The call must succeed; otherwise its sentence is the failure. */
#define assert_ok(call)                                                        \
	do {                                                                   \
		err unit_e_ = (call);                                          \
		if (unit_e_)                                                   \
			fail_msg("%s", unit_e_->text);                         \
	} while (0)

/* The call must fail with this kind. */
#define assert_fails(call, want)                                               \
	do {                                                                   \
		err unit_e_ = (call);                                          \
		if (!unit_e_)                                                  \
			fail_msg("succeeded");                                 \
		else if (unit_e_->kind != (want))                              \
			fail_msg("kind %d: %s", (int)unit_e_->kind, unit_e_->text); \
	} while (0)

#endif
