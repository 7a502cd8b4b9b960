/* Reads a command line by its field table. */
#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H

#include "cmd/cmd.h"

struct options_spec {
	struct arena *a;
	const struct cmd_verb *verb;
	char **argv;			/* words behind the verb, NULL at the end */
};

/* Fills `out` (a struct of verb->options) and `common`. Options: --name VALUE,
 * --name=VALUE, --flag, --no-flag, -x VALUE; "--" ends them. An option given
 * twice, without a value, with an empty value, or of the wrong form is
 * ERR_USAGE. *help is set by --help or -h. */
MUST_USE err options_read(const struct options_spec *spec, void *out, struct cmd_common *common, bool *help);

/* "--output" for the field "output"; underscores become hyphens. */
struct str options_name(struct arena *a, const struct field *f);

#endif
