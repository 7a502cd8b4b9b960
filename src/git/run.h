/* Git as a child process: one environment for all calls, output collected or
 * streamed. Only the files of this folder use it. */
#ifndef GIT_RUN_H
#define GIT_RUN_H

#include "base/buf.h"
#include "base/proc.h"
#include "git/git.h"

/* The whole environment of a call, in `a`. With a git_dir the repository is
 * pinned; without one git looks for it. */
const char *const *git_run_env(struct arena *a, const char *git_dir);

/* Arguments behind "git", NULL at the end. */
struct git_call {
	const char *const *env;
	const char *dir;		/* NULL is "/" */
	const char *const *args;
	struct str in;
};

/* Runs to the end, adding the output to `out`. *status is git's; *said is the
 * first line git complained with, in `a`. */
MUST_USE err git_run(struct arena *a, const struct git_call *call, struct buf *out,
		     int *status, struct str *said);

/* The same for a call that must succeed: otherwise ERR_INPUT "git could not
 * WHAT: …". */
MUST_USE err git_run_ok(struct git_repo *r, const char *const *args, const char *what,
			struct buf *out);

/* A running git whose output is taken piece by piece. */
struct git_stream {
	struct proc_stream p;
	char *bytes, *kept;
	size_t at, n, room;
	bool open, end;		/* end: git closed its output */
};
MUST_USE err git_stream_open(struct git_repo *r, const char *const *args, struct str in,
			     struct git_stream *s);

/* The text up to `until`, which is dropped, cut to `max` bytes (the rest is
 * skipped). *more is false at the end of output; a last piece without `until`
 * counts as cut off and is not given. Valid until the next call. */
struct git_piece {
	char until;
	size_t max;
};
MUST_USE err git_stream_next(struct git_stream *s, struct git_piece form, struct str *piece,
			     bool *more);

/* Takes in what git has written already, without waiting, until `max` bytes are
 * there: so that it goes on while its reader is busy with another one. */
MUST_USE err git_stream_fill(struct git_stream *s, size_t max);

/* Exactly n bytes, of which the first `max` are given; *more as above. */
MUST_USE err git_stream_take(struct git_stream *s, size_t n, size_t max, struct str *bytes,
			     bool *more);

/* Ends it early or late; *status is git's exit code. */
MUST_USE err git_stream_close(struct git_stream *s, int *status);
void git_stream_done(struct git_stream *s);
#define GIT_STREAM_AUTO __attribute__((cleanup(git_stream_done))) struct git_stream
#define GIT_STREAM_NONE { .p = PROC_STREAM_NONE }

#endif
