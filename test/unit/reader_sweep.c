/* What must hold when secret values are taken out of a report's text. The values are
 * put together when the test runs, so that no scanner finds one in this file. */
#include "unit.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "reader/sweep.h"
#include "text/json.h"

static struct sweep *sweep;
static const uint8_t key[32] = { 7 };

/* Made by chance. */
#define AWS "AKIA" "YSHVJY65YZQUVVQL"
#define BEARER "7VGXfJfP82j7jVn" "SFNxmQHafgApgw9gzUHNUAzK2H"
#define QUOTED "tR9CNVi" "CuSldGD!x"
#define LINE_1 "fbMangXcwpeHJrHVQCITQbthyxVPRQ3h" "6hY3ca0Q/vfRqezrQlBGXwkZjXmRKn8e"
#define LINE_2 "u297Qz8n+NnNgzStR32BzWkOj8DMBCKc" "R10Y9H2e0WbLfvdNTW7qgHICd3iFITNa"
#define BEGIN "-----BEGIN RSA PRIVATE " "KEY-----"

static int start(void **s)
{
	(void)s;
	assert_ok(sweep_new(&sweep));
	return 0;
}

static int stop(void **s)
{
	(void)s;
	sweep_free(sweep);
	return 0;
}

/* The copy, or the text as it was where nothing was replaced. */
static uint64_t swept(struct str text, struct buf *out)
{
	FD_AUTO in = memfd_create("in", MFD_CLOEXEC);
	FD_AUTO made = memfd_create("made", MFD_CLOEXEC);
	struct sweep_spec spec = { "doc", in, made, key };
	uint64_t n = 99;

	buf_clear(out);
	assert_ok(fd_write_all(in, "in", text));
	assert_ok(sweep_run(sweep, &spec, &n));
	assert_int_equal(lseek(made, 0, SEEK_CUR) > 0, n > 0);
	assert_int_equal(lseek(made, 0, SEEK_SET), 0);
	assert_ok(fd_read_all(n ? made : in, "made", out));
	if (!n)
		buf_add(out, text);
	return n;
}

static void gone(const char *text, const char *value, uint64_t times)
{
	BUF_AUTO out = buf_new(1 << 20);

	if (swept(str_c(text), &out) != times)
		fail_msg("not %llu values in %s", (unsigned long long)times, text);
	if (str_has(buf_str(&out), str_c(value)))
		fail_msg("still there: %.*s", FMT(buf_str(&out)));
	assert_true(str_has(buf_str(&out), STR("redacted hmac:")));
}

static void stays(const char *text)
{
	BUF_AUTO out = buf_new(1 << 20);

	assert_int_equal(swept(str_c(text), &out), 0);
}

static void values_in_messages_headers_and_addresses_are_replaced(void **s)
{
	(void)s;
	gone("{\"message\":{\"text\":\"the key " AWS " is here\"}}", AWS, 1);
	gone("{\"h\":\"GET / HTTP/1.1\\r\\nAuthorization: Bearer " BEARER "\\r\\nHost: a\"}", BEARER, 1);
	gone("{\"h\":\"GET / HTTP/1.1\\r\\nCookie: SID=" BEARER "; theme=dark\\r\\nHost: a\"}", BEARER, 1);
	gone("{\"h\":[{\"name\":\"Authorization\",\"value\":\"Bearer " BEARER "\"}]}", BEARER, 1);
	gone("{\"code\":\"12: password := \\\"" QUOTED "\\\"\\n\"}", QUOTED, 1);
	gone("{\"u\":\"https://deploy:gozO9fSF" "wQr04xIH@git.shop.nl/app\"}", "gozO9fSFwQr04xIH", 1);
	gone("<a><m x=\"k=" AWS "\">t</m></a>", AWS, 1);
	gone("<a><r>Authorization: NTLM " BEARER "\r\nHost: a\r\n</r></a>", BEARER, 1);
	gone("<a><![CDATA[\nAuthorization: Digest name=\"ada\", response=\"" BEARER "\"\n]]></a>", BEARER, 1);
	gone("Date,Title\n2026-01-01,key " AWS "\n", AWS, 1);
}

static void what_is_no_secret_leaves_the_bytes_as_they_are(void **s)
{
	(void)s;
	stays("");
	stays("{\"fingerprint\":\"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\"}");
	stays("{\"token\":\"3f786850e387550fdab836ed7e6dc881de23001b\",\"secret\":\"cXdlcnR5dWlvcGFzZGZn\"}");
	stays("{\"t\":\"Authorization: Bearer ${TOKEN}\\n\",\"u\":\"AKIAIOSFODNN7EXAMPLE\"}");
	stays("<r>Set-Cookie: JSESSIONID\nSet-Cookie: id=deleted; Path=/\n</r>");
	stays("{\"m\":\"Authorization: Bearer redacted hmac:00112233445566778899aabbccddeeff\"}");
}

