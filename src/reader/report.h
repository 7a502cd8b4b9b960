/* What every report reader does: feed the content to the paths it wants, and write
 * scans and findings whose texts fit their fields. */
#ifndef READER_REPORT_H
#define READER_REPORT_H

#include "reader/fact.h"
#include "reader/reader.h"
#include "text/json_events.h"

/* Reads r->in from its start. `e` is set to the events while it runs, for
 * json_events_index(); may be NULL. */
MUST_USE err report_json(struct reader *r, const struct json_want *wants, void *ctx,
			 struct json_events **e);

/* ERR_INPUT where the top-level value is not of this kind ('[' or '{'): a wrong file
 * given with --kind. Looks at the first bytes alone. */
MUST_USE err report_top(struct reader *r, char bracket);

/* Reads r->in from its start in pieces. */
MUST_USE err report_pieces(struct reader *r, err (*piece)(void *ctx, struct str piece), void *ctx);

/* A scan being written. */
struct report {
	struct reader *r;
	struct arena *tmp;		/* forgotten behind each finding */
	int kind;			/* SCAN_… */
	int64_t results;		/* findings written */
	bool open;
	struct str coverage;		/* said at the end; lives in r->a */
	/* What the run was worth; said by the reader before report_end(). A run with
	 * results is never empty or failed: what it found stands, so it is partial. */
	bool partial, empty, failed;
};

void report_start(struct report *p, struct reader *r);
void report_done(struct report *p);
#define REPORT_AUTO __attribute__((cleanup(report_done))) struct report

/* All absent, of this kind and tool. */
struct s_scan_begin report_scan(int kind, struct str tool, struct str version);
struct s_finding report_finding_blank(void);

/* Texts too long are shortened: what identifies keeps a digest of the whole, what
 * is read ends in "…". An empty rule becomes "none". A finding of a scan for secrets
 * must have gone through redact_context() before. */
MUST_USE err report_begin(struct report *p, const struct s_scan_begin *b);
MUST_USE err report_finding(struct report *p, const struct s_finding *f);
MUST_USE err report_end(struct report *p);

/* Any other item, its texts shortened in the same way; top level only. */
MUST_USE err report_item(struct report *p, const struct table *t, void *item);

/* One scan without parts that need more: begin, or nothing where it is open. */
MUST_USE err report_begin_once(struct report *p, const struct s_scan_begin *b);

/* "name:line:column: what" of a value. */
err report_fault(const struct reader *r, const struct json *v, const char *what)
	__attribute__((warn_unused_result, returns_nonnull));

#endif
