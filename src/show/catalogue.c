#include "show/catalogue.h"

#include "base/embed.h"
#include "text/csv.h"

enum { ENTRIES_MAX = 400, TOP_LEVEL = 3 };

const char *const catalogue_level_words[] = { "control", "theme", "clause", "control", "objective", "domain", NULL };

struct loading {
	struct arena *a;
	struct catalogue_entry *v;
	size_t n;
};

static struct str keep(struct loading *l, struct str s)
{
	return s.n ? arena_str(l->a, s) : (struct str){ 0 };
}

static struct strs split(struct loading *l, struct str list)
{
	struct strs out = { ARENA_ARRAY(l->a, struct str, list.n / 2 + 1), 0 };
	struct str one;

	while (str_split(&list, ';', &one))
		if (str_trim(one).n)
			out.v[out.n++] = keep(l, str_trim(one));
	return out;
}

static struct catalogue_entry *add(struct loading *l, struct catalogue_entry e)
{
	ASSERT(l->n < ENTRIES_MAX);
	l->v[l->n] = e;
	return &l->v[l->n++];
}

static struct catalogue_entry *find_entry(const struct loading *l, const char *edition, struct str id)
{
	for (size_t i = 0; i < l->n; i++)
		if (str_is(l->v[i].edition, edition) && str_eq(l->v[i].id, id))
			return &l->v[i];
	return NULL;
}

static err take_control(void *ctx, const struct csv_reader *r, struct strs cells)
{
	struct loading *l = ctx;
	struct str id = keep(l, csv_cell(r, cells, "id"));
	struct str theme = { id.p, TOP_LEVEL };

	if (!find_entry(l, "2022", theme))
		add(l, (struct catalogue_entry){ .level = CATALOGUE_THEME, .edition = STR("2022"), .id = theme,
			.title = arena_printf(l->a, "%.*s controls", FMT(csv_cell(r, cells, "theme"))) });
	add(l, (struct catalogue_entry){
		.level = CATALOGUE_CONTROL, .edition = STR("2022"), .id = id, .parent = theme,
		.title = keep(l, csv_cell(r, cells, "title")), .maps_to = split(l, csv_cell(r, cells, "from_2013")),
		.is_new = str_is(csv_cell(r, cells, "new_in_2022"), "yes"), .area = area_of_control(id),
	});
	return NULL;
}

static err take_clause(void *ctx, const struct csv_reader *r, struct strs cells)
{
	struct loading *l = ctx;

	add(l, (struct catalogue_entry){
		.level = CATALOGUE_CLAUSE, .edition = STR("2022"), .id = keep(l, csv_cell(r, cells, "id")),
		.title = keep(l, csv_cell(r, cells, "title")), .parent = keep(l, csv_cell(r, cells, "parent")),
		.note = keep(l, csv_cell(r, cells, "documented_information_expected")),
	});
	return NULL;
}

static err take_objective(void *ctx, const struct csv_reader *r, struct strs cells)
{
	struct loading *l = ctx;
	struct str id = keep(l, csv_cell(r, cells, "id_2013"));
	bool domain = str_is(csv_cell(r, cells, "level"), "domain");
	size_t dot = str_find(id, STR("."), TOP_LEVEL - 1);

	add(l, (struct catalogue_entry){
		.level = domain ? CATALOGUE_OLD_DOMAIN : CATALOGUE_OLD_OBJECTIVE, .edition = STR("2013"), .id = id,
		.title = keep(l, csv_cell(r, cells, "title_2013")), .maps_to = split(l, csv_cell(r, cells, "ids_2022")),
		.parent = domain ? (struct str){ 0 } : (struct str){ id.p, dot },
	});
	return NULL;
}

/* One row per old control and new one: A.18.2.3 has two. */
static err take_mapping(void *ctx, const struct csv_reader *r, struct strs cells)
{
	struct loading *l = ctx;
	struct str id = keep(l, csv_cell(r, cells, "id_2013")), to = keep(l, csv_cell(r, cells, "id_2022"));
	struct catalogue_entry *e = find_entry(l, "2013", id);
	struct strs more;

	if (!e)
		e = add(l, (struct catalogue_entry){
			.level = CATALOGUE_OLD_CONTROL, .edition = STR("2013"), .id = id,
			.title = keep(l, csv_cell(r, cells, "title_2013")),
			.parent = keep(l, csv_cell(r, cells, "objective_2013")),
		});
	more = (struct strs){ ARENA_ARRAY(l->a, struct str, e->maps_to.n + 1), e->maps_to.n + 1 };
	for (size_t i = 0; i < e->maps_to.n; i++)
		more.v[i] = e->maps_to.v[i];
	more.v[more.n - 1] = to;
	e->maps_to = more;
	return NULL;
}

static err read_table(void *l, const char *name,
		      err (*row)(void *ctx, const struct csv_reader *r, struct strs cells))
{
	struct csv_spec spec = { .name = name, .delimiter = ',', .row = row, .ctx = l };
	OWNED(csv_reader) r = csv_reader_new(&spec);

	TRY(csv_reader_feed(r, embed_get(name)));
	return csv_reader_end(r);
}

