/* Commands in a CI job. A job has no home of its own: one made there would be a log that
 * nobody sees again. So what it reads goes to a file (--to) that the home takes in. */
#ifndef CMD_JOB_H
#define CMD_JOB_H

#include "cmd/cmd.h"
#include "source/submit.h"

/* Opens the home for writing; makes it where there is none, but not in a CI job:
 * ERR_DENIED with the sentence that names what to do there. `to` says whether the
 * command has --to. */
MUST_USE err job_open_home(struct cmd_run *run, bool to, struct store **out);

/* Which commit, branch, run and repository the job's environment tells; texts given by
 * the command line stay. */
void job_context(struct intake_context *c);

/* The file behind --to; - is standard output. ERR_CONFLICT where there is such a file. */
struct job_out {
	const char *path;		/* NULL: standard output */
	int fd;
};
MUST_USE err job_out_open(struct cmd_run *run, struct str to, struct job_out *out);

/* Makes it durable, or, after an error, removes what was written; returns that error. */
MUST_USE err job_out_end(struct job_out *out, err e);

/* Where temporary files go: $TMPDIR or /tmp. */
const char *job_folder(void);

#endif
