/* What the two containers a pack comes in, folder and .zip, give to in.c. */
#ifndef PACK_IN_PARTS_H
#define PACK_IN_PARTS_H

#include "pack/in.h"
#include "pack/pile.h"
#include "pack/zip.h"

enum { PACK_FILES_MAX = 10000000, PACK_PATH_MAX = PACK_ZIP_PATH };

struct pack_in {
	struct arena *a, *scratch;
	const char *path;
	int fd;				/* the .zip, or the folder */
	bool zip;
	uint64_t bytes;
	struct pack_entry *v;
	size_t n, room;
	struct pile *evidence;		/* of struct stored */
	bool started;			/* the first of them was asked for */
	struct digest last;
	char name[PACK_EVIDENCE_PATH];	/* of the one in hand */
};

/* Takes a copy of the path. */
MUST_USE err pack_in_add(struct pack_in *in, const struct pack_entry *e);

/* Fills in->v, not sorted, and in->evidence. */
MUST_USE err pack_in_list_folder(struct pack_in *in, const struct pack_in_spec *spec);
MUST_USE err pack_in_list_zip(struct pack_in *in, const struct pack_in_spec *spec);

/* Finds where the content of an entry begins. ERR_INTEGRITY: what stands in front of
 * it is not what its name makes. */
MUST_USE err pack_in_zip_content(const struct pack_in *in, const struct pack_entry *e, uint64_t *at);

#endif
