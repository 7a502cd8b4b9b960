/* home: the first record of a log. It names the log, its key and the program;
 * a new shard names the log it goes on from. */
#include "record/types.h"

static const struct field fields[] = {
	FIELD(r_home, origin, FIELD_TEXT, FIELD_REQUIRED, 255, "name of the log in checkpoints"),
	FIELD(r_home, previous, FIELD_TEXT, 0, 512, "log, size and root this shard goes on from"),
	FIELD(r_home, program, FIELD_TEXT, FIELD_REQUIRED, 64, "version that made the home"),
	FIELD(r_home, vkey, FIELD_TEXT, FIELD_REQUIRED, 512, "verifier key of the log"),
	{ 0 },
};
static const struct table table = TABLE(r_home, "home", fields);

const struct record_type record_home = { "home.v1", &table, "the log begins", NULL, NULL, NULL };
