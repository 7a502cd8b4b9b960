/* Reads a command line by its field table. */
#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H

#include "cmd/cmd.h"

/* Fills `out` (a struct of verb->options) and `common`. Options: --name VALUE,
 * --name=VALUE, --flag, --no-flag, -x VALUE; "--" ends them. An option given
 * twice, without a value, with an empty value, or of the wrong form is
 * ERR_USAGE. *help is set by --help or -h. */
MUST_USE err options_read(struct arena *a, const struct cmd_verb *verb, char **argv, void *out,
			  struct cmd_common *common, bool *help);

/* "--output" for the field "output"; underscores become hyphens. */
struct str options_name(struct arena *a, const struct field *f);

#endif
