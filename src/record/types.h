/* The structs that field tables of record types point into: what sources and
 * the store fill in, and what apply reads. One struct per type, named as the
 * type; the tables and the meaning of each field stand in the type's own file. */
#ifndef RECORD_TYPES_H
#define RECORD_TYPES_H

#include "record/record.h"

extern const char *const severity_words[];	/* none low medium high critical */
extern const char *const account_kind_words[];	/* person bot host tool unknown */
extern const char *const scan_kind_words[];	/* secret dependency static … */
enum { SEVERITY_NONE, SEVERITY_LOW, SEVERITY_MEDIUM, SEVERITY_HIGH, SEVERITY_CRITICAL };
enum { ACCOUNT_PERSON, ACCOUNT_BOT, ACCOUNT_HOST, ACCOUNT_TOOL, ACCOUNT_UNKNOWN };
enum { SCAN_SECRET, SCAN_DEPENDENCY, SCAN_STATIC, SCAN_DYNAMIC, SCAN_CONTAINER,
       SCAN_INFRASTRUCTURE, SCAN_LICENCE, SCAN_UNKNOWN };

struct r_home { struct str origin, program, vkey, previous; };
struct r_submission {
	struct str address, name, original, query, report, scope, source, tool, run;
	int64_t size;
};
struct r_person {
	struct many alias, email, roles;
	struct str department, manager, name, owner;
	int64_t ends, starts;
	int kind, status;
};
extern const char *const person_status_words[];	/* active suspended left */
enum { PERSON_HUMAN, PERSON_SERVICE };
enum { PERSON_ACTIVE, PERSON_SUSPENDED, PERSON_LEFT };
extern const char *const role_words[];		/* security-lead engineering-manager … */
extern const char *const frequency_words[];	/* change build release week … */
struct r_account { struct str email, host, login, name, why; int kind; };
struct r_account_link { struct str account, how, person; };
struct r_system_place { struct str path, repository; };
struct r_system {
	int data_class, declared, exposure;
	struct many environments, images, kinds, places;
	struct str name, owner;
};
struct r_repository { struct str host, name, slug, system, url; };

/* git.changes: a batch of the population; git.collection closes it. */
struct r_change_person { struct str account; int role; };
struct r_change {
	int64_t at, authored, parents, paths_total, position, pull;
	struct str author, commit, committer, signed_by, tag;
	int signature;
	struct many carried, people, paths, picked, tickets, touches;
};
extern const char *const touch_words[];		/* authentication payment … */
enum { TOUCH_SECURITY = 5 };	/* the first five need a security review */
extern const char *const signature_words[];	/* none ssh openpgp x509 */
extern const char *const change_role_words[];	/* coauthor branch-author branch-committer */
struct r_git_changes { struct str branch, collection, repository; struct many changes, titles; };
struct r_lost { struct str commit; };
struct r_git_collection {
	struct str branch, collection, from, repository, tip, why;
	struct many lost;
	int64_t boundary, changes, first_at, last_at;
	int complete, release, rewritten;
};
struct r_tree_item { struct str detail, digest, kind, path; int64_t n; };
struct r_ci_scan { struct str enforced, kind, path, tool, why; };
struct r_tree { struct str commit, repository; struct many ci, items; };

/* host.pulls: what the code host said of pull (merge) requests. */
struct r_review { int64_t at; struct str commit; struct str reviewer; int state; };
struct r_check { int64_t at; struct str name; int result; };
extern const char *const review_state_words[];	/* approved changes-requested … */
extern const char *const check_result_words[];	/* passed failed skipped pending */
enum { REVIEW_APPROVED, REVIEW_CHANGES_REQUESTED, REVIEW_COMMENTED, REVIEW_DISMISSED, REVIEW_PENDING };
enum { CHECK_PASSED, CHECK_FAILED, CHECK_SKIPPED, CHECK_PENDING };
struct r_pull {
	struct str author, head, merge, merged_by;
	struct many checks, commits, labels, people, reviews, tickets;
	int64_t commits_total, merged_at, number;
	int checks_known, commits_known, reviews_known;
};
struct r_host_pulls { struct many pulls; struct str repository; };
struct r_rule { struct str branch, rule, value; };
struct r_host_rules { struct str repository, source; struct many rules; };

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

struct r_tests {
	struct str commit, report, run, system;
	int64_t errors, failed, skipped, tests;
	struct many failures;
};
struct r_sbom {
	struct str artefact, commit, format, name, report, system;
	int64_t components, licences;
};
struct r_vex_statement { struct str justification, product, status, vulnerability; };
struct r_vex { struct str name, report; struct many statements; };
struct r_control {
	struct str control, frequency, owner, reason, risk, role, stage;
	int applicable, confirmed;
};
struct r_document { struct many controls; struct str digest, key, kind, signer, title; int64_t review_by; };
struct r_config_branch { struct str branch, repository; };
struct r_retention { struct str what; int64_t months; };
struct r_config {
	struct many branches, retention;
	struct str digest, organisation, soa_by, version;
	int64_t controls, people, period_from, period_to, soa_at, systems;
};
extern const char *const exposure_words[];	/* internet partner internal none unknown */
extern const char *const class_words[];		/* public internal confidential restricted unknown */
extern const char *const stage_words[];		/* plan design code build test release deploy operate */
enum { EXPOSURE_UNKNOWN = 4, CLASS_UNKNOWN = 4 };
struct r_assessment {
	struct str facts; int64_t gaps, ready, stale, unknown, changes, period_from, period_to;
	struct str program;
};
struct r_erased { struct str evidence; int64_t index; int words; };
struct r_erasure { struct str person, why; struct many targets; };
struct r_anchor { struct str kind, source, digest; int64_t at, size; };
struct r_pack { struct str manifest; int64_t period_from, period_to, size; };

extern const struct record_type record_home, record_submission, record_person, record_account,
	record_account_link, record_system, record_repository, record_git_changes,
	record_git_collection, record_tree, record_host_pulls, record_host_rules,
	record_scan_changes, record_scan, record_tests, record_sbom, record_vex, record_control,
	record_document, record_config, record_assessment, record_erasure, record_anchor, record_pack;

/* The tables of list items, which sources write before the store knows ids. */
extern const struct table record_finding_change_table, record_vex_statement_table;

/* Shared by the two scan types. The number of a scan's row, made at first sight. */
MUST_USE err scan_changes_row(struct apply *ap, struct str scan_id, int64_t *no);
/* Differs when path, version, fix, title, severity, score or suppression differ. */
int64_t scan_changes_attributes(const struct r_finding_change *c);

#endif
