/* Writing the auditor's pack: the log, what is disclosed of its records, the
 * evidence they cite, time stamps, and the same facts as pages and tables for
 * people, listed in a signed manifest (doc/format-pack.md). Memory does not grow
 * with what the evidence holds. */
#ifndef PACK_WRITE_H
#define PACK_WRITE_H

#include "store/store.h"

struct pack_spec {
	struct arena *a;
	const char *out;		/* ends in ".zip": one file; else a folder */
	int64_t from, to;		/* the period, instants; INSTANT_NONE: as show_facts_read has it */
	int64_t as_of;			/* when it is looked at; INSTANT_NONE: now */
	struct str organisation;	/* on every page, or absent */
	struct str made_for;		/* who it is made for, or absent */
	bool withhold_words, withhold_evidence;	/* left out, and listed as left out */
	struct str why;			/* the reason, a sentence; for both */
	void (*progress)(void *ctx, const char *what, uint64_t bytes);	/* written so far; may be NULL */
	void *ctx;
};

struct pack_result {
	int64_t records, parts, erased, evidence, evidence_bytes, files, bytes, anchors;
	int64_t withheld_words, withheld_evidence;
	struct digest manifest;
};

/* Signs what is not yet signed, writes the pack at that size of the log, and adds
 * the record pack.v1 (which the next pack will hold). The store is open for
 * writing and stays so. ERR_CONFLICT: something that is no pack lies at `out`.
 * ERR_INTEGRITY: the home itself is not intact; nothing was written then. */
MUST_USE err pack_write(struct store *s, const struct pack_spec *spec, struct pack_result *out);

#endif
