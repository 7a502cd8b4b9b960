/* Inside `custody audit`: its options, what each step reports, and the steps. */
#ifndef CMD_AUDIT_PARTS_H
#define CMD_AUDIT_PARTS_H

#include "cmd/cmd.h"
#include "cmd/collect.h"

struct audit_options {
	struct many dir;
	struct str name, pack, reports, repos;
	int fail_on, notes;
};

/* One repository: what was looked at and what could not be. */
struct audit_repository {
	const char *dir;
	struct str name;
	struct collect_result collected;
	struct scan_result scanned;
	struct str failed;		/* why it could not be read; absent */
};

struct audit {
	struct cmd_run *run;
	const struct audit_options *o;
	struct store *store;
	const char *home, *pack, *folder;	/* folder: where everything is written, in words */
	struct audit_repository *v;
	size_t n;
	int64_t reports, reports_refused, reports_ms;
	struct strs notes, refused;	/* refused: names of reports that were not taken, the first ones */
};

err audit_run(struct cmd_run *run, const void *options);

/* The repositories named: folders, a file of names, a folder of clones. */
MUST_USE err audit_find(struct audit *au);

/* Every report found in the folder, those refused counted and noted. */
MUST_USE err audit_reports(struct audit *au);

/* Facts, decision, assessment record, pack, screen. */
MUST_USE err audit_conclude(struct audit *au);

#endif
