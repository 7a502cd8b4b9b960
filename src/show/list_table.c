#include "show/list_parts.h"

#include "base/term.h"

enum { GAP = 2, OPEN_FLOOR = 32, FLOOR = 8 };

struct layout {
	const struct show_table *t;
	size_t widths[SHOW_COLUMNS_MAX], natural[SHOW_COLUMNS_MAX];
	bool hidden[SHOW_COLUMNS_MAX];
	size_t last;			/* the last one shown */
};

bool show_list_is_text(const struct show_column *c)
{
	return c->kind == SHOW_TEXT || c->kind == SHOW_PATH;
}

static struct str cell(const struct show_table *t, size_t row, size_t column)
{
	return t->cells[row * t->n + column];
}

static void measure(struct layout *x)
{
	const struct show_table *t = x->t;

	for (size_t i = 0; i < t->n; i++) {
		const struct show_column *c = &t->columns[i];
		bool empty = show_list_is_text(c);

		x->hidden[i] = !c->title;
		if (!c->title)
			continue;
		x->natural[i] = strlen(c->title);
		for (size_t r = 0; r < t->rows; r++) {
			size_t w = term_columns(cell(t, r, i));

			empty = empty && w == 0;
			if (w > x->natural[i])
				x->natural[i] = w;
		}
		x->hidden[i] = empty;
		x->widths[i] = c->width && x->natural[i] > c->width ? c->width : x->natural[i];
		if (!empty)
			x->last = i;
	}
}

static size_t total(const struct layout *x)
{
	size_t sum = 0, shown = 0;

	for (size_t i = 0; i < x->t->n; i++) {
		sum += x->hidden[i] ? 0 : x->widths[i];
		shown += !x->hidden[i];
	}
	return sum + (shown ? (shown - 1) * GAP : 0);
}

/* Takes columns from the widest text until all fit; those without a bound of their
 * own give first. */
static void shrink(struct layout *x, size_t line, bool open_alone)
{
	size_t floor = open_alone ? OPEN_FLOOR : FLOOR;

	while (total(x) > line) {
		size_t widest = x->t->n;

		for (size_t i = 0; i < x->t->n; i++) {
			const struct show_column *c = &x->t->columns[i];

			if (x->hidden[i] || !show_list_is_text(c) || x->widths[i] <= floor || (open_alone && c->width))
				continue;
			if (widest == x->t->n || x->widths[i] > x->widths[widest])
				widest = i;
		}
		if (widest == x->t->n)
			return;
		x->widths[widest]--;
	}
}

/* Room that is left goes to what was cut, the smallest need first. */
static void widen(struct layout *x, size_t line)
{
	for (;;) {
		size_t least = x->t->n, left = line - total(x);

		for (size_t i = 0; i < x->t->n; i++)
			if (!x->hidden[i] && x->natural[i] > x->widths[i] && (least == x->t->n ||
			    x->natural[i] - x->widths[i] < x->natural[least] - x->widths[least]))
				least = i;
		if (least == x->t->n || x->natural[least] - x->widths[least] > left)
			return;
		x->widths[least] = x->natural[least];
	}
}

static struct str end_that_fits(struct str s, size_t columns)
{
	while (s.n && term_columns(s) > columns) {
		struct str rest = s;
		uint32_t code;

		if (!str_utf8_next(&rest, &code))
			break;
		s = rest;
	}
	return s;
}

/* Appends the text in at most `width` columns; returns how many it took. */
static size_t put_fit(struct buf *out, struct str s, size_t width, bool path)
{
	size_t is = term_columns(s), tail = path && width > 3 ? width * 2 / 3 : 0;
	struct str front, back;

	if (is <= width) {
		buf_add(out, s);
		return is;
	}
	front = term_fit(s, width - 1 - tail);
	back = tail ? end_that_fits(s, tail) : (struct str){ 0 };
	buf_add(out, front);
	buf_add_c(out, "…");
	buf_add(out, back);
	return term_columns(front) + 1 + term_columns(back);
}

static void pad(struct buf *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_add_char(out, ' ');
}

static void put_cell(const struct layout *x, struct buf *out, size_t i, struct str s)
{
	const struct show_column *c = &x->t->columns[i];
	size_t width = x->widths[i], used;

	if (c->kind == SHOW_NUMBER)
		pad(out, width - (term_columns(s) < width ? term_columns(s) : width));
	used = put_fit(out, s, width, c->kind == SHOW_PATH);
	if (i != x->last && c->kind != SHOW_NUMBER)
		pad(out, width - used);
	if (i != x->last)
		pad(out, GAP);
}

void show_list_table(const struct show_table *t, size_t line, struct buf *out)
{
	struct layout x = { .t = t };

	if (!t->rows)
		return;
	measure(&x);
	shrink(&x, line, true);
	shrink(&x, line, false);
	if (total(&x) < line)
		widen(&x, line);
	for (size_t i = 0; i < t->n; i++)
		if (!x.hidden[i])
			put_cell(&x, out, i, str_c(t->columns[i].title));
	buf_add_char(out, '\n');
	for (size_t r = 0; r < t->rows; r++) {
		for (size_t i = 0; i < t->n; i++)
			if (!x.hidden[i])
				put_cell(&x, out, i, cell(t, r, i));
		buf_add_char(out, '\n');
	}
}
