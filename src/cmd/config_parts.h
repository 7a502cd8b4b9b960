/* Inside `custody config`: who stands behind what is declared. */
#ifndef CMD_CONFIG_PARTS_H
#define CMD_CONFIG_PARTS_H

#include "cmd/cmd.h"
#include "source/config_approve.h"

extern const struct table config_parts_approve_table;
err config_parts_approve(struct cmd_run *run, const void *options);
err config_parts_show(struct cmd_run *run, const void *options);

/* Approves by the review of the commit that brought it, as an export of the code host
 * tells. ERR_DENIED with what is known of that commit where no review shows it. */
MUST_USE err config_parts_reviewed(struct cmd_run *run, struct store *s, struct str commit);

#endif
