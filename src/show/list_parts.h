/* The layout of a table for people, apart from the other forms of a list. Private
 * to lists. */
#ifndef SHOW_LIST_PARTS_H
#define SHOW_LIST_PARTS_H

#include "show/list.h"

enum { SHOW_COLUMNS_MAX = 32 };

/* All cells as safe text, row after row. */
struct show_table {
	const struct show_column *columns;
	const struct str *cells;
	size_t n, rows;
};

/* Text is cut with an ellipsis where it does not fit, a path in its middle. */
bool show_list_is_text(const struct show_column *c);

/* Appends headings and rows, no line wider than `line` columns where the columns
 * that may be cut allow it. A column of texts that says nothing is left out. */
void show_list_table(const struct show_table *t, size_t line, struct buf *out);

#endif
