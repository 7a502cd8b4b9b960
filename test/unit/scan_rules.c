/* What must hold of the rules that are compiled in, and of their file format. */
#include "unit.h"

#include "base/embed.h"
#include "scan/engine.h"

static struct scan_engine *engine, *of_tree, *of_reports;
static struct scan_state *state, *tree_state, *reports_state;

/* The same is asked of the rules for trees and of those for reports. */
static void use(bool reports)
{
	engine = reports ? of_reports : of_tree;
	state = reports ? reports_state : tree_state;
}

struct hits {
	struct str want;	/* the rule that is looked for */
	unsigned of_it, all;
};

static err count(void *ctx, const struct scan_view *view, const struct scan_match *m)
{
	struct hits *h = ctx;

	(void)view;
	h->all++;
	h->of_it += str_eq(m->rule->id, h->want);
	return NULL;
}

static struct hits scan(struct str text, struct str want)
{
	struct hits h = { .want = want };

	assert_ok(scan_bytes(state, text, &(struct scan_input){ 0 }, (struct scan_sink){ count, &h }));
	return h;
}

static int start(void **s)
{
	(void)s;
	assert_ok(scan_engine_new(&(struct scan_engine_spec){ 0 }, &of_tree));
	assert_ok(scan_engine_new(&(struct scan_engine_spec){ .reports = true }, &of_reports));
	assert_ok(scan_state_new(of_tree, &tree_state));
	assert_ok(scan_state_new(of_reports, &reports_state));
	use(false);
	return 0;
}

static int stop(void **s)
{
	(void)s;
	scan_state_free(tree_state);
	scan_state_free(reports_state);
	scan_engine_free(of_tree);
	scan_engine_free(of_reports);
	return 0;
}

static unsigned positive_examples_not_found(void)
{
	const struct scan_rules *rules = scan_engine_rules(engine);
	unsigned bad = 0;

	for (size_t i = 0; i < rules->n; i++) {
		const struct scan_rule *r = &rules->v[i];

		for (size_t k = 0; k < r->yes.n; k++)
			if (scan(r->yes.v[k], r->id).of_it == 0) {
				print_error("line %u: %.*s: example %zu is not found\n", r->line,
					    FMT(r->id), k + 1);
				bad++;
			}
	}
	return bad;
}

static void every_positive_example_is_found_by_its_rule(void **s)
{
	(void)s;
	assert_int_equal(positive_examples_not_found(), 0);
	use(true);
	assert_int_equal(positive_examples_not_found(), 0);
	use(false);
}

static unsigned negative_examples_found(void)
{
	const struct scan_rules *rules = scan_engine_rules(engine);
	unsigned bad = 0;

	for (size_t i = 0; i < rules->n; i++) {
		const struct scan_rule *r = &rules->v[i];

		for (size_t k = 0; k < r->no.n; k++)
			if (scan(r->no.v[k], r->id).of_it) {
				print_error("line %u: %.*s: counter-example %zu is found\n", r->line,
					    FMT(r->id), k + 1);
				bad++;
			}
	}
	return bad;
}

static void no_negative_example_is_found_by_its_rule(void **s)
{
	(void)s;
	assert_int_equal(negative_examples_found(), 0);
	use(true);
	assert_int_equal(negative_examples_found(), 0);
	use(false);
}

static void every_rule_has_examples_of_both_kinds(void **s)
{
	const struct scan_rules *rules = scan_engine_rules(engine);

	(void)s;
	assert_true(rules->n >= 25);
	for (size_t i = 0; i < rules->n; i++)
		assert_true(rules->v[i].yes.n > 0 && rules->v[i].no.n > 0);
}

static void the_rule_files_themselves_raise_no_alarm(void **s)
{
	(void)s;
	assert_int_equal(scan(embed_get(SCAN_RULES_FILE), STR("")).all, 0);
	assert_int_equal(scan(embed_get("src/scan/rules/placeholders.words"), STR("")).all, 0);
	use(true);
	assert_int_equal(scan(embed_get(SCAN_RULES_FILE), STR("")).all, 0);
	use(false);
}

#define HEAD "custody rules 1\n"
#define GOOD "rule a\n\ttitle x\n\tseverity low\n\tpattern abc\n\tyes abc\n"

static void refuse(const char *text, const char *says)
{
	OWNED(arena) a = arena_new();
	struct scan_rules rules;
	err e = scan_rules_parse(a, "f", str_c(text), &rules);

	if (!e)
		fail_msg("accepted, but should say: %s", says);
	else if (!str_has(str_c(e->text), str_c(says)))
		fail_msg("says '%s', not '%s'", e->text, says);
}

