/* custody.yaml: what is refused, where, and with which nearest word. */
#include "unit.h"

#include "source/config.h"

/* The error of a text, "line:column" and a part of its sentence. */
static void refused(const char *text, const char *place, const char *part)
{
	OWNED(arena) a = arena_new();
	struct config c;
	err e = config_read(a, "c", str_c(text), &c);
	const char *want = arena_printf(a, "c:%s: ", place).p;

	if (!e)
		fail_msg("accepted: %s", text);
	else if (!str_starts(str_c(e->text), str_c(want)) || !str_has(str_c(e->text), str_c(part)))
		fail_msg("said: %s; wanted %s%s", e->text, want, part);
}

static void accepted(const char *text)
{
	OWNED(arena) a = arena_new();
	struct config c;

	assert_ok(config_read(a, "c", str_c(text), &c));
}

/* proves: R195 a control is owned by a person or a role, and no tool's name is accepted */
static void a_tool_owns_nothing(void **state)
{
	(void)state;
	refused("controls:\n  - { control: A.8.28, owner: SonarQube }\n", "2:24", "is a tool");
	refused("controls:\n  - { control: A.8.28, owner: github actions }\n", "2:24", "is a tool");
	refused("controls:\n  - { control: A.8.28, owner: 'renovate[bot]' }\n", "2:24", "is a tool");
	refused("systems:\n  - { name: shop, owner: Jenkins }\n", "2:19", "is a tool");
	refused("soa: { approved_by: Drata, approved_at: 2026-01-31 }\n", "1:8", "is a tool");
	refused("people:\n  - { name: Bot, alias: [b], kind: service, owner: Ada }\n"
		"  - { name: Ada, email: [ada@example.org] }\n"
		"controls:\n  - { control: A.8.28, owner: Bot }\n", "5:24", "is a service");
	accepted("controls:\n  - { control: A.8.28, owner: Ada Lovelace }\n  - { control: A.8.32, role: release-manager }\n");
}

/* proves: R196 the seven roles can be given to people and to controls, and no other */
static void the_seven_roles_are_offered(void **state)
{
	static const char *const roles[] = { "security-lead", "engineering-manager", "tech-lead", "release-manager",
					     "product-owner", "it-admin", "compliance-manager" };
	OWNED(arena) a = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(roles); i++)
		accepted(arena_printf(a, "people:\n  - { name: A, email: [a@example.org], roles: [%s] }\n"
				      "controls:\n  - { control: 8.32, role: %s }\n", roles[i], roles[i]).p);
	refused("controls:\n  - { control: 8.32, role: tech-led }\n", "2:22", "did you mean tech-lead");
	refused("controls:\n  - { control: 8.32, role: king }\n", "2:22", "not one of the choices");
}

static void slips_of_the_pen_are_shown(void **state)
{
	(void)state;
	refused("system:\n  - { name: shop }\n", "1:1", "did you mean 'systems'");
	refused("systems:\n  - { name: shop, exposure: intrnet }\n", "2:19", "did you mean internet");
	refused("systems:\n  - { name: shop, data-class: public }\n", "2:19", "did you mean 'data_class'");
	refused("controls:\n  - { control: A.8.34, frequency: quartr }\n", "2:24", "did you mean quarter");
	refused("controls:\n  - { control: A.14.2 }\n", "2:7", "no control of the edition of 2022");
	refused("controls:\n  - { control: A.8.99 }\n", "2:7", "did you mean A.8.9");
	refused("people:\n  - { name: Ada Lovelace, email: [ada@example.org] }\n"
		"systems:\n  - { name: shop, owner: Ada Lovelac }\n", "4:19", "did you mean 'Ada Lovelace'");
	refused("controls:\n  - { control: A.8.28, applies: \"no\" }\n", "2:24", "reason");
	refused("retention: { evidence: seven years }\n", "1:14", "7 years");
	refused("period: { from: 2026-12-31, to: 2026-01-01 }\n", "1:29", "before it begins");
	refused("people:\n  - { name: Bot, alias: [b], kind: service }\n", "2:30", "needs an owner");
	refused("people:\n  - { name: Ada }\n", "2:7", "email or an alias");
}

