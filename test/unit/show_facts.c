/* What must hold of the facts document: what nobody looked at is unknown, bots do
 * not count, the same views give the same bytes. */
#include "unit.h"
#include "views.h"

#include "show/facts_read.h"

static struct db *db;
static struct arena *a;
static const struct facts_spec at_april = { .now = VIEWS_AT(100), .as_of = INSTANT_NONE, .from = INSTANT_NONE,
					    .to = INSTANT_NONE };

static int begin(void **s)
{
	(void)s;
	db = views_empty();
	a = arena_new();
	return 0;
}

static int end(void **s)
{
	(void)s;
	arena_free(a);
	db_close(db);
	return 0;
}

static const struct facts *read_with(struct facts_spec spec)
{
	struct facts *f;

	assert_ok(show_facts_read(db, &spec, a, &f));
	return f;
}

static const struct facts_branch *branch(void)
{
	const struct facts *f = read_with(at_april);

	assert_int_equal(f->branches.n, 1);
	return FACTS_AT(f->branches, facts_branch, 0);
}

static void expect(struct facts_three t, int64_t shown, int64_t missing, int64_t unknown)
{
	assert_int_equal(t.shown, shown);
	assert_int_equal(t.missing, missing);
	assert_int_equal(t.unknown, unknown);
}

static void an_empty_home_gives_empty_facts(void **s)
{
	const struct facts *f = read_with(at_april);

	(void)s;
	assert_int_equal(f->branches.n, 0);
	assert_int_equal(f->findings.n, 0);
	assert_int_equal(facts_changes(f), 0);
	assert_int_equal(f->period.to, VIEWS_AT(100));
	assert_int_equal(f->period.from, VIEWS_AT(100 - 365));
}

static void git_alone_leaves_reviews_checks_and_tickets_unknown(void **s)
{
	const struct facts_branch *b;

	(void)s;
	views_changes(db);
	b = branch();
	assert_int_equal(b->changes, 10);
	assert_int_equal(b->no_pull.n, 1);
	expect(b->reviews, 0, 0, 10);
	expect(b->checks, 0, 0, 10);
	expect(b->tickets, 0, 0, 10);
	expect(b->security_reviews, 0, 0, 1);
	assert_int_equal(b->unreviewed.n, 0);
}

/* proves: R022 merges without the required review */
static void an_export_turns_unknown_into_facts(void **s)
{
	static const struct views_pull pulls[] = {
		{ 1, -60, "\x02", false, false },		/* good */
		{ 2, -60, "\x03", false, false },		/* a bot */
		{ 3, -60, "\x05", false, false },		/* the author's other account */
		{ 4, +60, "\x02", false, false },
		{ 5, -60, "\x02", true, false },
		{ 6, -60, "\x02", false, true },		/* the host says that ben pushed */
		{ 8, 0, NULL, false, false },
		{ 9, -60, "\x01", false, false },		/* the author */
	};
	const struct facts_branch *b;

	(void)s;
	views_changes(db);
	for (size_t i = 0; i < ARRAY_LEN(pulls); i++)
		views_pull(db, &pulls[i]);
	b = branch();
	/* 7 names none and the exports are not known to be whole there; they lack the one of 10. */
	expect(b->reviews, 1, 7, 2);
	assert_int_equal(b->bot_approvals, 1);
	assert_int_equal(b->people_own, 3);
	assert_int_equal(b->reviewed_late, 1);
	assert_int_equal(b->other_commit, 1);
	expect(b->checks, 8, 0, 2);
	expect(b->tickets, 0, 8, 2);
	expect(b->security_reviews, 0, 1, 0);
	assert_int_equal(b->unreviewed.n, 7);
}

static void export_all_but(int64_t without)
{
	for (int64_t n = 1; n <= 10; n++)
		if (n != 7 && n != without)
			views_pull(db, &(struct views_pull){ n, -60, "\x02", false, false });
}

