/* `custody audit`: collect, scan, evaluate and pack in one go. No configuration,
 * no network, nothing written into the repositories. */
#include "cmd/nouns.h"

#include "cmd/audit_parts.h"

static const char *const fail_on[] = { "gap", "critical", "secret", NULL };
static const struct field fields[] = {
	FIELD(audit_options, dir, FIELD_PATH, FIELD_OPERAND | FIELD_MANY, 1000, "repository, or a folder of clones (default: this folder)"),
	FIELD_CHOICE(audit_options, fail_on, 0, fail_on, "exit code 4 where there is one"),
	FIELD(audit_options, name, FIELD_TEXT, 0, 128, "the repository's name here (default: its folder's or its remote's)"),
	FIELD(audit_options, notes, FIELD_FLAG, 0, 0, "every note below the screen, not the first three alone"),
	FIELD(audit_options, pack, FIELD_PATH, 0, 4096, "where the pack goes (default: ./NAME-custody/pack.zip)"),
	FIELD(audit_options, reports, FIELD_PATH, 0, 4096, "folder whose reports are imported"),
	FIELD(audit_options, repos, FIELD_PATH, 0, 4096, "file that names one repository a line"),
	{ 0 },
};
static const struct table table = TABLE(audit_options, "audit", fields);

static const struct cmd_verb verbs[] = {
	{ "", "what repositories can show an auditor, what they cannot, and what to do first",
	  "Reads only: nothing is written into a repository, and nothing is sent but digests of the log to anchors you\n"
	  "named. Home and pack go to ./NAME-custody/ unless --home, $CUSTODY_HOME or --pack say otherwise.\n"
	  "Exit code 0 when the assessment was made.",
	  "  custody audit ~/src/app --reports ~/reports", &table, audit_run },
	{ 0 },
};
const struct cmd_noun cmd_audit = { "audit", "what repositories can show an auditor", verbs, false };
