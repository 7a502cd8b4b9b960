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

/* What can be said where no pull request with its reviews is at hand. */
static struct change_answer without_pull(const struct change_facts *f)
{
	if (f->pull_known)
		return unknown("the export of the host tells no reviews");
	if (f->has_pull)
		return unknown(f->in_export ? "the export of the host does not hold its pull request" :
			       "git does not hold reviews; an export of the code host does");
	if (f->maybe_rebased)
		return unknown("it may have come in with the pull request above it");
	if (f->in_export)
		return miss("no pull request of the host's export brought it in");
	return unknown("git does not hold reviews; an export of the code host does");
}

/* Who, when and on which commit, from how far the best approval goes. */
static void judge_reviews(const struct change_facts *f, struct change_answer out[CHANGE_QUESTIONS])
{
	static const struct change_answer table[][3] = {
		[APPROVAL_NONE] = {
			{ ANSWER_FAIL, "nobody approved it" }, { ANSWER_FAIL, "nobody approved it" },
			{ ANSWER_FAIL, "nobody approved it" } },
		[APPROVAL_BOT] = {
			{ ANSWER_FAIL, "only a bot approved it" }, { ANSWER_FAIL, "only a bot approved it" },
			{ ANSWER_FAIL, "only a bot approved it" } },
		[APPROVAL_OWN] = {
			{ ANSWER_FAIL, "only people who worked on it approved it" },
			{ ANSWER_FAIL, "only people who worked on it approved it" },
			{ ANSWER_FAIL, "only people who worked on it approved it" } },
		[APPROVAL_LATE] = {
			{ ANSWER_PASS, "approved by a person who did not work on it" },
			{ ANSWER_FAIL, "approved after the merge" }, { ANSWER_FAIL, "approved after the merge" } },
		[APPROVAL_OTHER] = {
			{ ANSWER_PASS, "approved by a person who did not work on it" },
			{ ANSWER_PASS, "approved before the merge" },
			{ ANSWER_FAIL, "approved on another commit than the one merged" } },
		[APPROVAL_UNSURE] = {
			{ ANSWER_UNKNOWN, "approved, but the export does not tell who, when or on which commit" },
			{ ANSWER_UNKNOWN, "approved, but the export does not tell who, when or on which commit" },
			{ ANSWER_UNKNOWN, "approved, but the export does not tell who, when or on which commit" } },
		[APPROVAL_GOOD] = {
			{ ANSWER_PASS, "approved by a person who did not work on it" },
			{ ANSWER_PASS, "approved before the merge" },
			{ ANSWER_PASS, "approved on the commit that was merged" } },
	};

	for (int i = 0; i < 3; i++)
		out[CHANGE_OUTSIDE + i] = f->pull_known && f->reviews_known ? table[f->approval][i] : without_pull(f);
}

static struct change_answer judge_checks(const struct change_facts *f)
{
	if (f->pull_known && f->checks_known) {
		if (f->checks_failed > 0)
			return miss("a check had failed or was not finished");
		return f->checks_passed > 0 ? pass("checks had passed") : miss("no check ran");
	}
	if (!f->pull_known && !f->has_pull && !f->maybe_rebased && f->in_export)
		return unknown("it came in without a pull request; what ran then is not told");
	return unknown(f->pull_known ? "the export of the host tells no checks" :
		       "git does not hold results of checks; an export of the code host does");
}

static struct change_answer judge_ticket(const struct change_facts *f)
{
	if (f->tickets > 0)
		return pass("a ticket is named or linked");
	if (f->pull_known)
		return miss("neither the message nor the pull request names a ticket");
	return unknown("the message names none; the code host may link one");
}

static struct change_answer judge_security(const struct change_facts *f, struct change_answer reviewed)
{
	if (!f->security)
		return pass("nothing it touches needs one");
	if (reviewed.answer == ANSWER_FAIL)
		return miss("no independent review, so no security review");
	if (reviewed.answer == ANSWER_PASS)
		return unknown("reviewed; that security was looked at is not recorded");
	return unknown("git does not hold reviews; an export of the code host does");
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
