/* What must hold of the decision on the delivery areas: one state each, unknown
 * never a gap, the same facts the same bytes. */
#include "unit.h"

#include "base/instant.h"
#include "judge/delivery.h"
#include "record/types.h"

enum { NOW_DAY = 20700 };
#define AT(day) (((int64_t)NOW_DAY + (day)) * DAY_SECONDS)

static struct arena *a;
static struct facts f;
static struct facts_branch branch;

static int begin(void **s)
{
	(void)s;
	a = arena_new();
	table_clear(&facts_table, &f);
	f.as_of = AT(0);
	f.period = (struct facts_period){ AT(-365), AT(0), 0 };
	f.people = (struct facts_people){ 0 };
	f.log = (struct facts_log){ .applied = 5 };
	return 0;
}

static int end(void **s)
{
	(void)s;
	arena_free(a);
	return 0;
}

static void with_branch(int64_t changes)
{
	table_clear(table_find(&facts_table, STR("branches"))->of, &branch);
	branch = (struct facts_branch){ .repository = STR("app"), .branch = STR("main"), .changes = changes, .complete = 1,
		.pull_numbers = changes, .oldest = AT(-300), .newest = AT(-1), .reviews = { 0, 0, changes },
		.checks = { 0, 0, changes }, .tickets = { 0, 0, changes }, .signatures = { 0, changes, 0 } };
	f.branches = (struct many){ &branch, 1 };
}

static struct delivery decide(void)
{
	struct delivery d;

	delivery_decide(&f, a, &d);
	return d;
}

static bool has_reason(const struct area_decision *d, const char *part)
{
	const struct str *v = d->reasons.v;

	for (size_t i = 0; i < d->reasons.n; i++)
		if (str_has(v[i], str_c(part)))
			return true;
	return false;
}

static void nothing_known_is_unknown_everywhere(void **s)
{
	struct delivery d = decide();

	(void)s;
	assert_int_equal(d.count[AREA_UNKNOWN], AREAS);
	for (size_t i = 0; i < AREAS; i++) {
		assert_true(d.areas[i].reasons.n > 0);
		assert_true(d.areas[i].next.n > 0);
	}
}

/* proves: R206 applicability confirmed before a control counts; R111 no owner is policy statement only */
static void without_declarations_every_area_says_so(void **s)
{
	struct delivery d = decide();

	(void)s;
	for (size_t i = 0; i < AREAS; i++) {
		assert_true(d.areas[i].labels & LABEL_NOT_CONFIRMED);
		assert_true(d.areas[i].labels & LABEL_POLICY_ONLY);
	}
	assert_false(d.soa);
}

static void git_alone_gives_no_gap_in_review_and_change(void **s)
{
	struct delivery d;

	(void)s;
	with_branch(700);
	d = decide();
	assert_int_equal(d.count[AREA_GAP], 0);
	assert_true(has_reason(&d.areas[AREA_CODING], "reviews of 700 changes unknown"));
	assert_true(has_reason(&d.areas[AREA_CHANGE], "deployments not in git"));
	assert_int_equal(d.areas[AREA_CODING].runs.unknown, 700);
	assert_int_equal(d.areas[AREA_CODING].runs.missed, 0);
}

static void secrets_in_the_tree_and_known_missing_reviews_are_gaps(void **s)
{
	struct facts_finding secret = { .kind = STR("secret"), .severity = SEVERITY_CRITICAL, .n = 2, .situation = SITUATION_TREE };
	struct delivery d;

	(void)s;
	with_branch(700);
	f.findings = (struct many){ &secret, 1 };
	d = decide();
	assert_int_equal(d.areas[AREA_CODING].state, AREA_GAP);
	assert_true(has_reason(&d.areas[AREA_CODING], "2 secrets in the tree"));
	f.findings.n = 0;
	branch.reviews = (struct facts_three){ 3, 697, 0 };
	d = decide();
	assert_int_equal(d.areas[AREA_CODING].state, AREA_GAP);
	assert_int_equal(d.areas[AREA_CHANGE].state, AREA_GAP);
	assert_int_equal(d.areas[AREA_CODING].runs.held, 697);
}

