#include "pack/list.h"

#include "base/hex.h"
#include "base/instant.h"
#include "record/types.h"
#include "text/csv.h"
#include "text/json.h"

enum { COLUMNS = 32, ROW_MAX = 256 * 1024, LONG = 32 };

enum form { AS_CSV, AS_JSON };

struct pack_rows {
	struct pack_site *s;
	const struct pack_list *l;
	enum form form;
	struct buf row;
	struct json_writer *page;	/* NULL: not on the page this time */
	struct arena *a;
	int64_t n;
};

static struct str base64_of(struct arena *a, struct str bytes)
{
	BUF_AUTO text = buf_new(256);

	base64_add(&text, bytes.p, bytes.n);
	return arena_str(a, buf_str(&text));
}

/* A cell as text; absent where nothing is known. */
static struct str text_of(struct pack_rows *r, const struct pack_column *c, const struct show_cell *cell)
{
	char time[INSTANT_TEXT];

	if (cell->unknown)
		return (struct str){ 0 };
	switch (c->kind) {
	case PACK_NUMBER:
	case PACK_RECORD:
		return arena_printf(r->a, "%lld", (long long)cell->number);
	case PACK_TIME:
		instant_put(time, cell->number);
		return arena_str(r->a, str_c(time));
	case PACK_DAY:
		day_put(time, cell->number);
		return arena_str(r->a, str_c(time));
	case PACK_HEX:
	case PACK_ROOT:
	case PACK_ACCOUNT:
	case PACK_SEVERITY:
	case PACK_REPOSITORY:
	case PACK_TEXT:
	case PACK_WORD:
	case PACK_URL:
	case PACK_ANSWER:
		break;
	}
	return cell->text;
}

static bool is_number(enum pack_kind kind)
{
	return kind == PACK_NUMBER || kind == PACK_RECORD;
}

static err put_csv(struct pack_rows *r, const struct show_cell *cells)
{
	struct str v[COLUMNS];
	size_t n = 0;

	for (; r->l->columns[n].name; n++) {
		v[n] = text_of(r, &r->l->columns[n], &cells[n]);
		if (!v[n].p)
			v[n] = STR("");
	}
	csv_put_row(&r->row, (struct strs){ v, n });
	return NULL;
}

static err put_json(struct pack_rows *r, const struct show_cell *cells)
{
	struct json_writer j = json_write(&r->row);

	buf_add(&r->row, r->n ? STR(",\n") : STR("\n"));
	j.ordered = false;
	json_open(&j, '{');
	for (size_t i = 0; r->l->columns[i].name; i++) {
		const struct pack_column *c = &r->l->columns[i];
		struct str text = text_of(r, c, &cells[i]);

		json_key(&j, c->name);
		if (!text.p)
			json_put_null(&j);
		else if (is_number(c->kind))
			json_put_int(&j, cells[i].number);
		else
			json_put_text(&j, text);
	}
	json_close(&j, '}');
	return NULL;
}

static const char *class_of(enum pack_kind kind, struct str text)
{
	switch (kind) {
	case PACK_NUMBER:
	case PACK_RECORD:
		return "n";
	case PACK_TIME:
	case PACK_DAY:
		return "day";
	case PACK_HEX:
	case PACK_ROOT:
		return "mono";
	case PACK_ANSWER:
		return str_is(text, "unknown") ? "open" : str_is(text, "missing") ? "missing" : "shown";
	case PACK_TEXT:
	case PACK_WORD:
		return text.n > LONG ? "long" : "";
	case PACK_ACCOUNT:
	case PACK_SEVERITY:
	case PACK_REPOSITORY:
	case PACK_URL:
		break;
	}
	return "";
}

/* On a page, where there is less room than in a table. */
static struct str shorter(struct pack_rows *r, enum pack_kind kind, struct str text)
{
	if (kind == PACK_HEX || kind == PACK_ROOT)
		return str_cut(text, 12);
	if (kind == PACK_TIME && text.p)
		return arena_printf(r->a, "%.10s %.5s", text.p, text.p + 11);
	return text;
}

static void put_cell(struct pack_rows *r, const struct pack_column *c, const struct show_cell *cell)
{
	struct json_writer *j = r->page;
	struct str text = text_of(r, c, cell), path = { 0 };

	text = shorter(r, c->kind, text);
	if (c->kind == PACK_RECORD && !cell->unknown)
		path = pack_site_record(r->s, r->a, cell->number);
	json_open(j, '{');
	json_add_text(j, "cell", c->kind == PACK_URL && text.n ? STR("open") : text.p ? text : STR(""));
	json_add_c(j, "cell_class", class_of(c->kind, text));
	if (path.p)
		json_add_text(j, "cell_path", arena_printf(r->a, "../%.*s", FMT(path)));
	if (c->kind == PACK_URL && text.n)
		json_add_text(j, "cell_url", text);
	json_close(j, '}');
}

static void put_page(struct pack_rows *r, const struct show_cell *cells)
{
	json_open(r->page, '{');
	json_key(r->page, "cells");
	json_open(r->page, '[');
	for (size_t i = 0; r->l->columns[i].name; i++)
		if (r->l->columns[i].title)
			put_cell(r, &r->l->columns[i], &cells[i]);
	json_close(r->page, ']');
	json_close(r->page, '}');
}

err pack_rows_add(struct pack_rows *r, const struct show_cell *cells)
{
	buf_clear(&r->row);
	TRY(r->form == AS_CSV ? put_csv(r, cells) : put_json(r, cells));
	if (r->page && r->n < PACK_PAGE_ROWS)
		put_page(r, cells);
	r->n++;
	arena_reset(r->a);
	TRY(buf_ok(&r->row, "a row"));
	return pack_out_add(r->s->w->out, buf_str(&r->row));
}

