/* A SQLite VFS that passes everything to the default one, and lets the n-th call
 * of chosen kinds fail. Once installed it is the default for every database
 * opened after. For tests that ask: was anything lost? */
#ifndef TEST_FAULT_FAULTY_VFS_H
#define TEST_FAULT_FAULTY_VFS_H

#include <stdbool.h>

enum fault_call {
	FAULT_OPEN = 1,
	FAULT_WRITE = 2,
	FAULT_SYNC = 4,
	FAULT_TRUNCATE = 8,
	FAULT_DELETE = 16,
	FAULT_ANY = 31,
};

struct fault_plan {
	unsigned calls;		/* which kinds are counted, a sum of fault_call */
	long at;		/* the call that fails, from 1; 0 is never */
	bool full;		/* a write fails with "disk full" rather than "input/output" */
	bool torn;		/* a write that fails has written its first half */
	bool lasting;		/* every counted call after it fails too, as if pulled */
};

/* Registers it as the default; may be called again. */
void faulty_vfs_install(void);

/* Sets the plan and counts from 0 again. */
void faulty_vfs_plan(const struct fault_plan *plan);

/* Counted calls since the plan was set, and whether one of them failed. */
long faulty_vfs_calls(void);
bool faulty_vfs_failed(void);

#endif
