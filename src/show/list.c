#include "show/list.h"

#include <unistd.h>

#include "base/file.h"
#include "base/instant.h"
#include "base/term.h"
#include "show/list_parts.h"
#include "text/csv.h"
#include "text/json.h"

const char *const show_format_words[] = { "table", "json", "jsonl", "csv", "markdown", NULL };

enum { OUT_MAX = 1 << 30, NOTES_MAX = 64 * 1024, FLUSH_AT = 64 * 1024 };

struct show_list {
	enum show_format format;
	const struct show_column *columns;
	size_t n, rows, room;
	int fd;
	struct arena *a;
	struct str *cells;		/* tables: laid out at the end */
	struct buf out, notes;
	err failed;
	const char *empty, *more;
	int64_t total;			/* -1: not known, but there are more */
};

struct show_list *show_list_new(enum show_format format, const struct show_column *columns, int fd)
{
	struct show_list *l = base_alloc(sizeof(*l));

	l->format = format;
	l->columns = columns;
	while (columns[l->n].name)
		l->n++;
	ASSERT(l->n <= SHOW_COLUMNS_MAX);
	l->fd = fd;
	l->a = arena_new();
	l->out = buf_new(OUT_MAX);
	l->notes = buf_new(NOTES_MAX);
	return l;
}

void show_list_free(struct show_list *l)
{
	if (!l)
		return;
	buf_done(&l->out);
	buf_done(&l->notes);
	free(l->cells);
	arena_free(l->a);
	free(l);
}

size_t show_list_count(const struct show_list *l)
{
	return l->rows;
}

void show_list_empty(struct show_list *l, const char *sentence)
{
	l->empty = sentence;
}

void show_list_total(struct show_list *l, int64_t total, const char *more)
{
	l->total = total;
	l->more = more;
}

void show_list_note(struct show_list *l, struct str sentence)
{
	buf_addf(&l->notes, "%.*s\n", FMT(term_safe(l->a, sentence)));
}

/* A cell as people read it. */
static struct str cell_text(struct arena *a, const struct show_column *c, const struct show_cell *v)
{
	char text[INSTANT_TEXT];

	if (v->unknown)
		return STR("-");
	switch (c->kind) {
	case SHOW_TEXT:
	case SHOW_PATH:
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
		if (cells[i].unknown || (show_list_is_text(c) && !cells[i].text.p))
			json_put_null(&w);
		else if (c->kind == SHOW_NUMBER)
			json_put_int(&w, cells[i].number);
		else if (show_list_is_text(c))
			json_put_text(&w, cells[i].text);
		else
			json_put_text(&w, cell_text(l->a, c, &cells[i]));
	}
	json_close(&w, '}');
}

static void add_csv(struct show_list *l, const struct show_cell *cells)
{
	struct str row[SHOW_COLUMNS_MAX];

	for (size_t i = 0; i < l->n; i++)
		row[i] = cells[i].unknown ? STR("") : show_list_is_text(&l->columns[i]) ? cells[i].text :
			 cell_text(l->a, &l->columns[i], &cells[i]);
	csv_put_row(&l->out, (struct strs){ row, l->n });
}

static void add_csv_head(struct show_list *l)
{
	struct str row[SHOW_COLUMNS_MAX];

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
		if (l->columns[i].title)
			buf_addf(&l->out, "| %s ", l->columns[i].title);
	buf_add_c(&l->out, "|\n");
	for (size_t i = 0; i < l->n; i++)
		if (l->columns[i].title)
			buf_add_c(&l->out, l->columns[i].kind == SHOW_NUMBER ? "|---:" : "|---");
	buf_add_c(&l->out, "|\n");
	for (size_t r = 0; r < l->rows; r++) {
		for (size_t i = 0; i < l->n; i++) {
			if (!l->columns[i].title)
				continue;
			buf_add_c(&l->out, "| ");
			add_markdown_cell(&l->out, l->cells[r * l->n + i]);
			buf_add_char(&l->out, ' ');
		}
		buf_add_c(&l->out, "|\n");
	}
}

static void put_number(struct show_list *l, int64_t n)
{
	buf_add(&l->out, arena_number(l->a, n));
}

/* What a limit kept back is said, and that there is nothing, too. */
static void put_foot(struct show_list *l)
{
	if (!l->rows && l->empty) {
		buf_addf(&l->out, "%s\n", l->empty);
		return;
	}
	if (!l->more || (l->total >= 0 && l->total <= (int64_t)l->rows))
		return;
	buf_addf(&l->out, "%s", l->total < 0 ? "the first " : "");
	put_number(l, (int64_t)l->rows);
	if (l->total >= 0) {
		buf_add_c(&l->out, " of ");
		put_number(l, l->total);
	}
	buf_addf(&l->out, "; %s\n", l->more);
}

static void finish(struct show_list *l)
{
	switch (l->format) {
	case SHOW_TABLE:
		show_list_table(&(struct show_table){ l->columns, l->cells, l->n, l->rows }, term_width(), &l->out);
		put_foot(l);
		buf_add(&l->out, buf_str(&l->notes));
		break;
	case SHOW_MARKDOWN:
		lay_out_markdown(l);
		put_foot(l);
		buf_add(&l->out, buf_str(&l->notes));
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
}

err show_list_end(struct show_list *l)
{
	finish(l);
	flush(l);
	TRY(l->failed);
	return buf_ok(&l->out, "the list");
}

err show_list_into(struct show_list *l, struct buf *out)
{
	ASSERT(l->fd < 0);
	finish(l);
	TRY(buf_ok(&l->out, "the list"));
	buf_add(out, buf_str(&l->out));
	return NULL;
}
