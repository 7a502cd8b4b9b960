#include "show/list.h"

#include <unistd.h>

#include "base/file.h"
#include "base/instant.h"
#include "base/term.h"
#include "text/csv.h"
#include "text/json.h"

const char *const show_format_words[] = { "table", "json", "jsonl", "csv", "markdown", NULL };

enum { OUT_MAX = 1 << 30, FLUSH_AT = 64 * 1024, GAP = 2, COLUMNS_MAX = 32 };

struct show_list {
	enum show_format format;
	const struct show_column *columns;
	size_t n, rows, room;
	int fd;
	struct arena *a;
	struct str *cells;		/* tables: laid out at the end */
	struct buf out;
	err failed;
};

struct show_list *show_list_new(enum show_format format, const struct show_column *columns, int fd)
{
	struct show_list *l = base_alloc(sizeof(*l));

	l->format = format;
	l->columns = columns;
	while (columns[l->n].name)
		l->n++;
	ASSERT(l->n <= COLUMNS_MAX);
	l->fd = fd;
	l->a = arena_new();
	l->out = buf_new(OUT_MAX);
	return l;
}

void show_list_free(struct show_list *l)
{
	if (!l)
		return;
	buf_done(&l->out);
	free(l->cells);
	arena_free(l->a);
	free(l);
}

size_t show_list_count(const struct show_list *l)
{
	return l->rows;
}

/* A cell as people read it. */
static struct str cell_text(struct arena *a, const struct show_column *c, const struct show_cell *v)
{
	char text[INSTANT_TEXT];

	if (v->unknown)
		return STR("-");
	switch (c->kind) {
	case SHOW_TEXT:
		return v->text.p ? arena_str(a, term_safe(a, v->text)) : STR("");
	case SHOW_NUMBER:
		return arena_printf(a, "%lld", (long long)v->number);
	case SHOW_TIME:
		instant_put(text, v->number);
		return arena_str(a, str_c(text));
	case SHOW_DAY:
		day_put(text, v->number);
		return arena_str(a, str_c(text));
	}
	return STR("");
}

static void add_json(struct show_list *l, const struct show_cell *cells)
{
	struct json_writer w = json_write_pretty(&l->out);

	w.pretty = false;
	json_open(&w, '{');
	for (size_t i = 0; i < l->n; i++) {
		const struct show_column *c = &l->columns[i];

		json_key(&w, c->name);
		if (cells[i].unknown || (c->kind == SHOW_TEXT && !cells[i].text.p))
			json_put_null(&w);
		else if (c->kind == SHOW_NUMBER)
			json_put_int(&w, cells[i].number);
		else if (c->kind == SHOW_TEXT)
			json_put_text(&w, cells[i].text);
		else
			json_put_text(&w, cell_text(l->a, c, &cells[i]));
	}
	json_close(&w, '}');
}

static void add_csv(struct show_list *l, const struct show_cell *cells)
{
	struct str row[COLUMNS_MAX];

	for (size_t i = 0; i < l->n; i++)
		row[i] = cells[i].unknown ? STR("") : l->columns[i].kind == SHOW_TEXT ? cells[i].text :
			 cell_text(l->a, &l->columns[i], &cells[i]);
	csv_put_row(&l->out, (struct strs){ row, l->n });
}

static void add_csv_head(struct show_list *l)
{
	struct str row[COLUMNS_MAX];

	for (size_t i = 0; i < l->n; i++)
		row[i] = str_c(l->columns[i].name);
	csv_put_row(&l->out, (struct strs){ row, l->n });
}

static void keep_cells(struct show_list *l, const struct show_cell *cells)
{
	size_t at = l->rows * l->n;

	if (at + l->n > l->room) {
		l->room = l->room ? l->room * 2 : l->n * 64;
		l->cells = base_realloc(l->cells, l->room * sizeof(*l->cells));
	}
	for (size_t i = 0; i < l->n; i++)
		l->cells[at + i] = cell_text(l->a, &l->columns[i], &cells[i]);
}

static void flush(struct show_list *l)
{
	if (l->fd < 0 || l->failed)
		return;
	l->failed = fd_write_all(l->fd, "the output", buf_str(&l->out));
	buf_clear(&l->out);
}

