/* A submission: the bounded, framed stream in which anything reaches the store.
 * The same bytes are the pipe from a sandboxed reader and the `--to` file of a
 * job without a home. Frames: one letter, four bytes of length (big-endian), the
 * payload. First "S" (JSON: what it is), then "T" and "R" (a table; an item of one
 * as a row: store/submission_row.h), "I" (an item with lists or groups: table name,
 * NUL, JSON), "E" and "B" (evidence begins; its bytes), "P" (progress), last "Z"
 * (JSON: number of items and the SHA-256 of every byte before it), so that a stream
 * cut short is seen. doc/format-submission.md. */
#ifndef STORE_SUBMISSION_H
#define STORE_SUBMISSION_H

#include "base/arena.h"
#include "store/submission_row.h"

enum { SUBMISSION_FRAME_MAX = 4 << 20 };

struct s_start {		/* the "S" frame */
	struct str address, format, query, scope, source, tool;
	/* Of a file that a job wrote: what the items are of, and what makes it one of its kind. */
	struct str artefact, branch, commit, environment, nonce, part, repository, run, system;
	int64_t effective;
};
extern const struct table submission_start_table;

struct submission_writer;
MUST_USE err submission_write_start(int fd, const struct s_start *start, struct submission_writer **out);
/* Buffered; an error is kept and returned by this call or a later one. */
MUST_USE err submission_write_item(struct submission_writer *w, const struct table *t, const void *item);
MUST_USE err submission_write_note(struct submission_writer *w, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* What the items are read from, before the first of them: then its bytes, in pieces. */
MUST_USE err submission_write_evidence(struct submission_writer *w, const struct s_evidence *e);
MUST_USE err submission_write_bytes(struct submission_writer *w, struct str piece);
MUST_USE err submission_write_progress(struct submission_writer *w, int64_t done, int64_t of);
MUST_USE err submission_write_end(struct submission_writer *w);
/* The reader could not do it: the sentence travels instead of "Z". */
MUST_USE err submission_write_failure(struct submission_writer *w, err why);
void submission_writer_free(struct submission_writer *w);
OWNER(submission_writer)

/* Texts live until the next call. */
struct submission_calls {
	err (*start)(void *ctx, const struct s_start *start);
	err (*item)(void *ctx, const struct table *t, const void *item);
	err (*evidence)(void *ctx, const struct s_evidence *e, struct str piece);	/* may be NULL */
	err (*progress)(void *ctx, int64_t done, int64_t of);			/* may be NULL */
	const struct table *skip;	/* rows of this table are passed over; or NULL */
};

/* Whether these first bytes of a file are those of a submission. */
bool submission_is(struct str head);

/* The tables that the rows of one stream are of. */
struct submission_shapes {
	struct row_shape v[ROW_TABLES];
	size_t n;
};

/* Where a row is in the copy of a stream. */
struct submission_place {
	int64_t at, n;
};

struct submission_copy_calls {		/* each may be NULL */
	void (*progress)(void *ctx, int64_t done, int64_t of);
	err (*row)(void *ctx, const struct table *t, const void *item, struct submission_place at);
};

/* Copies a stream to its end and checks that it is whole and that nothing follows: what
 * is read from the copy afterwards cannot turn out to be cut short. Rows are told of on the way, so that a
 * reader on another processor is not waited for twice; only what comes out at the
 * end may be acted upon. */
MUST_USE err submission_copy(int from, int to, const struct submission_copy_calls *calls, void *ctx,
			     struct submission_shapes *shapes);

/* A row of the copy again. `item` is of the table it was told as; its texts are in
 * `a`. */
MUST_USE err submission_row_again(int copy, const struct submission_shapes *shapes, struct submission_place at,
				  struct arena *a, void *item);

/* ERR_INPUT with a sentence on anything cut short, altered or out of order; the
 * reader's own sentence when it could not do it. */
MUST_USE err submission_read(int fd, const struct submission_calls *calls, void *ctx);

/* The same of a copy that submission_copy() found whole: nothing is digested again. */
MUST_USE err submission_read_copy(int fd, const struct submission_calls *calls, void *ctx);

#endif
