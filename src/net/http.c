#include "net/http.h"

#include "base/buf.h"
#include "base/instant.h"
#include "crypto/random.h"
#include "net/curl.h"

#include <ctype.h>
#include <time.h>

enum { FIRST_PAUSE_MS = 200 };

static const struct str user_agent = STR_INIT("custody/" CUSTODY_VERSION);

struct address {
	struct str scheme, authority, rest;	/* "https", "user@host:1", "/path?…" */
};

/* Nothing that a terminal, a header or a path would take as more than text. */
static bool plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((uint8_t)s.p[i] <= ' ' || (uint8_t)s.p[i] >= 0x7f || s.p[i] == '\\')
			return false;
	return true;
}

static bool take_apart(struct str url, struct address *out)
{
	size_t at = str_find(url, STR("://"), 0), end;

	if (!url.p || url.n > HTTP_URL_MAX || !plain(url) || at == url.n)
		return false;
	out->scheme = (struct str){ url.p, at };
	url = str_from(url, at + 3);
	for (end = 0; end < url.n && !strchr("/?#", url.p[end]);)
		end++;
	out->authority = (struct str){ url.p, end };
	out->rest = str_from(url, end);
	return str_is_caseless(out->scheme, STR("http")) || str_is_caseless(out->scheme, STR("https"));
}

/* The host and port, behind the last '@'. */
static struct str host_of(const struct address *ad)
{
	size_t at = ad->authority.n;

	while (at > 0 && ad->authority.p[at - 1] != '@')
		at--;
	return str_from(ad->authority, at);
}

err http_check(struct str url)
{
	struct address ad;
	struct str host;

	if (take_apart(url, &ad)) {
		host = host_of(&ad);
		if (host.n > 0 && host.p[0] != ':')
			return NULL;
	}
	return err_hint(fail(ERR_USAGE, "this is not an address that begins with http:// or https://"),
			"such as https://example.org/path, of at most %d characters", HTTP_URL_MAX);
}

struct str http_name(struct arena *a, struct str url)
{
	struct address ad;
	size_t end = 0;

	if (!take_apart(url, &ad))
		return STR("an address");
	while (end < ad.rest.n && ad.rest.p[end] != '?' && ad.rest.p[end] != '#')
		end++;
	return arena_printf(a, "%.*s://%.*s%.*s", FMT(ad.scheme), FMT(host_of(&ad)), (int)end, ad.rest.p);
}

/* One try. */
struct call {
	const struct curl *curl;
	const struct http_request *r;
	CURL *handle;
	struct curl_slist *headers;
	struct buf body;
	int64_t left_ms;
	int64_t retry_after_s;		/* what the server asked for, 0 is nothing */
};

static void call_done(struct call *c)
{
	if (c->headers)
		c->curl->list_free(c->headers);
	if (c->handle)
		c->curl->cleanup(c->handle);
	buf_done(&c->body);
}
#define CALL_AUTO __attribute__((cleanup(call_done))) struct call

static size_t take_body(char *bytes, size_t size, size_t n, void *ctx)
{
	struct call *c = ctx;

	buf_add(&c->body, (struct str){ bytes, size * n });
	return buf_over(&c->body) ? 0 : size * n;
}

static void add_header(struct call *c, struct arena *a, const char *name, const char *value)
{
	struct curl_slist *more;

	if (!value)
		return;
	more = c->curl->list_append(c->headers, arena_printf(a, "%s: %s", name, value).p);
	ASSERT(more);
	c->headers = more;
}

