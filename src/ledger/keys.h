/* The keys/ folder of a home: the signing key of the log as one line of text,
 * and secrets of 32 bytes (home keys). Files are 0600, their folder 0700; what
 * others could read is refused, because it may have been read. */
#ifndef LEDGER_KEYS_H
#define LEDGER_KEYS_H

#include "base/base.h"
#include "ledger/note.h"

enum { KEYS_SECRET = 32 };

/* Makes signing.key with fresh random bytes, name being the log's origin.
 * ERR_CONFLICT when there is one already; ERR_USAGE for a name that cannot be
 * an origin. */
MUST_USE err keys_make_signer(const char *folder, struct str name);

/* ERR_MISSING without one; ERR_DENIED when the file is not private or not
 * ours; ERR_INPUT when it is damaged. */
MUST_USE err keys_load_signer(const char *folder, struct note_signer **out);

/* The same for a named secret ("idempotency.key"): 64 hexadecimal digits. */
MUST_USE err keys_make_secret(const char *folder, const char *name);
MUST_USE err keys_load_secret(const char *folder, const char *name, uint8_t out[KEYS_SECRET]);

#endif
