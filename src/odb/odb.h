/* A git repository's objects, read from their files without git: packs with
 * their indexes, loose objects, alternates, SHA-1 and SHA-256. A walk gives
 * every object once, each inflated once: delta trees are followed depth-first
 * with the base in memory, so that a reader may do with a delta only what is
 * new in it. Formats: gitformat-pack(5). Nothing here trusts the files: sizes,
 * offsets, depths and chains are bounded, and what cannot be read is said. */
#ifndef ODB_ODB_H
#define ODB_ODB_H

#include "base/base.h"
#include "base/str.h"

enum { ODB_ID_SHA1 = 20, ODB_ID_SHA256 = 32, ODB_LIVE_MAX = 192 << 20 };
enum odb_type { ODB_COMMIT = 1, ODB_TREE = 2, ODB_BLOB = 3, ODB_TAG = 4 };

struct odb;

struct odb_spec {
	const char *objects;	/* the folder "objects" of a repository */
	size_t id_bytes;	/* ODB_ID_SHA1 or ODB_ID_SHA256 */
};

/* Maps every pack and lists loose objects, alternates' too. A pack that cannot be
 * used as a whole is no error: odb_faults() tells. ERR_MISSING where there is no
 * such folder, ERR_LIMIT beyond 2^31 objects. Needs the file system. */
MUST_USE err odb_open(const struct odb_spec *spec, struct odb **out);
void odb_free(struct odb *o);
OWNER(odb)

/* Objects are numbered from 0; one that is kept twice has two numbers. */
uint32_t odb_count(const struct odb *o);
size_t odb_id_bytes(const struct odb *o);
const uint8_t *odb_id(const struct odb *o, uint32_t no);

/* Whether the same object has a lower number. */
bool odb_again(const struct odb *o, uint32_t no);

/* The lowest number of an object, or -1. */
int64_t odb_find(const struct odb *o, const uint8_t *id);

/* Sentences about packs and folders that could not be read. */
void odb_faults(const struct odb *o, void (*visit)(void *ctx, struct str sentence), void *ctx);

/* A piece of an object made from a delta: n bytes at `at`, that stand in the base
 * at `from`, or are new (ODB_NEW). Pieces lie side by side and cover the object. */
#define ODB_NEW SIZE_MAX
struct odb_span { size_t at, n, from; };

struct odb_object {
	uint32_t no;
	enum odb_type type;
	const uint8_t *id;
	struct str bytes;		/* alive during the call */
	bool again;			/* given before under a lower number, or will be */
	void *base;			/* what the sink kept of the base; NULL for a whole object */
	const struct odb_span *spans;	/* how a delta is made; none for a whole object */
	size_t n_spans;
};

enum odb_loss {
	ODB_DAMAGED,		/* not of its form, or cut short */
	ODB_TOO_LARGE,
	ODB_NO_BASE,		/* its base is lost or too large */
};

/* What one thread does with objects. The calls of one sink come from one thread. */
struct odb_sink {
	/* *keep is kept while deltas on this object may come, then dropped. */
	err (*object)(void *ctx, const struct odb_object *o, void **keep);
	void (*drop)(void *ctx, void *keep);			/* may be NULL */
	err (*lost)(void *ctx, uint32_t no, enum odb_loss why, uint64_t size);
	void *ctx;
};

struct odb_walk_spec {
	unsigned types;			/* bits 1 << enum odb_type */
	uint64_t object_max;		/* bytes of one object; larger is lost */
	/* Bytes of bases one thread holds besides the object at hand; 0: ODB_LIVE_MAX.
	 * Beyond it the oldest are let go, and made again when a delta on them is due. */
	uint64_t live_max;
	struct odb_sink *sinks;		/* one for each thread */
	size_t threads;
};

/* How many objects a walk gave, lost and left out because of their type. They
 * add up to odb_count(). */
struct odb_walked { uint64_t given, lost, left; };

/* Gives every object of these types once, in no order but that a base comes before
 * its deltas and in the same thread. The first error of a sink stops all. */
MUST_USE err odb_walk(struct odb *o, const struct odb_walk_spec *spec, struct odb_walked *out);

/* One object by its number, in memory the caller frees. ERR_INTEGRITY where it is
 * damaged, ERR_LIMIT beyond `max`. For few objects: its bases are inflated each time. */
struct odb_whole { enum odb_type type; char *bytes; size_t n; };
MUST_USE err odb_read(struct odb *o, uint32_t no, uint64_t max, struct odb_whole *out);

#endif
