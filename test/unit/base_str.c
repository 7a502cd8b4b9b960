/* What must hold of views, buffers, time and the error ring. */
#include "unit.h"

#include "base/buf.h"
#include "base/field.h"
#include "base/hex.h"
#include "base/instant.h"
#include "base/map.h"

static void whole_numbers_are_read_without_overflow(void **s)
{
	uint64_t u;
	int64_t i;

	(void)s;
	assert_true(str_to_u64(STR("18446744073709551615"), &u) && u == UINT64_MAX);
	assert_false(str_to_u64(STR("18446744073709551616"), &u));
	assert_false(str_to_u64(STR(""), &u));
	assert_false(str_to_u64(STR("+1"), &u));
	assert_true(str_to_i64(STR("-9223372036854775808"), &i) && i == INT64_MIN);
	assert_false(str_to_i64(STR("9223372036854775808"), &i));
}

static void utf8_that_is_overlong_or_a_surrogate_is_refused(void **s)
{
	(void)s;
	assert_true(str_is_utf8(STR("na\xc3\xafve \xf0\x9f\x98\x82")));
	assert_false(str_is_utf8(STR("\xc0\xaf")));
	assert_false(str_is_utf8(STR("\xed\xa0\x80")));
	assert_false(str_is_utf8(STR("\xf4\x90\x80\x80")));
	assert_false(str_is_utf8(STR("cut \xe2\x82")));
	assert_false(str_is_utf8((struct str){ "a\0b", 3 }));
	assert_int_equal(str_cut(STR("ab\xe2\x82\xac"), 4).n, 2);
}

static void a_buffer_never_passes_its_maximum(void **s)
{
	BUF_AUTO b = buf_new(10);

	(void)s;
	buf_add(&b, STR("12345678"));
	assert_null(buf_ok(&b, "it"));
	buf_add(&b, STR("abc"));
	assert_true(buf_over(&b));
	assert_int_equal(buf_str(&b).n, 8);
	assert_int_equal(buf_ok(&b, "it")->kind, ERR_LIMIT);
}

static void base64_has_one_text_for_each_byte_string(void **s)
{
	BUF_AUTO b = buf_new(100), back = buf_new(100);

	(void)s;
	base64_add(&b, "\0\xff\x10\x80", 4);
	assert_true(str_is(buf_str(&b), "AP8QgA=="));
	assert_true(base64_get(buf_str(&b), &back));
	assert_memory_equal(back.p, "\0\xff\x10\x80", 4);
	assert_false(base64_get(STR("AP8QgB=="), &back));
	assert_false(base64_get(STR("AP8Qg==="), &back));
	assert_false(base64_get(STR("AP8"), &back));
}

static void times_survive_the_round_trip(void **s)
{
	char text[INSTANT_TEXT], again[INSTANT_TEXT];
	int64_t t;

	(void)s;
	for (int64_t at = -62167219200; at < 253402300800; at += 86399 * 1000) {
		int64_t back;

		instant_put(text, at);
		assert_true(instant_get(str_c(text), &back));
		assert_int_equal(back, at);
	}
	assert_true(instant_get(STR("2019-03-01T10:37:14+0100"), &t));
	instant_put(again, t);
	assert_string_equal(again, "2019-03-01T09:37:14Z");
	assert_true(instant_get(STR("2023-03-27 00:03:05 UTC"), &t));
	assert_true(instant_get(STR("2015-12-02T07:39:15.000-0800"), &t));
	assert_false(instant_get(STR("2023-02-29T00:00:00Z"), &t));
	assert_false(instant_get(STR("2023-02-28T00:00:00"), &t));
}

static void a_month_added_to_the_31st_is_the_last_of_the_month(void **s)
{
	char text[DAY_TEXT];
	int64_t day;

	(void)s;
	assert_true(day_get(STR("2024-01-31"), &day));
	day_put(text, day_add_months(day, 1));
	assert_string_equal(text, "2024-02-29");
	day_put(text, day_add_months(day, -2));
	assert_string_equal(text, "2023-11-30");
}

static void an_error_keeps_kind_and_hint_when_wrapped(void **s)
{
	err e = err_in(err_hint(fail(ERR_GATE, "no"), "ask %s", "again"), "gate %d", 7);
	char big[3000];

	(void)s;
	assert_string_equal(e->text, "gate 7: no");
	assert_string_equal(e->hint, "ask again");
	assert_int_equal(err_exit_code(e), 4);
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	assert_true(str_ends(str_c(fail(ERR_IO, "%s", big)->text), STR("…")));
}

static void a_map_finds_what_was_put(void **s)
{
	static char keys[5000][16];
	OWNED(map) m = map_new();

	(void)s;
	for (int i = 0; i < 5000; i++) {
		snprintf(keys[i], sizeof(keys[i]), "k%d", i);
		map_put_int(m, str_c(keys[i]), i);
	}
	for (int i = 0; i < 5000; i++)
		assert_int_equal(map_get_int(m, str_c(keys[i])), i);
	assert_int_equal(map_count(m), 5000);
	assert_false(map_has(m, STR("nobody")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_numbers_are_read_without_overflow),
		cmocka_unit_test(utf8_that_is_overlong_or_a_surrogate_is_refused),
		cmocka_unit_test(a_buffer_never_passes_its_maximum),
		cmocka_unit_test(base64_has_one_text_for_each_byte_string),
		cmocka_unit_test(times_survive_the_round_trip),
		cmocka_unit_test(a_month_added_to_the_31st_is_the_last_of_the_month),
		cmocka_unit_test(an_error_keeps_kind_and_hint_when_wrapped),
		cmocka_unit_test(a_map_finds_what_was_put),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
