/* One pack and its index, mapped. Positions count objects in order of their ids,
 * as the index does. Nothing is trusted: every offset is checked where it is used. */
#ifndef ODB_PACK_H
#define ODB_PACK_H

#include "odb/odb.h"

struct odb_map {
	const uint8_t *p;
	size_t n;
};

/* The whole file, for reading; ERR_MISSING, ERR_IO. An empty one has p == NULL. */
MUST_USE err odb_map_file(const char *path, struct odb_map *out);
void odb_map_done(struct odb_map *m);

struct odb_pack {
	struct odb_map idx, data;
	size_t id_bytes;
	uint32_t n, first_no;		/* objects; number of the first in the repository */
	unsigned version;		/* of the index: 1 or 2 */
	size_t wide;			/* 64-bit offsets the index holds */
	uint32_t *by_offset;		/* positions in order of offsets; odb_pack_order() */
	uint8_t *again;			/* a bit per position, or NULL */
};

/* Opens "….pack" and the "….idx" beside it. ERR_INTEGRITY says what is wrong. */
MUST_USE err odb_pack_open(const char *path, size_t id_bytes, struct odb_pack *out);
void odb_pack_done(struct odb_pack *p);

const uint8_t *odb_pack_id(const struct odb_pack *p, uint32_t at);
uint64_t odb_pack_offset(const struct odb_pack *p, uint32_t at);

/* Position of an id, or -1. */
int64_t odb_pack_find(const struct odb_pack *p, const uint8_t *id);

/* Fills by_offset (uses ….rev where it is there and sound). */
void odb_pack_order(struct odb_pack *p, const char *path);

/* Rank in by_offset of the object at exactly this offset, or -1. */
int64_t odb_pack_at(const struct odb_pack *p, uint64_t offset);

enum odb_entry_kind { ODB_WHOLE, ODB_OFFSET_DELTA, ODB_ID_DELTA };

/* The head of an object in a pack. */
struct odb_entry {
	enum odb_entry_kind kind;
	enum odb_type type;		/* of a whole one */
	uint64_t size;			/* of what the stream holds */
	uint64_t base;			/* offset, for ODB_OFFSET_DELTA */
	const uint8_t *base_id;		/* for ODB_ID_DELTA */
	uint64_t stream;		/* offset of the zlib stream */
};

/* False where the head is not of its form. */
MUST_USE bool odb_pack_entry(const struct odb_pack *p, uint64_t offset, struct odb_entry *out);

/* The bytes from a stream's offset on, without the pack's trailer. */
struct str odb_pack_stream(const struct odb_pack *p, uint64_t offset);

#endif