void show_list_row(struct show_list *l, const struct show_cell *cells)
{
	switch (l->format) {
	case SHOW_TABLE:
	case SHOW_MARKDOWN:
		keep_cells(l, cells);
		break;
	case SHOW_JSON:
		buf_add_c(&l->out, l->rows ? ",\n" : "[\n");
		add_json(l, cells);
		break;
	case SHOW_JSONL:
		add_json(l, cells);
		buf_add_char(&l->out, '\n');
		break;
	case SHOW_CSV:
		if (l->rows == 0)
			add_csv_head(l);
		add_csv(l, cells);
		break;
	}
	l->rows++;
	if (l->out.n > FLUSH_AT) {
		flush(l);
		arena_reset(l->a);
	}
}

static void add_padded(struct buf *out, struct str s, size_t width, bool right, bool last)
{
	struct str fit = term_fit(s, width);
	size_t is = term_columns(fit), pad;

	if (fit.n < s.n && width > 1) {
		fit = term_fit(s, width - 1);
		is = term_columns(fit) + 1;
	}
	pad = is < width ? width - is : 0;
	for (size_t i = 0; right && i < pad; i++)
		buf_add_char(out, ' ');
	buf_add(out, fit);
	if (fit.n < s.n)
		buf_add_c(out, "…");
	for (size_t i = 0; !right && !last && i < pad; i++)
		buf_add_char(out, ' ');
}

/* Each column as wide as its widest cell, within its bound; the column without a
 * bound gets what is left of the line. */
static void measure(const struct show_list *l, size_t widths[COLUMNS_MAX])
{
	size_t total = 0, open = l->n, line = term_width();

	for (size_t i = 0; i < l->n; i++) {
		const struct show_column *c = &l->columns[i];

		widths[i] = strlen(c->title);
		for (size_t r = 0; r < l->rows; r++) {
			size_t w = term_columns(l->cells[r * l->n + i]);

			if (w > widths[i])
				widths[i] = w;
		}
		if (c->width && widths[i] > c->width)
			widths[i] = c->width;
		if (!c->width)
			open = i;
		total += widths[i] + (i ? GAP : 0);
	}
	if (open < l->n && total > line) {
		size_t others = total - widths[open];

		widths[open] = line > others + 12 ? line - others : 12;
	}
}

static void lay_out(struct show_list *l)
{
	size_t widths[COLUMNS_MAX] = { 0 };

	measure(l, widths);
	for (size_t i = 0; l->rows && i < l->n; i++) {
		add_padded(&l->out, str_c(l->columns[i].title), widths[i], l->columns[i].kind == SHOW_NUMBER,
			   i + 1 == l->n);
		buf_add_c(&l->out, i + 1 < l->n ? "  " : "\n");
	}
	for (size_t r = 0; r < l->rows; r++) {
		for (size_t i = 0; i < l->n; i++) {
			add_padded(&l->out, l->cells[r * l->n + i], widths[i],
				   l->columns[i].kind == SHOW_NUMBER, i + 1 == l->n);
			buf_add_c(&l->out, i + 1 < l->n ? "  " : "\n");
		}
	}
}

static void add_markdown_cell(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '|' || s.p[i] == '\\')
			buf_add_char(out, '\\');
		buf_add_char(out, s.p[i]);
	}
}

static void lay_out_markdown(struct show_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		buf_addf(&l->out, "%s %s ", i ? "|" : "|", l->columns[i].title);
	buf_add_c(&l->out, "|\n");
	for (size_t i = 0; i < l->n; i++)
		buf_add_c(&l->out, l->columns[i].kind == SHOW_NUMBER ? "|---:" : "|---");
	buf_add_c(&l->out, "|\n");
	for (size_t r = 0; r < l->rows; r++) {
		for (size_t i = 0; i < l->n; i++) {
			buf_add_c(&l->out, "| ");
			add_markdown_cell(&l->out, l->cells[r * l->n + i]);
			buf_add_char(&l->out, ' ');
		}
		buf_add_c(&l->out, "|\n");
	}
}

err show_list_end(struct show_list *l)
{
	switch (l->format) {
	case SHOW_TABLE:
		lay_out(l);
		break;
	case SHOW_MARKDOWN:
		lay_out_markdown(l);
		break;
	case SHOW_JSON:
		buf_add_c(&l->out, l->rows ? "\n]\n" : "[]\n");
		break;
	case SHOW_CSV:
		if (l->rows == 0)
			add_csv_head(l);
		break;
	case SHOW_JSONL:
		break;
	}
	flush(l);
	TRY(l->failed);
	return buf_ok(&l->out, "the list");
}
