/* The store: the door to a home. One process writes at a time; everyone reads
 * the database directly and read-only. A home is a folder with custody.db (or a
 * PostgreSQL database it names), evidence/, tiles/ and keys/. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/arena.h"
#include "ledger/evidence.h"
#include "record/record.h"

struct store;

struct store_init_spec {
	const char *home;
	const char *database;		/* "postgres:…", or NULL for SQLite in the home */
	const char *origin;		/* name of the log, or NULL: made from random bits */
	struct str previous;		/* the log this shard goes on from, or absent */
};

/* Makes a home; ERR_CONFLICT where there is one already. */
MUST_USE err store_init(const struct store_init_spec *spec);

/* Makes a home with the usual settings where there is none; one that another
 * process makes meanwhile is as good. */
MUST_USE err store_ensure(const char *home);

/* Whether there is a home in this folder. */
bool store_exists(const char *home);

/* Opens for reading: no lock, no key. */
MUST_USE err store_open_read(const char *home, struct store **out);

/* Opens for writing: takes the lock (waits up to wait_ms, then ERR_CONFLICT names
 * who holds it), recovers what an unclean end left, checks that the home was not
 * copied or rolled back, by what it noted itself and by what its witnesses hold
 * (ERR_DENIED with the command that makes it a new shard). */
MUST_USE err store_open_write(const char *home, int wait_ms, struct store **out);
void store_close(struct store *s);
static inline UNUSED void store_close_at(struct store **s) { store_close(*s); }
#define STORE_AUTO __attribute__((cleanup(store_close_at))) struct store *

struct db *store_db(struct store *s);
struct ledger *store_ledger(struct store *s);
struct evidence_store *store_evidence(struct store *s);
const char *store_home(const struct store *s);
const char *store_id(const struct store *s);	/* of the home: 32 hexadecimal digits */
const char *store_database(const struct store *s);	/* for db_open() */

/* A path inside the home, in `a`. */
const char *store_path(const struct store *s, struct arena *a, const char *name);

/* A key of the home for one purpose (16 bytes or more of HMAC), for pseudonyms
 * and matching; needs a store opened for writing. */
struct digest store_subkey(struct store *s, const char *label);

/* Appends one record. Opens a transaction where none is open and commits after
 * TRANSACTION_RECORDS records; store_finish() commits the rest. */
MUST_USE err store_append(struct store *s, const struct draft *d, int64_t *idx, bool *already);

/* Whether the same record is there: its position, or -1. */
MUST_USE err store_find(struct store *s, const struct draft *d, int64_t *idx);

/* Commits what is open (sequenced), then signs. Returns when signed. */
MUST_USE err store_finish(struct store *s);

/* Gives up what is not committed; bytes of evidence noted in it are removed again. */
void store_abandon(struct store *s);

/* Notes that evidence is kept (its row; the bytes are in the evidence store). */
MUST_USE err store_note_evidence(struct store *s, const struct digest *d, int64_t size, struct str kind);

/* The account of the person at this machine, "claimed". A new one is written behind
 * the next submission, which it came with. */
MUST_USE err store_local_account(struct store *s, struct str *id);

/* Writes the record of a submission: `d` has its type's fields, how it came and what
 * it cites; who and the id, where it has none yet, are filled in and live with the
 * store. What is written next names d->about as `in`. */
MUST_USE err store_submission(struct store *s, struct draft *d);

/* The submission that somebody's doing at the command line is: one for as long as
 * the store is open, made where it is new, under what the first caller calls it
 * ("people join"). `id` lives with the store. */
MUST_USE err store_act(struct store *s, struct str verb, struct str *id);

#endif
