/* A pack while it is read: a folder or a .zip file as a list of files in order of
 * their paths, each of which can be read in pieces, in any order and several at
 * once. What the container itself has wrong is told as a fault; reading goes on
 * with what can be read. */
#ifndef PACK_IN_H
#define PACK_IN_H

#include "base/arena.h"
#include "crypto/digest.h"

/* Something is wrong: where (a file, a record, "the .zip itself") and what, a
 * sentence. Borrowed during the call. */
struct pack_faults {
	void (*say)(void *ctx, const char *where, const char *what);
	void *ctx;
};
void pack_fault(const struct pack_faults *f, const char *where, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

struct pack_in;

struct pack_entry {
	const char *path;
	uint64_t size;			/* as the container says; a folder: when it was listed */
	/* of a .zip alone */
	uint64_t at, packed;		/* of the local header; bytes of the deflated content */
	uint32_t crc;
};

/* Lists what is there. A .zip is read once from end to end for its digest.
 * `progress` (or NULL) is told of the bytes. ERR_MISSING where there is nothing;
 * other errors of reading. A .zip that is none has no entries, and a fault. */
struct pack_in_spec {
	const char *path;
	struct pack_faults faults;
	err (*progress)(void *ctx, uint64_t bytes);
	void *ctx;
};
MUST_USE err pack_in_open(const struct pack_in_spec *spec, struct pack_in **out);
void pack_in_free(struct pack_in *in);
OWNER(pack_in)

/* By the bytes of the path; a path that may not be is not among them. Evidence is
 * not, either: there may be more of it than memory should hold. */
const struct pack_entry *pack_in_entries(const struct pack_in *in, size_t *n);
const struct pack_entry *pack_in_find(const struct pack_in *in, const char *path);

/* Files evidence/<digest>, one after the other, ascending; once. Its path is valid
 * until the next call. */
enum { PACK_EVIDENCE_PATH = sizeof("evidence/") + 2 * DIGEST_BYTES };
struct pack_evidence {
	struct digest name;
	struct pack_entry entry;
};
void pack_evidence_path(char out[PACK_EVIDENCE_PATH], const struct digest *name);
MUST_USE err pack_in_evidence(struct pack_in *in, const struct pack_faults *f, struct pack_evidence *out, bool *got);

bool pack_in_is_zip(const struct pack_in *in);
uint64_t pack_in_bytes(const struct pack_in *in);	/* of the file, or of all files */

/* Whether a path is one that a file of a pack may have. */
bool pack_path_ok(struct str path);

/* One file. *got < n only at its end. ERR_INTEGRITY: it cannot be unpacked. */
struct pack_file;
MUST_USE err pack_file_open(const struct pack_in *in, const struct pack_entry *e, struct pack_file **out);
MUST_USE err pack_file_read(struct pack_file *f, void *out, size_t n, size_t *got);
void pack_file_free(struct pack_file *f);
OWNER(pack_file)

#endif
