/* People as human resources or an identity provider export them: one row, one
 * person. What a cell holds is data, whatever a spreadsheet would make of it. */
#include "reader/report.h"

#include "base/instant.h"
#include "reader/roster.h"
#include "text/csv.h"

enum { COLUMNS_MAX = CSV_CELLS, LIST_MAX = 24, REFS_MAX = 8, NOTES_MAX = 20,
       LIST_DIGITS = 16 };

struct reading {
	struct reader *r;
	struct csv_reader *csv;
	struct arena *tmp;		/* forgotten behind each row */
	unsigned char column[COLUMNS_MAX];	/* enum roster_column */
	bool mapped, twofold_told;
	int64_t rows, written, notes;
	struct str list;		/* what exports with these columns are called */
};

struct row {
	struct s_person p;
	struct str given, family, aliases[LIST_MAX], emails[LIST_MAX], refs[REFS_MAX];
	bool suspended;
};

static bool recognise(const struct reader_head *h)
{
	struct str rest = h->first_line, piece;
	char sep = str_has(rest, STR(";")) ? ';' : str_has(rest, STR("\t")) ? '\t' : ',';
	bool who = false, what = false;

	if (h->form != HEAD_CSV)
		return false;
	while (str_split(&rest, sep, &piece)) {
		enum roster_column c = roster_column_of(piece);

		who |= c == ROSTER_EMAIL || c == ROSTER_LOGIN;
		what |= c == ROSTER_NAME || c == ROSTER_GIVEN || c == ROSTER_MANAGER || c == ROSTER_STATUS;
	}
	return who && what;
}

static void add(struct many *list, struct str *room, size_t max, struct str s)
{
	s = str_cut(str_trim(s), 320);
	if (s.n == 0 || list->n == max)
		return;
	for (size_t i = 0; i < list->n; i++)
		if (str_is_caseless(room[i], s))
			return;
	room[list->n++] = s;
	list->v = room;
}

/* An address, or another name where it is none: "SMTP:ann@example.com" is one. */
static void add_name(struct row *w, struct str s)
{
	s = str_trim(s);
	if (s.n > 5 && str_is_caseless((struct str){ s.p, 5 }, STR("smtp:")))
		s = str_from(s, 5);
	if (roster_is_email(s))
		add(&w->p.email, w->emails, LIST_MAX, s);
	else
		add(&w->p.alias, w->aliases, LIST_MAX, s);
}

/* Several in one cell; Entra's lists look like ["a","b"]. */
static void add_names(struct row *w, struct str cell, char sep)
{
	struct str piece;

	while (str_split(&cell, sep, &piece)) {
		while (piece.n && strchr("[]\" ", piece.p[0]))
			piece = str_from(piece, 1);
		while (piece.n && strchr("[]\" ", piece.p[piece.n - 1]))
			piece.n--;
		add_name(w, piece);
	}
}

static err take_day(struct reading *g, struct str cell, int64_t *out)
{
	bool twofold;

	*out = roster_day_of(cell, &twofold);
	if (*out != INSTANT_NONE || g->twofold_told)
		return NULL;
	g->twofold_told = true;
	if (twofold)
		return submission_write_note(g->r->out, "line %u: the date %.*s can be read two ways and is left out; "
					     "write 2024-04-03", csv_line(g->csv), FMT(str_cut(cell, 32)));
	return submission_write_note(g->r->out, "line %u: '%.*s' is no date and is left out; write 2024-04-03",
				     csv_line(g->csv), FMT(str_cut(cell, 32)));
}

static void take_manager(struct row *w, struct str cell)
{
	if (!w->p.manager.p || (roster_is_email(cell) && !roster_is_email(w->p.manager)))
		w->p.manager = str_cut(cell, 320);
}

static void take_status(struct row *w, struct str cell)
{
	int status = roster_status_of(cell);

	if (status != FIELD_UNKNOWN && (w->p.status == FIELD_UNKNOWN || status > w->p.status))
		w->p.status = status;
}

/* What they are called; false where the column tells something else. */
static bool take_called(struct row *w, enum roster_column column, struct str cell)
{
	if (column == ROSTER_EMAIL || column == ROSTER_LOGIN)
		add_name(w, cell);
	else if (column == ROSTER_EMAILS || column == ROSTER_ALIASES)
		add_names(w, cell, str_has(cell, STR(";")) ? ';' : ',');
	else if (column == ROSTER_NAME && !w->p.name.n)
		w->p.name = str_cut(cell, 256);
	else if (column == ROSTER_GIVEN)
		w->given = cell;
	else if (column == ROSTER_FAMILY)
		w->family = cell;
	else
		return false;
	return true;
}

static err take_cell(struct reading *g, struct row *w, enum roster_column column, struct str cell)
{
	if (take_called(w, column, cell))
		return NULL;
	if (column == ROSTER_STARTS)
		return take_day(g, cell, &w->p.starts);
	if (column == ROSTER_ENDS)
		return take_day(g, cell, &w->p.ends);
	if (column == ROSTER_STATUS)
		take_status(w, cell);
	if (column == ROSTER_SUSPENDED)
		w->suspended |= roster_status_of(cell) == PERSON_ACTIVE;	/* "true" */
	if (column == ROSTER_MANAGER)
		take_manager(w, cell);
	if (column == ROSTER_DEPARTMENT)
		w->p.department = str_cut(cell, 256);
	if (column == ROSTER_KIND)
		w->p.kind = roster_kind_of(cell);
	if (column == ROSTER_REF)
		add(&w->p.refs, w->refs, REFS_MAX, cell);
	return NULL;
}

