#include "text/csv.h"

#include <csv.h>

struct csv_reader {
	struct csv_spec spec;
	struct csv_parser parser;
	struct buf row;			/* cells of the current row, a NUL behind each */
	size_t starts[CSV_CELLS + 1];	/* offsets in it */
	size_t n;			/* cells of the current row */
	struct buf header_bytes;
	struct str header_cells[CSV_CELLS];
	struct strs header;
	struct str cells[CSV_CELLS];
	size_t row_bytes;		/* raw, so far */
	unsigned line, row_line;
	unsigned mark;			/* bytes of the byte order mark seen; 3: past it */
	bool begun, failed;
	err stop;
};

static err fail_at(const struct csv_reader *r, enum err_kind kind, const char *what)
{
	return fail(kind, "%s:%u: %s", r->spec.name, r->row_line, what);
}

struct csv_reader *csv_reader_new(const struct csv_spec *spec)
{
	struct csv_reader *r = base_alloc(sizeof(*r));

	r->spec = *spec;
	r->row = buf_new(CSV_ROW_MAX + CSV_CELLS);
	r->header_bytes = buf_new(CSV_ROW_MAX + CSV_CELLS);
	r->line = r->row_line = 1;
	ASSERT(csv_init(&r->parser, CSV_STRICT | CSV_STRICT_FINI) == 0);
	csv_set_realloc_func(&r->parser, base_realloc);
	csv_set_blk_size(&r->parser, 4096);
	return r;
}

void csv_reader_free(struct csv_reader *r)
{
	if (!r)
		return;
	csv_free(&r->parser);
	buf_done(&r->row);
	buf_done(&r->header_bytes);
	free(r);
}

static void on_cell(void *bytes, size_t n, void *ctx)
{
	struct csv_reader *r = ctx;
	struct str s = { bytes, n };

	if (r->stop)
		return;
	if (r->n == CSV_CELLS) {
		r->stop = fail_at(r, ERR_LIMIT, "a row has more than 1024 cells");
		return;
	}
	if (!str_is_utf8(s)) {
		r->stop = fail_at(r, ERR_INPUT, "there are bytes that are not UTF-8");
		return;
	}
	r->starts[r->n++] = r->row.n;
	buf_add(&r->row, s);
	buf_add_char(&r->row, '\0');
}

/* Views of the row's cells in `bytes`, which holds a copy of the row. */
static struct strs views(const struct csv_reader *r, const struct buf *bytes, struct str *out)
{
	for (size_t i = 0; i < r->n; i++) {
		size_t end = i + 1 < r->n ? r->starts[i + 1] : bytes->n;

		out[i] = (struct str){ bytes->p + r->starts[i], end - r->starts[i] - 1 };
	}
	return (struct strs){ out, r->n };
}

static err take_row(struct csv_reader *r)
{
	if (!r->header.n) {
		buf_add(&r->header_bytes, buf_str(&r->row));
		r->header = views(r, &r->header_bytes, r->header_cells);
		return NULL;
	}
	if (r->n > r->header.n)
		return fail(ERR_INPUT, "%s:%u: %zu cells, but the header has %zu", r->spec.name,
			    r->row_line, r->n, r->header.n);
	return r->spec.row(r->spec.ctx, r, views(r, &r->row, r->cells));
}

static void on_row(int terminator, void *ctx)
{
	struct csv_reader *r = ctx;

	(void)terminator;
	if (!r->stop && r->n)
		r->stop = take_row(r);
	r->n = 0;
	r->row_bytes = 0;
	r->begun = false;
	buf_clear(&r->row);
}

/* Bytes of one line or of a part of one. */
static err read_line(struct csv_reader *r, struct str s)
{
	if (!r->begun && !r->n)
		r->row_line = r->line;
	if (r->row_bytes + s.n > CSV_ROW_MAX)
		return fail_at(r, ERR_LIMIT, "a row is longer than 1 MiB");
	if (s.p[0] != '\n' && s.p[0] != '\r')
		r->begun = true;
	if (r->begun)
		r->row_bytes += s.n;
	if (csv_parse(&r->parser, s.p, s.n, on_cell, on_row, r) != s.n && !r->stop)
		return fail_at(r, ERR_INPUT,
			       "a quote stands within a cell without quotes around it");
	return r->stop;
}

