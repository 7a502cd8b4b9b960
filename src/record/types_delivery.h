/* The structs of record types about delivery: changes to release branches, what
 * the tree declares, what a code host says of pull requests and branches. */
#ifndef RECORD_TYPES_DELIVERY_H
#define RECORD_TYPES_DELIVERY_H

#include "record/record.h"

/* git.changes: a batch of the population; git.collection closes it. */
struct r_change_person { struct str account; int role; };
struct r_change {
	int64_t at, authored, claimed, parents, paths_total, position, pull;
	struct str author, commit, committer, signed_by, signer, tag;
	int signature, standing;
	struct many carried, people, paths, picked, tickets, touches;
};
extern const char *const touch_words[];		/* authentication payment … */
enum { TOUCH_SECURITY = 5 };	/* the first five need a security review */
extern const char *const signature_words[];	/* none ssh openpgp x509 */
extern const char *const standing_words[];	/* unchecked author … as enum git_standing */
extern const char *const change_role_words[];	/* coauthor branch-author branch-committer */
struct r_git_changes { struct str branch, collection, repository; struct many changes, titles; };
struct r_lost { struct str commit; };
struct r_git_collection {
	struct str branch, collection, continues, from, joins, repository, signers, tip, why;
	struct many lost;
	int64_t boundary, changes, first_at, joins_at, last_at;
	int complete, ended, principal, release, rewritten;
};
struct r_tree_item { struct str detail, digest, kind, path; int64_t n; };
struct r_ci_scan { struct str enforced, kind, path, tool, why; };
struct r_tree { struct str commit, repository; struct many ci, items; };

/* host.pulls: what the code host said of pull (merge) requests. */
struct r_review { int64_t at; struct str commit; struct str reviewer; int state; };
struct r_check { int64_t at; struct str name; int result; int64_t started; };
extern const char *const review_state_words[];	/* approved changes-requested … */
extern const char *const check_result_words[];	/* passed failed skipped pending */
enum { REVIEW_APPROVED, REVIEW_CHANGES_REQUESTED, REVIEW_COMMENTED, REVIEW_DISMISSED, REVIEW_PENDING };
enum { CHECK_PASSED, CHECK_FAILED, CHECK_SKIPPED, CHECK_PENDING };
struct r_pull {
	struct str author, head, merge, merged_by;
	struct many checks, commits, labels, people, reviews, tickets;
	int64_t commits_total, labels_total, merged_at, newest, number;
	int checks_known, commits_known, reviews_known, tickets_known;
};
/* The canonical facts of all that is told of one pull request, in `a`. */
struct str host_pulls_telling(struct arena *a, const struct r_pull *p);
MUST_USE err host_pulls_read(struct arena *a, struct str telling, struct r_pull *out);
struct r_host_pulls {
	int64_t complete_since;
	struct many pulls, same;
	struct str named, repository;
};
struct r_rule { struct many accounts; struct str branch, rule, value; };
struct r_host_rules { struct str repository, source; struct many rules; };

#endif
