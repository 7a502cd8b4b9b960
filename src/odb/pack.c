#include "odb/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

enum { FANOUT = 256 * 4, HEAD_V2 = 8, PACK_HEAD = 12, OBJECTS_MAX = 1 << 30 };

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint64_t be64(const uint8_t *p)
{
	return (uint64_t)be32(p) << 32 | be32(p + 4);
}

err odb_map_file(const char *path, struct odb_map *out)
{
	FD_AUTO fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	void *p;

	if (fd < 0 && errno == ENOENT)
		return fail(ERR_MISSING, "there is no file %s", path);
	if (fd < 0 || fstat(fd, &st))
		return fail_errno("cannot open %s", path);
	if (!S_ISREG(st.st_mode))
		return fail(ERR_INTEGRITY, "%s is no file", path);
	*out = (struct odb_map){ 0 };
	if (st.st_size == 0)
		return NULL;
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return fail_errno("cannot map %s", path);
	*out = (struct odb_map){ p, (size_t)st.st_size };
	return NULL;
}

void odb_map_done(struct odb_map *m)
{
	if (m->p)
		munmap((void *)(uintptr_t)m->p, m->n);
	*m = (struct odb_map){ 0 };
}

static size_t head(const struct odb_pack *p)
{
	return p->version == 2 ? HEAD_V2 : 0;
}

/* How many ids begin with at most this byte. */
static uint32_t fanout(const struct odb_pack *p, unsigned byte)
{
	return be32(p->idx.p + head(p) + 4 * byte);
}

/* The sizes that follow from the number of objects must be those of the files. */
static err check_index(struct odb_pack *p, const char *path)
{
	size_t fixed, h = p->id_bytes;

	p->version = p->idx.n >= HEAD_V2 && memcmp(p->idx.p, "\377tOc", 4) == 0 ? be32(p->idx.p + 4) : 1;
	if (p->version > 2)
		return fail(ERR_INTEGRITY, "the index of %s has version %u, which is not known", path, p->version);
	if (p->idx.n < head(p) + FANOUT + 2 * h)
		return fail(ERR_INTEGRITY, "the index of %s is cut short", path);
	for (unsigned i = 1; i < 256; i++)
		if (fanout(p, i) < fanout(p, i - 1))
			return fail(ERR_INTEGRITY, "the index of %s is damaged", path);
	p->n = fanout(p, 255);
	if (p->n > OBJECTS_MAX)
		return fail(ERR_LIMIT, "%s holds more than %d objects", path, OBJECTS_MAX);
	fixed = head(p) + FANOUT + 2 * h + p->n * (p->version == 2 ? h + 8 : h + 4);
	if (p->idx.n < fixed || (p->version == 1 && p->idx.n != fixed))
		return fail(ERR_INTEGRITY, "the index of %s is cut short", path);
	p->wide = (p->idx.n - fixed) / 8;
	return NULL;
}

static err check_data(const struct odb_pack *p, const char *path)
{
	const uint8_t *end = p->data.p + p->data.n;

	if (p->data.n < PACK_HEAD + p->id_bytes || memcmp(p->data.p, "PACK", 4) != 0)
		return fail(ERR_INTEGRITY, "%s is no pack, or cut short", path);
	if (be32(p->data.p + 4) != 2 && be32(p->data.p + 4) != 3)
		return fail(ERR_INTEGRITY, "%s has a version that is not known", path);
	if (be32(p->data.p + 8) != p->n)
		return fail(ERR_INTEGRITY, "%s and its index tell different numbers of objects", path);
	if (memcmp(end - p->id_bytes, p->idx.p + p->idx.n - 2 * p->id_bytes, p->id_bytes) != 0)
		return fail(ERR_INTEGRITY, "%s is not the pack its index was made for", path);
	return NULL;
}

err odb_pack_open(const char *path, size_t id_bytes, struct odb_pack *out)
{
	struct odb_pack p = { .id_bytes = id_bytes };
	char idx[4096];
	err e;

	if (snprintf(idx, sizeof(idx), "%.*s.idx", (int)strlen(path) - 5, path) >= (int)sizeof(idx))
		return fail(ERR_LIMIT, "the path %s is too long", path);
	e = odb_map_file(idx, &p.idx);
	if (!e)
		e = odb_map_file(path, &p.data);
	if (!e)
		e = check_index(&p, path);
	if (!e)
		e = check_data(&p, path);
	if (e)
		odb_pack_done(&p);
	else
		*out = p;
	return e;
}

void odb_pack_done(struct odb_pack *p)
{
	odb_map_done(&p->idx);
	odb_map_done(&p->data);
	free(p->by_offset);
	free(p->again);
	*p = (struct odb_pack){ 0 };
}

const uint8_t *odb_pack_id(const struct odb_pack *p, uint32_t at)
{
	const uint8_t *ids = p->idx.p + head(p) + FANOUT;

	ASSERT(at < p->n);
	return p->version == 2 ? ids + (size_t)at * p->id_bytes : ids + (size_t)at * (4 + p->id_bytes) + 4;
}

