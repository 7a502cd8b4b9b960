/* The closed lists that several types share. */
#include "record/types.h"

const char *const severity_words[] = { "none", "low", "medium", "high", "critical", NULL };
const char *const account_kind_words[] = { "person", "bot", "host", "tool", "unknown", NULL };
const char *const scan_kind_words[] = { "secret", "dependency", "static", "dynamic", "container",
					"infrastructure", "licence", "unknown", NULL };
const char *const scan_outcome_words[] = { "clean", "findings", "empty", "partial", "failed", NULL };
const char *const change_op_words[] = { "new", "reappeared", "gone", "moved", "changed", NULL };
const char *const change_match_words[] = { "fingerprint", "path", "component", "moved", "single", NULL };

const char *const person_status_words[] = { "active", "suspended", "left", NULL };
const char *const role_words[] = { "security-lead", "engineering-manager", "tech-lead", "release-manager",
				   "product-owner", "it-admin", "compliance-manager", NULL };
const char *const frequency_words[] = { "change", "build", "release", "week", "sprint", "month",
					"quarter", "half-year", "year", NULL };

const char *const exposure_words[] = { "internet", "partner", "internal", "none", "unknown", NULL };
const char *const class_words[] = { "public", "internal", "confidential", "restricted", "unknown", NULL };
const char *const stage_words[] = { "plan", "design", "code", "build", "test", "release", "deploy", "operate", NULL };

const struct record_type *const record_types[] = {
	&record_home, &record_submission, &record_person, &record_account, &record_account_link,
	&record_system, &record_repository, &record_git_changes, &record_git_collection,
	&record_tree, &record_host_pulls, &record_host_rules, &record_scan_changes, &record_scan,
	&record_tests, &record_sbom, &record_vex, &record_control, &record_document,
	&record_config, &record_config_approval,
	&record_assessment, &record_erasure, &record_hold, &record_anchor, &record_pack, NULL,
};