/* Every option that the safety of a request rests on must take. */
static bool set_bounds(struct call *c, struct arena *a)
{
	__typeof__(c->curl->setopt) set = c->curl->setopt;
	CURL *h = c->handle;

	return set(h, CURLOPT_URL, arena_cstr(a, c->r->url)) == CURLE_OK &&
	       set(h, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
	       set(h, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
	       set(h, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
	       set(h, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
	       set(h, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
	       set(h, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	       set(h, CURLOPT_TIMEOUT_MS, (long)c->left_ms) == CURLE_OK &&
	       set(h, CURLOPT_USERAGENT, user_agent.p) == CURLE_OK &&
	       set(h, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK &&
	       set(h, CURLOPT_WRITEDATA, c) == CURLE_OK;
}

static bool set_up(struct call *c, struct arena *a)
{
	__typeof__(c->curl->setopt) set = c->curl->setopt;
	const struct http_request *r = c->r;

	add_header(c, a, "Accept", r->accept ? r->accept : "*/*");
	if (r->body.p) {
		add_header(c, a, "Content-Type", r->type ? r->type : "application/octet-stream");
		/* A request this small needs no question whether it may come. */
		add_header(c, a, "Expect", "");
		if (set(c->handle, CURLOPT_POST, 1L) != CURLE_OK ||
		    set(c->handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.n) != CURLE_OK ||
		    set(c->handle, CURLOPT_POSTFIELDS, r->body.p) != CURLE_OK)
			return false;
	}
	return set_bounds(c, a) && set(c->handle, CURLOPT_HTTPHEADER, c->headers) == CURLE_OK;
}

/* libcurl's own text of an error may hold the address; these do not. */
static err no_answer(struct call *c, CURLcode code, struct str name)
{
	const char *why = c->curl->strerror(code);

	if (buf_over(&c->body))
		return fail(ERR_LIMIT, "the answer of %.*s is larger than %zu bytes", FMT(name), c->r->limit);
	if (code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY)
		why = "its name is not known here";
	if (code == CURLE_COULDNT_CONNECT)
		why = "nobody answers there";
	if (code == CURLE_OPERATION_TIMEDOUT)
		why = "no answer within the time";
	if (code == CURLE_PEER_FAILED_VERIFICATION)
		why = "its certificate is not one that is trusted here";
	return fail(ERR_NETWORK, "cannot reach %.*s: %s", FMT(name), why);
}

static struct str media_type(struct arena *a, const char *header)
{
	struct str s = arena_str(a, str_c(header ? header : "")), type;
	char *lower;

	if (!str_split(&s, ';', &type))
		return STR("");
	type = str_trim(type);
	lower = arena_cstr(a, type);
	for (size_t i = 0; i < type.n; i++)
		lower[i] = (char)tolower((unsigned char)lower[i]);
	return (struct str){ lower, type.n };
}

static void take_answer(struct call *c, struct arena *a, struct http_answer *out)
{
	char *type = NULL;
	long status = 0;
	curl_off_t after = 0;

	if (c->curl->getinfo(c->handle, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK ||
	    c->curl->getinfo(c->handle, CURLINFO_CONTENT_TYPE, &type) != CURLE_OK)
		status = 0;
	if (c->curl->getinfo(c->handle, CURLINFO_RETRY_AFTER, &after) == CURLE_OK && after > 0)
		c->retry_after_s = after;
	*out = (struct http_answer){ (int)status, media_type(a, type), arena_str(a, buf_str(&c->body)) };
	if (!out->body.p)
		out->body = STR("");
}

/* *again: it may go better later; also with an answer. */
static err try_once(struct arena *a, struct call *c, struct http_answer *out, bool *again)
{
	struct str name = http_name(a, c->r->url);
	CURLcode code;

	c->handle = c->curl->init();
	if (!c->handle || !set_up(c, a))
		return fail(ERR_FAILED, "the request to %.*s could not be prepared", FMT(name));
	code = c->curl->perform(c->handle);
	*again = code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_CONNECT ||
		 code == CURLE_GOT_NOTHING || code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR;
	if (code != CURLE_OK)
		return no_answer(c, code, name);
	take_answer(c, a, out);
	*again = out->status == 429 || out->status == 500 || (out->status >= 502 && out->status <= 504);
	return NULL;
}

/* The pause before the next try; half of it by chance, so that many who were
 * turned away together do not come back together. */
static int64_t pause_ms(int tried, int64_t retry_after_s)
{
	uint16_t chance;
	int64_t whole = (int64_t)FIRST_PAUSE_MS << tried;

	if (retry_after_s > 0)
		return retry_after_s > 3600 ? 3600 * 1000 : retry_after_s * 1000;
	random_bytes(&chance, sizeof(chance));
	return whole / 2 + whole / 2 * chance / 65536;
}

static void sleep_ms(int64_t ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	while (nanosleep(&t, &t)) {
	}
}

err http_ask(struct arena *a, const struct http_request *r, struct http_answer *out)
{
	int64_t until = instant_ticks_ms() + r->wait_ms;
	const struct curl *curl;

	ASSERT(r->tries >= 1 && r->tries <= HTTP_TRIES_MAX && r->wait_ms > 0 && r->limit > 0);
	TRY(http_check(r->url));
	TRY(curl_load(&curl));
	for (int tried = 0;; tried++) {
		CALL_AUTO c = { .curl = curl, .r = r, .body = buf_new(r->limit),
				.left_ms = until - instant_ticks_ms() };
		int64_t pause;
		bool again = false;
		err e;

		if (c.left_ms < 1)
			c.left_ms = 1;
		e = try_once(a, &c, out, &again);
		pause = pause_ms(tried, c.retry_after_s);
		if (!again || tried + 1 == r->tries || instant_ticks_ms() + pause >= until)
			return e;
		sleep_ms(pause);
	}
}
