/* Report readers: one file per format. A reader runs in a process that can do
 * nothing but read one seekable descriptor (already decompressed) and write one
 * submission. Which reader it is, is decided by the structure of the content. */
#ifndef READER_READER_H
#define READER_READER_H

#include "base/arena.h"
#include "base/base.h"
#include "reader/head.h"
#include "reader/redact.h"
#include "store/submission.h"

struct reader {				/* what a reader gets */
	int in;				/* seekable; read from its start */
	const char *name;		/* for error sentences */
	int64_t size;			/* bytes of `in` */
	struct submission_writer *out;
	uint8_t secret_key[32];		/* of keyed digests; the values never leave */
	struct arena *a;		/* its life is the reading */
};

struct reader_kind {
	const char *name;		/* "sarif": what --kind takes */
	const char *title;		/* "SARIF 2.1.0" */
	bool (*recognise)(const struct reader_head *head);
	/* Writes items between submission_write_start() and _end(), which are the
	 * caller's. An empty list of results is a clean scan; a file without any
	 * content or run is ERR_INPUT. */
	err (*read)(struct reader *r);
	/* Where the format holds secret values; NULL: nowhere. */
	const struct redact_rule *redact;
	/* Whether this very report may hold some, asked where `redact` is set;
	 * NULL: always. Reads r->in, leaves it anywhere. */
	err (*redact_when)(struct reader *r, bool *yes);
	void (*prepare)(void);		/* loads a library before the sandbox closes; or NULL */
	bool empty_is_clean;		/* a file of zero bytes says: nothing was found */
};

extern const struct reader_kind *const reader_kinds[];	/* NULL at the end */

enum { READER_HEAD = 64 * 1024 };	/* bytes of content that detection looks at */

/* By the first READER_HEAD bytes of the content; the name of the file decides
 * only where the content fits several ("[]"). NULL where nothing fits. */
const struct reader_kind *reader_detect(struct str head, const char *filename_hint);

/* ERR_INPUT: why nothing fits (empty, not text, of no known kind), with the kinds
 * as a hint. */
MUST_USE err reader_unknown(struct str head, const char *name);

/* By the word --kind takes; ERR_USAGE with the nearest one. */
MUST_USE err reader_find(const char *kind, const struct reader_kind **out);

/* Where the format itself may hold secret values, a copy with keyed digests in their
 * place goes to `out`, and `read` is to be given that copy; otherwise nothing is
 * written. *replaced: how many values. */
MUST_USE err reader_redact(const struct reader_kind *k, struct reader *r, int out, uint64_t *replaced);

/* Reads r->in with `k`, after the checks that are the same for all: a file of zero
 * bytes is ERR_INPUT unless the kind says that it means "clean". */
MUST_USE err reader_run(const struct reader_kind *k, struct reader *r);

extern const struct reader_kind
	reader_sarif, reader_gitleaks, reader_trivy, reader_github_pulls, reader_semgrep, reader_grype,
	reader_cyclonedx, reader_npm_audit, reader_junit, reader_osv, reader_openvex, reader_spdx,
	reader_gitlab, reader_checkov, reader_gosec, reader_github_alerts, reader_github_rules,
	reader_gitlab_mrs, reader_github_parts, reader_bitbucket_pulls, reader_azure_pulls,
	reader_zap, reader_generic, reader_people;

#endif