/* 7 names no pull request; three that name theirs stand above it. */
static void what_came_in_without_a_request_is_missing_only_where_exports_leave_none_out(void **s)
{
	(void)s;
	views_changes(db);
	export_all_but(0);
	expect(branch()->reviews, 9, 1, 0);
	/* one that is named next to it is not there: who knows what else is not */
	views_script(db, "DELETE FROM view_pull WHERE number = 105");
	expect(branch()->reviews, 8, 0, 2);
	/* somebody says that the export is whole: then only the named one stays unknown */
	views_script(db, "INSERT INTO view_pull_cover (repository_no, since, until, idx) VALUES (1, 0, 1900000000, 3)");
	expect(branch()->reviews, 8, 1, 1);
	views_script(db, "UPDATE view_pull_cover SET until = 1767225600");
	expect(branch()->reviews, 8, 0, 2);
}

static void requests_that_do_not_name_themselves_prove_nothing_of_others(void **s)
{
	(void)s;
	views_changes(db);
	export_all_but(0);
	/* 109 was merged as this commit, but its message does not say so */
	views_script(db, "UPDATE view_pull SET merge_commit = x'0000000000000000000000000000000000000009' WHERE number = 109;"
			 "UPDATE view_change SET pull = NULL WHERE no = 9");
	expect(branch()->reviews, 9, 0, 1);
}

static void too_few_around_it_prove_nothing(void **s)
{
	(void)s;
	views_changes(db);
	export_all_but(0);
	views_script(db, "UPDATE view_change SET gone = 1 WHERE no = 10");
	expect(branch()->reviews, 8, 0, 1);
}

static void a_rebased_request_leaves_the_changes_below_it_unknown(void **s)
{
	(void)s;
	views_changes(db);
	export_all_but(0);
	expect(branch()->reviews, 9, 1, 0);
	views_script(db, "UPDATE view_pull SET commits = 3 WHERE number = 109");
	expect(branch()->reviews, 9, 0, 1);
	/* the period does not change what is known of a change */
	{
		struct facts_spec spec = at_april;

		spec.from = VIEWS_AT(54);
		spec.to = VIEWS_AT(60);
		expect(FACTS_AT(read_with(spec)->branches, facts_branch, 0)->reviews, 0, 0, 1);
	}
}

static void commits_that_were_merged_as_they_are_belong_to_their_request(void **s)
{
	(void)s;
	views_changes(db);
	export_all_but(0);
	views_script(db, "INSERT INTO view_pull_commit (repository_no, number, commit_id) VALUES "
			 "(1, 108, x'0000000000000000000000000000000000000007')");
	expect(branch()->reviews, 10, 0, 0);
}

static void a_request_that_was_merged_elsewhere_does_not_count_for_who_names_it(void **s)
{
	(void)s;
	views_changes(db);
	export_all_but(0);
	views_script(db, "UPDATE view_pull SET merge_commit = x'00000000000000000000000000000000000000ff' WHERE number = 104");
	expect(branch()->reviews, 8, 0, 2);
}

static void joining_accounts_turns_independence_both_ways(void **s)
{
	(void)s;
	views_changes(db);
	views_pull(db, &(struct views_pull){ 4, -60, "\x02", false, false });
	expect(branch()->reviews, 1, 0, 9);
	views_script(db, "UPDATE view_account SET person = x'aa' WHERE id = x'02'");
	expect(branch()->reviews, 0, 1, 9);
	assert_int_equal(branch()->people_own, 1);
	views_script(db, "UPDATE view_account SET person = x'bb' WHERE id = x'02'");
	expect(branch()->reviews, 1, 0, 9);
	/* the account turns out to be a service's: a bot, and no author of that kind */
	views_script(db, "INSERT INTO view_person (id, kind, status, unlisted, idx) VALUES (x'bb', 'service', 'active', 0, 5)");
	expect(branch()->reviews, 0, 1, 9);
	assert_int_equal(branch()->bot_approvals, 1);
	assert_int_equal(branch()->bots, 0);
	views_script(db, "INSERT INTO view_person (id, kind, status, unlisted, idx) VALUES (x'aa', 'service', 'active', 0, 5)");
	assert_int_equal(branch()->bots, 10);
	/* whether it is a person was not known until it was joined */
	views_script(db, "UPDATE view_account SET kind = 'unknown', person = NULL WHERE id = x'02'");
	expect(branch()->reviews, 0, 0, 10);
	views_script(db, "UPDATE view_account SET person = x'bb' WHERE id = x'02'; UPDATE view_person SET kind = 'person' "
			 "WHERE id = x'bb'");
	expect(branch()->reviews, 1, 0, 9);
}

