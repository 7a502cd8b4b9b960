/* A process that gives up what it does not need before it looks at anything
 * from outside. Layers: no new privileges, no core file, not readable by
 * others, limits on memory and time, Landlock over files and TCP, seccomp over
 * system calls. A call outside the allowed groups kills the process (SIGSYS).
 * There is no way back, and threads and children are bound as well. */
#ifndef BASE_SANDBOX_H
#define BASE_SANDBOX_H

#include "base/base.h"

/* What a role may do beyond computing on memory and on descriptors it already
 * holds (read, write, seek, poll, time, random bytes, ending itself). */
enum sandbox_allow {
	SANDBOX_READ_FILES = 1,		/* open for reading, list folders; see read_paths */
	SANDBOX_WRITE_FILES = 2,	/* create, change, rename, remove; see write_paths */
	SANDBOX_NETWORK = 4,		/* sockets of every kind */
	SANDBOX_THREADS = 8,
	SANDBOX_CHILDREN = 16,		/* fork, exec from read_paths, wait, kill */
	SANDBOX_CODE = 32,		/* memory that is executed: regular expressions compiled */
};

struct sandbox_spec {
	unsigned allow;			/* of enum sandbox_allow; 0 is the reader */
	const char *const *read_paths;	/* files and folders, NULL at the end; NULL is none */
	const char *const *write_paths;
	unsigned memory_mb;		/* RLIMIT_AS, 0 is none; not under a sanitizer */
	unsigned cpu_seconds;		/* RLIMIT_CPU, 0 is none */
};

/* Which layers hold, for the record of the run. Limits, no new privileges and
 * seccomp always hold after success. */
struct sandbox_layers {
	int landlock;		/* version of the kernel's interface, 0 is not there */
	bool tcp;		/* Landlock refuses TCP as well (interface 4) */
	bool instrumented;	/* sanitizer or coverage build: some calls more */
};

/* Enters. Paths that do not exist are left out. Fails where seccomp, a limit
 * or an existing Landlock refuses; the process must then end. `layers` may be
 * NULL. */
MUST_USE err sandbox_enter(const struct sandbox_spec *spec, struct sandbox_layers *layers);

/* One sentence on what holds and what does not; static text. */
const char *sandbox_sentence(const struct sandbox_layers *layers);

/* Whether this build carries a sanitizer, whose address space is of no size. */
bool sandbox_sanitized(void);

#endif
