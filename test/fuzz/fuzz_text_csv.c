/* CSV from any bytes; the rows, written and read again, are the same rows. */
#include "fuzz.h"

#include "text/csv.h"

struct rows {
	struct buf text;	/* written again */
	struct buf plain;	/* every cell, a NUL behind it, a line feed behind the row */
	size_t header;
};

static bool formula(struct str s)
{
	return s.n && strchr("=+-@\t\r\n", s.p[0]);
}

/* As the writer shows it: control characters that steer terminals are replaced. */
static void add_shown(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if ((c < ' ' && !strchr("\t\n\r", c)) || c == 0x7F || c == 0)
			buf_add_c(out, "\xEF\xBF\xBD");
		else
			buf_add_char(out, s.p[i]);
	}
}

static err on_row(void *ctx, const struct csv_reader *r, struct strs cells)
{
	struct rows *rows = ctx;

	ASSERT(csv_line(r) > 0 && cells.n > 0 && cells.n <= csv_header(r).n);
	(void)csv_cell(r, cells, "name");
	if (str_starts(csv_header(r).v[0], STR("\xEF\xBB\xBF")))
		return fail(ERR_FAILED, "would begin with a byte order mark when written");
	if (!rows->text.n)
		csv_put_row(&rows->text, csv_header(r));
	csv_put_row(&rows->text, cells);
	for (size_t i = 0; i < cells.n; i++) {
		if (formula(cells.v[i]))
			buf_add_char(&rows->plain, '\'');
		add_shown(&rows->plain, cells.v[i]);
		buf_add_char(&rows->plain, '\0');
	}
	buf_add_char(&rows->plain, '\n');
	return NULL;
}

static err read(struct str text, size_t step, char delimiter, struct rows *rows)
{
	struct csv_spec spec = { "in", delimiter, on_row, rows };
	OWNED(csv_reader) r = csv_reader_new(&spec);

	while (text.n) {
		struct str piece = { text.p, text.n < step ? text.n : step };

		TRY(csv_reader_feed(r, piece));
		text = str_from(text, piece.n);
	}
	return csv_reader_end(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rows once = { .text = buf_new(64 << 20), .plain = buf_new(64 << 20) };
	struct rows twice = { .text = buf_new(64 << 20), .plain = buf_new(64 << 20) };
	size_t step = size ? data[0] + 1u : 1;
	struct str text = { size ? (const char *)data + 1 : "", size ? size - 1 : 0 };

	if (!read(text, step, 0, &once) && once.text.n) {
		err e = read(buf_str(&once.text), 7, ',', &twice);

		ASSERT(!e && str_eq(buf_str(&once.plain), buf_str(&twice.plain)));
	}
	buf_done(&once.text);
	buf_done(&once.plain);
	buf_done(&twice.text);
	buf_done(&twice.plain);
	return 0;
}
