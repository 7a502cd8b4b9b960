/* The structs of the two record types a scan is made of. */
#ifndef RECORD_TYPES_SCAN_H
#define RECORD_TYPES_SCAN_H

#include "record/record.h"

/* scan.changes: what a scan changed; scan closes it and makes it count. */
struct r_finding_change {
	struct str alias, component, finding, fix, k1, k2, k3, k4, message, path, rule, title, version;
	int64_t line, score;
	int match, op, severity, suppressed;
};
extern const char *const change_op_words[];	/* new reappeared gone moved changed */
extern const char *const change_match_words[];	/* fingerprint path component moved single */
enum { OP_NEW, OP_REAPPEARED, OP_GONE, OP_MOVED, OP_CHANGED };
struct r_scan_changes { struct many changes; int64_t n; struct str scan; };
struct r_scan {
	struct str artefact, commit, coverage, follows, identities, original, place, report,
		rules, run, scope, series, system, tool, tool_version;
	int64_t changed, gone, opened, position, records, reopened, results, unchanged;
	int kind, outcome, proposed;
};
extern const char *const scan_outcome_words[];	/* clean findings empty partial failed */
enum { OUTCOME_CLEAN, OUTCOME_FINDINGS, OUTCOME_EMPTY, OUTCOME_PARTIAL, OUTCOME_FAILED };

/* Shared by the two. The number of a scan's row, made at first sight. */
MUST_USE err scan_changes_row(struct apply *ap, struct str scan_id, int64_t *no);
/* Differs when path, version, fix, title, severity, score or suppression differ. */
int64_t scan_changes_attributes(const struct r_finding_change *c);

#endif
