/* Record types, and the one way to write a record. A type has a field table, a
 * `check` that may refuse at intake, and an `apply` that cannot refuse and turns
 * facts into views: no clock, network, file, floating point, row order,
 * collation or randomness, and never words. */
#ifndef RECORD_RECORD_H
#define RECORD_RECORD_H

#include "base/arena.h"
#include "base/field.h"
#include "db/db.h"
#include "crypto/hmac.h"
#include "ledger/ledger.h"
#include "record/header.h"

enum { FACTS_MAX = 1 << 20, WORDS_MAX = 1 << 20, KEY_BYTES = 16, TRANSACTION_RECORDS = 1000 };

/* What apply sees: the header, its position, and the facts as a struct of the
 * type's table (fields flagged WORDS are absent). */
struct record {
	int64_t idx;
	struct header header;
	const void *facts;
};

struct apply {
	struct db *db;
	struct arena *a;	/* reset after each record */
};

struct record_type {
	const char *name;		/* "finding.v1" */
	const struct table *table;
	const char *summary;		/* one phrase for lists */
	/* Names of the fields that make two records the same record, NULL at the
	 * end; "about" and "effective" stand for the header's. NULL: never the same. */
	const char *const *key;
	err (*check)(const void *fields);			/* may be NULL */
	err (*apply)(struct apply *ap, const struct record *r);	/* may be NULL */
};

/* All types, in the order they were released; NULL at the end. */
extern const struct record_type *const record_types[];
const struct record_type *record_type_find(struct str name);

/* One record to be written. Ids and digests are lower-case hexadecimal. */
struct draft {
	const struct record_type *type;
	struct str about, by, in;
	int64_t effective;
	enum content content;
	enum author author;
	struct strs cites;		/* ascending */
	const void *fields;		/* struct of type->table; facts and words */
};

/* An open log for writing: knows the database and the ledger. One per process, inside the store. */
struct record_log {
	struct db *db;
	struct ledger *ledger;
	struct hmac *key;		/* of the home: what record keys are made with */
	struct arena *a;		/* per record */
	int64_t received;		/* of the next record; never runs backwards */
};

/* Inside a transaction: checks, numbers, writes and applies one record. *idx is
 * its position; *already is true when the same record was there before (then
 * nothing was written and *idx is the earlier one). Errors: ERR_INPUT from
 * check, ERR_LIMIT for a part that is too large, database errors. */
MUST_USE err record_append(struct record_log *log, const struct draft *d, int64_t *idx, bool *already);

/* Whether the same record is there already: only the fields its key names are
 * looked at. *idx is -1 when not. */
MUST_USE err record_find(struct record_log *log, const struct draft *d, int64_t *idx);

/* The canonical facts a draft would have, in `a`: to see whether they say anything
 * that the current record does not. */
MUST_USE err record_facts(struct arena *a, const struct draft *d, struct str *out);

/* Reads facts (or words) of a type into a struct; texts live in `a`. */
MUST_USE err record_read_part(struct arena *a, const struct record_type *t, struct str part,
			      bool words, void *out);

/* What a stored record says: its facts and, where they were not erased, its words,
 * in one struct. ERR_MISSING where there is no such record. */
MUST_USE err record_read(struct db *db, struct arena *a, const struct record_type *t, int64_t idx, void *out);

/* Applies a stored record to the views in ap->db. An unknown type is ERR_FAILED, an
 * unknown field ERR_INPUT, each with a sentence: a newer program wrote it, and views
 * made without it would be wrong. */
MUST_USE err record_apply(struct apply *ap, int64_t idx, struct str header, struct str facts);

/* A fresh id: 128 random bits as 32 hexadecimal digits, in `a`. */
struct str record_new_id(struct arena *a);

/* Hexadecimal text as a blob value for SQL, NULL for the absent text. */
struct db_value record_blob(struct arena *a, struct str hex);

/* A blob of a result row as hexadecimal text; absent for NULL. */
struct str record_hex(struct arena *a, struct str blob);

#endif
