/* What is kept as evidence: reports, exports, documents. */
#ifndef SHOW_EVIDENCE_H
#define SHOW_EVIDENCE_H

#include "db/db.h"
#include "show/list.h"

struct show_evidence_query {
	struct str kind;	/* absent: any */
	struct str control;	/* only documents for it; absent: any */
	int64_t limit;		/* 0 is all */
};
MUST_USE err show_evidence_list(struct db *db, const struct show_evidence_query *q, enum show_format format, int fd);

/* The digest (64 digits) that begins with these; ERR_MISSING, ERR_CONFLICT. Erased
 * evidence is ERR_MISSING with the record that ordered it. */
MUST_USE err show_evidence_digest(struct db *db, struct arena *a, struct str prefix, struct str *out);

#endif