static void a_later_verdict_of_the_same_person_cancels_an_approval(void **s)
{
	const struct views_pull pull = { 4, -60, "\x02", false, false };
	const struct views_pull later = { 4, -30, "\x02", false, false };
	const struct views_pull again = { 4, -10, "\x02", false, false };

	(void)s;
	views_changes(db);
	views_pull(db, &pull);
	views_review(db, &later, "commented", 1);
	expect(branch()->reviews, 1, 0, 9);
	views_review(db, &later, "changes-requested", 2);
	expect(branch()->reviews, 0, 1, 9);
	views_review(db, &again, "approved", 3);
	expect(branch()->reviews, 1, 0, 9);
	views_script(db, "UPDATE view_review SET state = 'dismissed' WHERE seq = 3");
	expect(branch()->reviews, 0, 1, 9);
	/* what was asked for after the merge takes nothing back */
	views_script(db, "DELETE FROM view_review WHERE seq = 3; UPDATE view_review SET at = at + 3600 WHERE seq = 2");
	expect(branch()->reviews, 1, 0, 9);
}

static void what_an_approval_does_not_tell_is_unknown(void **s)
{
	(void)s;
	views_changes(db);
	views_pull(db, &(struct views_pull){ 4, -60, "\x02", false, false });
	views_script(db, "UPDATE view_review SET commit_id = NULL");
	expect(branch()->reviews, 0, 0, 10);
	views_script(db, "UPDATE view_review SET commit_id = x'68656164', at = NULL");
	expect(branch()->reviews, 0, 0, 10);
	/* a list that is not whole shows, but does not lack */
	views_script(db, "UPDATE view_pull SET reviews_known = 0; UPDATE view_review SET at = 0");
	expect(branch()->reviews, 1, 0, 9);
	views_script(db, "DELETE FROM view_review");
	expect(branch()->reviews, 0, 0, 10);
}

static void a_ticket_is_not_the_request_itself(void **s)
{
	(void)s;
	views_changes(db);
	views_pull(db, &(struct views_pull){ 4, -60, "\x02", false, false });
	views_script(db, "UPDATE view_change SET tickets = 1 WHERE no = 4;"
			 "INSERT INTO view_change_ticket (change_no, ticket) VALUES (4, '#104')");
	expect(branch()->tickets, 0, 1, 9);
	views_script(db, "UPDATE view_pull SET tickets_known = 0");
	expect(branch()->tickets, 0, 0, 10);
	views_script(db, "UPDATE view_change SET tickets = 2 WHERE no = 4;"
			 "INSERT INTO view_change_ticket (change_no, ticket) VALUES (4, '#99')");
	/* issue or pull request: an export that links it tells */
	expect(branch()->tickets, 0, 0, 10);
	views_script(db, "INSERT INTO view_pull_ticket (repository_no, number, ticket) VALUES (1, 200, '#99')");
	expect(branch()->tickets, 1, 0, 9);
	views_script(db, "DELETE FROM view_pull_ticket; INSERT INTO view_change_ticket (change_no, ticket) VALUES (4, 'PAY-1')");
	expect(branch()->tickets, 1, 0, 9);
}

