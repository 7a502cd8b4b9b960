/* Systems and repositories by name. */
#include "store/intake_parts.h"

#include "store/places.h"

/* Takes id and number off a query that gives them. */
static err take_place(struct intake *in, struct db_rows *rows, struct intake_place *out, bool *found)
{
	TRY(db_next(rows, found));
	if (*found)
		*out = (struct intake_place){ record_hex(in->a, db_blob(rows, 0)), db_int(rows, 1) };
	return NULL;
}

static err find_system(struct intake *in, struct str name, struct intake_place *out, bool *found)
{
	DB_ROWS rows = NULL;

	TRY(db_query(store_db(in->store), SQL("SELECT id, no FROM view_system WHERE name = $1"),
		     DB_ARGS(DB_T(name)), &rows));
	return take_place(in, rows, out, found);
}

err intake_system(struct intake *in, struct str name, struct intake_place *out)
{
	struct r_system_place place = { .path = STR(""), .repository = name };
	struct r_system f = {
		.data_class = CLASS_UNKNOWN, .declared = 0, .exposure = EXPOSURE_UNKNOWN,
		.name = name, .places = { &place, 1 },
	};
	struct draft d = intake_draft(in, &record_system, &f);
	bool found, already;

	TRY(find_system(in, name, out, &found));
	if (found)
		return NULL;
	d.about = record_new_id(in->a);
	d.cites = (struct strs){ 0 };
	TRY(intake_append(in, &d, &already));
	return find_system(in, name, out, &found);
}

err intake_system_guess(struct intake *in, struct str *name)
{
	DB_ROWS rows = NULL;
	bool more;

	*name = in->c->system;
	if (!name->n && in->c->repository.n)
		TRY(intake_system_of(in, in->c->repository, name));
	if (name->n)
		return NULL;
	TRY(db_query(store_db(in->store), SQL("SELECT min(name), count(*) FROM view_system"), DB_NONE, &rows));
	TRY(db_next(rows, &more));
	*name = more && db_int(rows, 1) == 1 ? arena_str(in->a, db_text(rows, 0)) : STR("unnamed");
	return NULL;
}

err intake_system_of(struct intake *in, struct str repository, struct str *name)
{
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(store_db(in->store), SQL("SELECT s.name FROM view_system_place p JOIN view_system s "
		"ON s.no = p.system_no WHERE p.repository = $1 AND p.path = '' ORDER BY s.declared DESC, s.no"),
		DB_ARGS(DB_T(repository)), &rows));
	TRY(db_next(rows, &more));
	*name = more ? arena_str(in->a, db_text(rows, 0)) : arena_str(in->a, repository);
	return NULL;
}

static err find_repository(struct intake *in, struct str name, struct intake_place *out, bool *found)
{
	DB_ROWS rows = NULL;

	TRY(db_query(store_db(in->store), SQL("SELECT id, no FROM view_repository WHERE name = $1 OR slug = $1 "
		"OR no IN (SELECT repository_no FROM view_repository_named n WHERE n.name = $1) "
		"ORDER BY CASE WHEN name = $1 THEN 0 WHEN slug = $1 THEN 1 ELSE 2 END, no"), DB_ARGS(DB_T(name)), &rows));
	return take_place(in, rows, out, found);
}

/* A configuration may name a repository as the code host does. */
static err declared_by_slug(struct intake *in, const struct s_repository *r, struct str *name)
{
	struct place_query q = { r->name, r->slug, STR("") };
	struct place p;

	TRY(place_find(store_db(in->store), in->a, &q, &p));
	if (p.declared)
		*name = p.system;
	return NULL;
}

/* The repository that so far only exports named: no branch of it was collected. */
static err named_by_exports(struct intake *in, const struct s_repository *r, struct intake_place *out, bool *found)
{
	DB_ROWS rows = NULL;

	*found = false;
	if (!r->slug.n)
		return NULL;
	TRY(db_query(store_db(in->store), SQL("SELECT r.id, r.no FROM view_repository r WHERE r.name = $1 AND NOT EXISTS "
		"(SELECT 1 FROM view_branch b WHERE b.repository_no = r.no) ORDER BY r.no"), DB_ARGS(DB_T(r->slug)), &rows));
	return take_place(in, rows, out, found);
}

err intake_repository(struct intake *in, const struct s_repository *r, struct intake_place *out)
{
	struct intake_place sys;
	struct r_repository f = { .host = r->host, .name = r->name, .slug = r->slug, .url = r->url };
	struct str name;
	struct draft d;
	bool found, already;

	TRY(find_repository(in, r->name, out, &found));
	if (found)
		return NULL;
	TRY(intake_system_of(in, r->name, &name));
	if (str_eq(name, r->name) && r->slug.n)
		TRY(declared_by_slug(in, r, &name));
	TRY(intake_system(in, name, &sys));
	f.system = sys.id;
	TRY(named_by_exports(in, r, out, &found));
	d = intake_draft(in, &record_repository, &f);
	d.about = found ? out->id : record_new_id(in->a);
	d.cites = (struct strs){ 0 };
	TRY(intake_append(in, &d, &already));
	return find_repository(in, r->name, out, &found);
}
