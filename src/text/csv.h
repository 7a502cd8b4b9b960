/* Comma-separated values (RFC 4180). The reader takes pieces of any size and
 * calls back once per row, cells found by the names of the header row. The writer
 * is the one through which every export goes: a spreadsheet that opens it runs
 * nothing. */
#ifndef TEXT_CSV_H
#define TEXT_CSV_H

#include "base/buf.h"
#include "base/str.h"

enum { CSV_ROW_MAX = 1024 * 1024, CSV_CELLS = 1024 };	/* bytes, cells of one row */

struct csv_reader;

/* Cells in the order of the columns, decoded, each followed by a NUL; they last
 * until it returns. White space around cells without quotes is gone. A row may
 * have fewer cells than the header. */
struct csv_spec {
	const char *name;	/* for errors */
	char delimiter;		/* 0: whichever of , ; tab the header row has most of */
	err (*row)(void *ctx, const struct csv_reader *r, struct strs cells);
	void *ctx;
};

struct csv_reader *csv_reader_new(const struct csv_spec *spec);
void csv_reader_free(struct csv_reader *r);
OWNER(csv_reader)

/* "name:line: …": a quote within an unquoted cell or never closed, more cells than
 * the header has, invalid UTF-8 or NUL (ERR_INPUT); beyond CSV_ROW_MAX or CSV_CELLS
 * (ERR_LIMIT); or what `row` returned. A byte order mark and empty lines are
 * skipped. The end without a header row is ERR_INPUT "the document is empty". */
MUST_USE err csv_reader_feed(struct csv_reader *r, struct str piece);
MUST_USE err csv_reader_end(struct csv_reader *r);

/* The header row (empty before it was read), and the line the current row began
 * in, from 1. */
struct strs csv_header(const struct csv_reader *r);
unsigned csv_line(const struct csv_reader *r);

/* The cell of the first column of that name, ASCII case and white space around it
 * ignored; absent where there is no such column or the row is shorter. */
struct str csv_cell(const struct csv_reader *r, struct strs cells, const char *column);

/* Appends one row, ended by CR LF. Cells with , ; " or white space that matters are
 * quoted. A cell that begins with = + - @, tab, CR or LF gets an apostrophe before
 * it, so that a spreadsheet takes it for text. */
void csv_put_row(struct buf *out, struct strs cells);

#endif
