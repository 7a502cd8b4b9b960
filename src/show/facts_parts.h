/* The parts of reading the facts document, one file each. Private to it. */
#ifndef SHOW_FACTS_PARTS_H
#define SHOW_FACTS_PARTS_H

#include "base/instant.h"
#include "show/facts_read.h"

struct facts_reading {
	struct db *db;
	struct arena *a;
	struct facts *f;
	bool past;		/* as_of lies behind the head of the log: states are those of then */
	size_t ids_left[3];	/* no_pull, unreviewed, findings */
};

/* A cleared item at the end of a list, or NULL when it holds FACTS_ROWS. */
void *show_facts_add(struct facts_reading *r, struct many *list, const struct table *t);
/* The table of the items of a list of facts_table. */
const struct table *show_facts_table(const char *list);

struct str show_facts_text(struct facts_reading *r, const struct db_rows *row, int col);
int64_t show_facts_time(const struct db_rows *row, int col);

/* A number or text at the end of a list that grows. */
void show_facts_number(struct facts_reading *r, struct many *list, int64_t n);
void show_facts_word(struct facts_reading *r, struct many *list, struct str s);

/* Each day of a query that gives (what, day), ascending, becomes facts.runs. */
MUST_USE err show_facts_days(struct facts_reading *r, struct db_rows *rows);

MUST_USE err show_facts_branches(struct facts_reading *r);
MUST_USE err show_facts_scans(struct facts_reading *r);
MUST_USE err show_facts_org(struct facts_reading *r);

#endif
