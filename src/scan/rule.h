/* Detection rules and their file format (doc/format-rules.md): one block per
 * rule, line by line, so that a rule can be read, reviewed and compared as
 * text. A rule carries its own examples; they are its test. */
#ifndef SCAN_RULE_H
#define SCAN_RULE_H

#include "base/arena.h"
#include "base/str.h"

/* The rules compiled into the program; embed_get() gives their text. */
#define SCAN_RULES_FILE "src/scan/rules/secrets.rules"

enum scan_family { SCAN_FAMILY_SECRET, SCAN_FAMILY_PERSONAL };
enum scan_severity { SCAN_LOW, SCAN_MEDIUM, SCAN_HIGH, SCAN_CRITICAL };

/* Which text a rule is for: files of a tree and the text of reports, or one of them. */
enum scan_use { SCAN_USE_ALL, SCAN_USE_TREE, SCAN_USE_REPORTS };

/* How hard the word filter works on what a rule found (scan/words.h). */
enum scan_filter { SCAN_FILTER_NONE, SCAN_FILTER_KNOWN, SCAN_FILTER_STRICT };

enum {
	SCAN_RULES_MAX = 4096,		/* rules in a file */
	SCAN_RULE_FILE_MAX = 4 << 20,	/* bytes of a file */
	SCAN_RANK_DEFAULT = 5,
	SCAN_WINDOW_DEFAULT = 256,
	SCAN_WINDOW_MAX = 1 << 16,
	SCAN_GROUP_FIRST = 99,		/* the first capture that is set, else the match */
};

struct scan_validator;

struct scan_rule {
	struct str id, title;
	enum scan_family family;
	enum scan_severity severity;
	enum scan_use use;
	struct strs keywords;		/* public literals, any case */
	bool by_keyword;		/* found by its keywords, else by its pattern */
	const char *pattern;		/* PCRE2; vectorscan's subset unless found otherwise */
	const char *trigger;		/* found instead of keywords: vectorscan's subset; or NULL */
	unsigned group;			/* the capture that is the secret, or SCAN_GROUP_FIRST */
	unsigned entropy;		/* least, in hundredths of a bit per byte */
	size_t before, after;		/* confirm window around a trigger, in bytes */
	const struct scan_validator *validator;	/* or NULL */
	enum scan_filter filter;
	unsigned rank;			/* of two that overlap, the higher stays */
	struct strs only, never;	/* patterns of paths, as in fnmatch(3) */
	struct str needs;		/* id of a rule that must match nearby, or absent */
	size_t needs_within;		/* bytes from the one secret's start to the other's */
	bool part;			/* exists for other rules' `needs`; not reported */
	struct strs yes, no;		/* examples, escapes taken out */
	unsigned line;			/* where the block begins */
};

struct scan_rules {
	struct scan_rule *v;
	size_t n;
};

/* Reads a rule file into the arena. ERR_INPUT "name:line: …" says what is wrong
 * and where; ERR_LIMIT beyond the maxima. Patterns are not compiled here. */
MUST_USE err scan_rules_parse(struct arena *a, const char *name, struct str text,
			      struct scan_rules *out);

/* Index of a rule by id; rules->n where there is none. */
size_t scan_rules_find(const struct scan_rules *rules, struct str id);

/* Whether the rule applies to this path (`only`, `never`). Patterns without a
 * slash are compared with the last part. An absent path always applies. */
bool scan_rule_applies(const struct scan_rule *r, struct str path);

/* Takes the escapes of the format out: \- is nothing (it keeps an example from
 * looking like a secret where it is written), \n \r \t \s \\ and \xHH are bytes.
 * False on any other escape or a NUL. */
MUST_USE bool scan_rule_unescape(struct arena *a, struct str text, struct str *out);

const char *scan_severity_name(enum scan_severity s);

#endif
