#include "unit.h"

#include "record/types.h"
#include "reader/fact.h"

static void words_of_many_tools_mean_the_same(void **state)
{
	OWNED(arena) a = arena_new();
	struct str version = { 0 };

	(void)state;
	assert_int_equal(fact_severity(STR("MODERATE")), SEVERITY_MEDIUM);
	assert_int_equal(fact_severity(STR("Negligible")), SEVERITY_NONE);
	assert_int_equal(fact_severity(STR("UNKNOWN")), FIELD_UNKNOWN);
	assert_int_equal(fact_score(STR("9.8")), 98);
	assert_int_equal(fact_score(STR("10.0")), 100);
	assert_int_equal(fact_score(STR("11")), FIELD_NO_INT);
	assert_int_equal(fact_score_severity(69), SEVERITY_MEDIUM);
	assert_int_equal(fact_tool_kind(STR("Gitleaks")), SCAN_SECRET);
	assert_int_equal(fact_tool_kind(STR("Snyk IaC")), SCAN_INFRASTRUCTURE);
	assert_int_equal(fact_tool_kind(STR("Semgrep OSS")), SCAN_STATIC);
	assert_true(str_is(fact_purl(a, STR("pkg:npm/%40a/b@1.0%2B1?q=2#s"), &version), "pkg:npm/%40a/b"));
	assert_true(str_is(version, "1.0+1"));
	assert_true(str_is(fact_path(a, STR("./a/../b//c")), "b/c"));
	assert_true(str_is(fact_uri_path(a, STR("file:///x/%41.c")), "/x/A.c"));
	assert_true(str_is(fact_path(a, STR("dir\\file.c")), "dir/file.c"));
	assert_true(str_is(fact_image(STR("host:5000/a/b:1.2@sha256:00")), "host:5000/a/b"));
	assert_true(str_is(fact_image(STR("host:5000/a/b")), "host:5000/a/b"));
	assert_true(str_is(fact_slug(STR("https://github.com/o/r.git")), "o/r"));
	assert_true(str_is(fact_slug(STR("git@github.com:o/r")), "o/r"));
	assert_true(str_is(fact_slug(STR("https://nothing")), "https://nothing"));
	assert_true(str_is(fact_cve(STR("x CVE-12 CVE-2021-12345-pkg")), "CVE-2021-12345"));
	assert_true(str_is(fact_package(a, STR("pypi"), STR("Some_Pkg")), "pkg:pypi/some-pkg"));
	assert_true(str_is(fact_package(a, STR("Maven"), STR("g.h:a")), "pkg:maven/g.h/a"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_of_many_tools_mean_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
