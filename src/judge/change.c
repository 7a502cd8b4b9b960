#include "judge/change.h"

const char *const change_answer_words[] = { "shown", "missing", "unknown", NULL };
const char *const change_question_words[] = {
	"reviewer outside those who worked on it", "review before merge", "approved commit is the merged one",
	"checks passed at merge", "linked ticket", "security review", "signature", NULL,
};

static struct change_answer pass(const char *why)
{
	return (struct change_answer){ ANSWER_PASS, why };
}

static struct change_answer miss(const char *why)
{
	return (struct change_answer){ ANSWER_FAIL, why };
}

static struct change_answer unknown(const char *why)
{
	return (struct change_answer){ ANSWER_UNKNOWN, why };
}

static const char git_alone[] = "git does not hold reviews; an export of the code host does";

/* What can be said where no pull request with its reviews is at hand. */
static struct change_answer without_pull(const struct change_facts *f)
{
	if (f->other_merge)
		return unknown("its message names a pull request that was merged as another commit");
	if (f->pull_known)
		return unknown("the export of the host does not tell all reviews up to the merge");
	if (f->has_pull)
		return unknown("no export of the host holds its pull request");
	if (f->maybe_rebased)
		return unknown("it may have come in with the pull request above it");
	if (f->named)
		return unknown("its message names a number: issue or pull request, which no export tells");
	switch (f->cover) {
	case COVER_NONE:
		return unknown("git does not hold reviews, and no export is known to hold all of that time");
	case COVER_SEEN:
		return miss("no pull request: those around it name theirs, and the exports hold them all");
	case COVER_DECLARED:
		return miss("no pull request of an export declared complete brought it in");
	}
	return unknown(git_alone);
}

#define OUTSIDER "approved by a person who did not work on it"
#define WITHDRAWN "its approval was dismissed, or changes were asked for after it"
#define LEFT_ONLY "only somebody who had left before approved it"
#define STAY "approved by somebody who left; whether before it is not told"
#define BOT_ONLY "only a bot approved it"
#define OWN_ONLY "only people who worked on it approved it"

/* Who, when and on which commit, from how far the best approval goes. */
static const struct change_answer by_approval[][3] = {
	[APPROVAL_NONE] = {
		{ ANSWER_FAIL, "nobody approved it" }, { ANSWER_FAIL, "nobody approved it" },
		{ ANSWER_FAIL, "nobody approved it" } },
	[APPROVAL_WITHDRAWN] = {
		{ ANSWER_FAIL, WITHDRAWN }, { ANSWER_FAIL, WITHDRAWN }, { ANSWER_FAIL, WITHDRAWN } },
	[APPROVAL_BOT] = {
		{ ANSWER_FAIL, BOT_ONLY }, { ANSWER_FAIL, BOT_ONLY }, { ANSWER_FAIL, BOT_ONLY } },
	[APPROVAL_OWN] = {
		{ ANSWER_FAIL, OWN_ONLY }, { ANSWER_FAIL, OWN_ONLY }, { ANSWER_FAIL, OWN_ONLY } },
	[APPROVAL_LEFT] = {
		{ ANSWER_FAIL, LEFT_ONLY }, { ANSWER_FAIL, LEFT_ONLY }, { ANSWER_FAIL, LEFT_ONLY } },
	[APPROVAL_LATE] = {
		{ ANSWER_PASS, OUTSIDER }, { ANSWER_FAIL, "approved after the merge" },
		{ ANSWER_FAIL, "approved after the merge" } },
	[APPROVAL_OTHER] = {
		{ ANSWER_PASS, OUTSIDER }, { ANSWER_PASS, "approved before the merge" },
		{ ANSWER_FAIL, "approved on another commit than the one merged" } },
	[APPROVAL_NO_STAY] = {
		{ ANSWER_UNKNOWN, STAY }, { ANSWER_UNKNOWN, STAY }, { ANSWER_UNKNOWN, STAY } },
	[APPROVAL_NO_WHO] = {
		{ ANSWER_UNKNOWN, "approved; whether by a person is not told" },
		{ ANSWER_UNKNOWN, "approved; whether by a person is not told" },
		{ ANSWER_UNKNOWN, "approved; whether by a person is not told" } },
	[APPROVAL_NO_TIME] = {
		{ ANSWER_PASS, OUTSIDER }, { ANSWER_UNKNOWN, "approved; when is not told" },
		{ ANSWER_UNKNOWN, "approved; when is not told" } },
	[APPROVAL_NO_COMMIT] = {
		{ ANSWER_PASS, OUTSIDER }, { ANSWER_PASS, "approved before the merge" },
		{ ANSWER_UNKNOWN, "approved; on which commit is not told" } },
	[APPROVAL_GOOD] = {
		{ ANSWER_PASS, OUTSIDER }, { ANSWER_PASS, "approved before the merge" },
		{ ANSWER_PASS, "approved on the commit that was merged" } },
};

