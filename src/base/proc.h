/* Child processes: a fixed program with fixed arguments, a clean environment,
 * known descriptors and nothing inherited. No shell, ever. */
#ifndef BASE_PROC_H
#define BASE_PROC_H

#include <sys/types.h>

#include "base/base.h"
#include "base/buf.h"

struct proc_spec {
	const char *path;		/* program; looked up in PATH when it has no slash */
	const char *const *argv;	/* argv[0] included, NULL at the end */
	const char *const *env;		/* the whole environment, NULL at the end */
	const char *dir;		/* working folder, or NULL */
	int in, out, error;		/* descriptors for 0, 1, 2; -1 is /dev/null */
	int extra;			/* becomes descriptor 3; -1 is none */
	unsigned memory_mb;		/* RLIMIT_AS, 0 is none; not under a sanitizer */
	unsigned cpu_seconds;		/* RLIMIT_CPU, 0 is none */
	unsigned wall_seconds;		/* proc_run() alone: then ended, ERR_LIMIT; 0 is none */
};

/* Starts it; the child dies with its parent (PR_SET_PDEATHSIG), which is the
 * thread that calls this. Descriptors stay the caller's. ERR_MISSING where the
 * program or the folder does not exist. */
MUST_USE err proc_start(const struct proc_spec *spec, pid_t *pid);

/* Waits; *status is the exit code, or 128 + the signal that ended it. */
MUST_USE err proc_wait(pid_t pid, int *status);

/* Ends it with SIGKILL and reaps it; for clean-up on an error path. */
void proc_end(pid_t pid);

/* Runs it to the end with `in` as its standard input, collecting both outputs
 * up to their maxima (beyond: ERR_LIMIT, child ended). The descriptors in the
 * spec are ignored but for `extra`. The caller made both buffers and frees
 * them; what arrived before an error is in them. */
struct proc_result {
	int status;
	struct buf out, error;
};
MUST_USE err proc_run(const struct proc_spec *spec, struct str in, struct proc_result *result);

/* A child that is talked with while it runs: spec->in and spec->out are
 * replaced by pipes whose other ends are here. Close `to` (and set it to -1)
 * to give it its end of file. Writing to a child that is gone gives SIGPIPE
 * where that is not ignored. */
struct proc_stream {
	pid_t pid;	/* 0 is none */
	int to, from;
};
#define PROC_STREAM_NONE { .pid = 0, .to = -1, .from = -1 }
MUST_USE err proc_open(const struct proc_spec *spec, struct proc_stream *s);

/* Closes both pipes and waits. */
MUST_USE err proc_close(struct proc_stream *s, int *status);

/* Closes both pipes and ends the child; nothing where there is none. */
void proc_stream_done(struct proc_stream *s);
#define PROC_STREAM_AUTO __attribute__((cleanup(proc_stream_done))) struct proc_stream

/* A pipe with both ends close-on-exec. */
MUST_USE err proc_pipe(int *read_end, int *write_end);

/* A file in memory holding `in`, at its start, close-on-exec: input a child reads
 * at its own pace, so that only its outputs have to be watched. */
MUST_USE err proc_input(struct str in, int *out);

/* The path of this very program, for a fresh exec of a role. */
const char *proc_self(void);

#endif
