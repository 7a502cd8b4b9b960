/* What must hold of the catalogue: both editions whole, every id with its edition. */
#include "unit.h"

#include "show/catalogue.h"

static struct arena *a;
static struct catalogue all;

static int begin(void **s)
{
	(void)s;
	a = arena_new();
	assert_ok(catalogue_load(a, &all));
	return 0;
}

static int end(void **s)
{
	(void)s;
	arena_free(a);
	return 0;
}

static size_t count(enum catalogue_level level)
{
	size_t n = 0;

	for (size_t i = 0; i < all.n; i++)
		n += all.v[i].level == level;
	return n;
}

/* proves: R222 both control sets: 114 controls in 14 domains, 93 in 4 themes */
static void both_editions_are_whole(void **s)
{
	(void)s;
	assert_int_equal(count(CATALOGUE_CONTROL), 93);
	assert_int_equal(count(CATALOGUE_THEME), 4);
	assert_int_equal(count(CATALOGUE_OLD_CONTROL), 114);
	assert_int_equal(count(CATALOGUE_OLD_OBJECTIVE), 35);
	assert_int_equal(count(CATALOGUE_OLD_DOMAIN), 14);
	assert_int_equal(count(CATALOGUE_CLAUSE), 41);
}

static void expect(const char *name, const char *full)
{
	const struct catalogue_entry *e;

	assert_ok(catalogue_find(&all, str_c(name), &e));
	if (!str_is(catalogue_name(a, e), full))
		fail_msg("%s became %.*s", name, FMT(catalogue_name(a, e)));
}

static void an_id_is_found_in_every_spelling(void **s)
{
	const struct catalogue_entry *e;

	(void)s;
	expect("A.8.32", "iso27001:2022/A.8.32");
	expect(" a.8.32 ", "iso27001:2022/A.8.32");
	expect("8.32", "iso27001:2022/A.8.32");
	expect("iso27001:2022/A.8.32", "iso27001:2022/A.8.32");
	expect("A.14.2", "iso27001:2013/A.14.2");
	expect("14.2.1", "iso27001:2013/A.14.2.1");
	expect("A.8", "iso27001:2022/A.8");
	expect("A.8@2013", "iso27001:2013/A.8");
	expect("iso27001:2013/A.8", "iso27001:2013/A.8");
	expect("6.1.2", "iso27001:2022/6.1.2");
	expect("clause 8.1", "iso27001:2022/8.1");
	expect("8.1", "iso27001:2022/A.8.1");
	assert_fails(catalogue_find(&all, STR("A.8.99"), &e), ERR_MISSING);
	assert_fails(catalogue_find(&all, STR("A.8.32@2013"), &e), ERR_MISSING);
	assert_fails(catalogue_find(&all, STR(""), &e), ERR_MISSING);
}

static bool maps(const char *old, const char *to)
{
	const struct catalogue_entry *e;

	assert_ok(catalogue_find_old(&all, str_c(old), &e));
	for (size_t i = 0; i < e->maps_to.n; i++)
		if (str_is(e->maps_to.v[i], to))
			return true;
	return false;
}

/* proves: R001 2013 references show their 2022 controls; R198 A.14 language maps to 2022 */
static void every_level_of_2013_maps_to_2022(void **s)
{
	(void)s;
	assert_true(maps("A.12.1", "A.8.32"));
	assert_true(maps("A.12.6", "A.8.8"));
	assert_true(maps("A.14.2", "A.8.25"));
	assert_true(maps("A.9.1", "A.5.15"));
	assert_true(maps("A.18.1", "A.5.31"));
	assert_true(maps("A.14", "A.8.29"));
	assert_true(maps("A.14.2.1", "A.8.25"));
	assert_true(maps("A.18.2.3", "A.5.36"));
	for (size_t i = 0; i < all.n; i++)
		if (str_is(all.v[i].edition, "2013"))
			for (size_t k = 0; k < all.v[i].maps_to.n; k++)
				assert_non_null(catalogue_get(&all, "2022", all.v[i].maps_to.v[k]));
}

/* proves: R230 domains of 2013 carry their titles */
static void every_entry_has_a_title(void **s)
{
	(void)s;
	for (size_t i = 0; i < all.n; i++) {
		assert_true(all.v[i].title.n > 2);
		assert_true(all.v[i].edition.n == 4);
	}
	assert_true(str_is(catalogue_get(&all, "2013", STR("A.8"))->title, "Asset management"));
	assert_true(str_is(catalogue_get(&all, "2022", STR("A.8"))->title, "Technological controls"));
}

/* proves: R205 the ten areas of the starting set; R110 one stage, evidence, owner, frequency each */
static void each_area_has_one_of_everything(void **s)
{
	(void)s;
	for (size_t i = 0; i < AREAS; i++) {
		const struct area_info *x = &areas[i];

		assert_int_equal(x->area, i);
		assert_non_null(catalogue_get(&all, "2022", str_c(x->control)));
		for (size_t k = 0; k < AREA_CONTROLS && x->also[k]; k++)
			assert_non_null(catalogue_get(&all, "2022", str_c(x->also[k])));
		assert_true(*x->stage && *x->evidence && *x->role && *x->folder && *x->facts);
		assert_true(area_interval_days(str_c(x->frequency)) >= 0);
		assert_ptr_equal(area_of_control(str_c(x->control)), x);
	}
}

/* proves: R188 NIS2 stands where a mapping is recorded, and nowhere else */
static void topics_of_nis2_are_those_of_the_recorded_mapping(void **s)
{
	struct str topics;
	size_t with = 0, without = 0;

	(void)s;
	for (size_t i = 0; i < all.n; i++) {
		assert_ok(catalogue_nis2(a, &all.v[i], &topics));
		if (str_is(all.v[i].edition, "2013"))
			assert_int_equal(topics.n, 0);
		else if (topics.n)
			with++;
		else
			without++;
	}
	assert_true(with > 50 && without > 10);
	assert_ok(catalogue_nis2(a, catalogue_get(&all, "2022", STR("A.5.36")), &topics));
	assert_true(str_starts(topics, STR("21(2)(a) ")));
	assert_ok(catalogue_nis2(a, catalogue_get(&all, "2022", STR("A.7.14")), &topics));
}

/* proves: R151 access is reviewed each quarter unless something else is declared */
static void access_is_reviewed_each_quarter(void **s)
{
	(void)s;
	assert_string_equal(areas[AREA_ACCESS].frequency, "quarter");
	assert_string_equal(areas[AREA_ACCESS].control, "A.5.15");
	assert_int_equal(area_interval_days(STR("quarter")), 92);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_editions_are_whole),
		cmocka_unit_test(an_id_is_found_in_every_spelling),
		cmocka_unit_test(every_level_of_2013_maps_to_2022),
		cmocka_unit_test(every_entry_has_a_title),
		cmocka_unit_test(each_area_has_one_of_everything),
		cmocka_unit_test(topics_of_nis2_are_those_of_the_recorded_mapping),
		cmocka_unit_test(access_is_reviewed_each_quarter),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