uint64_t odb_pack_offset(const struct odb_pack *p, uint32_t at)
{
	const uint8_t *ids = p->idx.p + head(p) + FANOUT;
	uint32_t small;

	ASSERT(at < p->n);
	if (p->version == 1)
		return be32(ids + (size_t)at * (4 + p->id_bytes));
	small = be32(ids + p->n * (p->id_bytes + 4) + (size_t)at * 4);
	if (!(small & 0x80000000u))
		return small;
	small &= 0x7fffffffu;
	return small < p->wide ? be64(ids + p->n * (p->id_bytes + 8) + (size_t)small * 8) : UINT64_MAX;
}

int64_t odb_pack_find(const struct odb_pack *p, const uint8_t *id)
{
	uint32_t lo = id[0] ? fanout(p, id[0] - 1u) : 0, hi = fanout(p, id[0]);

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		int order = memcmp(id, odb_pack_id(p, mid), p->id_bytes);

		if (order == 0)
			return mid;
		if (order < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return -1;
}

/* ….rev (gitformat-pack(5)): "RIDX", version 1, kind of hash, positions, two trailers. */
static bool take_rev(struct odb_pack *p, const char *path)
{
	struct odb_map rev = { 0 };
	char name[4096];
	bool sound;

	snprintf(name, sizeof(name), "%.*s.rev", (int)strlen(path) - 5, path);
	if (odb_map_file(name, &rev))
		return false;
	sound = rev.n == 12 + (size_t)p->n * 4 + 2 * p->id_bytes && memcmp(rev.p, "RIDX\0\0\0\1", 8) == 0;
	for (uint32_t i = 0; sound && i < p->n; i++) {
		p->by_offset[i] = be32(rev.p + 12 + (size_t)i * 4);
		sound = p->by_offset[i] < p->n &&
			(i == 0 || odb_pack_offset(p, p->by_offset[i]) > odb_pack_offset(p, p->by_offset[i - 1]));
	}
	odb_map_done(&rev);
	return sound;
}

static int by_offset(const void *a, const void *b, void *ctx)
{
	uint64_t x = odb_pack_offset(ctx, *(const uint32_t *)a), y = odb_pack_offset(ctx, *(const uint32_t *)b);

	return x < y ? -1 : x > y;
}

void odb_pack_order(struct odb_pack *p, const char *path)
{
	p->by_offset = base_alloc((p->n + 1) * sizeof(*p->by_offset));
	if (take_rev(p, path))
		return;
	for (uint32_t i = 0; i < p->n; i++)
		p->by_offset[i] = i;
	qsort_r(p->by_offset, p->n, sizeof(*p->by_offset), by_offset, p);
}

int64_t odb_pack_at(const struct odb_pack *p, uint64_t offset)
{
	uint32_t lo = 0, hi = p->n;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		uint64_t at = odb_pack_offset(p, p->by_offset[mid]);

		if (at == offset)
			return mid;
		if (offset < at)
			hi = mid;
		else
			lo = mid + 1;
	}
	return -1;
}

static bool take_byte(const struct odb_pack *p, uint64_t *at, uint8_t *c)
{
	if (*at >= p->data.n - p->id_bytes)
		return false;
	*c = p->data.p[(*at)++];
	return true;
}

/* Type in three bits, size in groups of 4, 7, 7 … bits. */
static bool take_size(const struct odb_pack *p, uint64_t *at, unsigned *type, uint64_t *size)
{
	unsigned shift = 4;
	uint8_t c;

	if (!take_byte(p, at, &c))
		return false;
	*type = c >> 4 & 7;
	*size = c & 15;
	for (; c & 0x80; shift += 7) {
		if (shift > 56 || !take_byte(p, at, &c))
			return false;
		*size |= (uint64_t)(c & 0x7f) << shift;
	}
	return true;
}

/* How far before the delta its base begins: big-endian groups, each but the last plus one. */
static bool take_distance(const struct odb_pack *p, uint64_t *at, uint64_t *distance)
{
	uint64_t n;
	uint8_t c;

	if (!take_byte(p, at, &c))
		return false;
	n = c & 0x7f;
	while (c & 0x80) {
		if (n > UINT64_MAX >> 8 || !take_byte(p, at, &c))
			return false;
		n = (n + 1) << 7 | (c & 0x7f);
	}
	*distance = n;
	return true;
}

bool odb_pack_entry(const struct odb_pack *p, uint64_t offset, struct odb_entry *out)
{
	struct odb_entry e = { .kind = ODB_WHOLE, .stream = offset };
	uint64_t distance;
	unsigned type;

	if (offset < PACK_HEAD || !take_size(p, &e.stream, &type, &e.size))
		return false;
	if (type >= ODB_COMMIT && type <= ODB_TAG) {
		e.type = (enum odb_type)type;
	} else if (type == 6) {
		if (!take_distance(p, &e.stream, &distance) || !distance || distance > offset)
			return false;
		e.kind = ODB_OFFSET_DELTA;
		e.base = offset - distance;
	} else if (type == 7) {
		if (e.stream + p->id_bytes > p->data.n - p->id_bytes)
			return false;
		e.kind = ODB_ID_DELTA;
		e.base_id = p->data.p + e.stream;
		e.stream += p->id_bytes;
	} else {
		return false;
	}
	*out = e;
	return true;
}

struct str odb_pack_stream(const struct odb_pack *p, uint64_t offset)
{
	size_t end = p->data.n - p->id_bytes;

	return offset < end ? (struct str){ (const char *)p->data.p + offset, end - offset } : STR("");
}
