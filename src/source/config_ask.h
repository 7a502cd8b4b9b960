/* custody.yaml read in a process without rights: it may come from a checkout that
 * somebody else wrote. The file's bytes go in, the table's JSON comes back. */
#ifndef SOURCE_CONFIG_ASK_H
#define SOURCE_CONFIG_ASK_H

#include "source/config.h"
#include "source/run.h"

struct config_ask_spec {
	const char *name;		/* what errors call it */
	struct str text;
	struct strs known;		/* names and addresses of people the home knows */
};

/* Reads and checks; errors as config_read(), ERR_LIMIT beyond CONFIG_BYTES. Texts of
 * `out` live in `a`. */
MUST_USE err config_ask(const struct config_ask_spec *spec, struct arena *a, struct config *out);

/* The role's side: the text on the reader's input, the JSON on descriptor 1. */
MUST_USE err config_role(struct reader *r);

#endif
