/* system: a set of places (repository and path), images and environments that is
 * built, released and judged together. One nobody declared is judged as if it
 * faced the internet and held the highest class of data. */
#include "record/types.h"

static const struct field place_fields[] = {
	FIELD(r_system_place, path, FIELD_PATH, FIELD_REQUIRED, 512, "folder, empty for all"),
	FIELD(r_system_place, repository, FIELD_TEXT, FIELD_REQUIRED, 256, "name of the repository"),
	{ 0 },
};
static const struct table place_table = TABLE(r_system_place, "place", place_fields);

static const struct field fields[] = {
	FIELD_CHOICE(r_system, data_class, FIELD_REQUIRED, class_words, "highest class of data"),
	FIELD(r_system, declared, FIELD_FLAG, FIELD_REQUIRED, 0, "declared in the configuration"),
	FIELD(r_system, environments, FIELD_TEXT, FIELD_MANY, 64, "environments it runs in"),
	FIELD_CHOICE(r_system, exposure, FIELD_REQUIRED, exposure_words, "who can reach it"),
	FIELD(r_system, images, FIELD_TEXT, FIELD_MANY, 256, "images it is delivered as"),
	{ .name = "kinds", .kind = FIELD_ENUM, .flags = FIELD_MANY, .max = 8, .choices = scan_kind_words,
	  .offset = offsetof(struct r_system, kinds), .help = "kinds of scan it must have" },
	FIELD(r_system, name, FIELD_TEXT, FIELD_REQUIRED, 128, "its name"),
	FIELD(r_system, owner, FIELD_TEXT, FIELD_WORDS, 256, "who answers for it"),
	FIELD_GROUPS(r_system, places, FIELD_MANY, 256, &place_table, "what belongs to it"),
	{ 0 },
};
static const struct table table = TABLE(r_system, "system", fields);

static err put_places(struct apply *ap, const struct r_system *f, int64_t no)
{
	const struct r_system_place *place = f->places.v;
	const int *kind = f->kinds.v;

	TRY(db_run(ap->db, SQL("DELETE FROM view_system_place WHERE system_no = $1"), DB_ARGS(DB_I(no)), NULL));
	TRY(db_run(ap->db, SQL("DELETE FROM view_system_kind WHERE system_no = $1"), DB_ARGS(DB_I(no)), NULL));
	for (size_t i = 0; i < f->places.n; i++)
		TRY(db_run(ap->db, SQL("INSERT INTO view_system_place (system_no, repository, path) "
				       "VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"),
			   DB_ARGS(DB_I(no), DB_T(place[i].repository), DB_T(place[i].path)), NULL));
	for (size_t i = 0; i < f->kinds.n; i++)
		TRY(db_run(ap->db, SQL("INSERT INTO view_system_kind (system_no, kind) VALUES ($1, $2) "
				       "ON CONFLICT DO NOTHING"),
			   DB_ARGS(DB_I(no), DB_T(str_c(scan_kind_words[kind[i]]))), NULL));
	return NULL;
}

static err put_parts(struct apply *ap, const struct many *list, struct str part, int64_t no)
{
	const struct str *v = list->v;

	for (size_t i = 0; i < list->n; i++)
		TRY(db_run(ap->db, SQL("INSERT INTO view_system_part (system_no, part, name) VALUES ($1, $2, $3) "
				       "ON CONFLICT DO NOTHING"), DB_ARGS(DB_I(no), DB_T(part), DB_T(v[i])), NULL));
	return NULL;
}

static err apply(struct apply *ap, const struct record *r)
{
	const struct r_system *f = r->facts;
	struct db_value id = record_blob(ap->a, r->header.about);
	int64_t no, last;

	TRY(db_get_int(ap->db, SQL("SELECT no FROM view_system WHERE id = $1"), DB_ARGS(id), -1, &no));
	TRY(db_get_int(ap->db, SQL("SELECT max(no) FROM view_system"), DB_NONE, 0, &last));
	if (no < 0)
		no = last + 1;
	TRY(db_run(ap->db, SQL("DELETE FROM view_system WHERE id = $1"), DB_ARGS(id), NULL));
	TRY(db_run(ap->db, SQL("INSERT INTO view_system (id, no, name, declared, exposure, data_class, owner, idx) "
		"VALUES ($1, $2, $3, $4, $5, $6, NULL, $7)"),
		DB_ARGS(id, DB_I(no), DB_T(f->name), DB_I(f->declared == 1), DB_T(str_c(exposure_words[f->exposure])),
			DB_T(str_c(class_words[f->data_class])), DB_I(r->idx)), NULL));
	TRY(db_run(ap->db, SQL("DELETE FROM view_system_part WHERE system_no = $1"), DB_ARGS(DB_I(no)), NULL));
	TRY(put_parts(ap, &f->images, STR("image"), no));
	TRY(put_parts(ap, &f->environments, STR("environment"), no));
	return put_places(ap, f, no);
}

const struct record_type record_system = { "system.v1", &table, "a system is known", NULL, NULL, apply };