static void choose_delimiter(struct csv_reader *r, struct str piece)
{
	static const char candidates[] = ",;\t";
	size_t most = 0, end = str_find(piece, STR("\n"), 0);

	if (!r->spec.delimiter) {
		r->spec.delimiter = ',';
		for (const char *c = candidates; *c; c++) {
			size_t n = 0;

			for (size_t i = 0; i < end; i++)
				n += piece.p[i] == *c;
			if (n > most) {
				most = n;
				r->spec.delimiter = *c;
			}
		}
	}
	csv_set_delim(&r->parser, (unsigned char)r->spec.delimiter);
}

static err read_piece(struct csv_reader *r, struct str piece)
{
	while (piece.n) {
		size_t end = str_find(piece, STR("\n"), 0);
		bool whole = end < piece.n;
		struct str line = { piece.p, end + whole };

		TRY(read_line(r, line));
		r->line += whole;
		piece = str_from(piece, line.n);
	}
	return NULL;
}

/* Skips a byte order mark. What only begins like one is text. */
static err skip_mark(struct csv_reader *r, struct str *piece)
{
	static const char mark[] = "\xEF\xBB\xBF";
	unsigned seen;

	while (r->mark < 3 && piece->n && piece->p[0] == mark[r->mark]) {
		r->mark++;
		*piece = str_from(*piece, 1);
	}
	if (r->mark == 3 || !piece->n)
		return NULL;
	seen = r->mark;
	r->mark = 3;
	choose_delimiter(r, *piece);
	return read_piece(r, (struct str){ mark, seen });
}

err csv_reader_feed(struct csv_reader *r, struct str piece)
{
	err e;

	if (r->failed)
		return fail(ERR_INPUT, "%s: was already found to be wrong", r->spec.name);
	e = skip_mark(r, &piece);
	if (!e && piece.n && !r->header.n && !r->begun)
		choose_delimiter(r, piece);
	if (!e)
		e = read_piece(r, piece);
	r->failed = e != NULL;
	return e;
}

err csv_reader_end(struct csv_reader *r)
{
	if (r->failed)
		return fail(ERR_INPUT, "%s: was already found to be wrong", r->spec.name);
	r->failed = true;
	if (csv_fini(&r->parser, on_cell, on_row, r) != 0)
		return fail_at(r, ERR_INPUT, "a quote is never closed");
	if (!r->stop && !r->header.n)
		return fail(ERR_INPUT, "%s: the document is empty", r->spec.name);
	return r->stop;
}

struct strs csv_header(const struct csv_reader *r)
{
	return r->header;
}

unsigned csv_line(const struct csv_reader *r)
{
	return r->row_line;
}

struct str csv_cell(const struct csv_reader *r, struct strs cells, const char *column)
{
	for (size_t i = 0; i < r->header.n; i++)
		if (str_is_caseless(str_trim(r->header.v[i]), str_c(column)))
			return i < cells.n ? cells.v[i] : (struct str){ 0 };
	return (struct str){ 0 };
}

static bool needs_quotes(struct str s)
{
	if (s.n && (s.p[0] == ' ' || s.p[s.n - 1] == ' '))
		return true;
	for (size_t i = 0; i < s.n; i++)
		if (strchr(",;\"\r\n\t", s.p[i]))	/* NUL too */
			return true;
	return false;
}

static bool is_control(char c)
{
	return ((unsigned char)c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == 0x7F;
}

static void put_cell(struct buf *out, struct str s)
{
	bool formula = s.n && s.p[0] && strchr("=+-@\t\r\n", s.p[0]);
	bool quotes = needs_quotes(s);

	if (quotes)
		buf_add_char(out, '"');
	if (formula)
		buf_add_char(out, '\'');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			buf_add_char(out, '"');
		/* What would steer a terminal is shown as what cannot be shown. */
		if (is_control(s.p[i]))
			buf_add_c(out, "\xEF\xBF\xBD");
		else
			buf_add_char(out, s.p[i]);
	}
	if (quotes)
		buf_add_char(out, '"');
}

void csv_put_row(struct buf *out, struct strs cells)
{
	if (cells.n == 1 && !cells.v[0].n)	/* an empty line is no row */
		buf_add(out, STR("\"\""));
	for (size_t i = 0; i < cells.n; i++) {
		if (i)
			buf_add_char(out, ',');
		put_cell(out, cells.v[i]);
	}
	buf_add(out, STR("\r\n"));
}