err catalogue_load(struct arena *a, struct catalogue *out)
{
	struct loading l = { .a = a, .v = ARENA_ARRAY(a, struct catalogue_entry, ENTRIES_MAX) };

	TRY(read_table(&l, "content/controls-2022.csv", take_control));
	TRY(read_table(&l, "content/clauses.csv", take_clause));
	TRY(read_table(&l, "content/mapping-2013-objectives.csv", take_objective));
	TRY(read_table(&l, "content/mapping-2013-2022.csv", take_mapping));
	*out = (struct catalogue){ l.v, l.n };
	return NULL;
}

struct topics {
	struct arena *a;
	struct str id, text;
};

static err take_nis2(void *ctx, const struct csv_reader *r, struct strs cells)
{
	struct topics *t = ctx;

	if (str_eq(csv_cell(r, cells, "iso27001_2022_id"), t->id))
		t->text = arena_printf(t->a, "%.*s%s%.*s %.*s", FMT(t->text), t->text.n ? ", " : "",
				       FMT(csv_cell(r, cells, "nis2_article")),
				       FMT(csv_cell(r, cells, "reg_2024_2690_section")));
	return NULL;
}

err catalogue_nis2(struct arena *a, const struct catalogue_entry *e, struct str *out)
{
	struct topics t = { .a = a, .id = e->id };

	if (str_is(e->edition, "2022"))
		TRY(read_table(&t, "content/crosswalk-nis2-iso27001.csv", take_nis2));
	*out = t.text;
	return NULL;
}

const struct catalogue_entry *catalogue_get(const struct catalogue *c, const char *edition, struct str id)
{
	for (size_t i = 0; i < c->n; i++)
		if (str_is(c->v[i].edition, edition) && str_is_caseless(c->v[i].id, id))
			return &c->v[i];
	return NULL;
}

struct wanted {
	struct str id;
	const char *edition;	/* NULL: not said */
	bool clause;
};

static bool cut_prefix(struct str *s, const char *prefix)
{
	size_t n = strlen(prefix);

	if (s->n < n || !str_is_caseless((struct str){ s->p, n }, str_c(prefix)))
		return false;
	*s = str_trim(str_from(*s, n));
	return true;
}

static struct wanted read_name(struct str name)
{
	static const struct {
		const char *prefix, *edition;
	} prefixes[] = {
		{ "iso27001:2022/", "2022" }, { "iso27001:2013/", "2013" }, { "iso27001/", NULL },
		{ "2022/", "2022" }, { "2013/", "2013" },
	};
	struct wanted w = { .id = str_trim(name) };
	size_t at;

	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
		if (cut_prefix(&w.id, prefixes[i].prefix)) {
			w.edition = prefixes[i].edition;
			break;
		}
	w.clause = cut_prefix(&w.id, "clause");
	at = str_find(w.id, STR("@"), 0);
	if (at < w.id.n) {
		w.edition = str_is(str_from(w.id, at + 1), "2013") ? "2013" : "2022";
		w.id.n = at;
	}
	return w;
}

/* "8.32" is control A.8.32; "6.1.2" is a clause, because no control of 2022 has
 * three numbers. */
static const struct catalogue_entry *look_up(const struct catalogue *c, const struct wanted *w, const char *edition)
{
	char with_a[32];
	const struct catalogue_entry *e = NULL;

	if (w->id.n == 0 || w->id.n > 20)
		return NULL;
	if (!w->clause && w->id.p[0] >= '0' && w->id.p[0] <= '9') {
		snprintf(with_a, sizeof(with_a), "A.%.*s", FMT(w->id));
		e = catalogue_get(c, edition, str_c(with_a));
	}
	if (!e)
		e = catalogue_get(c, edition, w->id);
	return e && w->clause && e->level != CATALOGUE_CLAUSE ? NULL : e;
}

static err find(const struct catalogue *c, struct str name, const char *first, const struct catalogue_entry **out)
{
	struct wanted w = read_name(name);
	const char *second = strcmp(first, "2022") == 0 ? "2013" : "2022";
	const struct catalogue_entry *e;

	e = look_up(c, &w, w.edition ? w.edition : first);
	if (!e && !w.edition)
		e = look_up(c, &w, second);
	if (!e)
		return err_hint(fail(ERR_MISSING, "there is no control or clause '%.*s'%s%s", FMT(str_cut(name, 60)),
				     w.edition ? " in the edition of " : "", w.edition ? w.edition : ""),
				"custody control list shows the ids; one of 2013 may be written A.14.2@2013");
	*out = e;
	return NULL;
}

err catalogue_find(const struct catalogue *c, struct str name, const struct catalogue_entry **out)
{
	return find(c, name, "2022", out);
}

err catalogue_find_old(const struct catalogue *c, struct str name, const struct catalogue_entry **out)
{
	return find(c, name, "2013", out);
}

struct str catalogue_name(struct arena *a, const struct catalogue_entry *e)
{
	return arena_printf(a, "iso27001:%.*s/%.*s", FMT(e->edition), FMT(e->id));
}