static void the_period_bounds_what_is_counted(void **s)
{
	struct facts_spec spec = at_april;

	(void)s;
	views_changes(db);
	spec.from = VIEWS_AT(9);
	spec.to = VIEWS_AT(27);
	assert_int_equal(facts_changes(read_with(spec)), 3);
	spec = at_april;
	spec.as_of = VIEWS_AT(20);
	assert_int_equal(facts_changes(read_with(spec)), 3);
	/* a copy that is a year old: its own last twelve months */
	spec = at_april;
	spec.now = VIEWS_AT(900);
	assert_int_equal(facts_changes(read_with(spec)), 10);
	spec.from = VIEWS_AT(5);
	spec.to = VIEWS_AT(4);
	assert_fails(show_facts_read(db, &spec, a, &(struct facts *){ 0 }), ERR_USAGE);
}

static const char findings[] =
	"INSERT INTO view_series (no, id, system_no, place, kind, tool, scope, proposed, head) VALUES "
	"(1, x'01', 1, 'app@main', 'secret', 'custody', '', 0, 1), (2, x'02', 1, 'app@main', 'dependency', 'trivy', '', 0, 3),"
	"(3, x'03', 1, 'app@main', 'secret', 'custody', 'history', 0, 4);"
	"INSERT INTO view_scan (no, id, series_no, closed, follows, effective, received, results, outcome, via, idx) VALUES "
	"(1, x'01', 1, 1, 'none', 1775001600, 1775001600, 2, 'findings', 'collected', 1),"
	"(2, x'02', 2, 1, 'none', 1772409600, 1775001600, 2, 'findings', 'uploaded', 2),"
	"(3, x'03', 2, 1, 'x', 1775001600, 1775001600, 1, 'findings', 'uploaded', 3),"
	"(4, x'04', 3, 1, 'none', 1775001600, 1775001600, 1, 'findings', 'collected', 4);"
	"INSERT INTO view_place (no, system_no, place, kind, tool) VALUES (1, 1, 'app@main', 'secret', 'custody'), "
	"(2, 1, 'app@main', 'dependency', 'trivy'), (3, 9, 'image', 'secret', 'trivy');"
	"INSERT INTO view_finding_text (no, id, rule, title, severity, path, line, component, fix, attributes, idx) VALUES "
	"(1, x'01', 'aws', 'AWS key', 4, 'a', 1, NULL, NULL, 0, 1),"
	"(2, x'02', 'stripe', 'Stripe live key', 4, 'b', 2, NULL, NULL, 0, 1),"
	"(3, x'03', 'CVE', 'lodash', 3, NULL, NULL, 'pkg:npm/lodash', '4.17.21', 0, 1),"
	"(4, x'04', 'CVE', 'axios', 3, NULL, NULL, 'pkg:npm/axios', NULL, 0, 1),"
	"(5, x'05', 'aws', 'AWS key', 4, 'old', 2, NULL, NULL, 0, 1),"
	"(6, x'06', 'aws', 'AWS key', 4, 'etc/env', 2, NULL, NULL, 0, 1),"
	"(7, x'07', 'aws', 'accepted in the tool', 4, 'c', 2, NULL, NULL, 0, 1);"
	"INSERT INTO view_finding_state (no, id, place_no, kind, severity, open, first_scan, last_scan) VALUES "
	"(1, x'01', 1, 'secret', 4, 1, 1, 1),"
	"(2, x'02', 1, 'secret', 4, 1, 1, 1),"
	"(3, x'03', 2, 'dependency', 3, 1, 2, 3),"
	"(4, x'04', 2, 'dependency', 3, 0, 2, 3),"
	"(5, x'05', 1, 'secret', 4, 1, 4, 4),"
	"(6, x'06', 3, 'secret', 4, 1, 1, 1),"
	"(7, x'07', 1, 'secret', 4, 3, 1, 1);"
	"INSERT INTO view_presence (series_no, finding_no, present, attributes) VALUES "
	"(1, 1, 1, 0), (1, 2, 1, 0), (2, 3, 1, 0), (2, 4, 0, 0), (3, 5, 1, 0);"
	"INSERT INTO view_finding_event (finding_no, scan_no, op, detail) VALUES (4, 3, 'gone', '');";