static struct show_cell word_of(struct pack_rows *r, const struct pack_column *c, struct str words)
{
	struct json *doc = NULL;
	struct str text;

	if (r->s->w->spec->withhold_words || json_parse(r->a, "words", arena_str(r->a, words), &doc))
		return SHOW_UNKNOWN;
	text = json_text(json_get(doc, c->name));
	return text.p ? SHOW_T(text) : SHOW_UNKNOWN;
}

static struct str severity_of(int64_t n)
{
	return n < 0 || n > SEVERITY_CRITICAL ? STR("unknown") : str_c(severity_words[n]);
}

static struct show_cell cell_of(struct pack_rows *r, const struct db_rows *row, int i)
{
	const struct pack_column *c = &r->l->columns[i];
	const struct pack_repository *repository;

	if (db_is_null(row, i))
		return SHOW_UNKNOWN;
	switch (c->kind) {
	case PACK_NUMBER:
	case PACK_RECORD:
	case PACK_TIME:
	case PACK_DAY:
		return SHOW_N(db_int(row, i));
	case PACK_HEX:
		return SHOW_T(record_hex(r->a, db_blob(row, i)));
	case PACK_ROOT:
		return SHOW_T(base64_of(r->a, db_blob(row, i)));
	case PACK_ACCOUNT:
		return SHOW_T(pack_site_account(r->s, db_blob(row, i)));
	case PACK_SEVERITY:
		return SHOW_T(severity_of(db_int(row, i)));
	case PACK_REPOSITORY:
		repository = pack_site_repository(r->s, db_int(row, i));
		return repository ? SHOW_T(repository->name) : SHOW_UNKNOWN;
	case PACK_WORD:
		return word_of(r, c, db_blob(row, i));
	case PACK_TEXT:
	case PACK_URL:
	case PACK_ANSWER:
		break;
	}
	return SHOW_T(db_text(row, i));
}

static err query_rows(struct pack_rows *r)
{
	DB_ROWS rows = NULL;
	struct show_cell cells[COLUMNS];
	bool more;

	TRY(r->l->query(r->s, &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		for (int i = 0; r->l->columns[i].name; i++)
			cells[i] = cell_of(r, rows, i);
		TRY(pack_rows_add(r, cells));
	}
}

static err write_file(struct pack_rows *r, const char *path)
{
	struct pack_out *o = r->s->w->out;
	struct str names[COLUMNS];
	size_t n = 0;

	r->n = 0;
	TRY(pack_out_begin(o, path));
	for (; r->l->columns[n].name; n++)
		names[n] = str_c(r->l->columns[n].name);
	buf_clear(&r->row);
	if (r->form == AS_CSV)
		csv_put_row(&r->row, (struct strs){ names, n });
	else
		buf_add(&r->row, STR("["));
	TRY(pack_out_add(o, buf_str(&r->row)));
	TRY(r->l->query ? query_rows(r) : r->l->rows(r->s, r));
	if (r->form == AS_JSON)
		TRY(pack_out_add(o, STR("\n]\n")));
	return pack_out_end(o);
}

static void put_columns(struct json_writer *j, const struct pack_list *l)
{
	json_key(j, "columns");
	json_open(j, '[');
	for (size_t i = 0; l->columns[i].name; i++) {
		if (!l->columns[i].title)
			continue;
		json_open(j, '{');
		json_add_c(j, "column", l->columns[i].title);
		json_add_c(j, "column_class", is_number(l->columns[i].kind) ? "n" : "");
		json_close(j, '}');
	}
	json_close(j, ']');
}

static struct str caption(struct arena *a, const struct pack_list *l, int64_t n)
{
	struct str rows = pack_site_number(a, n);

	if (n <= PACK_PAGE_ROWS)
		return arena_printf(a, "%s: %.*s %s", l->name, FMT(n ? rows : STR("no")), n == 1 ? "row" : "rows");
	return arena_printf(a, "%s: the first %d of %.*s rows; all are in the files", l->name, PACK_PAGE_ROWS, FMT(rows));
}

static err write_both(struct pack_rows *r, const char *stem, struct json_writer *page, int64_t *count)
{
	struct arena *a = r->s->a;

	json_open(page, '{');
	json_add_c(page, "name", r->l->name);
	json_add_text(page, "csv", arena_printf(a, "%s.csv", r->l->file));
	json_add_text(page, "json", arena_printf(a, "%s.json", r->l->file));
	json_add_c(page, "empty", r->l->empty);
	put_columns(page, r->l);
	json_key(page, "rows");
	json_open(page, '[');
	r->page = page;
	TRY(write_file(r, arena_printf(a, "%s.csv", stem).p));
	json_close(page, ']');
	json_add_text(page, "caption", caption(a, r->l, r->n));
	json_close(page, '}');
	if (count)
		*count = r->n;
	r->page = NULL;
	r->form = AS_JSON;
	return write_file(r, arena_printf(a, "%s.json", stem).p);
}

err pack_list_write(struct pack_site *s, const char *folder, const struct pack_list *l, struct json_writer *page,
		    int64_t *count)
{
	struct pack_rows r = { .s = s, .l = l, .form = AS_CSV, .row = buf_new(ROW_MAX), .a = arena_new() };
	const char *stem = arena_printf(s->a, "%s%s%s", folder, *folder ? "/" : "", l->file).p;
	err e = write_both(&r, stem, page, count);

	buf_done(&r.row);
	arena_free(r.a);
	return e;
}
