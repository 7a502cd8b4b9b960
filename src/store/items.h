/* What sources say, before the store knows ids: the items of a submission. They
 * name people by name, e-mail and login; the store turns those into accounts.
 * doc/format-submission.md describes the bytes. */
#ifndef STORE_ITEMS_H
#define STORE_ITEMS_H

#include "record/types.h"

struct s_who { struct str email, host, login, name, why; int kind; };

/* A scan: begin, then any number of findings, then end. */
struct s_scan_begin {
	int64_t effective;
	struct str artefact, branch, commit, coverage, repository, rules, run, scope, tool, tool_version;
	int kind;
};
struct s_finding {
	struct str alias, component, context, fingerprint, fix, message, path, rule, title, version;
	int64_t line, score;
	int severity, suppressed;
};
struct s_scan_end { struct str coverage; int64_t results; int empty, failed, partial; };

/* A repository: itself, then each release branch (begin, changes newest first,
 * end), then what its tree declares. */
struct s_repository {
	struct str format, head, host, name, slug, url;
	int bare, partial, shallow;
};
struct s_branch {
	struct str branch, continues, from, repository, signers, tip;
	int64_t total;
	int principal, release, rewritten;
};
struct s_branch_gone { struct str branch, repository, why; };
struct s_role { int role; struct s_who who; };
struct s_change {
	struct s_who author, committer, signer;
	int64_t at, authored, claimed, parents, paths_total, pull, step;
	struct str commit, signed_by, tag, title;
	struct many carried, paths, people, picked, tickets, touches;
	int signature, standing;
};
struct s_branch_end { int64_t boundary, changes; int complete; struct many lost; struct str why; };
struct s_tree { int64_t at; struct str commit, repository; struct many ci, items; };

/* What a code host exported. */
struct s_review { int64_t at; struct str commit; struct s_who who; int state; };
struct s_pull {
	struct s_who author, merged_by;
	struct str head, merge, repository;
	struct many checks, commits, labels, people, reviews, tickets;
	int64_t commits_total, merged_at, newest, number;
	int checks_known, commits_known, reviews_known, tickets_known;
};
struct s_rule { struct many accounts; struct str branch, rule, value; };	/* accounts: s_who */
struct s_rules { struct str repository, source; struct many rules; int64_t at; };

struct s_tests { int64_t at, errors, failed, skipped, tests; struct many failures; struct str suite; };
struct s_sbom { int64_t at, components, licences; struct str artefact, format, name; };
struct s_vex { int64_t at; struct str name; struct many statements; };

/* A person as an export of human resources or an identity provider tells them. `refs`
 * are ids that only the export knows, for `manager`; `list` is what the exports of one
 * kind have in common, absent where the source is no list of everybody. */
struct s_person {
	struct many alias, email, refs, roles;
	struct str department, list, manager, name, owner;
	int64_t ends, line, starts;
	int kind, status;
};

/* What the items were read from, its bytes in frames of their own. */
struct s_evidence { struct str kind, name; int64_t size; };
struct s_note { struct str text; };		/* a sentence for the person at the terminal */

extern const struct table item_scan_begin, item_finding, item_scan_end, item_repository, item_branch,
	item_branch_gone, item_change, item_branch_end, item_tree, item_pull, item_rules, item_tests, item_sbom,
	item_vex, item_person, item_evidence, item_note;

/* All of them, NULL at the end, to find one by its name. */
extern const struct table *const item_tables[];

#endif
