/* What must hold of the judgement of one change: all cases of its facts. */
#include "unit.h"

#include "judge/change.h"

static struct change_facts good(void)
{
	return (struct change_facts){ .has_pull = true, .pull_known = true, .reviews_known = true,
		.checks_known = true, .tickets_known = true, .approval = APPROVAL_GOOD, .checks_passed = 3,
		.paths_known = true, .tickets = 1, .is_signed = true };
}

static struct change_answer reviewed(const struct change_facts *f)
{
	struct change_answer out[CHANGE_QUESTIONS];

	change_judge(f, out);
	return change_reviewed(out);
}

static void a_change_with_everything_passes(void **s)
{
	struct change_facts f = good();
	struct change_answer out[CHANGE_QUESTIONS];

	(void)s;
	change_judge(&f, out);
	for (int i = 0; i < CHANGE_QUESTIONS; i++)
		assert_int_equal(out[i].answer, ANSWER_PASS);
}

static void what_git_does_not_hold_is_unknown(void **s)
{
	struct change_facts f = { .approval = APPROVAL_NONE };
	struct change_answer out[CHANGE_QUESTIONS];

	(void)s;
	for (int pull = 0; pull < 2; pull++) {
		f.has_pull = pull;
		change_judge(&f, out);
		for (int i = 0; i <= CHANGE_TICKET; i++)
			assert_int_equal(out[i].answer, ANSWER_UNKNOWN);
	}
}

/* proves: R022 a merge without the required review is detected */
static void a_change_without_a_request_is_missing_a_review_where_exports_leave_none_out(void **s)
{
	struct change_facts f = { .cover = COVER_NONE };

	(void)s;
	assert_int_equal(reviewed(&f).answer, ANSWER_UNKNOWN);
	for (f.cover = COVER_SEEN; f.cover <= COVER_DECLARED; f.cover++) {
		f.maybe_rebased = f.has_pull = false;
		assert_int_equal(reviewed(&f).answer, ANSWER_FAIL);
		f.maybe_rebased = true;
		assert_int_equal(reviewed(&f).answer, ANSWER_UNKNOWN);
		f.maybe_rebased = false;
		f.has_pull = true;
		assert_int_equal(reviewed(&f).answer, ANSWER_UNKNOWN);
	}
}

static void a_request_merged_as_another_commit_tells_nothing(void **s)
{
	struct change_facts f = good();
	struct change_answer out[CHANGE_QUESTIONS];

	(void)s;
	f.other_merge = true;
	f.tickets = 0;
	change_judge(&f, out);
	for (int i = 0; i <= CHANGE_TICKET; i++)
		assert_int_equal(out[i].answer, ANSWER_UNKNOWN);
}

static void a_list_that_is_not_whole_shows_but_does_not_lack(void **s)
{
	struct change_facts f = good();

	(void)s;
	f.reviews_known = false;
	assert_int_equal(reviewed(&f).answer, ANSWER_PASS);
	for (f.approval = APPROVAL_NONE; f.approval < APPROVAL_GOOD; f.approval++)
		assert_int_equal(reviewed(&f).answer, ANSWER_UNKNOWN);
}

static void who_merged_alone_is_named(void **s)
{
	struct change_facts f = good();

	(void)s;
	f.merged_alone = true;
	assert_int_equal(reviewed(&f).answer, ANSWER_PASS);
	f.approval = APPROVAL_NONE;
	assert_string_equal(reviewed(&f).reason, "nobody approved it; who opened it merged it alone");
}

static void an_approval_of_a_bot_never_counts(void **s)
{
	struct change_facts f = good();

	(void)s;
	f.approval = APPROVAL_BOT;
	assert_int_equal(reviewed(&f).answer, ANSWER_FAIL);
	f.approval = APPROVAL_OWN;
	assert_int_equal(reviewed(&f).answer, ANSWER_FAIL);
	f.approval = APPROVAL_WITHDRAWN;
	assert_int_equal(reviewed(&f).answer, ANSWER_FAIL);
}

