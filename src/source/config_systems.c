/* Systems and the repositories that fall to them. */
#include "source/config_parts.h"

static err take_row(struct config_applying *ap, struct db_rows *rows, struct config_row *row)
{
	row->about = record_hex(ap->a, db_blob(rows, 0));
	row->facts = arena_str(ap->a, db_blob(rows, 1));
	row->words = db_is_null(rows, 2) ? (struct str){ 0 } : arena_str(ap->a, db_blob(rows, 2));
	return NULL;
}

static err find_system(struct config_applying *ap, struct str name, struct config_row *row, bool *found)
{
	DB_ROWS rows = NULL;

	TRY(db_query(store_db(ap->s), SQL("SELECT v.id, r.facts, r.words FROM view_system v JOIN kept_record r "
		"ON r.idx = v.idx WHERE v.name = $1"), DB_ARGS(DB_T(name)), &rows));
	TRY(db_next(rows, found));
	return *found ? take_row(ap, rows, row) : NULL;
}

static struct r_system wanted(struct config_applying *ap, const struct config_system *s)
{
	struct r_system_place *place = ARENA_ARRAY(ap->a, struct r_system_place, s->repositories.n + 1);
	const struct str *text = s->repositories.v;

	for (size_t i = 0; i < s->repositories.n; i++)
		if (!config_place(text[i], &place[i]))
			ASSERT(!"checked when it was read");
	return (struct r_system){
		.data_class = s->data_class == FIELD_UNKNOWN ? CLASS_UNKNOWN : s->data_class, .declared = 1,
		.exposure = s->exposure == FIELD_UNKNOWN ? EXPOSURE_UNKNOWN : s->exposure,
		.environments = s->environments, .images = s->images, .kinds = s->scans,
		.name = s->name, .owner = s->owner, .places = { place, s->repositories.n },
	};
}

static err apply_one(struct config_applying *ap, const struct config_system *s)
{
	struct r_system f = wanted(ap, s), before;
	struct config_row row;
	bool found;

	TRY(find_system(ap, s->name, &row, &found));
	if (found) {
		TRY(config_stored(ap, &record_system, &row, &before));
		if (config_same(record_system.table, &before, &f))
			return NULL;
	}
	ap->out->systems++;
	return config_append(ap, &record_system, found ? row.about : record_new_id(ap->a), &f);
}

static bool declares(const struct config *c, struct str name)
{
	const struct config_system *s = c->systems.v;

	for (size_t i = 0; i < c->systems.n; i++)
		if (str_eq(s[i].name, name))
			return true;
	return false;
}

struct gone { struct str id, name; };

static err read_gone(struct config_applying *ap, struct gone **out, size_t *n)
{
	DB_ROWS rows = NULL;
	int64_t count;
	bool more;

	TRY(db_get_int(store_db(ap->s), SQL("SELECT count(*) FROM view_system WHERE declared = 1"), DB_NONE, 0,
		       &count));
	*out = ARENA_ARRAY(ap->a, struct gone, count + 1);
	*n = 0;
	TRY(db_query(store_db(ap->s), SQL("SELECT id, name FROM view_system WHERE declared = 1 ORDER BY no"),
		     DB_NONE, &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more || *n == (size_t)count)
			return NULL;
		if (!declares(ap->c, db_text(rows, 1)))
			(*out)[(*n)++] = (struct gone){ record_hex(ap->a, db_blob(rows, 0)), arena_str(ap->a,
							db_text(rows, 1)) };
	}
}

err config_apply_systems(struct config_applying *ap)
{
	const struct config_system *s = ap->c->systems.v;
	struct gone *gone;
	size_t n;

	TRY(read_gone(ap, &gone, &n));
	for (size_t i = 0; i < n; i++) {
		struct r_system f = { .name = gone[i].name, .data_class = CLASS_UNKNOWN, .exposure = EXPOSURE_UNKNOWN };

		config_note(ap, "the system %.*s is declared no longer; it is judged as if it faced the internet",
			    FMT(gone[i].name));
		ap->out->vanished++;
		TRY(config_append(ap, &record_system, gone[i].id, &f));
	}
	for (size_t i = 0; i < ap->c->systems.n; i++)
		TRY(apply_one(ap, &s[i]));
	return NULL;
}

/* --- repositories */

struct known_repository {
	struct config_row row;
	struct str name, slug, system;
};

static err read_repositories(struct config_applying *ap, struct known_repository **out, size_t *n)
{
	DB_ROWS rows = NULL;
	int64_t count;
	bool more;

	TRY(db_get_int(store_db(ap->s), SQL("SELECT count(*) FROM view_repository"), DB_NONE, 0, &count));
	*out = ARENA_ARRAY(ap->a, struct known_repository, count + 1);
	*n = 0;
	TRY(db_query(store_db(ap->s), SQL("SELECT v.id, r.facts, r.words, v.name, v.slug, s.name FROM "
					  "view_repository v "
		"JOIN kept_record r ON r.idx = v.idx LEFT JOIN view_system s ON s.no = v.system_no ORDER BY v.no"),
		DB_NONE, &rows));
	for (;;) {
		struct known_repository *k = &(*out)[*n];

		TRY(db_next(rows, &more));
		if (!more || *n == (size_t)count)
			return NULL;
		TRY(take_row(ap, rows, &k->row));
		k->name = arena_str(ap->a, db_text(rows, 3));
		k->slug = arena_str(ap->a, db_text(rows, 4));
		k->system = arena_str(ap->a, db_text(rows, 5));
		(*n)++;
	}
}

/* The declared system all of a repository falls to; absent where none claims it. */
static struct str claimed_by(const struct config *c, const struct known_repository *k)
{
	const struct config_system *s = c->systems.v;

	for (size_t i = 0; i < c->systems.n; i++) {
		const struct str *text = s[i].repositories.v;

		for (size_t j = 0; j < s[i].repositories.n; j++) {
			struct r_system_place p;

			if (config_place(text[j], &p) && p.path.n == 0 &&
			    (str_eq(p.repository, k->name) || (k->slug.n && str_eq(p.repository, k->slug))))
				return s[i].name;
		}
	}
	return (struct str){ 0 };
}

static err move_repository(struct config_applying *ap, const struct known_repository *k, struct str name)
{
	struct config_row system;
	struct r_repository f;
	bool found;

	TRY(find_system(ap, name, &system, &found));
	if (!found)
		return NULL;
	TRY(config_stored(ap, &record_repository, &k->row, &f));
	f.system = system.about;
	ap->out->repositories++;
	return config_append(ap, &record_repository, k->row.about, &f);
}

err config_apply_repositories(struct config_applying *ap)
{
	struct known_repository *k;
	size_t n;

	TRY(read_repositories(ap, &k, &n));
	for (size_t i = 0; i < n; i++) {
		struct str name = claimed_by(ap->c, &k[i]);

		if (name.p && !str_eq(name, k[i].system))
			TRY(move_repository(ap, &k[i], name));
	}
	return NULL;
}
