#include "cmd/nouns.h"

#include "cmd/help.h"

const struct cmd_noun *const cmd_nouns[] = {
	&cmd_audit, &cmd_init, &cmd_collect, &cmd_import, &cmd_next, &cmd_change, &cmd_finding,
	&cmd_coverage, &cmd_control, &cmd_pack,
	&cmd_log, &cmd_verify, &cmd_anchor, &cmd_rebuild, &cmd_status, &cmd_help, &cmd_reader, &cmd_collector,
	&cmd_people, &cmd_evidence, &cmd_system, &cmd_config, &cmd_erase, &cmd_retention, &cmd_hold,
	&cmd_scanner, NULL,
};
