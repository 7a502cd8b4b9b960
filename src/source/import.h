/* Importing one file: known before? then nothing; else decode, tell the format,
 * take secret values out, read it into the intake and keep it as evidence meanwhile. */
#ifndef SOURCE_IMPORT_H
#define SOURCE_IMPORT_H

#include "store/intake.h"

struct import_spec {
	struct arena *a;		/* what the result's texts are made in */
	const char *name;		/* what errors call it */
	const char *kind;		/* reader, or NULL: by content */
	struct intake_context *context;	/* report, original, size are filled in */
	void (*progress)(void *ctx, int64_t done, int64_t of);	/* may be NULL */
	void *progress_ctx;
	void (*note)(void *ctx, struct str note);		/* may be NULL */
	void *note_ctx;
	const char *signature;	/* of a submission that a job wrote; or NULL */
};

struct import_result {
	const char *title;		/* of the format */
	struct str replaced;		/* "2 GitHub token": secret values taken out; or absent */
	int64_t known_since;		/* imported before, at this instant; else 0 */
	struct intake_counts counts;
};

/* `fd` is a regular file at 0, which must not change (ERR_CONFLICT). On an error
 * nothing of the file counts, and no evidence of it stays. */
MUST_USE err import_file(struct store *s, const struct import_spec *spec, int fd, struct import_result *out);

/* All of a pipe into a temporary file in the folder; at most 16 GiB. */
MUST_USE err import_spool(const char *folder, int in, const char *name, int *out);

/* A file without a name; every byte of a descriptor, at most 16 GiB; their digest, with
 * the descriptor at its start again; its start again. */
MUST_USE err import_temporary(const char *folder, int *out);
MUST_USE err import_pieces(int fd, const char *name, err (*take)(void *ctx, struct str piece), void *ctx);
MUST_USE err import_hash(int fd, const char *name, struct digest *out);
MUST_USE err import_rewind(int fd, const char *name);

#endif