static void nothing_is_declared_twice(void **state)
{
	(void)state;
	refused("systems:\n  - { name: a }\n  - { name: a }\n", "3:7", "first is in line 2");
	refused("systems:\n  - { name: a, repositories: [r] }\n  - { name: b, repositories: [r] }\n", "3:31", "line 2");
	refused("systems:\n  - { name: a, repositories: ['r:x/**'] }\n  - { name: b, repositories: ['r:x/'] }\n", "3:31",
		"line 2");
	refused("people:\n  - { name: A, email: [a@example.org] }\n  - { name: B, email: [A@example.org] }\n", "3:16", "line 2");
	refused("controls:\n  - { control: 8.28 }\n  - { control: A.8.28 }\n", "3:7", "line 2");
	accepted("systems:\n  - { name: a, repositories: [r] }\n  - { name: b, repositories: ['r:x/**'] }\n");
}

static void places_are_repository_and_folder(void **state)
{
	struct r_system_place p;

	(void)state;
	assert_true(config_place(STR("shop"), &p));
	assert_true(str_is(p.repository, "shop") && p.path.n == 0);
	assert_true(config_place(STR("owner/shop:services/pay/**"), &p));
	assert_true(str_is(p.repository, "owner/shop") && str_is(p.path, "services/pay"));
	assert_true(config_place(STR("shop:**"), &p));
	assert_int_equal(p.path.n, 0);
	assert_false(config_place(STR(""), &p));
	assert_false(config_place(STR(":x"), &p));
	assert_false(config_place(STR("shop:/x"), &p));
	assert_false(config_place(STR("shop:../x"), &p));
	assert_false(config_place(STR("shop:a//b"), &p));
	assert_false(config_place(STR("shop:a/*/b"), &p));
}

static void times_to_keep_are_months(void **state)
{
	(void)state;
	assert_int_equal(config_months(STR("7 years")), 84);
	assert_int_equal(config_months(STR("1 year")), 12);
	assert_int_equal(config_months(STR(" 18 months ")), 18);
	assert_int_equal(config_months(STR("0 years")), FIELD_NO_INT);
	assert_int_equal(config_months(STR("7")), FIELD_NO_INT);
	assert_int_equal(config_months((struct str){ 0 }), FIELD_NO_INT);
}

static void what_is_no_yaml_is_refused_with_its_place(void **state)
{
	(void)state;
	refused("people:\n\t- { name: A, alias: [b] }\n", "2:1", "a tab stands here");
	refused("organisation: caf\xe9\n", "1:18", "not UTF-8");
	refused("organisation: A\norganisation: B\n", "2:1", "twice");
	refused("a: &x [x, x]\nb: [*x, *x]\n", "1:4", "anchors");
	refused("organisation: *x\n", "1:15", "aliases");
	refused("organisation: !!str x\n", "1:15", "tags");
	refused("organisation: [1]\n", "1:1", "expected text");
	refused("organisation: 12\n", "1:1", "write it in quotes");
	refused("people: 3\n", "1:1", "expected a list");
	refused("people:\n  - Ada\n", "2:5", "expected an object");
	refused("organisation: x\n---\norganisation: y\n", "3:1", "second document");
	refused("", "1:1", "empty");
	accepted("\xef\xbb\xbforganisation: x\n");
	accepted("\xef\xbb\xbf# nothing yet\n");
}

static void somebody_named_is_somebody_known(void **state)
{
	struct str names[] = { STR("Grace Hopper"), STR("grace@example.org") };
	struct strs home = { names, 2 };
	OWNED(arena) a = arena_new();
	struct config c;

	(void)state;
	refused("people:\n  - { name: Bob Stone, alias: [b] }\ncontrols:\n  - { control: A.8.28, owner: Zoe }\n", "4:24",
		"nobody is known as 'Zoe'");
	assert_ok(config_read_known(a, "c", STR("systems: [{ name: s, owner: grace@example.org }]\n"), &home, &c));
	assert_fails(config_read_known(a, "c", STR("systems: [{ name: s, owner: Grace Hoper }]\n"), &home, &c), ERR_INPUT);
}

static void an_empty_file_with_comments_declares_nothing(void **state)
{
	(void)state;
	accepted("# nothing yet\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tool_owns_nothing), cmocka_unit_test(the_seven_roles_are_offered),
		cmocka_unit_test(slips_of_the_pen_are_shown), cmocka_unit_test(nothing_is_declared_twice),
		cmocka_unit_test(places_are_repository_and_folder), cmocka_unit_test(times_to_keep_are_months),
		cmocka_unit_test(what_is_no_yaml_is_refused_with_its_place),
		cmocka_unit_test(somebody_named_is_somebody_known),
		cmocka_unit_test(an_empty_file_with_comments_declares_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
