/* Findings: the list, and one of them whole. */
#ifndef SHOW_FINDING_H
#define SHOW_FINDING_H

#include "base/field.h"
#include "db/db.h"
#include "show/list.h"

struct show_finding_query {
	struct str kind, system, rule, path;	/* absent: any */
	int64_t limit;				/* 0 is all */
	int severity;				/* at least that bad; FIELD_UNKNOWN: any */
	int64_t open;				/* 1 on release branches, 2 proposed */
	bool all;				/* also what is gone */
};

/* Worst first, then by number. */
MUST_USE err show_finding_list(struct db *db, const struct show_finding_query *q, enum show_format format, int fd);

/* ERR_MISSING where there is none of that number. */
MUST_USE err show_finding(struct db *db, struct arena *a, int64_t no, enum show_format format, struct buf *out);

#endif
