/* `custody control`: the catalogue as a list with where each control stands, one
 * entry whole, and what an id of 2013 became. */
#ifndef SHOW_CONTROLS_H
#define SHOW_CONTROLS_H

#include "show/list.h"
#include "show/standing.h"

struct show_controls_query {
	struct str theme;	/* absent: any; "technological", "A.8" */
	bool areas;		/* only those that the delivery areas are judged by */
	bool clauses;		/* the clauses instead */
	bool old;		/* 2013 instead */
	bool in_scope;		/* only those the approved Statement of Applicability has apply */
	const struct standings *standings;	/* of a home, or NULL: nothing is known */
};
MUST_USE err show_controls_list(const struct catalogue *c, const struct show_controls_query *q,
				enum show_format format, int fd);

/* One entry with what it maps to; one row for each pair in lists. */
MUST_USE err show_controls_map(const struct catalogue *c, const struct catalogue_entry *e,
			       enum show_format format, int fd);

struct show_control_spec {
	const struct catalogue *catalogue;
	const struct catalogue_entry *entry;
	const struct facts *facts;		/* of a home; NULL: what it is, alone */
	const struct standings *standings;	/* with facts */
	struct db *db;				/* with facts */
	enum show_format format;
};

/* For people or as JSON: what it is; of a control of 2022 with a home also its state
 * today, the result over the period, the four questions and the evidence. */
MUST_USE err show_controls_one(const struct show_control_spec *spec, struct arena *a, struct buf *out);

#endif