static void a_scan_in_ci_without_result_is_unknown_and_none_in_ci_a_gap(void **s)
{
	struct facts_ci codeql = { .kind = STR("static"), .tool = STR("CodeQL"), .enforced = STR("enforced"),
				   .repository = STR("app") };
	struct facts_tree tree[] = { { .kind = STR("ci"), .files = 3, .repository = STR("app") },
				     { .kind = STR("lockfile"), .files = 1, .repository = STR("app") } };
	struct delivery d;

	(void)s;
	with_branch(10);
	f.tree = (struct many){ tree, 2 };
	f.ci = (struct many){ &codeql, 1 };
	d = decide();
	assert_int_equal(d.areas[AREA_TESTING].state, AREA_UNKNOWN);
	assert_int_equal(d.areas[AREA_VULNERABILITIES].state, AREA_GAP);
	/* CI elsewhere: nobody knows. */
	f.tree.n = 0;
	f.ci.n = 0;
	d = decide();
	assert_int_equal(d.areas[AREA_TESTING].state, AREA_UNKNOWN);
	assert_int_equal(d.areas[AREA_VULNERABILITIES].state, AREA_UNKNOWN);
}

static int64_t weekly[52];
static struct facts_scan scan;
static struct facts_runs runs;
static struct facts_control control;
static struct facts_closed closed;

static void with_weekly_scans(int from, int to)
{
	size_t n = 0;

	for (int i = from; i < to; i++)
		weekly[n++] = NOW_DAY - 365 + 7 * i;
	runs = (struct facts_runs){ { weekly, n }, STR("scan:dependency") };
	f.runs = (struct many){ &runs, 1 };
	scan = (struct facts_scan){ .kind = STR("dependency"), .tool = STR("trivy"), .via = STR("pipeline"),
				    .outcome = STR("clean"),
				    .runs = (int64_t)n, .at = weekly[n - 1] * DAY_SECONDS };
	f.scans = (struct many){ &scan, 1 };
	closed = (struct facts_closed){ 4, STR("dependency") };
	f.closed = (struct many){ &closed, 1 };
	control = (struct facts_control){ .control = STR("A.8.8"), .applicable = STR("yes"), .confirmed = 1, .owner = 1, .reason = 1,
					  .risk = 1, .role = STR("security-lead"), .frequency = STR("week") };
	f.controls = (struct many){ &control, 1 };
}

/* proves: R109 audit-ready only when all four questions have an answer */
static void an_area_is_ready_only_with_all_four_answers(void **s)
{
	struct delivery d;

	(void)s;
	with_branch(10);
	with_weekly_scans(0, 52);
	d = decide();
	assert_int_equal(d.areas[AREA_VULNERABILITIES].state, AREA_READY);
	assert_int_equal(d.areas[AREA_VULNERABILITIES].labels, 0);
	assert_int_equal(d.areas[AREA_VULNERABILITIES].runs.held, 52);
	assert_true(d.soa);
	control.confirmed = 0;
	assert_int_equal(decide().areas[AREA_VULNERABILITIES].state, AREA_UNKNOWN);
	control.confirmed = 1;
	control.owner = 0;
	control.role = (struct str){ 0 };
	assert_int_equal(decide().areas[AREA_VULNERABILITIES].state, AREA_GAP);
	control.owner = 1;
	control.frequency = (struct str){ 0 };
	assert_int_equal(decide().areas[AREA_VULNERABILITIES].state, AREA_UNKNOWN);
	control.frequency = STR("week");
	f.closed.n = 0;
	assert_int_equal(decide().areas[AREA_VULNERABILITIES].state, AREA_UNKNOWN);
}

/* proves: R189 what lacks an owner, a review or a risk is activity, not evidence of that standing
 * R247 what runs and is linked to no risk is flagged */
static void activity_is_told_from_what_is_owned_reviewed_and_tied_to_a_risk(void **s)
{
	(void)s;
	with_branch(10);
	with_weekly_scans(0, 52);
	assert_false(decide().areas[AREA_VULNERABILITIES].labels & (LABEL_ACTIVITY | LABEL_NO_RISK));
	control.risk = 0;
	assert_int_equal(decide().areas[AREA_VULNERABILITIES].labels, LABEL_ACTIVITY | LABEL_NO_RISK);
	control.risk = 1;
	control.owner = 0;
	control.role = (struct str){ 0 };
	assert_int_equal(decide().areas[AREA_VULNERABILITIES].labels, LABEL_ACTIVITY | LABEL_POLICY_ONLY);
	control.owner = 1;
	f.closed.n = 0;
	assert_int_equal(decide().areas[AREA_VULNERABILITIES].labels, LABEL_ACTIVITY);
	/* what does not run is linked to nothing, and that is no fault of its own */
	assert_false(decide().areas[AREA_LOGGING].labels & (LABEL_ACTIVITY | LABEL_NO_RISK));
}

