/* The secret scan of `audit`: every file of the tree at HEAD through the
 * detection engine. What is reported names place and rule; a value never leaves
 * the process, only a keyed digest of it. */
#ifndef SOURCE_SCAN_SECRETS_H
#define SOURCE_SCAN_SECRETS_H

#include "store/intake.h"

struct scan_secrets_spec {
	const char *dir;
	struct str repository;	/* its name in the home */
};

/* The store's side: starts the role and takes in what it says. */
MUST_USE err scan_secrets_run(struct intake *in, const struct scan_secrets_spec *spec, const uint8_t key[32]);

/* The role's side: rules are compiled, then network and writing given up. */
MUST_USE err scan_secrets_main(const struct scan_secrets_spec *spec, int *code);

#endif
