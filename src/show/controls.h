/* `custody control`: the catalogue as a list, one entry whole, and what an id of
 * 2013 became. */
#ifndef SHOW_CONTROLS_H
#define SHOW_CONTROLS_H

#include "show/catalogue.h"
#include "show/list.h"

struct show_controls_query {
	struct str theme;	/* absent: any; "technological", "A.8" */
	bool areas;		/* only those that the delivery areas are judged by */
	bool clauses;		/* the clauses instead */
	bool old;		/* 2013 instead */
};
MUST_USE err show_controls_list(const struct catalogue *c, const struct show_controls_query *q,
				enum show_format format, int fd);

/* One entry with what it maps to; one row for each pair in lists. */
MUST_USE err show_controls_map(const struct catalogue *c, const struct catalogue_entry *e,
			       enum show_format format, int fd);

/* For people or as JSON. */
void show_controls_one(const struct catalogue *c, const struct catalogue_entry *e, struct arena *a,
		       enum show_format format, struct buf *out);

#endif
