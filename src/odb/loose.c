#include "odb/parts.h"

#include <stdlib.h>
#include <zlib.h>

#include "base/hex.h"

enum { HEAD_MAX = 32 };

static const struct {
	const char *name;
	enum odb_type type;
} types[] = { { "commit ", ODB_COMMIT }, { "tree ", ODB_TREE }, { "blob ", ODB_BLOB }, { "tag ", ODB_TAG } };

/* "blob 12" and a NUL: type, size, and how many bytes that is. */
static bool take_head(struct str head, enum odb_type *type, uint64_t *size, size_t *used)
{
	const char *nul = memchr(head.p, '\0', head.n);

	if (!nul)
		return false;
	*used = (size_t)(nul - head.p) + 1;
	head.n = *used - 1;
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (str_starts(head, str_c(types[i].name))) {
			*type = types[i].type;
			return str_to_u64(str_from(head, strlen(types[i].name)), size);
		}
	return false;
}

/* The first bytes of a stream whose size is not known. */
static size_t inflate_head(struct odb_map in, char out[HEAD_MAX])
{
	z_stream z = { .next_in = (uint8_t *)(uintptr_t)in.p, .avail_in = (unsigned)(in.n < 4096 ? in.n : 4096),
		       .next_out = (uint8_t *)out, .avail_out = HEAD_MAX };
	int status;

	if (!in.p || inflateInit(&z) != Z_OK)
		return 0;
	status = inflate(&z, Z_SYNC_FLUSH);
	inflateEnd(&z);
	return status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR ? HEAD_MAX - z.avail_out : 0;
}

static err read_map(struct odb_map in, uint64_t max, struct odb_pool *pool, struct odb_object *out)
{
	OWNED(odb_inflater) inflater = odb_inflater_new();
	char head[HEAD_MAX], *bytes;
	enum odb_type type;
	uint64_t size;
	size_t used;

	if (!take_head((struct str){ head, inflate_head(in, head) }, &type, &size, &used))
		return fail(ERR_INTEGRITY, "a loose object is damaged");
	if (size > max)
		return fail(ERR_LIMIT, "a loose object has %llu bytes", (unsigned long long)size);
	bytes = odb_pool_take(pool, used + size);
	if (!odb_inflate(inflater, (struct str){ (const char *)in.p, in.n }, bytes, used + size)) {
		odb_pool_give(pool, bytes, used + size);
		return fail(ERR_INTEGRITY, "a loose object is damaged");
	}
	memmove(bytes, bytes + used, size);
	out->type = type;
	out->bytes = (struct str){ bytes, size };
	return NULL;
}

err odb_loose_read(const struct odb *o, size_t at, uint64_t max, struct odb_pool *pool, struct odb_object *out)
{
	const struct odb_loose *l = &o->loose[at];
	OWNED(arena) a = arena_new();
	char hex[2 * ODB_ID_SHA256 + 1];
	struct odb_map in;
	err e;

	hex_put(hex, l->id, o->id_bytes);
	TRY(odb_map_file(arena_printf(a, "%s/%.2s/%s", o->dirs[l->dir], hex, hex + 2).p, &in));
	e = read_map(in, max, pool, out);
	odb_map_done(&in);
	return e;
}