/* The escapes of a format are no hiding place, and one value is one digest. */
static void an_escaped_value_is_the_same_value(void **s)
{
	BUF_AUTO plain = buf_new(1 << 16);
	BUF_AUTO escaped = buf_new(1 << 16);

	(void)s;
	assert_int_equal(swept(STR("{\"t\":\"x " AWS " y\"}"), &plain), 1);
	assert_int_equal(swept(STR("{\"t\":\"x \\u0041KIA\\u0059SHVJY65YZQUVVQ\\u004c y\"}"), &escaped), 1);
	assert_true(str_eq(buf_str(&plain), buf_str(&escaped)));
	assert_int_equal(swept(STR("<t>x &#65;KIA&#x59;SHVJY65YZQUVVQ&#x4c; y</t>"), &escaped), 1);
	assert_true(str_has(buf_str(&escaped), (struct str){ plain.p + 8, 40 }));
	gone("{\"t\":\"password=\\u0022" QUOTED "\\u0022 \\/ \"}", QUOTED, 1);
}

static void lines_of_a_key_go_wherever_the_report_puts_them(void **s)
{
	static const char *const texts[] = {
		"{\"code\":\"1: " BEGIN "\\n2: " LINE_1 "\\n3: " LINE_2 "\\n\"}",
		"{\"code_block\":[[1,\"" BEGIN "\\n\"],[2,\"" LINE_1 "\\n\"],[3,\"" LINE_2 "\\n\"]]}",
		"{\"Lines\":[{\"Number\":1,\"Content\":\"" BEGIN "\"},{\"Number\":2,\"Content\":\"" LINE_1
		"\",\"aVeryLongNameOfAMember\":true},{\"Number\":12345678901234567890,\"Content\":\"" LINE_2 "\"}]}",
		"<f>" BEGIN "\n" LINE_1 "\n" LINE_2 "\n</f>",
	};
	BUF_AUTO out = buf_new(1 << 16);

	(void)s;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		OWNED(arena) a = arena_new();
		struct json *v;

		assert_true(swept(str_c(texts[i]), &out) > 0);
		assert_false(str_has(buf_str(&out), STR(LINE_1)));
		assert_false(str_has(buf_str(&out), STR(LINE_2)));
		assert_int_equal(str_has(buf_str(&out), STR("aVeryLongNameOfAMember")), i == 2);
		if (texts[i][0] == '{')
			assert_ok(json_parse(a, "doc", buf_str(&out), &v));
	}
}

/* Wherever the pieces that are read at once end. */
static void a_value_is_found_at_every_place_of_a_long_report(void **s)
{
	BUF_AUTO text = buf_new(8 << 20);
	BUF_AUTO out = buf_new(8 << 20);
	const size_t piece = 1 << 20;

	(void)s;
	for (size_t at = piece - 300; at < piece + 200000; at += at < piece + 40 ? 13 : 7919) {
		buf_clear(&text);
		buf_add_c(&text, "{\"a\":\"");
		while (text.n < at)
			buf_add_c(&text, at % 2 ? "\\u0020" : " word");
		buf_add_c(&text, " " AWS " \",\"b\":\"");
		while (text.n < 2 * piece + 100)
			buf_add_c(&text, "\\n.");
		buf_add_c(&text, AWS "\"}");
		assert_int_equal(swept(buf_str(&text), &out), 2);
		assert_false(str_has(buf_str(&out), STR(AWS)));
		assert_int_equal(out.n, text.n + 2 * (46 - strlen(AWS)));
	}
}

static void a_second_time_finds_nothing(void **s)
{
	BUF_AUTO out = buf_new(1 << 16);
	BUF_AUTO again = buf_new(1 << 16);

	(void)s;
	assert_int_equal(
		swept(STR("{\"h\":\"X-Api-Key: " BEARER "\\r\\nCookie: a=" BEARER "\\r\\nAuthorization: Bearer "
			  BEARER "\\r\\n\",\"c\":\"token = '" QUOTED "'\"}"), &out), 4);
	assert_int_equal(swept(buf_str(&out), &again), 0);
}

static void what_was_replaced_is_told_by_kind_and_without_values(void **s)
{
	BUF_AUTO out = buf_new(1 << 16);
	BUF_AUTO told = buf_new(1 << 16);
	OWNED(arena) a = arena_new();

	(void)s;
	assert_int_equal(swept(STR("{\"a\":\"" AWS "\",\"b\":\"" AWS "\",\"c\":\"pwd='" QUOTED "'\"}"), &out), 3);
	sweep_tell(sweep, &told);
	assert_string_equal(arena_cstr(a, buf_str(&told)),
			    "2 AWS access key id, 1 quoted value assigned to a name that says secret");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_in_messages_headers_and_addresses_are_replaced),
		cmocka_unit_test(what_is_no_secret_leaves_the_bytes_as_they_are),
		cmocka_unit_test(an_escaped_value_is_the_same_value),
		cmocka_unit_test(lines_of_a_key_go_wherever_the_report_puts_them),
		cmocka_unit_test(a_value_is_found_at_every_place_of_a_long_report),
		cmocka_unit_test(a_second_time_finds_nothing),
		cmocka_unit_test(what_was_replaced_is_told_by_kind_and_without_values),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
