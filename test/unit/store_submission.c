/* Rows of a submission: what goes in comes out, and what no writer wrote is refused. */
#include "unit.h"

#include "base/instant.h"
#include "store/match.h"
#include "store/submission.h"

static struct row_shape shape_of(const struct table *t)
{
	BUF_AUTO b = buf_new(4096);
	struct row_shape shape;

	submission_row_shape(&b, t);
	assert_ok(submission_row_shape_get(buf_str(&b), &shape));
	return shape;
}

static void a_row_comes_out_as_it_went_in(void **state)
{
	struct row_shape shape = shape_of(&item_finding);
	BUF_AUTO b = buf_new(1 << 20);
	struct s_finding in, out;
	char big[1024];

	(void)state;
	memset(big, 'm', sizeof(big));
	table_clear(&item_finding, &in);
	in.rule = STR("R-1");
	in.path = STR("");				/* empty is not absent */
	in.message = (struct str){ big, sizeof(big) };
	in.line = (int64_t)1 << 40;
	in.score = 0;
	in.severity = SEVERITY_HIGH;
	in.suppressed = 0;
	submission_row_put(&b, &item_finding, &in);
	assert_ok(submission_row_get(&shape, buf_str(&b), &out));
	assert_true(str_eq(out.rule, in.rule) && str_eq(out.message, in.message));
	assert_true(out.path.p && out.path.n == 0);
	assert_null(out.title.p);
	assert_int_equal(out.line, in.line);
	assert_int_equal(out.score, 0);
	assert_int_equal(out.severity, SEVERITY_HIGH);
	assert_int_equal(out.suppressed, 0);
}

static void an_instant_and_a_commit_travel_in_a_row(void **state)
{
	struct row_shape shape = shape_of(&item_scan_begin);
	BUF_AUTO b = buf_new(1 << 20);
	struct s_scan_begin in, out;

	(void)state;
	table_clear(&item_scan_begin, &in);
	in.effective = 1700000000;
	in.kind = SCAN_STATIC;
	in.tool = STR("t");
	in.commit = STR("0123456789012345678901234567890123456789");
	submission_row_put(&b, &item_scan_begin, &in);
	assert_ok(submission_row_get(&shape, buf_str(&b), &out));
	assert_int_equal(out.effective, in.effective);
	assert_int_equal(out.kind, SCAN_STATIC);
	assert_true(str_eq(out.commit, in.commit));
}

static void a_row_cut_anywhere_or_followed_by_more_is_refused(void **state)
{
	struct row_shape shape = shape_of(&item_finding);
	BUF_AUTO b = buf_new(1 << 20);
	struct s_finding f;

	(void)state;
	table_clear(&item_finding, &f);
	f.rule = STR("rule");
	f.line = 7;
	submission_row_put(&b, &item_finding, &f);
	for (size_t n = 0; n < b.n; n++)
		assert_fails(submission_row_get(&shape, (struct str){ b.p, n }, &f), ERR_INPUT);
	buf_add_char(&b, '\0');
	assert_fails(submission_row_get(&shape, buf_str(&b), &f), ERR_INPUT);
}

static void bounds_hold_in_rows(void **state)
{
	static const char none[] = "finding\0rule\0path";
	struct row_shape shape;
	struct s_finding f;

	(void)state;
	assert_ok(submission_row_shape_get((struct str){ none, sizeof(none) - 1 }, &shape));
	assert_int_equal(shape.n, 2);
	assert_fails(submission_row_get(&shape, STR("\2\xFF\1"), &f), ERR_INPUT);		/* no UTF-8 */
	assert_fails(submission_row_get(&shape, (struct str){ "\0\1", 2 }, &f), ERR_INPUT);	/* no rule */
	assert_fails(submission_row_get(&shape, STR("\xFF\xFF\xFF\xFF\xFF\x7F"), &f), ERR_INPUT);
	assert_ok(submission_row_get(&shape, (struct str){ "\2r\0", 3 }, &f));
	assert_true(str_is(f.rule, "r") && !f.path.p && f.line == FIELD_NO_INT);
}

static void an_unknown_table_or_field_is_refused(void **state)
{
	static const struct str bad[] = {
		{ "", 0 }, { "nothing", 7 }, { "finding\0nothing", 15 }, { "finding\0rule\0rule", 17 },
		{ "finding\0path", 12 }, { "git.change\0at", 13 },	/* without its rule; holds lists */
	};
	struct row_shape shape;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_fails(submission_row_shape_get(bad[i], &shape), ERR_INPUT);
}

struct told {
	int64_t ref[3];
	size_t n;
};

static void note(void *ctx, const struct match_pair *p)
{
	struct told *t = ctx;

	assert_true(t->n < ARRAY_LEN(t->ref));
	t->ref[t->n++] = p->ref;
}

static void equals_are_told_apart_by_line_in_any_order(void **state)
{
	struct told told[2] = { { .n = 0 } };
	int64_t unchanged;

	(void)state;
	for (int round = 0; round < 2; round++) {
		OWNED(match) m = match_new();

		for (int i = 0; i < 3; i++) {
			int k = round ? 2 - i : i;

			match_add_seen(m, &(struct match_seen){ .keys = { .place = 5 }, .ref = k, .line = 10 * k });
		}
		match_run(m);
		assert_int_equal(match_changes(m), 3);
		match_each(m, note, &told[round], &unchanged);
		assert_int_equal(told[round].n, 3);
	}
	assert_memory_equal(told[0].ref, told[1].ref, sizeof(told[0].ref));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_comes_out_as_it_went_in),
		cmocka_unit_test(an_instant_and_a_commit_travel_in_a_row),
		cmocka_unit_test(a_row_cut_anywhere_or_followed_by_more_is_refused),
		cmocka_unit_test(bounds_hold_in_rows),
		cmocka_unit_test(an_unknown_table_or_field_is_refused),
		cmocka_unit_test(equals_are_told_apart_by_line_in_any_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
