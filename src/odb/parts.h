/* Inside odb: what its files share. Nobody else includes this. */
#ifndef ODB_PARTS_H
#define ODB_PARTS_H

#include "base/arena.h"
#include "base/buf.h"
#include "odb/inflate.h"
#include "odb/odb.h"
#include "odb/pack.h"

struct odb_loose {
	uint8_t id[ODB_ID_SHA256];
	uint8_t dir;			/* which of the folders */
	bool again;
};

enum { ODB_DIRS_MAX = 32, ODB_PACKS_MAX = 100000 };

struct odb {
	struct arena *a;
	size_t id_bytes;
	const char *dirs[ODB_DIRS_MAX];	/* "objects", then alternates */
	size_t n_dirs;
	struct odb_pack *packs;
	const char **paths;		/* of the packs */
	size_t n_packs, packs_room;
	struct odb_loose *loose;	/* ascending */
	size_t n_loose, loose_room;
	uint32_t first_loose, count;
	struct buf faults;		/* a sentence a line */
};

void odb_fault(struct odb *o, err e);

/* Fills dirs, packs and loose objects from the folders. */
MUST_USE err odb_places(struct odb *o, const char *objects);

/* Marks what is kept more than once. */
void odb_mark_again(struct odb *o);

/* The pack a number belongs to, or NULL where it is a loose object. */
const struct odb_pack *odb_pack_of(const struct odb *o, uint32_t no);

/* A loose object whole; its bytes are `*bytes` of `room` bytes from a pool. */
struct odb_pool;
MUST_USE err odb_loose_read(const struct odb *o, size_t at, uint64_t max, struct odb_pool *pool,
			    struct odb_object *out);

/* Memory for whole objects, given back and used again: fresh pages cost more than
 * inflating into warm ones. One for each thread. */
struct odb_pool *odb_pool_new(void);
void odb_pool_free(struct odb_pool *p);
OWNER(odb_pool)
char *odb_pool_take(struct odb_pool *p, size_t n);
void odb_pool_give(struct odb_pool *p, char *bytes, size_t n);

/* What follows from what in a pack, by rank in order of offsets. */
enum { ODB_NONE = UINT32_MAX };
struct odb_plan {
	uint32_t *first, *next;		/* first delta on this object; next on the same base */
	uint8_t *seen;			/* set when a walk has dealt with it */
};
struct odb_unit {
	uint32_t pack, rank;		/* pack == n_packs: the loose object `rank` */
	uint64_t weight;
};
void odb_plan_make(const struct odb_pack *p, struct odb_plan *plan);
void odb_plan_done(struct odb_plan *plan);

/* The objects that are no deltas, heaviest tree first. */
void odb_plan_units(const struct odb *o, const struct odb_plan *plans, struct odb_unit **units, size_t *n);

#endif
