/* Erasure: words and their salts, and evidence, are destroyed for good under a
 * record that orders it. The order is signed before anything is touched; what an
 * interruption left undone is done at the next start. So is the last step, taking
 * the bytes of what was destroyed out of the database's files, where a process that
 * reads keeps it from being done at once. Headers, proofs, facts and counts stay. */
#ifndef STORE_ERASE_H
#define STORE_ERASE_H

#include "store/directory.h"
#include "store/store.h"

enum { ERASE_TARGETS = 1000 };

struct erase_record { int64_t idx; struct str type; };

/* Evidence that names them, as far as records tell. */
struct erase_source {
	struct str digest, kind;
	struct str file;		/* what the file was called; absent where that is unknown */
	bool read_from;			/* what they are called was read from it */
};

struct erase_plan {
	struct str person;		/* id it is done for; absent: none */
	struct erase_record *record;	/* whose words are destroyed, ascending */
	size_t records;
	struct strs evidence;		/* digests in hexadecimal */
	/* Not destroyed, but told: records whose words hold the same name or address,
	 * the first of them, and the evidence of records that name them by id. */
	struct erase_record *mention;
	size_t mentions, mentions_all;
	struct erase_source *source;
	size_t sources;
};

/* Adds every record that holds words of this person (and all their accounts), or of
 * this account alone. `id` in hexadecimal. */
MUST_USE err erase_plan_person(struct store *s, const struct directory *d, struct str id,
			       struct erase_plan *plan);

/* Adds one record; ERR_DENIED where it holds no words (facts stay), ERR_MISSING where
 * there is none or its words are gone. */
MUST_USE err erase_plan_record(struct store *s, struct arena *a, int64_t idx, struct erase_plan *plan);

/* Adds one piece of evidence; ERR_MISSING where it is not kept or is gone. */
MUST_USE err erase_plan_evidence(struct store *s, struct arena *a, struct str digest, struct erase_plan *plan);

/* Writes and signs the order; nothing is destroyed yet. ERR_DENIED where a hold covers
 * part of it (store/hold.h). *idx is its position. `why` outlives what is erased:
 * ERR_INPUT where it holds a word that is to go. */
MUST_USE err erase_order(struct store *s, const struct erase_plan *plan, struct str why, int64_t *idx);

/* Carries out every order not yet carried out. *done (may be NULL) is the number of
 * parts and files destroyed. *waits (may be NULL): they are, but because another
 * process reads the database their bytes leave its files at a later start. */
MUST_USE err erase_pending(struct store *s, int64_t *done, bool *waits);

#endif
