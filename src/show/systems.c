#include "show/systems.h"

#include "store/places.h"
#include "text/json.h"

static const struct show_column columns[] = {
	{ "system", "system", SHOW_TEXT, 24 },
	{ "declared", "declared", SHOW_TEXT, 10 },
	{ "exposure", "exposure", SHOW_TEXT, 10 },
	{ "data_class", "data class", SHOW_TEXT, 12 },
	{ "owner", "owner", SHOW_TEXT, 20 },
	{ "scans", "scans it must have", SHOW_TEXT, 30 },
	{ "places", "what falls to it", SHOW_PATH, 0 },
	{ 0 },
};

/* Joins the first column of a query with ", "; the second follows a colon. */
static err joined(struct db *db, struct arena *a, const struct sql *sql, int64_t no, struct str *out)
{
	BUF_AUTO b = buf_new(4096);
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(db, sql, DB_ARGS(DB_I(no)), &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			break;
		buf_addf(&b, "%s%.*s", b.n ? ", " : "", FMT(db_text(rows, 0)));
		if (db_columns(rows) > 1 && db_text(rows, 1).n)
			buf_addf(&b, ":%.*s", FMT(db_text(rows, 1)));
	}
	*out = arena_str(a, buf_str(&b));
	return NULL;
}

/* The owner stands in the words. */
static err owner_of(struct arena *a, const struct db_rows *r, struct str *out)
{
	struct json *doc;

	*out = STR("");
	if (db_is_null(r, 5))
		return NULL;
	TRY(json_parse(a, "words", arena_str(a, db_blob(r, 5)), &doc));
	*out = json_text(json_get(doc, "owner"));
	return NULL;
}

/* A repository taken before it was declared keeps a system of its own name. */
static err now_declared(struct db *db, struct arena *a, struct str name, struct str *places)
{
	struct place_query q = { .repository = arena_str(a, name), .path = STR("") };
	struct place p;

	TRY(place_find(db, a, &q, &p));
	if (p.declared)
		*places = arena_printf(a, "nothing any more: it is declared under %.*s", FMT(p.system));
	return NULL;
}

static err put_system(struct db *db, struct arena *a, struct show_list *l, const struct db_rows *r)
{
	int64_t no = db_int(r, 0);
	bool declared = db_int(r, 2) == 1;
	struct str places, parts, scans, owner;

	TRY(joined(db, a, SQL("SELECT repository, path FROM view_system_place WHERE system_no = $1 ORDER BY "
			      "repository, path"),
		   no, &places));
	TRY(joined(db, a, SQL("SELECT name FROM view_system_part WHERE system_no = $1 ORDER BY part, name"), no,
		   &parts));
	TRY(joined(db, a, SQL("SELECT kind FROM view_system_kind WHERE system_no = $1 ORDER BY kind"), no, &scans));
	TRY(owner_of(a, r, &owner));
	if (parts.n)
		places = arena_printf(a, "%.*s%s%.*s", FMT(places), places.n ? ", " : "", FMT(parts));
	if (!declared)
		TRY(now_declared(db, a, db_text(r, 1), &places));
	show_list_row(l, (const struct show_cell[]){
		SHOW_T(db_text(r, 1)), SHOW_T(declared ? STR("declared") : STR("undeclared")),
		SHOW_T(declared ? db_text(r, 3) : STR("internet")), SHOW_T(declared ? db_text(r,
							4) : STR("restricted")),
		SHOW_T(owner), SHOW_T(scans), SHOW_T(places) });
	return NULL;
}

static err put_systems(struct db *db, struct show_list *l)
{
	OWNED(arena) a = arena_new();
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(db, SQL("SELECT v.no, v.name, v.declared, v.exposure, v.data_class, r.words FROM view_system v "
			     "JOIN kept_record r ON r.idx = v.idx ORDER BY v.declared DESC, v.name"), DB_NONE, &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		arena_reset(a);
		TRY(put_system(db, a, l, rows));
	}
}

/* A repository only parts of which are declared, or nothing. */
static err put_unclaimed(struct db *db, struct show_list *l)
{
	OWNED(arena) a = arena_new();
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(db, SQL("SELECT name, slug FROM view_repository ORDER BY name"), DB_NONE, &rows));
	for (;;) {
		struct place p;
		struct place_query q = { .path = STR("") };

		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		arena_reset(a);
		q.repository = arena_str(a, db_text(rows, 0));
		q.slug = arena_str(a, db_text(rows, 1));
		TRY(place_find(db, a, &q, &p));
		if (p.declared)
			continue;
		show_list_row(l, (const struct show_cell[]){
			SHOW_T(STR("(none)")), SHOW_T(STR("")), SHOW_T(STR("")), SHOW_T(STR("")),
				SHOW_T(STR("")),
			SHOW_T(STR("")), SHOW_T(q.repository) });
	}
}

err show_systems_list(struct db *db, enum show_format format, int fd)
{
	OWNED(show_list) l = show_list_new(format, columns, fd);

	TRY(put_systems(db, l));
	TRY(put_unclaimed(db, l));
	show_list_empty(l, "No system is known. custody collect git DIR makes one of each repository; custody.yaml declares them.");
	return show_list_end(l);
}
