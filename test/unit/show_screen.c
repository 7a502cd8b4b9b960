/* What must hold of the first screen: it fits, whatever the facts are; unknown is
 * no fault; it says what it is not. */
#include "unit.h"
#include "views.h"

#include "base/term.h"
#include "record/types.h"
#include "show/facts_read.h"
#include "show/screen.h"

static struct arena *a;
static struct facts f;
static struct facts_branch branches[40];
static struct screen_repository repositories[40];
static struct screen_spec spec;
static struct buf out;

static void fill_branch(struct facts_branch *b, int64_t changes)
{
	table_clear(table_find(&facts_table, STR("branches"))->of, b);
	*b = (struct facts_branch){ .repository = STR("documenso"), .branch = STR("main"), .host = STR("github.com"),
		.slug = STR("documenso/documenso"), .changes = changes, .total = changes * 4, .complete = 1, .first_at = VIEWS_AT(-1200),
		.last_at = VIEWS_AT(0), .oldest = VIEWS_AT(-360), .newest = VIEWS_AT(-1), .collected_at = VIEWS_AT(0),
		.reviews = { 0, 0, changes }, .checks = { 0, 0, changes }, .tickets = { 0, 2, changes - 2 },
		.bots = 31, .accounts = 60,
		.pull_numbers = changes - 8, .security = 122, .security_reviews = { 0, 0, 122 }, .tagged = 61,
		.signatures = { 65, 635, 0 }, .signed_host = 600, .signed_person = 35 };
}

static int begin(void **s)
{
	(void)s;
	a = arena_new();
	out = buf_new(1 << 20);
	table_clear(&facts_table, &f);
	f.as_of = VIEWS_AT(0);
	f.period = (struct facts_period){ VIEWS_AT(-365), VIEWS_AT(0), 0 };
	f.people = (struct facts_people){ .persons = 60, .unmatched = 60 };
	f.log = (struct facts_log){ .applied = 4871, .size = 4871, .signed_at = VIEWS_AT(0),
				    .first_received = VIEWS_AT(0),
				    .root = STR("7c1e000000000000000000000000000000000000000000000000000000b04af0") };
	repositories[0] = (struct screen_repository){ .name = STR("documenso"), .collect_ms = 1400, .scan_ms = 3900, .files = 2800,
						      .unread = STR("15 missing here are unknown") };
	spec = (struct screen_spec){ .facts = &f, .repositories = repositories, .n = 1, .program = "0.1",
		.folder = "./documenso-custody/", .pack = "documenso-custody/pack.zip", .pack_bytes = 2200000, .home = "documenso-custody/home" };
	return 0;
}

static int end(void **s)
{
	(void)s;
	arena_free(a);
	buf_done(&out);
	return 0;
}

static void with_branches(size_t n, int64_t changes)
{
	for (size_t i = 0; i < n; i++)
		fill_branch(&branches[i], changes);
	f.branches = (struct many){ branches, n };
}

static struct str screen(void)
{
	buf_clear(&out);
	assert_ok(show_audit_screen(&spec, &out));
	return buf_str(&out);
}

/* Lines and columns; a coloured screen has no more columns than a plain one. */
static void fits(struct str text)
{
	struct str line, rest = text;
	size_t lines = 0;

	while (str_split(&rest, '\n', &line)) {
		if (!line.n && !rest.n)
			break;
		lines++;
		if (!spec.colour && term_columns(line) > SCREEN_COLUMNS)
			fail_msg("%zu columns: %.*s", term_columns(line), FMT(line));
	}
	if (lines > SCREEN_LINES)
		fail_msg("%zu lines:\n%.*s", lines, FMT(text));
}

static void an_empty_home_has_a_screen(void **s)
{
	(void)s;
	fits(screen());
	assert_true(str_has(screen(), STR("no release branch")));
	assert_true(str_has(screen(), STR("not a verdict")));
}

/* proves: R190 R212 nothing is called compliant or certified */
static void the_usual_screen_fits_and_says_what_it_is_not(void **s)
{
	struct str text;

	(void)s;
	with_branches(1, 700);
	text = screen();
	fits(text);
	if (getenv("SHOW_SCREEN"))
		fwrite(text.p, 1, text.n, stderr);	/* to look at it */
	assert_true(str_has(text, STR("git does not hold reviews")));
	assert_true(str_has(text, STR("applicability not confirmed")));
	assert_true(str_has(text, STR("no witness, no time stamp yet")));
	assert_false(str_has(text, STR("compliant")));
	assert_false(str_has(text, STR("certified")));
	assert_true(str_has(text, STR("0 gap")));
}

