/* A pack while it is written: files one after the other into a folder or a .zip,
 * each digested on the way, and at the end the list of them all. Memory grows by
 * some 100 bytes for a file, but not for evidence, of which there may be millions. */
#ifndef PACK_OUT_H
#define PACK_OUT_H

#include "base/base.h"
#include "base/buf.h"
#include "crypto/digest.h"

struct pack_out;

/* A path that ends in ".zip" is one file, any other a folder. ERR_CONFLICT where
 * something lies there that is no pack. */
MUST_USE err pack_out_open(const char *path, struct pack_out **out);

/* Before pack_out_finish: leaves nothing behind. */
void pack_out_free(struct pack_out *o);
OWNER(pack_out)

/* One file: begin, add …, end; the path is relative, with '/'. */
MUST_USE err pack_out_begin(struct pack_out *o, const char *path);
MUST_USE err pack_out_add(struct pack_out *o, struct str bytes);
MUST_USE err pack_out_end(struct pack_out *o);
MUST_USE err pack_out_file(struct pack_out *o, const char *path, struct str bytes);

/* evidence/<digest>, in ascending order of digests; its bytes added by pack_out_add and ended by pack_out_end;
 * ERR_INTEGRITY there when they are others. */
MUST_USE err pack_out_evidence(struct pack_out *o, const struct digest *d);

/* Writes manifest.json over every file so far; only manifest.note may follow. */
MUST_USE err pack_out_manifest(struct pack_out *o, struct digest *digest);

/* Makes it durable under its own name. */
MUST_USE err pack_out_finish(struct pack_out *o);

struct pack_out_sums {
	uint64_t files, bytes;		/* so far, before packing */
};
struct pack_out_sums pack_out_sums(const struct pack_out *o);

#endif
