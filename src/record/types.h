/* The structs that field tables of record types point into: what sources and
 * the store fill in, and what apply reads. One struct per type, named as the
 * type; the tables and the meaning of each field stand in the type's own file. */
#ifndef RECORD_TYPES_H
#define RECORD_TYPES_H

#include "record/types_delivery.h"
#include "record/types_scan.h"

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
	int64_t items, size;
};
struct r_person {
	struct many alias, email, lists, roles;
	struct str department, manager, name, owner;
	int64_t ends, starts;
	int kind, status, unlisted;
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
	int applicable, confirmed, owner_given, reason_given, risk_given;
};
struct r_document { struct many controls; struct str digest, key, kind, signer, title; int64_t review_by; };
struct r_config_branch { struct str branch, repository; };
struct r_retention { struct str what; int64_t months; };
struct r_config {
	struct many branches, retention;
	struct str digest, matters, organisation, soa_by, version;
	int64_t controls, people, period_from, period_to, soa_at, systems;
};
struct r_config_approval { struct str commit, config, digest, key, matters, person, signer, why; int how; };
extern const char *const approval_words[];	/* stated signed reviewed alone */
enum { APPROVED_STATED, APPROVED_SIGNED, APPROVED_REVIEWED, APPROVED_ALONE };
extern const char *const exposure_words[];	/* internet partner internal none unknown */
extern const char *const class_words[];		/* public internal confidential restricted unknown */
extern const char *const stage_words[];		/* plan design code build test release deploy operate */
enum { EXPOSURE_UNKNOWN = 4, CLASS_UNKNOWN = 4 };
struct r_assessment {
	struct str facts; int64_t gaps, ready, stale, unknown, changes, period_from, period_to;
	struct str program;
};
struct r_erased { struct str evidence; int64_t index; int words; };
struct r_hold {
	struct many evidence, records;
	struct str person, system, why;
	int64_t from, to;
	int everything, released;
};
struct r_erasure { struct str person, why; struct many targets; };
struct r_anchor { struct str kind, source, digest; int64_t at, size; };
struct r_pack { struct str manifest; int64_t period_from, period_to, size; };

extern const struct record_type record_home, record_submission, record_person, record_account,
	record_account_link, record_system, record_repository, record_git_changes,
	record_git_collection, record_tree, record_host_pulls, record_host_rules,
	record_scan_changes, record_scan, record_tests, record_sbom, record_vex, record_control,
	record_document, record_config, record_config_approval,
	record_assessment, record_erasure, record_hold, record_anchor, record_pack;

/* The tables of list items, which sources write before the store knows ids. */
extern const struct table record_finding_change_table, record_vex_statement_table;

#endif