/* proves: R211 without a declared cadence a control is never ready, and says so */
static void a_control_without_a_cadence_says_so(void **s)
{
	struct delivery d;

	(void)s;
	with_branch(10);
	with_weekly_scans(0, 52);
	control.frequency = (struct str){ 0 };
	d = decide();
	assert_int_equal(d.areas[AREA_VULNERABILITIES].state, AREA_UNKNOWN);
	assert_true(has_reason(&d.areas[AREA_VULNERABILITIES], "how often does it run: not declared, usually each week"));
	assert_true(has_reason(delivery_control(&f, &d, a, STR("A.5.1")), "how often does it run: no frequency is declared"));
	control.frequency = STR("month");
	d = decide();
	assert_int_equal(d.areas[AREA_VULNERABILITIES].state, AREA_READY);
	assert_false(has_reason(&d.areas[AREA_VULNERABILITIES], "how often does it run"));
}

/* proves: R169 whether a review is required is read from the branch protection of the host */
static void required_reviews_come_from_the_rules_of_the_host(void **s)
{
	struct facts_rule rules[] = {
		{ .branch = STR("main"), .repository = STR("app"), .rule = STR("pull_request.required_approving_review_count"),
		  .source = STR("tree"), .value = STR("2") },
		{ .branch = STR("refs/heads/main"), .repository = STR("app"),
		  .rule = STR("pull_request.required_approving_review_count"), .source = STR("host"), .value = STR("0") },
	};
	struct delivery d;

	(void)s;
	with_branch(10);
	f.rules = (struct many){ rules, 1 };
	d = decide();
	assert_false(has_reason(&d.areas[AREA_CODING], "the host asks"));
	f.rules.n = 2;
	d = decide();
	assert_int_equal(d.areas[AREA_CODING].state, AREA_GAP);
	assert_true(has_reason(&d.areas[AREA_CODING], "the host asks no approval on main of app"));
	rules[0].source = STR("host");
	d = decide();
	assert_int_equal(d.areas[AREA_CODING].state, AREA_UNKNOWN);
	assert_true(has_reason(&d.areas[AREA_CODING], "the host asks 2 approvals on main of app"));
	rules[0].branch = STR("other");
	rules[1].repository = STR("else");
	d = decide();
	assert_false(has_reason(&d.areas[AREA_CODING], "the host asks"));
}

/* proves: R172 scans of infrastructure code decide on configuration management by themselves */
static void scans_of_infrastructure_code_decide_on_configuration(void **s)
{
	struct facts_finding bad = { .kind = STR("infrastructure"), .severity = SEVERITY_HIGH, .n = 3 };
	const struct area_decision *c;
	struct delivery d = decide();

	(void)s;
	c = delivery_control(&f, &d, a, STR("A.8.9"));
	assert_int_equal(c->state, AREA_UNKNOWN);
	assert_true(has_reason(c, "nothing that was collected speaks to it"));
	with_weekly_scans(0, 52);
	scan.kind = STR("infrastructure");
	d = decide();
	c = delivery_control(&f, &d, a, STR("A.8.9"));
	assert_int_equal(c->state, AREA_UNKNOWN);
	assert_true(has_reason(c, "52 scans of infrastructure code"));
	f.findings = (struct many){ &bad, 1 };
	d = decide();
	c = delivery_control(&f, &d, a, STR("A.8.9"));
	assert_int_equal(c->state, AREA_GAP);
	assert_true(has_reason(c, "3 critical or high infrastructure findings open"));
}

static void what_was_declared_and_not_confirmed_is_no_gap(void **s)
{
	struct delivery d;

	(void)s;
	with_branch(10);
	with_weekly_scans(0, 52);
	control.owner = 0;
	control.role = (struct str){ 0 };
	control.confirmed = 0;
	d = decide();
	assert_int_equal(d.areas[AREA_VULNERABILITIES].state, AREA_UNKNOWN);
	assert_int_equal(d.areas[AREA_CHANGE].state, AREA_UNKNOWN);
	for (size_t i = 0; i < AREAS; i++)
		assert_int_not_equal(d.areas[i].state, AREA_GAP);
}

/* proves: R107 how often it runs, from the cadence and the actual run dates */
static void runs_are_held_late_missed_or_unknown(void **s)
{
	struct area_runs r;

	(void)s;
	with_weekly_scans(10, 40);
	r = decide().areas[AREA_VULNERABILITIES].runs;
	assert_int_equal(r.expected, 52);
	assert_int_equal(r.unknown, 10);
	assert_int_equal(r.held, 30);
	assert_int_equal(r.missed, 12);
	weekly[5] += 7;		/* one week later than asked: that slot is late or missed, never both */
	r = decide().areas[AREA_VULNERABILITIES].runs;
	assert_int_equal(r.expected, r.held + r.late + r.missed + r.unknown);
	assert_int_equal(r.held, 29);
}

