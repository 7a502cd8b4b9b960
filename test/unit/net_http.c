/* Requests: bounded in size, time and tries; what stands in errors. */
#include "unit.h"

#include "base/instant.h"
#include "net/http.h"
#include "server.h"

static struct http_request get(const char *url)
{
	return (struct http_request){ .url = str_c(url), .limit = 1000, .wait_ms = 3000, .tries = 3 };
}

static void only_addresses_of_the_web_are_taken(void **s)
{
	static const char *const good[] = { "http://a", "https://a.example:8/x?y#z", "HTTPS://u:p@a/x", "http://[::1]:80/" };
	static const char *const bad[] = { "", "a", "ftp://a", "file:///etc/passwd", "http://", "http:///x", "http://u@/x",
		"http://:80/", "http://a b", "http://a\n", "http://a\x7f", "http://\xc3\xa4", "http:\\\\a", "http://a\\b" };

	(void)s;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_ok(http_check(str_c(good[i])));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_fails(http_check(str_c(bad[i])), ERR_USAGE);
	assert_fails(http_check((struct str){ 0 }), ERR_USAGE);
}

static void a_name_holds_no_user_password_or_query(void **s)
{
	static const char *const cases[][2] = {
		{ "https://user:word@a.example:8/x/y?token=1#z", "https://a.example:8/x/y" },
		{ "https://user:p@ss@a.example/x", "https://a.example/x" },
		{ "http://a?token", "http://a" },
		{ "no address with word", "an address" },
	};
	OWNED(arena) a = arena_new();

	(void)s;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str got = http_name(a, str_c(cases[i][0]));

		assert_string_equal(arena_cstr(a, got), cases[i][1]);
	}
}

static void echo(void *ctx, struct arena *a, const struct server_request *r, struct server_reply *out)
{
	BUF_AUTO said = buf_new(1 << 20);

	(void)ctx;
	out->type = "Text/X.Thing; charset=utf-8";
	buf_add(&said, r->head);
	buf_add_c(&said, "\n--\n");
	buf_add(&said, r->body);
	out->body = arena_str(a, buf_str(&said));
}

static void a_request_is_sent_and_answered(void **s)
{
	OWNED(arena) a = arena_new();
	SERVER_AUTO server = { 0 };
	struct http_request r;
	struct http_answer answer;

	(void)s;
	server_start(&server, echo, NULL);
	r = get(server.url);
	assert_ok(http_ask(a, &r, &answer));
	assert_int_equal(answer.status, 200);
	assert_true(str_is(answer.type, "text/x.thing"));
	assert_true(str_starts(answer.body, STR("GET / ")));
	assert_true(str_has(answer.body, STR("User-Agent: custody/" CUSTODY_VERSION "\r\n")));
	r.body = STR("a\0b");
	r.type = "application/x-thing";
	assert_ok(http_ask(a, &r, &answer));
	assert_true(str_starts(answer.body, STR("POST / ")) && str_ends(answer.body, STR("--\na\0b")));
	assert_true(str_has(answer.body, STR("Content-Type: application/x-thing\r\n")));
	assert_false(str_has(answer.body, STR("Expect:")));
	r.body = STR("");
	assert_ok(http_ask(a, &r, &answer));
	assert_true(str_starts(answer.body, STR("POST / ")) && str_ends(answer.body, STR("--\n")));
}

static void redirect(void *ctx, struct arena *a, const struct server_request *r, struct server_reply *out)
{
	(void)ctx;
	(void)a;
	(void)r;
	out->status = 302;
	out->header = "Location: http://127.0.0.1:1/elsewhere";
}

static void redirects_are_answers(void **s)
{
	OWNED(arena) a = arena_new();
	SERVER_AUTO server = { 0 };
	struct http_request r;
	struct http_answer answer;

	(void)s;
	server_start(&server, redirect, NULL);
	r = get(server.url);
	assert_ok(http_ask(a, &r, &answer));
	assert_int_equal(answer.status, 302);
	assert_int_equal(answer.body.n, 0);
	assert_non_null(answer.body.p);
}

static void large(void *ctx, struct arena *a, const struct server_request *r, struct server_reply *out)
{
	(void)ctx;
	(void)r;
	out->body = (struct str){ arena_alloc(a, 1001), 1001 };
}

static void an_answer_is_bounded(void **s)
{
	OWNED(arena) a = arena_new();
	SERVER_AUTO server = { 0 };
	struct http_request r;
	struct http_answer answer;

	(void)s;
	server_start(&server, large, NULL);
	r = get(server.url);
	assert_fails(http_ask(a, &r, &answer), ERR_LIMIT);
	r.limit = 1001;
	assert_ok(http_ask(a, &r, &answer));
	assert_int_equal(answer.body.n, 1001);
}

