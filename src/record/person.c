/* person: somebody who can own, decide and be asked. What they are called stands
 * in the erasable part; facts name them by id only. */
#include "record/types.h"

#include "base/instant.h"

static const char *const kinds[] = { "person", "service", NULL };

static const struct field fields[] = {
	FIELD(r_person, alias, FIELD_TEXT, FIELD_MANY | FIELD_WORDS, 32, "other names and logins"),
	FIELD(r_person, department, FIELD_TEXT, FIELD_WORDS, 256, "where they work"),
	FIELD(r_person, email, FIELD_TEXT, FIELD_MANY | FIELD_WORDS, 32, "addresses"),
	FIELD(r_person, ends, FIELD_DAY, 0, 0, "last day"),
	FIELD_CHOICE(r_person, kind, FIELD_REQUIRED, kinds, "person or service account"),
	FIELD(r_person, lists, FIELD_TEXT, FIELD_MANY, 8, "lists whose newest copy names them: digests of their columns, or config"),
	FIELD(r_person, manager, FIELD_ID, 0, 0, "the person they report to"),
	FIELD(r_person, name, FIELD_TEXT, FIELD_WORDS, 256, "what they are called"),
	FIELD(r_person, owner, FIELD_ID, 0, 0, "the person who answers for a service account"),
	{ .name = "roles", .kind = FIELD_ENUM, .flags = FIELD_MANY, .max = 8, .choices = role_words,
	  .offset = offsetof(struct r_person, roles), .help = "roles they hold" },
	FIELD(r_person, starts, FIELD_DAY, 0, 0, "first day"),
	FIELD_CHOICE(r_person, status, 0, person_status_words, "active, suspended or left"),
	FIELD(r_person, unlisted, FIELD_FLAG, 0, 0, "a list named them once, and the newest copy of none does"),
	{ 0 },
};
static const struct table table = TABLE(r_person, "person", fields);

static err put_roles(struct apply *ap, const struct r_person *f, struct db_value id)
{
	const int *role = f->roles.v;

	TRY(db_run(ap->db, SQL("DELETE FROM view_person_role WHERE person = $1"), DB_ARGS(id), NULL));
	for (size_t i = 0; i < f->roles.n; i++)
		TRY(db_run(ap->db, SQL("INSERT INTO view_person_role (person, role) VALUES ($1, $2) "
				       "ON CONFLICT DO NOTHING"),
			   DB_ARGS(id, DB_T(str_c(role_words[role[i]]))), NULL));
	return NULL;
}

/* A service that the configuration declares. Its record comes first, so that its state
 * says whether somebody stands behind this. */
static err put_service(struct apply *ap, const struct r_person *f, struct db_value id)
{
	const struct str *list = f->lists.v;
	bool declared = false;
	int64_t in_force;

	for (size_t i = 0; i < f->lists.n; i++)
		declared |= str_is(list[i], "config");
	if (!declared || f->kind != PERSON_SERVICE)
		return db_run(ap->db, SQL("DELETE FROM view_service WHERE person = $1"), DB_ARGS(id), NULL);
	TRY(db_get_int(ap->db, SQL("SELECT count(*) FROM view_config WHERE state <> 'proposed'"), DB_NONE, 0, &in_force));
	return db_run(ap->db, SQL("INSERT INTO view_service (person, waiting) VALUES ($1, $2) ON CONFLICT DO NOTHING"),
		      DB_ARGS(id, DB_I(!in_force)), NULL);
}

static err apply(struct apply *ap, const struct record *r)
{
	const struct r_person *f = r->facts;
	struct db_value id = record_blob(ap->a, r->header.about);

	TRY(db_run(ap->db, SQL("DELETE FROM view_person WHERE id = $1"), DB_ARGS(id), NULL));
	TRY(db_run(ap->db, SQL("INSERT INTO view_person (id, kind, owner, manager, status, starts, ends, unlisted, "
			       "idx) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"),
		   DB_ARGS(id, DB_T(str_c(kinds[f->kind])), record_blob(ap->a, f->owner),
			   record_blob(ap->a, f->manager),
			   DB_T(f->status == FIELD_UNKNOWN ? STR("unknown") : str_c(person_status_words[f->status])),
			   db_int_or_null(f->starts, INSTANT_NONE), db_int_or_null(f->ends, INSTANT_NONE),
			   DB_I(f->unlisted == 1), DB_I(r->idx)), NULL));
	TRY(put_service(ap, f, id));
	return put_roles(ap, f, id);
}

const struct record_type record_person = { "person.v1", &table, "a person is known", NULL, NULL, apply };
