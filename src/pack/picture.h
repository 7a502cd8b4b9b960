/* Pictures of a pack as numbers for its templates: coordinates are computed here,
 * in whole units or tenths, so the same records give the same picture. */
#ifndef PACK_PICTURE_H
#define PACK_PICTURE_H

#include "pack/site.h"

/* "map": the heat map of all controls (map.mustache). */
void pack_picture_map(struct pack_site *s, struct json_writer *j);

/* "areas": open findings over the period (areas.mustache); null where there was
 * never one. */
MUST_USE err pack_picture_areas(struct pack_site *s, struct json_writer *j);

/* "strip": the days on which evidence of an area came (strip.mustache); null
 * where there is none. */
void pack_picture_strip(struct pack_site *s, const struct area_decision *d, struct json_writer *j);

/* The six steps of "chain": each what it is, and one line more. */
struct pack_chain {
	struct str source[2], submission[2], record[2], log[2], checkpoint[2], anchor[2];
	bool anchor_missing;
};
void pack_picture_chain(const struct pack_chain *c, struct json_writer *j);

#endif
