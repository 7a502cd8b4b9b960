/* The evidence store: what the outside said, byte for byte, by the SHA-256 of
 * its bytes, compressed with zstd in evidence/ab/cd/<64 digits>.zst. Files are
 * there whole or not at all and never edited; erasing removes one. Reading
 * proves the digest again. */
#ifndef LEDGER_EVIDENCE_H
#define LEDGER_EVIDENCE_H

#include "base/base.h"
#include "base/buf.h"
#include "crypto/digest.h"

struct evidence_store;

/* `folder` need not exist before the first write. */
MUST_USE err evidence_store_open(const char *folder, struct evidence_store **out);
void evidence_store_close(struct evidence_store *s);
static inline UNUSED void evidence_store_free_at(struct evidence_store **s)
{
	evidence_store_close(*s);
}

/* Durable when it returns. The same bytes twice are one file. */
MUST_USE err evidence_put(struct evidence_store *s, struct str bytes, struct digest *out);

/* After evidence_hold, names of new files become durable only by evidence_sync,
 * which syncs every folder once and ends the holding: for many files whose
 * records are committed together. The files themselves are always synced. */
void evidence_hold(struct evidence_store *s);
MUST_USE err evidence_sync(struct evidence_store *s);

/* Piece by piece, in bounded memory. Beyond `limit` bytes ERR_LIMIT. Freeing a
 * writer before evidence_end leaves nothing behind. The store outlives it. */
struct evidence_writer;
MUST_USE err evidence_begin(struct evidence_store *s, uint64_t limit,
			    struct evidence_writer **out);
MUST_USE err evidence_add(struct evidence_writer *w, struct str bytes);
MUST_USE err evidence_end(struct evidence_writer *w, struct digest *digest, uint64_t *size);
void evidence_writer_free(struct evidence_writer *w);
OWNER(evidence_writer)

/* *got < n only at the end, and then the digest was found right; before that
 * the bytes are not yet proved. ERR_MISSING, ERR_INTEGRITY (damaged, cut short,
 * other bytes), ERR_LIMIT (more than `limit` bytes). */
struct evidence_reader;
MUST_USE err evidence_open(struct evidence_store *s, const struct digest *d, uint64_t limit,
			   struct evidence_reader **out);
/* The same with one reader for file after file, without a limit: *r is made where
 * it is NULL. Behind an error it can be opened again. */
MUST_USE err evidence_reopen(struct evidence_store *s, const struct digest *d, struct evidence_reader **r);
MUST_USE err evidence_read(struct evidence_reader *r, void *out, size_t n, size_t *got);
void evidence_reader_free(struct evidence_reader *r);
OWNER(evidence_reader)

/* Appends all of it, proved; the buffer's maximum is the limit. */
MUST_USE err evidence_get(struct evidence_store *s, const struct digest *d, struct buf *out);

bool evidence_has(const struct evidence_store *s, const struct digest *d);

/* Removes it for good (the folder is synced); ERR_MISSING where there is none. */
MUST_USE err evidence_erase(struct evidence_store *s, const struct digest *d);

/* Removes what interrupted writers left. No writer may be at work. */
MUST_USE err evidence_clean(struct evidence_store *s);

#endif
