/* A pack while it is written: what its pieces share. */
#ifndef PACK_WRITING_H
#define PACK_WRITING_H

#include "ledger/ledger.h"
#include "pack/out.h"
#include "pack/pile.h"
#include "pack/write.h"

struct pack_writing {
	struct store *s;
	struct db *db;
	const struct pack_spec *spec;
	struct pack_result *r;
	struct pack_out *out;
	struct arena *a;		/* lives with the pack */
	struct arena *scratch;
	struct ledger_head head;
	int64_t from, to, as_of, now;
	struct pile *cites;		/* digests that shown records cite, ascending, with doubles */
	struct pile *withheld;		/* records whose words are left out, ascending */
};

void pack_progress(struct pack_writing *w, const char *what);

/* write_log.c: log/, parts/; write_evidence.c: evidence/, withheld.json, log/anchors/. */
MUST_USE err pack_write_log(struct pack_writing *w);
MUST_USE err pack_write_parts(struct pack_writing *w);
MUST_USE err pack_write_evidence(struct pack_writing *w);
MUST_USE err pack_write_anchors(struct pack_writing *w);

/* Every page and table for people. */
MUST_USE err pack_write_site(struct pack_writing *w);

#endif