/* Exports of one kind have the same columns. */
static struct str list_of(struct arena *a, struct strs header)
{
	BUF_AUTO names = buf_new(64 * 1024);
	char hex[DIGEST_TEXT];
	struct digest d;

	for (size_t i = 0; i < header.n; i++)
		buf_addf(&names, "%.*s\n", FMT(header.v[i]));
	d = digest_of(buf_str(&names));
	digest_put(hex, &d);
	return arena_str(a, (struct str){ hex, LIST_DIGITS });
}

/* What is read and what is not, so that a leaving date is not lost unseen. */
static err tell_columns(struct reading *g, struct strs header)
{
	BUF_AUTO used = buf_new(64 * 1024), ignored = buf_new(64 * 1024);

	for (size_t i = 0; i < header.n && i < COLUMNS_MAX; i++) {
		struct buf *b = g->column[i] == ROSTER_NONE ? &ignored : &used;

		buf_addf(b, "%s%.*s", b->n ? ", " : "", FMT(str_cut(header.v[i], 64)));
	}
	if (!ignored.n)
		return submission_write_note(g->r->out, "columns used: %.*s", FMT(str_cut(buf_str(&used), 400)));
	return submission_write_note(g->r->out, "columns used: %.*s; ignored: %.*s", FMT(str_cut(buf_str(&used), 400)),
				     FMT(str_cut(buf_str(&ignored), 400)));
}

/* Which columns are known; without one that says who, the file is no such export. */
static err map_columns(struct reading *g)
{
	struct strs header = csv_header(g->csv);
	BUF_AUTO names = buf_new(512);
	bool who = false;

	for (size_t i = 0; i < header.n && i < COLUMNS_MAX; i++) {
		g->column[i] = (unsigned char)roster_column_of(header.v[i]);
		who |= g->column[i] == ROSTER_EMAIL || g->column[i] == ROSTER_LOGIN;
		buf_addf(&names, "%s%.*s", i ? ", " : "", FMT(header.v[i]));
	}
	g->mapped = true;
	g->list = list_of(g->r->a, header);
	if (who)
		return tell_columns(g, header);
	return err_hint(fail(ERR_INPUT, "%s:1: no column is known to hold an address or a login; there are: %.*s",
			     g->r->name, FMT(str_cut(buf_str(&names), 400))),
			"name one of them email or login");
}

static err skip_row(struct reading *g)
{
	if (g->notes++ >= NOTES_MAX)
		return NULL;
	return submission_write_note(g->r->out, "line %u: it names nobody and was left out", csv_line(g->csv));
}

static err take_row(void *ctx, const struct csv_reader *csv, struct strs cells)
{
	struct reading *g = ctx;
	struct row w = { 0 };

	(void)csv;
	if (!g->mapped)
		TRY(map_columns(g));
	arena_reset(g->tmp);
	g->rows++;
	table_clear(&item_person, &w.p);
	w.p.kind = PERSON_HUMAN;
	w.p.line = csv_line(g->csv);
	w.p.list = g->list;
	for (size_t i = 0; i < cells.n && i < COLUMNS_MAX; i++) {
		struct str cell = str_trim(cells.v[i]);

		if (cell.n)
			TRY(take_cell(g, &w, (enum roster_column)g->column[i], cell));
	}
	if (!w.p.name.n && (w.given.n || w.family.n))
		w.p.name = str_cut(str_trim(arena_printf(g->tmp, "%.*s %.*s", FMT(w.given), FMT(w.family))), 256);
	if (w.suspended && (w.p.status == FIELD_UNKNOWN || w.p.status == PERSON_ACTIVE))
		w.p.status = PERSON_SUSPENDED;
	if (w.p.email.n + w.p.alias.n == 0)
		return skip_row(g);
	g->written++;
	return submission_write_item(g->r->out, &item_person, &w.p);
}

static err feed(void *ctx, struct str piece)
{
	return csv_reader_feed(ctx, piece);
}

static err people_read(struct reader *r)
{
	struct reading g = { .r = r, .tmp = r->a };
	struct csv_spec spec = { .name = r->name, .row = take_row, .ctx = &g };
	OWNED(csv_reader) csv = csv_reader_new(&spec);
	OWNED(arena) tmp = arena_new();

	g.csv = csv;
	g.tmp = tmp;
	TRY(report_pieces(r, feed, csv));
	TRY(csv_reader_end(csv));
	if (g.notes > NOTES_MAX)
		TRY(submission_write_note(r->out, "%lld lines in all name nobody", (long long)g.notes));
	if (g.written == 0)
		return fail(ERR_INPUT, "%s names nobody", r->name);
	return NULL;
}

const struct reader_kind reader_people = {
	.name = "people", .title = "people", .recognise = recognise, .read = people_read,
};
