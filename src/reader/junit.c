/* JUnit XML as the many tools write it: `testsuites` or `testsuite` at the top,
 * suites within suites. The counts in attributes are what a tool meant to do; what
 * is there is counted. A test that was run again and passed (flakyFailure) passed. */
#include "reader/report.h"

#include "base/instant.h"
#include "text/xml.h"

enum { FAILURES = 100, FAILURE_TEXT = 300 };

struct junit {
	struct report p;
	struct xml_reader *xml;
	unsigned depth, case_depth;	/* elements open; at which the test case began, 0: none */
	bool failed, error, skipped;	/* of the test case */
	struct str test;
	struct s_tests sum;
	struct str failures[FAILURES];
	int64_t declared;
};

static bool recognise(const struct reader_head *h)
{
	return h->form == HEAD_XML && (str_is(h->root, "testsuites") || str_is(h->root, "testsuite"));
}

/* "1,234" where a tool writes thousands. */
static int64_t number(struct str s)
{
	char digits[24];
	size_t n = 0;
	int64_t value;

	for (size_t i = 0; i < s.n && n < sizeof(digits); i++)
		if (s.p[i] != ',')
			digits[n++] = s.p[i];
	return str_to_i64((struct str){ digits, n }, &value) && value >= 0 ? value : FIELD_NO_INT;
}

static err start_root(struct junit *j, const struct xml_tag *tag)
{
	if (!str_is(tag->name, "testsuites") && !str_is(tag->name, "testsuite"))
		return fail(ERR_INPUT, "%s:%u: the root is '%.*s'; expected 'testsuites' or 'testsuite'", j->p.r->name,
			    xml_line(j->xml), FMT(str_cut(tag->name, 64)));
	j->sum.suite = arena_str(j->p.r->a, xml_attr(tag, "name").p ? xml_attr(tag, "name") : STR(""));
	j->declared = number(xml_attr(tag, "tests"));
	return NULL;
}

static void start_suite(struct junit *j, const struct xml_tag *tag)
{
	int64_t at = fact_time(xml_attr(tag, "timestamp"));

	if (at != INSTANT_NONE && at > j->sum.at)
		j->sum.at = at;
	if (!j->sum.suite.n && xml_attr(tag, "name").n)
		j->sum.suite = arena_str(j->p.r->a, xml_attr(tag, "name"));
}

static void start_case(struct junit *j, const struct xml_tag *tag)
{
	struct str class = xml_attr(tag, "classname"), name = xml_attr(tag, "name");

	j->case_depth = j->depth;
	j->failed = j->error = j->skipped = false;
	arena_reset(j->p.tmp);
	j->test = arena_printf(j->p.tmp, "%.*s%s%.*s", FMT(class), class.n ? " " : "", FMT(name));
	j->sum.tests++;
}

/* What happened, told within a test case or, by a suite that could not begin, outside. */
static void take_outcome(struct junit *j, struct str name)
{
	bool within = j->case_depth && j->depth == j->case_depth + 1;
	bool failed = str_is(name, "failure"), error = str_is(name, "error");

	if (within) {
		j->failed |= failed;
		j->error |= error;
		j->skipped |= str_is(name, "skipped");
	} else if (!j->case_depth && (failed || error)) {
		j->sum.errors++;
	}
}

static err on_start(void *ctx, const struct xml_tag *tag)
{
	struct junit *j = ctx;

	if (j->depth++ == 0)
		TRY(start_root(j, tag));
	if (str_is(tag->name, "testsuite") && !j->case_depth)
		start_suite(j, tag);
	else if (str_is(tag->name, "testcase") && !j->case_depth)
		start_case(j, tag);
	else
		take_outcome(j, tag->name);
	return NULL;
}

static void end_case(struct junit *j)
{
	bool bad = j->failed || j->error;

	j->case_depth = 0;
	j->sum.failed += j->failed;
	j->sum.errors += j->error && !j->failed;
	j->sum.skipped += j->skipped && !bad;
	if (bad && j->sum.failures.n < FAILURES) {
		struct str test = str_cut(fact_squeeze(j->p.tmp, j->test), FAILURE_TEXT);

		j->failures[j->sum.failures.n++] = arena_str(j->p.r->a, test);
	}
}

static err on_end(void *ctx, struct str name)
{
	struct junit *j = ctx;

	(void)name;
	if (j->case_depth && j->depth == j->case_depth)
		end_case(j);
	j->depth--;
	return NULL;
}

static err feed(void *ctx, struct str piece)
{
	return xml_reader_feed(((struct junit *)ctx)->xml, piece);
}

static err write_sum(struct junit *j)
{
	TRY(report_item(&j->p, &item_tests, &j->sum));
	if (j->sum.tests == 0)
		return submission_write_note(j->p.r->out, "%s holds no test: it does not count as a run of tests",
					     j->p.r->name);
	if (j->declared >= 0 && j->declared != j->sum.tests)
		return submission_write_note(j->p.r->out,
					     "%s says it has %lld tests and holds %lld; what it holds was counted",
					     j->p.r->name, (long long)j->declared, (long long)j->sum.tests);
	return NULL;
}

static err read_all(struct junit *j)
{
	static const struct xml_calls calls = { on_start, NULL, on_end };
	OWNED(xml_reader) xml = NULL;

	TRY(xml_reader_new(j->p.r->name, &calls, j, &xml));
	j->xml = xml;
	TRY(report_pieces(j->p.r, feed, j));
	TRY(xml_reader_end(xml));
	return write_sum(j);
}

static err junit_read(struct reader *r)
{
	struct junit *j = ARENA_NEW(r->a, struct junit);
	err e;

	report_start(&j->p, r);
	j->sum.at = INSTANT_NONE;
	j->sum.failures.v = j->failures;
	e = read_all(j);
	report_done(&j->p);
	return e;
}

static void prepare(void)
{
	err e = xml_load();	/* the reading says it again where it fails */

	(void)e;
}

const struct reader_kind reader_junit = {
	.name = "junit", .title = "JUnit XML", .recognise = recognise, .read = junit_read, .prepare = prepare,
};
