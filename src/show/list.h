/* Lists for people and programs: the same rows as a table on a terminal, JSON,
 * JSON Lines, CSV or Markdown. A list declares its columns once. */
#ifndef SHOW_LIST_H
#define SHOW_LIST_H

#include "base/arena.h"
#include "base/buf.h"

enum show_format { SHOW_TABLE, SHOW_JSON, SHOW_JSONL, SHOW_CSV, SHOW_MARKDOWN };
extern const char *const show_format_words[];

enum show_kind { SHOW_TEXT, SHOW_NUMBER, SHOW_TIME, SHOW_DAY };

struct show_column {
	const char *name;	/* JSON key and CSV heading */
	const char *title;	/* table heading */
	enum show_kind kind;
	unsigned width;		/* table: at most this many columns; 0 takes what is left */
};

/* One cell: text (absent when p is NULL) or a number, instant or day. */
struct show_cell {
	struct str text;
	int64_t number;
	bool unknown;		/* printed as "-" or null */
};
#define SHOW_T(s) ((struct show_cell){ .text = (s) })
#define SHOW_N(x) ((struct show_cell){ .number = (int64_t)(x) })
#define SHOW_UNKNOWN ((struct show_cell){ .unknown = true })

struct show_list;

/* Columns end with a NULL name. Output goes to `out`, a growing buffer that is
 * written to standard output by the caller or, when `fd` is 0 or more, flushed
 * there as rows come. */
struct show_list *show_list_new(enum show_format format, const struct show_column *columns, int fd);
void show_list_free(struct show_list *l);
OWNER(show_list)

/* One row: as many cells as columns. Texts are copied. */
void show_list_row(struct show_list *l, const struct show_cell *cells);

/* Writes what is left (tables are laid out here); errors of writing. */
MUST_USE err show_list_end(struct show_list *l);

/* Rows so far. */
size_t show_list_count(const struct show_list *l);

#endif
