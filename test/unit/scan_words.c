/* What must hold of the filter against false alarms, of entropy and validators. */
#include "unit.h"

#include "base/embed.h"
#include "scan/valid.h"
#include "scan/words.h"

static struct arena *arena;
static struct scan_words *words;

static int start(void **s)
{
	(void)s;
	arena = arena_new();
	assert_ok(scan_words_parse(arena, "words", embed_get(SCAN_WORDS_FILE), &words));
	return 0;
}

static int stop(void **s)
{
	(void)s;
	arena_free(arena);
	return 0;
}

static bool known(const char *value)
{
	return scan_words_placeholder(words, str_c(value), SCAN_FILTER_KNOWN);
}

static bool strict(const char *value)
{
	return scan_words_placeholder(words, str_c(value), SCAN_FILTER_STRICT);
}

static void placeholders_are_known(void **s)
{
	static const char *const values[] = {
		"AKIAIOSFODNN7EXAMPLE", "changeme", "ChangeMe", "xxxxxxxxxxxx", "${PASSWORD}",
		"<your-key>", "{{ token }}", "%(password)s", "$(cat /run/secret)", "********",
		"aaaaaaaaaaaa", "1234567890", "abcdefghijkl", "password", "your-api-key", "$TOKEN",
		"sk_live_...", "0000000000000000",
	};

	(void)s;
	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		if (!known(values[i]))
			fail_msg("%s is taken for a secret", values[i]);
}

static void values_made_by_chance_are_no_placeholders(void **s)
{
	static const char *const values[] = {
		"q7Rz0kVbT2mWc9Xh", "9f86d081884c7d65", "G4u-pZ!81kd_Rw", "hV3xQpLwZr8TnKc2",
	};

	(void)s;
	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		if (known(values[i]) || strict(values[i]))
			fail_msg("%s is taken for a placeholder", values[i]);
}

static void words_paths_and_program_text_are_no_secrets_of_a_name(void **s)
{
	static const char *const values[] = {
		"/etc/ssl/private", "getPassword()", "user.credentials.secret", "TokenProvider2",
		"orders-database-main", "https://id.shop.nl/", "std::string", "this->member",
		"application/json", "process.env.KEY", "@Value", "authenticationRequired",
	};

	(void)s;
	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		if (!strict(values[i]))
			fail_msg("%s is taken for a secret", values[i]);
}

static void no_filter_means_no_placeholder(void **s)
{
	(void)s;
	assert_false(scan_words_placeholder(words, STR("changeme"), SCAN_FILTER_NONE));
	assert_false(scan_words_placeholder(words, STR(""), SCAN_FILTER_STRICT));
}

static void entropy_is_in_hundredths_of_a_bit(void **s)
{
	char all[256];

	(void)s;
	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (char)i;
	assert_int_equal(scan_entropy(STR("")), 0);
	assert_int_equal(scan_entropy(STR("aaaaaaaa")), 0);
	assert_int_equal(scan_entropy(STR("abababab")), 100);
	assert_int_equal(scan_entropy(STR("abc")), 158);
	assert_int_equal(scan_entropy((struct str){ all, sizeof(all) }), 800);
}

static void a_wrong_word_file_is_refused_with_its_line(void **s)
{
	struct scan_words *w;
	err e = scan_words_parse(arena, "w", STR("custody words 1\nany abc\nmaybe abc\n"), &w);

	(void)s;
	assert_non_null(e);
	assert_true(str_has(str_c(e->text), STR("w:3: a line begins with")));
	assert_fails(scan_words_parse(arena, "w", STR("any abc\n"), &w), ERR_INPUT);
	assert_fails(scan_words_parse(arena, "w", STR("custody words 1\nany a\n"), &w), ERR_INPUT);
}

static enum scan_verdict check(const char *validator, const char *secret, const char *whole)
{
	const struct scan_validator *v = scan_validator_find(str_c(validator));
	struct str in = str_c(whole);
	size_t at = str_find(in, str_c(secret), 0);

	assert_non_null(v);
	assert_true(at < in.n);
	return scan_validate(v, (struct str){ in.p + at, strlen(secret) }, in);
}

static void a_checksum_that_does_not_fit_is_refused(void **s)
{
	/* CRC-32 of thirty letters a, in base 62. */
	static const char good[] = "x_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "1yLcDB";

	(void)s;
	assert_int_equal(check("crc32-base62", "x_123456", "x_123456"), SCAN_REFUSED);
	assert_int_equal(check("crc32-base62", good, good), SCAN_CHECKED);
	assert_int_equal(scan_validate(NULL, STR("a"), STR("a")), SCAN_UNCHECKED);
	assert_null(scan_validator_find(STR("luck")));
	/* BIP 173: valid, and with one letter changed. */
	assert_int_equal(check("bech32", "A12UEL5L", "A12UEL5L"), SCAN_CHECKED);
	assert_int_equal(check("bech32", "A12UEL5Q", "A12UEL5Q"), SCAN_REFUSED);
}

static void an_address_counts_only_with_somebodys_host(void **s)
{
	(void)s;
	assert_int_equal(check("real-host", "k3yk3y", "http://u:k3yk3y@git.shop.nl/"), SCAN_CHECKED);
	assert_int_equal(check("real-host", "k3yk3y", "http://u:k3yk3y@localhost:80/"), SCAN_REFUSED);
	assert_int_equal(check("real-host", "k3yk3y", "http://u:k3yk3y@db.example.com"), SCAN_REFUSED);
	assert_int_equal(check("real-host", "k3yk3y", "http://u:k3yk3y@"), SCAN_REFUSED);
	assert_int_equal(check("basic-pair", "dXNlcjpsb25ncHc=", "dXNlcjpsb25ncHc="), SCAN_CHECKED);
	assert_int_equal(check("basic-pair", "dXNlcg==", "dXNlcg=="), SCAN_REFUSED);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(placeholders_are_known),
		cmocka_unit_test(values_made_by_chance_are_no_placeholders),
		cmocka_unit_test(words_paths_and_program_text_are_no_secrets_of_a_name),
		cmocka_unit_test(no_filter_means_no_placeholder),
		cmocka_unit_test(entropy_is_in_hundredths_of_a_bit),
		cmocka_unit_test(a_wrong_word_file_is_refused_with_its_line),
		cmocka_unit_test(a_checksum_that_does_not_fit_is_refused),
		cmocka_unit_test(an_address_counts_only_with_somebodys_host),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