/* What is worst comes first whatever kind it is of, and what has no room is counted. */
static void fixes_come_by_effect_and_none_is_dropped_in_silence(void **state)
{
	static const char *const kinds[] = { "static", "container", "dynamic", "licence", "dependency",
					     "infrastructure", "secret", "other" };
	static struct facts_finding v[ARRAY_LEN(kinds)];
	struct str text, rest, line;
	size_t rows = 0;

	(void)state;
	with_branches(1, 700);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		v[i] = (struct facts_finding){ .kind = str_c(kinds[i]), .n = 3, .situation = SITUATION_TREE,
			.severity = i < 2 ? SEVERITY_CRITICAL : SEVERITY_HIGH };
	f.findings = (struct many){ v, ARRAY_LEN(kinds) };
	text = screen();
	fits(text);
	assert_true(str_find(text, STR("secrets in the tree"), 0) < str_find(text, STR("in the code: critical"), 0));
	assert_true(str_has(text, STR("findings in images: critical")));
	assert_true(str_find(text, STR("in images: critical"), 0) < str_find(text, STR("running sites: high"), 0));
	assert_true(str_has(text, STR(" more; 24 critical or high findings in all")));
	assert_true(str_has(text, STR("custody finding list --severity high")));
	for (rest = str_from(text, str_find(text, STR("FIX FIRST"), 0)); str_split(&rest, '\n', &line) && line.n;)
		rows++;
	assert_true(rows >= 5);
}

static void every_area_is_on_the_screen(void **s)
{
	(void)s;
	with_branches(1, 700);
	for (size_t i = 0; i < AREAS; i++)
		assert_true(str_has(screen(), str_c(areas[i].control + 2)));
}

static struct facts_finding groups[12];
static struct facts_tree tree[40];
static struct facts_ci ci[40];
static struct facts_anchor anchors[3];

static void shape_findings(unsigned bits)
{
	static const struct str titles[2] = { STR_INIT("AWS access key with a name that is really long, longer than any"),
					      STR_INIT("密钥 \033[31m секрет") };
	static const int64_t numbers[5] = { 1, 22, 333, 4444, 55555 };
	static const char *const kinds[] = { "secret", "dependency", "static" };

	for (size_t i = 0; i < ARRAY_LEN(groups); i++)
		groups[i] = (struct facts_finding){ .kind = str_c(kinds[i % 3]), .n = 12345, .fixable = 1,
			.severity = (int)(i % 5), .situation = (int)(i % 3), .titles = { (void *)(uintptr_t)titles, 2 },
			.numbers = { (void *)(uintptr_t)numbers, 5 } };
	f.findings = (struct many){ groups, bits & 4 ? ARRAY_LEN(groups) : 0 };
}

static void shape_tree(unsigned bits)
{
	tree[0] = (struct facts_tree){ .kind = STR("ci"), .files = 4, .repository = STR("documenso") };
	tree[1] = (struct facts_tree){ .kind = STR("actions"), .n = 30, .files = 1,
				       .detail = STR("30 of 31 external actions are not pinned to a commit") };
	tree[2] = (struct facts_tree){ .kind = STR("lockfile"), .detail = STR("npm"), .files = 2, .repository = STR("documenso") };
	f.tree = (struct many){ tree, bits & 8 ? 3 : 0 };
	ci[0] = (struct facts_ci){ .kind = STR("static"), .tool = STR("CodeQL"), .enforced = STR("skippable"),
				  .repository = STR("documenso") };
	f.ci = (struct many){ ci, bits & 16 ? 1 : 0 };
}

/* As much of everything as a bit asks for. */
static void shape(unsigned bits)
{
	with_branches(bits & 1 ? 40 : 1, bits & 2 ? 1234567 : 3);
	shape_findings(bits);
	shape_tree(bits);
	branches[0].reviews = bits & 32 ? (struct facts_three){ 200, 300, 200 } : branches[0].reviews;
	branches[0].gone = bits & 64 ? 7 : 0;
	branches[0].complete = bits & 128 ? 0 : 1;
	branches[0].why = STR("the clone is shallow: what is older is unknown; git fetch --unshallow brings it, in a while");
	repositories[0].failed = bits & 256 ? STR("it is damaged") : (struct str){ 0 };
	anchors[0] = (struct facts_anchor){ .kind = STR("time stamp"), .source = STR("https://a.very.long.name.of.a.server.example"),
					    .at = VIEWS_AT(0), .n = 1, .size = 4871 };
	anchors[1] = anchors[2] = anchors[0];
	f.anchors = (struct many){ anchors, bits & 512 ? 3 : 0 };
	spec.reports_asked = bits & 1024;
	spec.reports = spec.reports_refused = 1000;
}

