/* One match, and how it may be shown. The value itself is only ever a span into
 * the caller's bytes; what leaves for people is its shape and the line around
 * it with every secret taken out. */
#ifndef SCAN_MATCH_H
#define SCAN_MATCH_H

#include "base/buf.h"
#include "scan/rule.h"
#include "scan/valid.h"

struct scan_span {
	size_t from, to;	/* bytes [from, to) of the input */
};

/* Comments by which people told a scanner to look away. They are reported, so
 * that somebody can own them; nothing is dropped because of one. */
enum scan_allow {
	SCAN_ALLOW_CUSTODY = 1,		/* custody:allow */
	SCAN_ALLOW_GITLEAKS = 2,	/* gitleaks:allow */
	SCAN_ALLOW_BETTERLEAKS = 4,	/* betterleaks:allow */
	SCAN_ALLOW_KINGFISHER = 8,	/* kingfisher:ignore */
	SCAN_ALLOW_TRUFFLEHOG = 16,	/* trufflehog:ignore */
	SCAN_ALLOW_DETECT_SECRETS = 32,	/* pragma: allowlist secret, … nextline secret */
};

struct scan_match {
	const struct scan_rule *rule;
	struct scan_span whole, secret;
	uint64_t line, column;		/* of the secret's first byte, from 1, in bytes */
	uint64_t end_line;		/* of its last byte */
	unsigned entropy;		/* of the secret, hundredths of a bit per byte */
	enum scan_verdict verdict;
	unsigned allows;		/* bits of enum scan_allow */
};

/* What a callback may show a match with; alive during the callback only. */
struct scan_view {
	struct str bytes;		/* the whole input */
	const struct scan_span *secrets;/* of all matches of the input, by offset */
	size_t n;
	bool cut;			/* there may be more that are not listed */
};

/* The value. The caller must not let it leave memory: keyed digest, compare. */
struct str scan_secret(const struct scan_view *view, const struct scan_match *m);

/* The shape for people, "AKIA…(20)": at most four leading bytes, and only those
 * that the rule's keywords make public anyway, then the length. */
void scan_redact(const struct scan_view *view, const struct scan_match *m, struct buf *out);

/* The line the secret begins on, about 60 bytes to each side, with the secret
 * as its shape and any other secret of the input, and any repetition of one,
 * as "…". UTF-8 without control characters. */
void scan_excerpt(const struct scan_view *view, const struct scan_match *m, struct buf *out);

/* The allow comments on the lines of a span, or for it on the line before. */
unsigned scan_allows(struct str bytes, struct scan_span whole);

/* "gitleaks:allow" …, for one bit. */
const char *scan_allow_name(enum scan_allow bit);

#endif
