/* Running a reader: a fresh exec of this program with no network, no home, an
 * input descriptor and an output descriptor. Whatever parses what came from
 * outside happens there: undoing compression, telling the format, taking secret
 * values out, reading. What a reader says is a submission. */
#ifndef SOURCE_RUN_H
#define SOURCE_RUN_H

#include "reader/reader.h"
#include "store/intake.h"

/* `in` undone of gzip or zstd into `out` (a regular file). */
MUST_USE err source_decode(int in, int out, const char *name);

/* Which reader fits: its name, in `a`. `kind` forces one where it is not NULL. */
MUST_USE err source_detect(struct arena *a, int in, const char *name, const char *kind, const char **out);

/* A copy without secret values; *made false where there is none to take out, and the
 * bytes are what they were. What was replaced is told to `said`, by kind: "2 GitHub
 * token". First those at the places where the format puts them ... */
struct source_copy {
	const char *kind, *name;
	int in, out;
	const uint8_t *key;		/* 32 bytes */
};
MUST_USE err source_redact(const struct source_copy *copy, bool *made, struct buf *said);

/* ... then those that the detection engine finds anywhere in the text. */
MUST_USE err source_sweep(const struct source_copy *copy, bool *made, struct buf *said);

/* The table's JSON of the custody.yaml that `in` holds; source/config_ask.h. */
MUST_USE err source_config(int in, const char *name, struct buf *answer);

/* Reads `fd` with the reader `kind` and hands what it says to the intake. */
MUST_USE err source_run(struct intake *in, const char *kind, const char *name, int fd, const uint8_t key[32]);

/* Starts this program anew with `argv` (NULL at the end; argv[0] included) and
 * hands what it writes to the intake. `name` is what errors call it; `key` (or NULL)
 * is handed over on descriptor 3. */
MUST_USE err source_run_argv(struct intake *in, const char *const *argv, const char *name,
			     const uint8_t key[32]);

/* Reads `fd` with the reader `kind`, or starts `argv`, and hands what is said to calls of
 * one's own instead. Of what: kind and fd, or argv. */
struct source_said {
	const char *kind, *name;
	int fd;
	const uint8_t *key;
	const char *const *argv;	/* NULL: the reader */
	const struct submission_calls *calls;
	void *ctx;
};
MUST_USE err source_hear(const struct source_said *what);

/* The same for a role that answers with a short text (at most the buffer's maximum). */
MUST_USE err source_ask(const char *const *argv, const char *name, struct buf *answer);

/* Writes an error to descriptor 2 in the form the parent reads; *code is 1 then. */
MUST_USE err source_role_end(err e, int *code);

/* The roles' own side, called in the fresh process: input is descriptor 0, output
 * 1, the key for secret values 3. Each enters the sandbox before the first byte.
 * *code is the exit code; errors are written to descriptor 2 for the parent. */
enum source_role { SOURCE_DECODE, SOURCE_DETECT, SOURCE_REDACT, SOURCE_SWEEP, SOURCE_READ, SOURCE_CONFIG };
extern const char *const source_role_words[];
MUST_USE err source_role_main(enum source_role role, const char *kind, const char *name, int *code);

#endif