static void it_fits_whatever_the_facts_are(void **s)
{
	(void)s;
	for (unsigned bits = 0; bits < 2048; bits++) {
		shape(bits);
		fits(screen());
	}
}

static void a_second_run_leads_with_what_changed_and_fits(void **s)
{
	static struct facts before;
	static struct facts_branch old;
	struct str text;

	(void)s;
	for (unsigned bits = 0; bits < 512; bits++) {
		shape(bits);
		old = branches[0];
		old.reviews = (struct facts_three){ 0, 0, 5000 };
		before = f;
		before.branches = (struct many){ &old, 1 };
		before.findings.n = 0;
		before.as_of = VIEWS_AT(-7);
		spec.before = &before;
		text = screen();
		fits(text);
		assert_true(str_has(text, STR("SINCE ")));
		assert_true(str_find(text, STR("SINCE "), 0) < str_find(text, STR("collect"), 0));
	}
	spec.before = &f;
	assert_true(str_has(screen(), STR("nothing changed")));
}

static void colour_is_on_a_terminal_alone_and_changes_no_text(void **s)
{
	struct str plain, coloured;
	size_t n = 0;

	(void)s;
	shape(63);
	plain = arena_str(a, screen());
	assert_true(memchr(plain.p, '\033', plain.n) == NULL);
	spec.colour = true;
	coloured = screen();
	assert_true(memchr(coloured.p, '\033', coloured.n) != NULL);
	for (size_t i = 0; i < coloured.n; i++) {
		if (coloured.p[i] == '\033')
			while (coloured.p[i] != 'm')
				i++;
		else
			assert_int_equal(coloured.p[i], plain.p[n++]);
	}
	assert_int_equal(n, plain.n);
}

static void steps_name_the_period_the_repository_and_only_read(void **s)
{
	struct steps_spec make = { .f = &f, .host = FIELD_UNKNOWN };
	struct delivery d;
	struct steps steps;

	(void)s;
	with_branches(1, 700);
	delivery_decide(&f, a, &d);
	make.d = &d;
	steps_make(&make, a, &steps);
	assert_true(str_has(steps.v[0].command, STR("gh pr list -R documenso/documenso --state merged")));
	assert_true(str_has(steps.v[0].command, STR("merged:2025-01-01..2026-01-01")));
	assert_true(str_has(steps.v[0].why, STR("700 unknown reviews")));
	make.host = STEPS_GITLAB;
	steps_make(&make, a, &steps);
	assert_true(str_has(steps.v[0].command, STR("projects/documenso%2Fdocumenso/merge_requests")));
	branches[0].changes = 2000;
	make.host = FIELD_UNKNOWN;
	steps_make(&make, a, &steps);
	assert_true(str_has(steps.v[0].command, STR("prs-3.json")));
	assert_false(str_has(steps.v[0].command, STR("prs-4.json")));
	for (size_t i = 0; i < steps.n; i++)
		assert_true(steps.v[i].minutes > 0 && steps.v[i].title.n && steps.v[i].why.n && steps.v[i].command.n &&
			    steps.v[i].brief.n);
}

static void facts_from_views_make_a_screen(void **s)
{
	struct facts_spec from = { .now = VIEWS_AT(100), .as_of = INSTANT_NONE, .from = INSTANT_NONE,
				   .to = INSTANT_NONE };
	struct db *db = views_empty();
	struct facts *read;

	(void)s;
	views_changes(db);
	assert_ok(show_facts_read(db, &from, a, &read));
	spec.facts = read;
	fits(screen());
	db_close(db);
}

#define CASE(x) cmocka_unit_test_setup_teardown(x, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(an_empty_home_has_a_screen),
		CASE(the_usual_screen_fits_and_says_what_it_is_not),
		CASE(fixes_come_by_effect_and_none_is_dropped_in_silence),
		CASE(every_area_is_on_the_screen),
		CASE(it_fits_whatever_the_facts_are),
		CASE(a_second_run_leads_with_what_changed_and_fits),
		CASE(colour_is_on_a_terminal_alone_and_changes_no_text),
		CASE(steps_name_the_period_the_repository_and_only_read),
		CASE(facts_from_views_make_a_screen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
