/* The "T" and "R" frames of a submission: an item without groups or lists as one
 * value after another. A "T" frame tells the table and the order of its fields once;
 * each "R" frame holds values alone. A value is a length (seven bits a byte, lowest
 * first, the eighth says that more follow) and as many bytes of text in the form of
 * field_set_text(); the length is one more than it is, and 0 stands for absent. A
 * million findings are written and read several times as fast as from JSON. */
#ifndef STORE_SUBMISSION_ROW_H
#define STORE_SUBMISSION_ROW_H

#include "base/buf.h"
#include "store/items.h"

enum { ROW_FIELDS = 32, ROW_TABLES = 16 };

/* Whether a table has neither groups nor lists, and few enough fields. */
bool submission_row_fits(const struct table *t);

/* The payload of a "T" frame, and of an "R" frame but for its first byte. */
void submission_row_shape(struct buf *out, const struct table *t);
void submission_row_put(struct buf *out, const struct table *t, const void *item);

/* A table as a stream declared it: its fields in the stream's order. */
struct row_shape {
	const struct table *t;
	const struct field *field[ROW_FIELDS];
	size_t n;
};

/* ERR_INPUT for an unknown table or field, one named twice, or none. */
MUST_USE err submission_row_shape_get(struct str payload, struct row_shape *out);

/* Fills a struct of the shape's table; texts are borrowed from `values`. ERR_INPUT or
 * ERR_LIMIT where a value is cut short, out of its bounds or missing. */
MUST_USE err submission_row_get(const struct row_shape *shape, struct str values, void *item);

#endif