static int64_t open_of(const struct facts *f, const char *kind, int situation)
{
	int64_t n = 0;

	for (size_t i = 0; i < f->findings.n; i++) {
		const struct facts_finding *g = FACTS_AT(f->findings, facts_finding, i);

		if (str_is(g->kind, kind) && g->situation == situation)
			n += g->n;
	}
	return n;
}

static void findings_are_counted_as_of_the_day_asked_for(void **s)
{
	struct facts_spec spec = at_april;
	const struct facts *f;

	(void)s;
	views_changes(db);
	views_script(db, findings);
	f = read_with(spec);
	assert_int_equal(open_of(f, "secret", SITUATION_TREE), 2);
	assert_int_equal(open_of(f, "secret", SITUATION_HISTORY), 1);
	/* in a system of which no repository was looked at */
	assert_int_equal(open_of(f, "secret", SITUATION_ELSEWHERE), 1);
	assert_int_equal(open_of(f, "dependency", SITUATION_COMPONENT), 1);
	assert_int_equal(f->closed.n, 1);
	assert_int_equal(f->scans.n, 3);
	assert_int_equal(facts_runs_of(f, "scan:dependency")->days.n, 2);
	spec.as_of = 1772409600 + 60;
	f = read_with(spec);
	assert_int_equal(open_of(f, "secret", SITUATION_TREE), 0);
	assert_int_equal(open_of(f, "dependency", SITUATION_COMPONENT), 2);
}

static void the_document_reads_back_to_the_same_bytes(void **s)
{
	BUF_AUTO one = buf_new(1 << 20), two = buf_new(1 << 20), three = buf_new(1 << 20);
	struct facts *back;

	(void)s;
	views_changes(db);
	views_script(db, findings);
	assert_ok(facts_write(read_with(at_april), &one));
	assert_ok(facts_write(read_with(at_april), &two));
	assert_true(str_eq(buf_str(&one), buf_str(&two)));
	assert_ok(facts_parse(a, buf_str(&one), &back));
	assert_ok(facts_write(back, &three));
	assert_true(str_eq(buf_str(&one), buf_str(&three)));
	assert_fails(facts_parse(a, STR("{\"branchs\":[]}"), &back), ERR_INPUT);
	assert_fails(facts_parse(a, STR(""), &back), ERR_INPUT);
}

/* On PostgreSQL where the test is given one (tools/with-postgres.sh). */
static void every_statement_fits_the_schema(void **s)
{
	const char *postgres = getenv("CUSTODY_TEST_POSTGRES");
	DB_AUTO other = NULL;
	char where[600];

	(void)s;
	assert_ok(db_prepare_all(db));
	if (!postgres)
		return;
	snprintf(where, sizeof(where), "%s schema=show_facts", postgres);
	assert_ok(db_open(where, DB_WRITE, 1000, &other));
	assert_ok(db_migrate(other));
	assert_ok(db_prepare_all(other));
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(an_empty_home_gives_empty_facts),
		CASE(git_alone_leaves_reviews_checks_and_tickets_unknown),
		CASE(an_export_turns_unknown_into_facts),
		CASE(what_came_in_without_a_request_is_missing_only_where_exports_leave_none_out),
		CASE(requests_that_do_not_name_themselves_prove_nothing_of_others),
		CASE(too_few_around_it_prove_nothing),
		CASE(a_rebased_request_leaves_the_changes_below_it_unknown),
		CASE(commits_that_were_merged_as_they_are_belong_to_their_request),
		CASE(a_request_that_was_merged_elsewhere_does_not_count_for_who_names_it),
		CASE(joining_accounts_turns_independence_both_ways),
		CASE(a_later_verdict_of_the_same_person_cancels_an_approval),
		CASE(what_an_approval_does_not_tell_is_unknown),
		CASE(a_ticket_is_not_the_request_itself),
		CASE(the_period_bounds_what_is_counted),
		CASE(findings_are_counted_as_of_the_day_asked_for),
		CASE(the_document_reads_back_to_the_same_bytes),
		CASE(every_statement_fits_the_schema),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
