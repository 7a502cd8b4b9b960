/* Requests over HTTP, bounded in size, time and number of tries. Only http and
 * https; no redirects, certificates are checked, a proxy comes from the
 * environment. An address may hold a user and password for the server: they are
 * sent, and never stand in an error; http_name() is what may be shown or kept. */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include "base/arena.h"
#include "base/base.h"

enum { HTTP_URL_MAX = 2048, HTTP_TRIES_MAX = 8 };

struct http_request {
	struct str url;
	struct str body;		/* absent: GET, otherwise POST */
	const char *type, *accept;	/* media types, or NULL */
	size_t limit;			/* bytes of the answer */
	int64_t wait_ms;		/* for everything, pauses included */
	int tries;			/* 1 … HTTP_TRIES_MAX */
};

struct http_answer {
	int status;
	struct str type;		/* media type in lower case, without parameters */
	struct str body;
};

/* ERR_USAGE unless it is an http or https address with a host. */
MUST_USE err http_check(struct str url);

/* The address without user, password, query and fragment; what is no address
 * gives "an address". */
struct str http_name(struct arena *a, struct str url);

/* Any status is an answer; texts live in `a`. 429, 500, 502, 503, 504 and a
 * server that cannot be reached are tried again, with pauses that double (or as
 * long as the server asks), while tries and time last; so only for requests that
 * may arrive twice. ERR_NETWORK: no answer; ERR_LIMIT: it is too large. */
MUST_USE err http_ask(struct arena *a, const struct http_request *r, struct http_answer *out);

#endif
