/* `custody verify` of what is no home: a pack, a folder of tiles, a proof. */
#ifndef CMD_VERIFY_PACK_H
#define CMD_VERIFY_PACK_H

#include "cmd/cmd.h"

struct verify_pack_spec {
	const char *path;
	struct many keys;	/* of struct str: vkeys */
	int require;		/* index into verify_require_words, or FIELD_UNKNOWN */
	struct str header;	/* a proof: the file with the header's bytes */
};
extern const char *const verify_require_words[];	/* intact authentic witnessed */

/* Whether the path is one of these, by its form. */
bool verify_pack_is(const char *path);

/* Prints what was found; exit code 5 where it is not intact or less than is
 * required. */
MUST_USE err verify_pack_run(struct cmd_run *run, const struct verify_pack_spec *spec);

#endif
