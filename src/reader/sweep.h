/* Secret values wherever they stand in the text of a report: in messages, snippets,
 * headers, output of tests. The detection engine runs over the text as its format
 * means it (escapes of JSON and XML undone); each value it finds is replaced, in
 * place, by the keyed digest that redact.h puts there too, so that what is kept and
 * read holds no value and parses as before. Runs in bounded memory. */
#ifndef READER_SWEEP_H
#define READER_SWEEP_H

#include "base/base.h"
#include "base/buf.h"

struct sweep;

/* Compiles the rules for reports. Loads a library, so before the sandbox closes. */
MUST_USE err sweep_new(struct sweep **out);
void sweep_free(struct sweep *s);
OWNER(sweep)

struct sweep_spec {
	const char *name;		/* for errors */
	int in, out;			/* `in` is seekable and read from its start */
	const uint8_t *key;		/* 32 bytes, of the digests */
};

/* Copies `in` to `out` with every value replaced. Where there is none nothing is
 * written and *replaced is 0: the bytes are what they were. */
MUST_USE err sweep_run(struct sweep *s, const struct sweep_spec *spec, uint64_t *replaced);

/* "2 GitHub token, 1 private key": what the last run replaced, most first. */
void sweep_tell(const struct sweep *s, struct buf *out);

#endif