/* 503, 429, a dropped connection, then good. */
static void better_later(void *ctx, struct arena *a, const struct server_request *r, struct server_reply *out)
{
	static const int status[] = { 503, 429, 0, 200 };

	(void)ctx;
	out->status = status[r->number % 4];
	out->drop = out->status == 0;
	out->body = arena_printf(a, "%d", r->number);
}

static void what_may_pass_is_tried_again(void **s)
{
	OWNED(arena) a = arena_new();
	SERVER_AUTO server = { 0 };
	struct http_request r;
	struct http_answer answer;

	(void)s;
	server_start(&server, better_later, NULL);
	r = get(server.url);
	r.tries = 4;
	r.wait_ms = 20000;
	assert_ok(http_ask(a, &r, &answer));
	assert_int_equal(answer.status, 200);
	assert_true(str_is(answer.body, "3"));
	r.tries = 2;
	assert_ok(http_ask(a, &r, &answer));	/* requests 4 and 5 */
	assert_int_equal(answer.status, 429);
	r.tries = 1;
	assert_fails(http_ask(a, &r, &answer), ERR_NETWORK);	/* request 6 */
	r.tries = 3;
	assert_ok(http_ask(a, &r, &answer));	/* request 7: the first that is good */
	assert_true(str_is(answer.body, "7"));
}

static void later_please(void *ctx, struct arena *a, const struct server_request *r, struct server_reply *out)
{
	(void)ctx;
	(void)a;
	(void)r;
	out->status = 429;
	out->header = "Retry-After: 600";
}

static void slow(void *ctx, struct arena *a, const struct server_request *r, struct server_reply *out)
{
	(void)ctx;
	(void)a;
	(void)r;
	out->sleep_ms = 5000;
}

static void time_is_bounded_whatever_the_server_does(void **s)
{
	static server_answer *const servers[] = { later_please, slow };
	OWNED(arena) a = arena_new();
	struct http_answer answer;

	(void)s;
	for (size_t i = 0; i < ARRAY_LEN(servers); i++) {
		SERVER_AUTO server = { 0 };
		struct http_request r;
		int64_t began;
		err e;

		server_start(&server, servers[i], NULL);
		r = get(server.url);
		r.wait_ms = 400;
		began = instant_ticks_ms();
		e = http_ask(a, &r, &answer);
		assert_true(i == 0 ? e == NULL && answer.status == 429 : e != NULL && e->kind == ERR_NETWORK);
		assert_true(instant_ticks_ms() - began < 2000);
	}
}

static void errors_hold_no_password(void **s)
{
	OWNED(arena) a = arena_new();
	struct http_request r = get("http://user:s3cret@127.0.0.1:1/x?token=s3cret");
	struct http_answer answer;
	err e;

	(void)s;
	r.tries = 1;
	e = http_ask(a, &r, &answer);
	assert_non_null(e);
	assert_int_equal(e->kind, ERR_NETWORK);
	assert_null(strstr(e->text, "s3cret"));
	assert_non_null(strstr(e->text, "http://127.0.0.1:1/x"));
	setenv("http_proxy", "http://u:s3cret@127.0.0.1:1", 1);
	r.url = STR("http://a.example/x");
	e = http_ask(a, &r, &answer);
	unsetenv("http_proxy");
	assert_non_null(e);
	assert_null(strstr(e->text, "s3cret"));
	r.url = STR("http://user:s3cret@/");
	e = http_ask(a, &r, &answer);
	assert_non_null(e);
	assert_null(strstr(e->text, "s3cret"));
	assert_null(strstr(e->hint, "s3cret"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_addresses_of_the_web_are_taken),
		cmocka_unit_test(a_name_holds_no_user_password_or_query),
		cmocka_unit_test(a_request_is_sent_and_answered),
		cmocka_unit_test(redirects_are_answers),
		cmocka_unit_test(an_answer_is_bounded),
		cmocka_unit_test(what_may_pass_is_tried_again),
		cmocka_unit_test(time_is_bounded_whatever_the_server_does),
		cmocka_unit_test(errors_hold_no_password),
	};

	unsetenv("http_proxy");
	unsetenv("HTTP_PROXY");
	unsetenv("https_proxy");
	unsetenv("all_proxy");
	unsetenv("ALL_PROXY");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
