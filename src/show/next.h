/* `custody next`: the next steps as a list, or one of them whole with the exact
 * command. */
#ifndef SHOW_NEXT_H
#define SHOW_NEXT_H

#include "judge/steps.h"
#include "show/list.h"

struct show_next_spec {
	const struct facts *facts;
	int host;		/* enum steps_host, or FIELD_UNKNOWN */
	int64_t number;		/* from 1; 0: the list */
	enum show_format format;
};

/* ERR_MISSING where there are fewer steps. */
MUST_USE err show_next(const struct show_next_spec *spec, struct buf *out);

#endif
