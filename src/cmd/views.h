/* Whether the views of a home are what its records give: for `custody rebuild`, and for
 * commands whose answer rests on them and leaves the house. */
#ifndef CMD_VIEWS_H
#define CMD_VIEWS_H

#include "cmd/cmd.h"
#include "store/rebuild.h"

/* Applies every record again beside the views; names those that differ, and puts the
 * new in their place unless it is to check only. With progress on a terminal. */
MUST_USE err views_apply(struct cmd_run *run, struct store *s, bool check_only, struct rebuild_result *out);

#endif
