/* config: the configuration that was read, by its digest. What it declares are
 * records of their own. */
#include "record/types.h"

static const struct field fields[] = {
	FIELD(r_config, controls, FIELD_INT, FIELD_REQUIRED, 0, "controls it declares"),
	FIELD(r_config, digest, FIELD_DIGEST, FIELD_REQUIRED, 0, "the file"),
	FIELD(r_config, systems, FIELD_INT, FIELD_REQUIRED, 0, "systems it declares"),
	FIELD(r_config, version, FIELD_TEXT, 0, 64, "commit it was read at"),
	{ 0 },
};
static const struct table table = TABLE(r_config, "config", fields);

const struct record_type record_config = { "config.v1", &table, "configuration was read", NULL, NULL, NULL };
