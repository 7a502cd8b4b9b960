/* Help, manual pages and completion: all printed from the tables of commands. */
#ifndef CMD_HELP_H
#define CMD_HELP_H

#include "cmd/cmd.h"

MUST_USE err help_all(struct arena *a);
MUST_USE err help_noun(struct arena *a, const struct cmd_noun *noun);
MUST_USE err help_verb(struct arena *a, const struct cmd_noun *noun, const struct cmd_verb *verb);

/* One manual page in man(7) for a noun, or for the program where it is NULL. */
MUST_USE err help_man(struct arena *a, const struct cmd_noun *noun);

/* Completion for bash, zsh or fish. */
MUST_USE err help_completion(struct arena *a, const char *shell);

extern const struct cmd_noun cmd_help;

#endif
