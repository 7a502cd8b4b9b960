#include "show/controls.h"

#include "base/instant.h"

static const struct show_column list_columns[] = {
	{ "edition", NULL, SHOW_TEXT, 7 },
	{ "id", "id", SHOW_TEXT, 9 },
	{ "title", "title", SHOW_TEXT, 0 },
	{ "theme", NULL, SHOW_TEXT, 7 },
	{ "area", NULL, SHOW_TEXT, 24 },
	{ "state", "today", SHOW_TEXT, 14 },
	{ "period", "over the period", SHOW_TEXT, 34 },
	{ "because", NULL, SHOW_TEXT, 40 },
	{ "owner", "owner", SHOW_TEXT, 20 },
	{ "frequency", "each", SHOW_TEXT, 9 },
	{ "expected", NULL, SHOW_NUMBER, 7 },
	{ "held", NULL, SHOW_NUMBER, 7 },
	{ "late", NULL, SHOW_NUMBER, 7 },
	{ "missed", NULL, SHOW_NUMBER, 7 },
	{ "unknown", NULL, SHOW_NUMBER, 7 },
	{ "first", NULL, SHOW_DAY, 10 },
	{ "last", NULL, SHOW_DAY, 10 },
	{ 0 },
};

static bool in_theme(const struct catalogue *c, const struct catalogue_entry *e, struct str theme)
{
	const struct catalogue_entry *p = e->parent.n ? catalogue_get(c, "2022", e->parent) : NULL;
	struct str word;

	if (!theme.n || str_is_caseless(e->parent, theme))
		return true;
	word = p ? (struct str){ p->title.p, str_find(p->title, STR(" "), 0) } : (struct str){ 0 };
	return p && str_is_caseless(word, theme);
}

static bool wanted(const struct catalogue *c, const struct catalogue_entry *e, const struct show_controls_query *q)
{
	if (q->clauses)
		return e->level == CATALOGUE_CLAUSE;
	if (q->old)
		return str_is(e->edition, "2013");
	return e->level == CATALOGUE_CONTROL && (!q->areas || e->area) && in_theme(c, e, q->theme);
}

static bool applies(const struct standing *x)
{
	return x && x->said && x->said->confirmed == 1 && str_is(x->said->applicable, "yes");
}

static struct show_cell day_cell(const struct area_runs *r, int64_t at)
{
	return standing_evidenced(r) ? SHOW_N(day_of(at)) : SHOW_UNKNOWN;
}

static void put_row(struct show_list *l, const struct catalogue_entry *e)
{
	const struct show_cell none = SHOW_T(((struct str){ 0 })), no = SHOW_UNKNOWN;
	const struct show_cell cells[] = {
		SHOW_T(e->edition), SHOW_T(e->id), SHOW_T(e->title), SHOW_T(e->parent),
		SHOW_T(e->area ? str_c(e->area->name) : STR("")), none, none, none, none, none, no, no, no, no, no, no, no,
	};

	show_list_row(l, cells);
}

static void put_standing(struct show_list *l, struct arena *a, const struct standing *s)
{
	const struct catalogue_entry *e = s->control;
	const struct area_runs *r = &s->d->runs;
	const struct show_cell cells[] = {
		SHOW_T(e->edition), SHOW_T(e->id), SHOW_T(e->title), SHOW_T(e->parent),
		SHOW_T(e->area ? str_c(e->area->name) : STR("")),
		SHOW_T(str_c(delivery_state_words[s->d->state])), SHOW_T(standing_runs(a, r)),
		SHOW_T(standing_because(s)), SHOW_T(standing_owner(s)), SHOW_T(s->d->frequency),
		SHOW_N(r->expected), SHOW_N(r->held), SHOW_N(r->late), SHOW_N(r->missed), SHOW_N(r->unknown),
		day_cell(r, r->first), day_cell(r, r->last),
	};

	show_list_row(l, cells);
}

err show_controls_list(const struct catalogue *c, const struct show_controls_query *q, enum show_format format, int fd)
{
	OWNED(show_list) l = show_list_new(format, list_columns, fd);
	OWNED(arena) a = arena_new();

	for (size_t i = 0; i < c->n; i++) {
		const struct catalogue_entry *e = &c->v[i];
		const struct standing *x = q->standings ? standing_of(q->standings, e) : NULL;

		if (!wanted(c, e, q) || (q->in_scope && !applies(x)))
			continue;
		if (x)
			put_standing(l, a, x);
		else
			put_row(l, e);
	}
	show_list_empty(l, q->in_scope ? "No approved Statement of Applicability has a control apply." :
			"No control is like that. custody control list shows all.");
	return show_list_end(l);
}

static const struct show_column map_columns[] = {
	{ "from_edition", "edition", SHOW_TEXT, 7 },
	{ "from", "id", SHOW_TEXT, 9 },
	{ "from_title", "title", SHOW_TEXT, 40 },
	{ "to_edition", "edition", SHOW_TEXT, 7 },
	{ "to", "id", SHOW_TEXT, 9 },
	{ "to_title", "title", SHOW_TEXT, 0 },
	{ 0 },
};

err show_controls_map(const struct catalogue *c, const struct catalogue_entry *e, enum show_format format, int fd)
{
	OWNED(show_list) l = show_list_new(format, map_columns, fd);
	const char *other = str_is(e->edition, "2013") ? "2022" : "2013";

	for (size_t i = 0; i < e->maps_to.n; i++) {
		const struct catalogue_entry *to = catalogue_get(c, other, e->maps_to.v[i]);
		const struct show_cell cells[] = {
			SHOW_T(e->edition), SHOW_T(e->id), SHOW_T(e->title), SHOW_T(str_c(other)),
			SHOW_T(e->maps_to.v[i]), SHOW_T(to ? to->title : STR("")),
		};

		show_list_row(l, cells);
	}
	show_list_empty(l, "The other edition has none like it.");
	return show_list_end(l);
}