/* proves: R129 the review comes before the merge */
static void time_and_commit_of_the_approval_are_looked_at(void **s)
{
	struct change_facts f = good();
	struct change_answer out[CHANGE_QUESTIONS];

	(void)s;
	f.approval = APPROVAL_LATE;
	change_judge(&f, out);
	assert_int_equal(out[CHANGE_OUTSIDE].answer, ANSWER_PASS);
	assert_int_equal(out[CHANGE_BEFORE].answer, ANSWER_FAIL);
	f.approval = APPROVAL_OTHER;
	change_judge(&f, out);
	assert_int_equal(out[CHANGE_BEFORE].answer, ANSWER_PASS);
	assert_int_equal(out[CHANGE_SAME_COMMIT].answer, ANSWER_FAIL);
	f.approval = APPROVAL_NO_WHO;
	change_judge(&f, out);
	assert_int_equal(out[CHANGE_OUTSIDE].answer, ANSWER_UNKNOWN);
	f.approval = APPROVAL_NO_TIME;
	change_judge(&f, out);
	assert_int_equal(out[CHANGE_OUTSIDE].answer, ANSWER_PASS);
	assert_int_equal(out[CHANGE_BEFORE].answer, ANSWER_UNKNOWN);
	f.approval = APPROVAL_NO_COMMIT;
	change_judge(&f, out);
	assert_int_equal(out[CHANGE_BEFORE].answer, ANSWER_PASS);
	assert_int_equal(out[CHANGE_SAME_COMMIT].answer, ANSWER_UNKNOWN);
	f.reviews_known = false;
	f.approval = APPROVAL_NONE;
	assert_int_equal(reviewed(&f).answer, ANSWER_UNKNOWN);
}

/* proves: R133 the required checks had passed at the merge */
static void failed_and_absent_checks_are_missing_untold_ones_unknown(void **s)
{
	struct change_facts f = good();
	struct change_answer out[CHANGE_QUESTIONS];

	(void)s;
	f.checks_failed = 1;
	change_judge(&f, out);
	assert_int_equal(out[CHANGE_CHECKS].answer, ANSWER_FAIL);
	f.checks_failed = f.checks_passed = 0;
	change_judge(&f, out);
	assert_int_equal(out[CHANGE_CHECKS].answer, ANSWER_FAIL);
	f.checks_passed = 2;
	f.checks_unsure = 1;
	change_judge(&f, out);
	assert_int_equal(out[CHANGE_CHECKS].answer, ANSWER_UNKNOWN);
	f.checks_unsure = 0;
	f.checks_known = false;
	change_judge(&f, out);
	assert_int_equal(out[CHANGE_CHECKS].answer, ANSWER_UNKNOWN);
	f.checks_failed = 1;	/* of those that are told */
	change_judge(&f, out);
	assert_int_equal(out[CHANGE_CHECKS].answer, ANSWER_FAIL);
}

/* proves: R132 each merged pull request links to a ticket, or does not */
static void a_ticket_is_missing_only_where_the_host_was_asked(void **s)
{
	struct change_facts f = good();
	struct change_answer out[CHANGE_QUESTIONS];

	(void)s;
	f.tickets = 0;
	change_judge(&f, out);
	assert_int_equal(out[CHANGE_TICKET].answer, ANSWER_FAIL);
	f.tickets_known = false;
	change_judge(&f, out);
	assert_int_equal(out[CHANGE_TICKET].answer, ANSWER_UNKNOWN);
	f.tickets_known = true;
	f.pull_known = false;
	change_judge(&f, out);
	assert_int_equal(out[CHANGE_TICKET].answer, ANSWER_UNKNOWN);
}

