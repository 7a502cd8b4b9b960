/* Every noun of the program; the list in nouns.c gives their order. */
#ifndef CMD_NOUNS_H
#define CMD_NOUNS_H

#include "cmd/cmd.h"

extern const struct cmd_noun cmd_init, cmd_import, cmd_next, cmd_change, cmd_finding, cmd_coverage,
	cmd_control, cmd_log, cmd_verify, cmd_rebuild,
	cmd_reader, cmd_status, cmd_collect, cmd_collector,
	cmd_scanner, cmd_audit,
	cmd_anchor, cmd_people, cmd_evidence, cmd_system, cmd_config, cmd_erase, cmd_hold, cmd_pack,
	cmd_retention;

#endif