/* A list of reviews that is not whole can show, but not lack. */
static struct change_answer judge_review(const struct change_facts *f, int question)
{
	struct change_answer a = by_approval[f->approval][question];

	if (!f->pull_known || f->other_merge)
		return without_pull(f);
	if (a.answer == ANSWER_FAIL && !f->reviews_known)
		return without_pull(f);
	if (f->approval == APPROVAL_NONE && f->merged_alone)
		return miss("nobody approved it; who opened it merged it alone");
	return a;
}

static void judge_reviews(const struct change_facts *f, struct change_answer out[CHANGE_QUESTIONS])
{
	for (int i = 0; i < 3; i++)
		out[CHANGE_OUTSIDE + i] = judge_review(f, i);
}

static struct change_answer checks_told(const struct change_facts *f)
{
	if (f->checks_failed > 0)
		return miss("a check had failed or was not finished");
	if (f->checks_unsure > 0)
		return unknown("a check ran again after the merge, or how it stood then is not told");
	if (!f->checks_known)
		return unknown("the export of the host does not tell all checks up to the merge");
	return f->checks_passed > 0 ? pass("checks had passed") : miss("no check ran");
}

static struct change_answer judge_checks(const struct change_facts *f)
{
	if (f->other_merge)
		return without_pull(f);
	if (f->pull_known)
		return checks_told(f);
	if (!f->has_pull && !f->maybe_rebased && f->cover != COVER_NONE)
		return unknown("it came in without a pull request; what ran then is not told");
	return unknown("git does not hold results of checks; an export of the code host does");
}

static struct change_answer judge_ticket(const struct change_facts *f)
{
	if (f->tickets > 0)
		return pass("a ticket is named or linked");
	if (f->named)
		return unknown("the message names a number: issue or pull request, which no export tells");
	if (f->pull_known && f->tickets_known && !f->other_merge)
		return miss("neither the message nor the pull request names a ticket");
	if (f->pull_known)
		return unknown("the message names none; the export does not tell what is linked");
	return unknown("the message names none; the code host may link one");
}

static struct change_answer judge_security(const struct change_facts *f, struct change_answer reviewed)
{
	if (!f->security && !f->paths_known)
		return unknown("what it touches is not here: the clone lacks its files' names");
	if (!f->security)
		return pass("nothing it touches needs one");
	if (reviewed.answer == ANSWER_FAIL)
		return miss("no independent review, so no security review");
	if (reviewed.answer == ANSWER_PASS)
		return unknown("reviewed; that security was looked at is not recorded");
	return unknown(git_alone);
}

void change_judge(const struct change_facts *f, struct change_answer out[CHANGE_QUESTIONS])
{
	judge_reviews(f, out);
	out[CHANGE_CHECKS] = judge_checks(f);
	out[CHANGE_TICKET] = judge_ticket(f);
	out[CHANGE_SECURITY] = judge_security(f, change_reviewed(out));
	out[CHANGE_SIGNED] = f->is_signed ? pass("signed") : miss("not signed");
}

struct change_answer change_reviewed(const struct change_answer answers[CHANGE_QUESTIONS])
{
	for (int i = CHANGE_OUTSIDE; i <= CHANGE_SAME_COMMIT; i++)
		if (answers[i].answer != ANSWER_PASS)
			return answers[i];
	return answers[CHANGE_SAME_COMMIT];
}
