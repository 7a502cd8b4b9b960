/* Keeping a report while others read it: a thread compresses the bytes as evidence
 * and takes their digest. Nothing of it has a name in the home before keeping_end(). */
#ifndef SOURCE_KEEPING_H
#define SOURCE_KEEPING_H

#include "ledger/evidence.h"

struct keeping;

struct keeping_spec {
	struct evidence_store *store;
	const char *name;		/* what errors call the file */
	int fd;				/* a regular file: read from its start, its place left as it is */
	int original;			/* another one, whose digest is wanted as well; or -1 */
};

/* Begins. Until keeping_end() the store keeps no other evidence. */
MUST_USE err keeping_begin(const struct keeping_spec *spec, struct keeping **out);

/* Waits, and puts the evidence in place. *original is that of the other file, or the
 * same digest where there is none. */
struct kept {
	struct digest digest, original;
	uint64_t size;
};
MUST_USE err keeping_end(struct keeping *k, struct kept *out);

/* Ends the thread; without keeping_end() nothing is kept. */
void keeping_free(struct keeping *k);
OWNER(keeping)

#endif