static void old_evidence_is_stale_and_uploads_are_not_embedded(void **s)
{
	struct delivery d;

	(void)s;
	with_weekly_scans(0, 40);
	d = decide();
	assert_int_equal(d.areas[AREA_VULNERABILITIES].state, AREA_STALE);
	scan.via = STR("uploaded");
	d = decide();
	assert_true(d.areas[AREA_VULNERABILITIES].labels & LABEL_NOT_EMBEDDED);
}

/* proves: R082 a document whose review date has passed is flagged */
static void a_document_past_its_review_is_stale(void **s)
{
	struct facts_document doc = { .control = STR("A.8.25"), .kind = STR("policy"), .n = 1, .at = AT(-100), .first = AT(-100),
				      .received = AT(-100), .review_by = NOW_DAY - 1 };

	(void)s;
	f.documents = (struct many){ &doc, 1 };
	assert_int_equal(decide().areas[AREA_LIFE_CYCLE].state, AREA_STALE);
	doc.review_by = NOW_DAY + 1;
	assert_int_equal(decide().areas[AREA_LIFE_CYCLE].state, AREA_UNKNOWN);
}

static void not_applicable_needs_an_approved_statement(void **s)
{
	(void)s;
	control = (struct facts_control){ .control = STR("A.8.30"), .applicable = STR("no"), .confirmed = 0, .reason = 1 };
	f.controls = (struct many){ &control, 1 };
	assert_int_not_equal(decide().areas[AREA_OUTSOURCED].state, AREA_NOT_APPLICABLE);
	control.confirmed = 1;
	assert_int_equal(decide().areas[AREA_OUTSOURCED].state, AREA_NOT_APPLICABLE);
}

static void the_same_facts_give_the_same_bytes(void **s)
{
	BUF_AUTO one = buf_new(1 << 20), two = buf_new(1 << 20);
	struct delivery x, y;

	(void)s;
	with_branch(40);
	with_weekly_scans(0, 20);
	x = decide();
	y = decide();
	assert_ok(delivery_write(&x, &one));
	assert_ok(delivery_write(&y, &two));
	assert_true(one.n > 1000 && str_eq(buf_str(&one), buf_str(&two)));
}

static void every_area_has_exactly_one_state(void **s)
{
	struct facts_finding finding = { .kind = STR("secret"), .n = 1 };

	(void)s;
	with_branch(20);
	for (int bits = 0; bits < 64; bits++) {
		int64_t sum = 0;
		struct delivery d;

		with_weekly_scans(bits & 1 ? 0 : 30, bits & 2 ? 52 : 31);
		finding.situation = bits & 4 ? SITUATION_TREE : SITUATION_HISTORY;
		f.findings = (struct many){ &finding, bits & 8 ? 1 : 0 };
		branch.reviews.missing = bits & 16 ? 2 : 0;
		f.controls.n = bits & 32 ? 1 : 0;
		d = decide();
		for (int i = 0; i < AREA_STATES; i++)
			sum += d.count[i];
		assert_int_equal(sum, AREAS);
	}
}

#define CASE(x) cmocka_unit_test_setup_teardown(x, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(nothing_known_is_unknown_everywhere),
		CASE(without_declarations_every_area_says_so),
		CASE(git_alone_gives_no_gap_in_review_and_change),
		CASE(secrets_in_the_tree_and_known_missing_reviews_are_gaps),
		CASE(a_scan_in_ci_without_result_is_unknown_and_none_in_ci_a_gap),
		CASE(an_area_is_ready_only_with_all_four_answers),
		CASE(activity_is_told_from_what_is_owned_reviewed_and_tied_to_a_risk),
		CASE(a_control_without_a_cadence_says_so),
		CASE(required_reviews_come_from_the_rules_of_the_host),
		CASE(scans_of_infrastructure_code_decide_on_configuration),
		CASE(what_was_declared_and_not_confirmed_is_no_gap),
		CASE(runs_are_held_late_missed_or_unknown),
		CASE(old_evidence_is_stale_and_uploads_are_not_embedded),
		CASE(a_document_past_its_review_is_stale),
		CASE(not_applicable_needs_an_approved_statement),
		CASE(the_same_facts_give_the_same_bytes),
		CASE(every_area_has_exactly_one_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