static void a_wrong_rule_file_is_refused_with_its_line(void **s)
{
	(void)s;
	refuse("", "f:1: the first line");
	refuse("custody rules 2\n", "f:1: the first line");
	refuse(HEAD, "no rule");
	refuse(HEAD "\ttitle x\n", "f:2: 'title' stands before");
	refuse(HEAD "title x\n", "f:2: a line at the margin");
	refuse(HEAD "rule A b\n", "f:2: a rule's name");
	refuse(HEAD GOOD GOOD, "f:7: rule 'a' is there twice");
	refuse(HEAD GOOD "\n\tcolour red\n", "f:8: a rule has no attribute 'colour'");
	refuse(HEAD GOOD "\ttitle y\n", "f:7: 'title' is there twice");
	refuse(HEAD "rule a\n\ttitle x\n", "no 'severity'");
	refuse(HEAD GOOD "\tentropy 3.123\n", "f:7: entropy is bits");
	refuse(HEAD GOOD "\tentropy 9\n", "f:7: '9' is not a whole number");
	refuse(HEAD GOOD "\tvalidator none\n", "f:7: there is no validator 'none'");
	refuse(HEAD GOOD "\tfind keywords\n", "has none");
	refuse(HEAD GOOD "\tuse streets\n", "f:7: 'streets' is not one of");
	refuse(HEAD GOOD "\tfind luck\n", "f:7: 'luck' is not one of");
	refuse(HEAD GOOD "\tkeywords ab\n", "f:7: 'ab' must be of 3");
	refuse(HEAD GOOD "\tyes a\\qb\n", "f:7: unknown escape");
	refuse(HEAD GOOD "\tneeds b 20\n", "f:2: rule 'a' needs 'b'");
	refuse(HEAD GOOD "\twindow 70000\n", "f:7: '70000'");
	refuse(HEAD GOOD "\tonly *.a\n\tnever *.b\n", "both 'only' and 'never'");
	refuse(HEAD GOOD "\ttitle \xff\n", "UTF-8");
}

static void refuse_engine(const char *text, const char *says)
{
	struct scan_engine *e = NULL;
	struct scan_engine_spec spec = { .rules_name = "f", .rules = str_c(text) };
	err failed = scan_engine_new(&spec, &e);

	if (!failed)
		fail_msg("accepted, but should say: %s", says);
	else if (failed->kind != ERR_INPUT || !str_has(str_c(failed->text), str_c(says)))
		fail_msg("says '%s', not '%s'", failed->text, says);
}

static void a_pattern_no_engine_takes_is_refused_with_its_rule(void **s)
{
	(void)s;
	refuse_engine(HEAD "rule a\n\ttitle x\n\tseverity low\n\tpattern a(b\n\tyes abc\n",
		      "f:2: rule 'a': the pattern does not compile");
	refuse_engine(HEAD GOOD "rule b\n\ttitle x\n\tseverity low\n\tpattern ab(?=c)\n\tyes abc\n",
		      "f:7: rule 'b': vectorscan cannot take the pattern");
	refuse_engine(HEAD GOOD "\tsecret 2\n", "the pattern has 0 groups");
}

static void examples_may_hold_escapes(void **s)
{
	OWNED(arena) a = arena_new();
	struct str out;

	(void)s;
	assert_true(scan_rule_unescape(a, STR("a\\-b\\n\\t\\r\\s\\\\\\x41"), &out));
	assert_true(str_is(out, "ab\n\t\r \\A"));
	assert_false(scan_rule_unescape(a, STR("a\\"), &out));
	assert_false(scan_rule_unescape(a, STR("\\x4"), &out));
	assert_false(scan_rule_unescape(a, STR("\\x00"), &out));
}

static void paths_decide_where_a_rule_applies(void **s)
{
	struct str env = STR_INIT("*.env"), deep = STR_INIT("etc/*.conf");
	struct scan_rule only = { .only = { &env, 1 } }, never = { .never = { &deep, 1 } };

	(void)s;
	assert_true(scan_rule_applies(&only, STR("a/b/.ENV")));
	assert_false(scan_rule_applies(&only, STR("a/b.env/c")));
	assert_true(scan_rule_applies(&only, (struct str){ 0 }));
	assert_false(scan_rule_applies(&never, STR("etc/x.conf")));
	assert_true(scan_rule_applies(&never, STR("x.conf")));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_positive_example_is_found_by_its_rule),
		cmocka_unit_test(no_negative_example_is_found_by_its_rule),
		cmocka_unit_test(every_rule_has_examples_of_both_kinds),
		cmocka_unit_test(the_rule_files_themselves_raise_no_alarm),
		cmocka_unit_test(a_wrong_rule_file_is_refused_with_its_line),
		cmocka_unit_test(a_pattern_no_engine_takes_is_refused_with_its_rule),
		cmocka_unit_test(examples_may_hold_escapes),
		cmocka_unit_test(paths_decide_where_a_rule_applies),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
