/* Lists for people and programs: the same rows as a table on a terminal, JSON,
 * JSON Lines, CSV or Markdown. A list declares its columns once. */
#ifndef SHOW_LIST_H
#define SHOW_LIST_H

#include "base/arena.h"
#include "base/buf.h"

enum show_format { SHOW_TABLE, SHOW_JSON, SHOW_JSONL, SHOW_CSV, SHOW_MARKDOWN };
extern const char *const show_format_words[];

/* A path too long for its column is cut in the middle, other texts at their end. */
enum show_kind { SHOW_TEXT, SHOW_PATH, SHOW_NUMBER, SHOW_TIME, SHOW_DAY };

struct show_column {
	const char *name;	/* JSON key and CSV heading */
	const char *title;	/* table heading; NULL: for programs alone */
	enum show_kind kind;
	unsigned width;		/* table: more only where there is room; 0: what is left */
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

/* What is said to people where there is no row: that there is none, and what would
 * fill the list. Static text, whole sentences. */
void show_list_empty(struct show_list *l, const char *sentence);

/* Said to people below the rows where a limit kept some back: "50 of 1,234; MORE".
 * `total` is -1 where only is known that there are more; `more` is static, such as
 * SHOW_ALL. */
#define SHOW_ALL "--limit 0 shows all, --limit N so many"
void show_list_total(struct show_list *l, int64_t total, const char *more);

/* Said to people at the very end, a line each: what the rows do not hold. Copied. */
void show_list_note(struct show_list *l, struct str sentence);

/* Writes what is left (tables are laid out here); errors of writing. */
MUST_USE err show_list_end(struct show_list *l);

/* The same, appended to a text instead. */
MUST_USE err show_list_into(struct show_list *l, struct buf *out);

/* Rows so far. */
size_t show_list_count(const struct show_list *l);

#endif
