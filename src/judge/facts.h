/* The facts document: all that a judgement may look at, read from the views in one
 * snapshot and written as canonical JSON. Counts with the ids of what matters;
 * what nobody looked at is a number of its own, never counted as missing. The
 * tables in facts.c are the format (doc/format-facts.md). Absent numbers are -1,
 * absent times INSTANT_NONE. No words of people are in it. */
#ifndef JUDGE_FACTS_H
#define JUDGE_FACTS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/field.h"

enum { FACTS_IDS = 10000, FACTS_ROWS = 10000, FACTS_MAX_BYTES = 64 << 20 };

/* Of the changes in the period, how many show it, lack it, cannot tell. */
struct facts_three { int64_t missing, shown, unknown; };

/* A release branch; counts are of the period, but `total`, first_at and last_at. */
struct facts_branch {
	struct str branch, host, repository, slug, system, tip, why;
	int complete;
	int64_t accounts, bot_approvals, bots, changes, checks_none, collected_at, first_at, gone, last_at, newest,
		oldest, other_commit, paths_unknown, people_own, pull_candidates, pull_numbers, pulls_known,
		reviewed_late, security, signed_checked, signed_doubtful, signed_host, signed_person, tagged,
		ticket_messages, total;
	struct facts_three checks, reviews, security_reviews, signatures, tickets;
	struct many no_pull, unreviewed;	/* commits, newest first */
};

/* A line of scans: system, place, kind, tool. */
struct facts_scan {
	struct str coverage, kind, outcome, place, scope, system, tool, tool_version, via;
	int64_t at, open, received, results, runs, runs_in_period;
	int proposed;
};

/* Days in the period on which something ran or was done: "scan:secret", "tests",
 * "document:A.5.15". */
struct facts_runs { struct many days; struct str what; };

/* Open findings that are alike; the worst first. */
struct facts_finding {
	int fixable, severity, situation;
	int64_t n;
	struct str kind;
	struct many numbers, titles;
};
extern const char *const facts_situation_words[];	/* tree history component proposed elsewhere */
enum { SITUATION_TREE, SITUATION_HISTORY, SITUATION_COMPONENT, SITUATION_PROPOSED, SITUATION_ELSEWHERE };

/* A scan that CI runs; a kind of file in the tree; a rule of a branch. */
struct facts_ci { struct str enforced, kind, path, repository, tool, why; };
struct facts_tree { struct str detail, first, kind, repository; int64_t files, n; };
struct facts_rule { struct str branch, repository, rule, source, value; };

struct facts_control {
	struct str applicable, control, frequency, role, stage;
	int confirmed, owner, reason, risk;
};
struct facts_document {
	struct str control, kind;
	int64_t at, first, n, received, review_by;
};
struct facts_tests { struct str system; int64_t at, errors, failed, runs, skipped, tests; };
struct facts_sbom { struct str format, system; int64_t at, components, n; };

/* How evidence came, by content and author. */
struct facts_source { struct str author, content, source; int64_t first, last, n; };
struct facts_anchor { struct str kind, source; int64_t at, n, size; };
struct facts_system { struct str data_class, exposure, name; int declared; struct many kinds; };
struct facts_host { struct str repository; int64_t first, last, pulls; };	/* exports of a code host */

struct facts_people { int64_t bots, hosts, persons, persons_known, tools, unknown, unmatched; };
struct facts_closed { int64_t n; struct str kind; };	/* findings gone in the period */
struct facts_open { int64_t n; struct str kind, system; };	/* findings open on release branches */
struct facts_log { int64_t applied, erased, first_received, last_received, signed_at, size; struct str root; };
struct facts_period { int64_t from, to; int rule; };

/* Why it is this period: the twelve months up to as_of; up to the newest change, where
 * this copy is older; what custody.yaml declares; what somebody asked for. */
enum facts_period_rule { PERIOD_USUAL, PERIOD_COPY, PERIOD_DECLARED, PERIOD_ASKED };
extern const char *const facts_period_words[];	/* usual copy declared asked */

struct facts {
	int64_t as_of;
	struct str config;		/* proposed, alone, approved; absent: nothing is declared */
	struct facts_log log;
	struct facts_people people;
	struct facts_period period;
	struct many anchors, branches, ci, closed, controls, documents, findings, hosts, open, rules, runs, sboms,
		scans, sources, systems, tests, tree;
};
extern const struct table facts_table;

/* Appends the canonical bytes; the same facts give the same bytes. */
MUST_USE err facts_write(const struct facts *f, struct buf *out);

/* Reads what facts_write() wrote; everything lives in `a`. ERR_INPUT for anything
 * else. */
MUST_USE err facts_parse(struct arena *a, struct str bytes, struct facts **out);

/* An item of a list of the document. */
#define FACTS_AT(list, T, i) (&((const struct T *)(list).v)[i])

/* When it last ran: our own scans now, of a tree that may be older; others as they
 * say. */
int64_t facts_scan_ran(const struct facts_scan *s);

/* Whether its run shows anything: one that was empty, failed or did not finish does not. */
bool facts_scan_held(const struct facts_scan *s);

/* Sums over the branches. */
int64_t facts_changes(const struct facts *f);

/* The declared control, or NULL; the days something ran, or NULL. */
const struct facts_control *facts_control_of(const struct facts *f, const char *control);
const struct facts_runs *facts_runs_of(const struct facts *f, const char *what);

#endif
