/* The parts of verify_home: what they share, and who does what. */
#ifndef STORE_VERIFY_PARTS_H
#define STORE_VERIFY_PARTS_H

#include "base/map.h"
#include "ledger/note.h"
#include "ledger/tree.h"
#include "store/home.h"
#include "store/verify.h"

enum { VERIFY_PAGE = 2000 };	/* records between two resets of the arena */

struct verifying {
	struct store *s;
	const struct verify_spec *spec;
	struct verify_result *r;
	struct arena *a;		/* scratch */
	struct ledger_head head;
	struct home home;
	struct note_key key;		/* of the log, from its first record */
	struct map *ordered;		/* "w12" words of record 12, "e<hex>" evidence: the record that ordered it */
	struct map *cited;
	struct str *cites;		/* the same, in order of first citing */
	size_t cites_n, cites_room;
	int64_t *absent;		/* records whose words are gone */
	size_t absent_n, absent_room;
	int64_t *anchors;		/* records of anchors */
	size_t anchors_n, anchors_room;
	int64_t told;
};

/* A fault: counted in *count (which is one of the result), told. */
PRINTF_LIKE(4, 5) void verify_fault(struct verifying *v, enum verify_fault kind, int64_t *count, const char *fmt, ...);

/* Every record against the log and its own header; records behind the last
 * checkpoint against their header alone. */
MUST_USE err verify_records(struct verifying *v);

/* Settings, keys, place, and the note outside the home. */
MUST_USE err verify_place(struct verifying *v);

/* What lies in tiles/ and evidence/ and belongs there to nothing. */
MUST_USE err verify_folders(struct verifying *v);

/* Evidence listed, cited, ordered destroyed. Behind verify_records. */
MUST_USE err verify_evidence(struct verifying *v);

/* Checkpoints: signatures, and that each is a beginning of the log. First of all:
 * it finds the log's key. */
MUST_USE err verify_checkpoints(struct verifying *v);

/* Time stamps, witnesses and branches, each over its checkpoint. Behind
 * verify_records. */
MUST_USE err verify_anchors(struct verifying *v);

/* A number at the end of a growing list. */
void verify_keep(int64_t **list, size_t *n, size_t *room, int64_t value);

#endif
