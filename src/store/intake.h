/* Intake: what a source sent becomes records. It resolves names to ids, decides
 * what a scan follows, matches findings, and writes only what changed. One file
 * per kind of item; this header is what they share. */
#ifndef STORE_INTAKE_H
#define STORE_INTAKE_H

#include "store/people.h"
#include "store/submission.h"

/* What the caller knows about the submission as a whole; absent where unknown. */
struct intake_context {
	struct str system, repository, commit, branch, artefact, environment, run, scope;
	struct str file;		/* name of the file, words */
	struct str address, query;
	enum content content;
	enum author author;
	struct str id;			/* of the submission; absent: a random one */
	struct strs cites;		/* evidence the submission's own record cites, where not the report alone */
	struct str report, original;	/* digests of the kept evidence and of the file as it came */
	int64_t size;
	int64_t effective;		/* when the caller knows; INSTANT_NONE */
	bool complete;			/* the export leaves out no pull request merged … */
	int64_t complete_since;		/* … since then: somebody's word */
};

struct intake_counts {
	int64_t records, opened, reopened, gone, changed, unchanged, results, scans;
	int64_t changes, changes_known, pulls, pulls_known, rules, tests, failed, sboms, vex;
	int64_t people, people_changed, people_known, people_unlisted;
	int64_t late, already, proposed, lost;
	struct intake_pull_counts { int64_t read, here, reviews, no_checks, no_reviews, no_tickets,
		repository; } told;	/* the last one filed under */
	bool empty, failed_runs, partial;	/* any scan of the file was one */
};

struct intake;

/* `spool` is a folder for a temporary file (the home). */
MUST_USE err intake_new(struct store *s, const struct intake_context *c, struct intake **out);
void intake_free(struct intake *in);
OWNER(intake)

/* The calls for submission_read(), with the intake as ctx. */
extern const struct submission_calls intake_calls;

/* Sentences for the person at the terminal, and what was counted. */
const struct intake_counts *intake_counts(const struct intake *in);
void intake_each_note(const struct intake *in, void (*visit)(void *ctx, struct str note), void *ctx);
void intake_on_progress(struct intake *in, void (*call)(void *ctx, int64_t done, int64_t of), void *ctx);

/* Called when the submission was read whole and found right, before its first record:
 * what the context's report is may be filled in by then. An error ends the run. */
void intake_on_whole(struct intake *in, err (*call)(void *ctx), void *ctx);

/* Says that the persons of this submission, none too, are all of a list: who was on
 * its copy before and is not on this one is recorded so. */
void intake_whole_list(struct intake *in, struct str list);

/* For callers that make items themselves, through intake_calls: the submission's id
 * once it started, and the end, which writes what was gathered and signs. */
struct str intake_id(const struct intake *in);
MUST_USE err intake_finish(struct intake *in);

/* Reads the submission from a descriptor, writes its records and signs. On an
 * error nothing of the batch that was not yet committed stays, and no scan takes
 * effect that was not closed. */
MUST_USE err intake_run(struct intake *in, int fd);

#endif
