/* Many expressions over a block of bytes at once: vectorscan, loaded when the
 * first database is made, so that commands that do not scan never pay for it.
 * It says only which expression ends where; a start is found by confirming. */
#ifndef SCAN_VECTOR_H
#define SCAN_VECTOR_H

#include "base/base.h"
#include "base/str.h"

struct scan_vector;
struct scan_vector_scratch;

struct scan_expression {
	struct str text;	/* an expression, or a literal of any case */
	bool literal;
	unsigned id;		/* given back at a match; several may share one */
	size_t width;		/* set: most bytes of a match, SIZE_MAX without a bound */
};

/* Compiles. ERR_MISSING where libhs is not installed; ERR_INPUT names what it
 * cannot take, *bad is then the index. Needs the file system (dlopen): call it
 * before a sandbox closes. Safe from several threads. */
MUST_USE err scan_vector_new(struct scan_expression *v, size_t n, size_t *bad,
			     struct scan_vector **out);
void scan_vector_free(struct scan_vector *v);
OWNER(scan_vector)

/* Working memory, one per thread; freed before its database. */
MUST_USE err scan_vector_scratch_new(const struct scan_vector *v,
				     struct scan_vector_scratch **out);
void scan_vector_scratch_free(struct scan_vector_scratch *s);

/* Calls `ends` for every end of every match in at most 4 GiB: `to` is the
 * offset behind its last byte. Not ordered by anything to rely on. */
MUST_USE err scan_vector_run(struct scan_vector_scratch *s, struct str bytes,
			     void (*ends)(void *ctx, unsigned id, size_t to), void *ctx);

#endif
