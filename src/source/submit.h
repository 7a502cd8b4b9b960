/* The job's side of a submission: a CI job that has no home reads its reports, or its
 * repository, and writes what it read to a file; the home takes the file in
 * (source/submitted.h). Nothing needs a key: a secret value's digest is made with a
 * random one, and is left out where it would have to be known again. */
#ifndef SOURCE_SUBMIT_H
#define SOURCE_SUBMIT_H

#include "source/collect_git.h"

struct submit_spec {
	int out;			/* descriptor the submission is written to */
	const char *folder;		/* for temporary files */
	const char *name, *kind;	/* of the report; kind NULL: by content */
	const struct intake_context *context;
	void (*note)(void *ctx, struct str note);	/* may be NULL */
	void *note_ctx;
};

struct submit_result {
	const char *title;		/* of the format */
	int64_t items;
	struct str replaced;		/* as in source/import.h */
};

/* One report: `fd` is a regular file at 0. After an error what was written is no whole
 * submission, and is refused by every home. */
MUST_USE err submit_file(const struct submit_spec *spec, struct arena *a, int fd, struct submit_result *out);

/* One repository. */
MUST_USE err submit_git(const struct submit_spec *spec, struct arena *a, const struct collect_spec *collect,
			struct submit_result *out);

#endif
