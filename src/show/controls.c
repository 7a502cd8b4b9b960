#include "show/controls.h"

#include "text/json.h"

static const struct show_column list_columns[] = {
	{ "edition", "edition", SHOW_TEXT, 7 },
	{ "id", "id", SHOW_TEXT, 9 },
	{ "title", "title", SHOW_TEXT, 0 },
	{ "theme", "within", SHOW_TEXT, 7 },
	{ "area", "delivery area", SHOW_TEXT, 24 },
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

err show_controls_list(const struct catalogue *c, const struct show_controls_query *q, enum show_format format, int fd)
{
	OWNED(show_list) l = show_list_new(format, list_columns, fd);

	for (size_t i = 0; i < c->n; i++) {
		const struct catalogue_entry *e = &c->v[i];
		const struct show_cell cells[] = {
			SHOW_T(e->edition), SHOW_T(e->id), SHOW_T(e->title), SHOW_T(e->parent),
			SHOW_T(e->area ? str_c(e->area->name) : STR("")),
		};

		if (wanted(c, e, q))
			show_list_row(l, cells);
	}
	show_list_empty(l, "No control is like that. custody control list shows all.");
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

static void put_line(struct buf *out, const char *name, struct str value)
{
	if (value.n)
		buf_addf(out, "  %-10s %.*s\n", name, FMT(value));
}

static void put_area(struct buf *out, const struct area_info *i)
{
	put_line(out, "area", str_c(i->name));
	put_line(out, "stage", str_c(i->stage));
	put_line(out, "evidence", str_c(i->evidence));
	put_line(out, "owner", str_c(i->role));
	put_line(out, "frequency", str_c(i->frequency));
	put_line(out, "in pack", str_c(i->folder));
	put_line(out, "decided by", str_c(i->facts));
	buf_add_c(out, "  owner and frequency are defaults; what custody.yaml declares goes before them\n");
}

static void put_people_form(const struct catalogue *c, const struct catalogue_entry *e, struct arena *a,
			    struct buf *out)
{
	const char *other = str_is(e->edition, "2013") ? "2022" : "2013";
	const char *own = e->level < CATALOGUE_OLD_CONTROL ? "2022" : "2013";
	const struct catalogue_entry *p = e->parent.n ? catalogue_get(c, own, e->parent) : NULL;

	buf_addf(out, "%.*s  %.*s\n", FMT(catalogue_name(a, e)), FMT(e->title));
	if (p)
		put_line(out, "within", arena_printf(a, "%.*s %.*s", FMT(p->id), FMT(p->title)));
	put_line(out, "documents", e->note);
	if (e->is_new)
		put_line(out, "new", STR("in 2022; the edition of 2013 had none like it"));
	for (size_t i = 0; i < e->maps_to.n; i++) {
		const struct catalogue_entry *to = catalogue_get(c, other, e->maps_to.v[i]);

		put_line(out, i ? "" : other, arena_printf(a, "%.*s %.*s", FMT(e->maps_to.v[i]),
							   FMT(to ? to->title : STR(""))));
	}
	if (e->area)
		put_area(out, e->area);
}

static void put_json_area(struct json_writer *w, const struct area_info *i)
{
	json_key(w, "area");
	json_open(w, '{');
	json_add_c(w, "name", i->name);
	json_add_c(w, "stage", i->stage);
	json_add_c(w, "evidence", i->evidence);
	json_add_c(w, "owner", i->role);
	json_add_c(w, "frequency", i->frequency);
	json_add_c(w, "folder", i->folder);
	json_add_c(w, "facts", i->facts);
	json_close(w, '}');
}

static void put_json_form(const struct catalogue_entry *e, struct buf *out)
{
	struct json_writer w = json_write_pretty(out);

	json_open(&w, '{');
	json_add_text(&w, "edition", e->edition);
	json_add_text(&w, "id", e->id);
	json_add_text(&w, "title", e->title);
	json_add_c(&w, "level", catalogue_level_words[e->level]);
	json_add_text(&w, "within", e->parent);
	json_add_text(&w, "documents", e->note);
	json_key(&w, "maps_to");
	json_open(&w, '[');
	for (size_t i = 0; i < e->maps_to.n; i++)
		json_put_text(&w, e->maps_to.v[i]);
	json_close(&w, ']');
	if (e->area)
		put_json_area(&w, e->area);
	json_close(&w, '}');
	buf_add_char(out, '\n');
}

void show_controls_one(const struct catalogue *c, const struct catalogue_entry *e, struct arena *a,
		       enum show_format format, struct buf *out)
{
	if (format == SHOW_JSON || format == SHOW_JSONL)
		put_json_form(e, out);
	else
		put_people_form(c, e, a, out);
}
