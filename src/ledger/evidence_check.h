/* Many files of evidence proved again, on as many threads as there are cores. */
#ifndef LEDGER_EVIDENCE_CHECK_H
#define LEDGER_EVIDENCE_CHECK_H

#include "ledger/evidence.h"

struct evidence_job {
	struct digest digest;
	int64_t bytes;		/* gets what was read of it */
	err failed;		/* gets a copy of the error, for err_drop_copy; NULL: it is right */
};

/* Does all of them; the result of each is in it. No writer may be at work with
 * this store object meanwhile. */
void evidence_check(struct evidence_store *s, struct evidence_job *jobs, size_t n);

#endif
