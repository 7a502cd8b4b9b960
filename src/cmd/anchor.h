/* Anchors that a person asked for after each command that adds records
 * (`custody anchor … --always`). */
#ifndef CMD_ANCHOR_H
#define CMD_ANCHOR_H

#include "cmd/cmd.h"
#include "store/anchor.h"

/* At the end of such a command: asks the places that are always asked, where
 * records came since the last anchor; a few seconds each. One that does not answer
 * is said and passed over; ERR_INTEGRITY when one holds another log. */
MUST_USE err cmd_anchor_always(struct cmd_run *run, struct store *s);

#endif
