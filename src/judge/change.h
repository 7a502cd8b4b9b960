/* What is shown, missing or unknown of one change. Git holds no review, no check
 * and no deployment: what no export of the code host told is unknown, never
 * missing. That a change came in without a pull request is said only where the
 * exports are known to leave none out there. An approval counts when a person who did not work on the change gave
 * it before the merge on the commit that was merged. */
#ifndef JUDGE_CHANGE_H
#define JUDGE_CHANGE_H

#include "base/base.h"

enum answer { ANSWER_PASS, ANSWER_FAIL, ANSWER_UNKNOWN };
extern const char *const change_answer_words[];	/* shown missing unknown */

/* How far the best approval of a pull request goes; a later one is the better. The
 * first seven are known to lack something, the next four leave something untold. */
enum change_approval {
	APPROVAL_NONE,
	APPROVAL_WITHDRAWN,	/* dismissed, or changes were asked for after it */
	APPROVAL_BOT,		/* by what is no person: kept, never counts */
	APPROVAL_OWN,		/* by somebody who worked on it */
	APPROVAL_LEFT,		/* by somebody whose last day was before it */
	APPROVAL_LATE,		/* from outside, after the merge */
	APPROVAL_OTHER,		/* from outside, in time, on another commit */
	APPROVAL_NO_STAY,	/* by somebody who left; whether before it is not told */
	APPROVAL_NO_WHO,	/* whether a person gave it is not told */
	APPROVAL_NO_TIME,	/* from outside; when is not told */
	APPROVAL_NO_COMMIT,	/* from outside, in time; on which commit is not told */
	APPROVAL_GOOD,
};

/* On what it rests that exports leave out no pull request at this place. */
enum change_cover {
	COVER_NONE,		/* nothing: what is not in them may still exist */
	COVER_SEEN,		/* those named by the changes around are all there */
	COVER_DECLARED,		/* who gave the export says so */
};

struct change_facts {
	bool has_pull;		/* a pull request number is known */
	bool pull_known;	/* an export of the host holds that pull request */
	bool other_merge;	/* the one it names was merged as another commit */
	bool maybe_rebased;	/* a pull request with several commits ends just above it */
	bool merged_alone;	/* who opened the pull request merged it */
	bool reviews_known, checks_known, tickets_known;
	enum change_cover cover;
	enum change_approval approval;
	int64_t checks_passed, checks_failed, checks_unsure;
	int64_t tickets;	/* named in the message or linked by the host */
	int64_t named;		/* #N in the message: issue or pull request; 0: none */
	bool paths_known;	/* what it touches was looked at, all of it */
	bool security;		/* touches what needs a security review */
	bool is_signed;
};

enum change_question {
	CHANGE_OUTSIDE,		/* a reviewer outside all who worked on it */
	CHANGE_BEFORE,		/* the review is before the merge */
	CHANGE_SAME_COMMIT,	/* the commit approved is the commit merged */
	CHANGE_CHECKS,		/* checks passed at the merge */
	CHANGE_TICKET,		/* a ticket is linked */
	CHANGE_SECURITY,	/* security review, where it touches what needs one */
	CHANGE_SIGNED,
	CHANGE_QUESTIONS,
};
extern const char *const change_question_words[];

struct change_answer {
	enum answer answer;
	const char *reason;	/* one phrase, static */
};

/* Fills all answers. CHANGE_SECURITY passes with a reason where nothing it touches
 * needs one. */
void change_judge(const struct change_facts *f, struct change_answer out[CHANGE_QUESTIONS]);

/* The first three together: an independent review before merge. */
struct change_answer change_reviewed(const struct change_answer answers[CHANGE_QUESTIONS]);

#endif
