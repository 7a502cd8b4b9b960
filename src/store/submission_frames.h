/* The frames of a submission as they are read: bounded, counted, digested. What
 * submission_read() and submission_copy() share. */
#ifndef STORE_SUBMISSION_FRAMES_H
#define STORE_SUBMISSION_FRAMES_H

#include "crypto/digest.h"
#include "store/submission.h"

struct frames {
	int fd;
	struct buf in;			/* bytes read and not yet used */
	size_t at;
	int64_t offset, items;
	struct digest_ctx *digest;
	bool started, trusted;		/* trusted: a copy that was found whole; no digest */
};

struct frames frames_new(int fd);
void frames_done(struct frames *r);

struct frame {
	char letter;
	struct str payload, whole;
	int64_t at;			/* of the payload in the stream */
};

/* The next frame, valid until the call after; ERR_INPUT where none is. */
MUST_USE err frames_next(struct frames *r, struct frame *f);

/* What stands behind the end came from somewhere else: ERR_INPUT. */
MUST_USE err frames_no_more(struct frames *r);

/* What a payload says: "P"; "X" (always an error); "Z", held against what was read. */
MUST_USE err frames_progress(struct str payload, int64_t *done, int64_t *of);
MUST_USE err frames_failure(struct str payload);
MUST_USE err frames_end(struct frames *r, struct arena *a, struct str payload);

/* "T": one table more. "R": its table, and the values behind. */
MUST_USE err frames_declare(struct submission_shapes *shapes, struct str payload);
MUST_USE err frames_row(const struct submission_shapes *shapes, struct str payload,
			const struct row_shape **shape, struct str *values);

#endif
