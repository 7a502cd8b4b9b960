/* Time stamps (RFC 3161, with RFC 5816): a time-stamp authority signs that a
 * digest existed at a time. Asking, and checking the reply, which needs nothing
 * but its bytes, the digest and the roots that are trusted: a reply that was
 * kept is checked years later by the same function. */
#ifndef NET_TIMESTAMP_H
#define NET_TIMESTAMP_H

#include "base/arena.h"
#include "base/base.h"
#include "crypto/digest.h"

enum { TIMESTAMP_REPLY_MAX = 256 * 1024, TIMESTAMP_NONCE = 8, TIMESTAMP_CA_MAX = 1 << 20 };

/* A TimeStampReq in DER for a SHA-256, with this nonce, asking for the
 * authority's certificates; in `a`. */
MUST_USE err timestamp_request(struct arena *a, const struct digest *d,
			       const uint8_t nonce[TIMESTAMP_NONCE], struct str *out);

/* Whom to believe. */
enum timestamp_roots {
	TIMESTAMP_SYSTEM,	/* the roots of this machine */
	TIMESTAMP_FILE,		/* those in `ca` alone */
	TIMESTAMP_ANY,		/* whoever signed: says who it claims to be, no more */
};

struct timestamp_spec {
	struct str reply;		/* TimeStampResp in DER */
	struct digest digest;
	enum timestamp_roots roots;
	struct str ca;			/* certificates in PEM */
	const uint8_t *nonce;		/* what was asked with, or NULL: not compared */
};

/* Texts live in the arena. */
struct timestamp {
	int64_t time;			/* genTime, its fraction dropped */
	struct str serial;		/* hexadecimal */
	struct str policy;		/* "1.2.3" */
	struct str name;		/* subject of the certificate that signed */
};

/* Checks: granted; over this very SHA-256; the nonce; one signature, good, by the
 * certificate the signature itself names and ESSCertIDv2 binds; that certificate
 * for time stamping alone, critically; its chain to a root at genTime, without
 * SHA-1. ERR_INPUT: not of its form, or refused by the authority. ERR_INTEGRITY:
 * about something else or not rightly signed. */
MUST_USE err timestamp_check(struct arena *a, const struct timestamp_spec *spec,
			     struct timestamp *out);

/* Asks the authority at `url` for a stamp of `d` and checks it; at most wait_ms.
 * The reply's bytes live in `a`. */
struct timestamp_order {
	struct str url;
	struct digest digest;
	enum timestamp_roots roots;
	struct str ca;
	int64_t wait_ms;
};
MUST_USE err timestamp_get(struct arena *a, const struct timestamp_order *o, struct str *reply,
			   struct timestamp *out);

#endif