static void a_bare_number_is_an_issue_or_the_pull_request(void **s)
{
	struct change_facts f = { .named = 77, .cover = COVER_DECLARED };
	struct change_answer out[CHANGE_QUESTIONS];

	(void)s;
	change_judge(&f, out);
	assert_int_equal(out[CHANGE_TICKET].answer, ANSWER_UNKNOWN);
	assert_int_equal(change_reviewed(out).answer, ANSWER_UNKNOWN);
	f = good();
	f.tickets = 0;
	f.named = 77;
	change_judge(&f, out);
	assert_int_equal(out[CHANGE_TICKET].answer, ANSWER_UNKNOWN);
}

static void who_had_left_approves_nothing(void **s)
{
	struct change_facts f = good();

	(void)s;
	f.approval = APPROVAL_LEFT;
	assert_int_equal(reviewed(&f).answer, ANSWER_FAIL);
	f.approval = APPROVAL_NO_STAY;
	assert_int_equal(reviewed(&f).answer, ANSWER_UNKNOWN);
}

static void what_was_not_looked_at_is_not_said_to_need_nothing(void **s)
{
	struct change_facts f = good();
	struct change_answer out[CHANGE_QUESTIONS];

	(void)s;
	f.paths_known = false;
	change_judge(&f, out);
	assert_int_equal(out[CHANGE_SECURITY].answer, ANSWER_UNKNOWN);
}

static void an_ordinary_review_does_not_show_a_security_review(void **s)
{
	struct change_facts f = good();
	struct change_answer out[CHANGE_QUESTIONS];

	(void)s;
	f.security = true;
	change_judge(&f, out);
	assert_int_equal(out[CHANGE_SECURITY].answer, ANSWER_UNKNOWN);
	f.approval = APPROVAL_NONE;
	change_judge(&f, out);
	assert_int_equal(out[CHANGE_SECURITY].answer, ANSWER_FAIL);
}

static void every_answer_has_a_reason(void **s)
{
	struct change_answer out[CHANGE_QUESTIONS];

	(void)s;
	for (unsigned bits = 0; bits < 512; bits++) {
		for (int approval = APPROVAL_NONE; approval <= APPROVAL_GOOD; approval++) {
			struct change_facts f = { .has_pull = bits & 1, .pull_known = bits & 2,
				.cover = bits & 4 ? COVER_SEEN : COVER_NONE, .other_merge = bits & 4,
				.tickets_known = bits & 2,
				.maybe_rebased = bits & 8, .reviews_known = bits & 16, .checks_known = bits & 32,
				.security = bits & 64, .is_signed = bits & 128, .tickets = bits >> 8,
				.approval = (enum change_approval)approval };

			change_judge(&f, out);
			for (int i = 0; i < CHANGE_QUESTIONS; i++)
				assert_true(out[i].reason && *out[i].reason);
			if (!f.pull_known && f.cover == COVER_NONE)
				assert_int_not_equal(change_reviewed(out).answer, ANSWER_FAIL);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_change_with_everything_passes),
		cmocka_unit_test(what_git_does_not_hold_is_unknown),
		cmocka_unit_test(a_change_without_a_request_is_missing_a_review_where_exports_leave_none_out),
		cmocka_unit_test(a_request_merged_as_another_commit_tells_nothing),
		cmocka_unit_test(a_list_that_is_not_whole_shows_but_does_not_lack),
		cmocka_unit_test(who_merged_alone_is_named),
		cmocka_unit_test(an_approval_of_a_bot_never_counts),
		cmocka_unit_test(time_and_commit_of_the_approval_are_looked_at),
		cmocka_unit_test(failed_and_absent_checks_are_missing_untold_ones_unknown),
		cmocka_unit_test(a_ticket_is_missing_only_where_the_host_was_asked),
		cmocka_unit_test(a_bare_number_is_an_issue_or_the_pull_request),
		cmocka_unit_test(who_had_left_approves_nothing),
		cmocka_unit_test(what_was_not_looked_at_is_not_said_to_need_nothing),
		cmocka_unit_test(an_ordinary_review_does_not_show_a_security_review),
		cmocka_unit_test(every_answer_has_a_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
