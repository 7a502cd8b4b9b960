/* person: somebody who can own, decide and be asked. What they are called stands
 * in the erasable part; facts name them by id only. */
#include "record/types.h"

static const char *const kinds[] = { "person", "service", NULL };

static const struct field fields[] = {
	FIELD(r_person, alias, FIELD_TEXT, FIELD_MANY | FIELD_WORDS, 32, "other names and logins"),
	FIELD(r_person, email, FIELD_TEXT, FIELD_MANY | FIELD_WORDS, 32, "addresses"),
	FIELD_CHOICE(r_person, kind, FIELD_REQUIRED, kinds, "person or service account"),
	FIELD(r_person, name, FIELD_TEXT, FIELD_WORDS, 256, "what they are called"),
	FIELD(r_person, owner, FIELD_ID, 0, 0, "the person who answers for a service account"),
	{ 0 },
};
static const struct table table = TABLE(r_person, "person", fields);

static err apply(struct apply *ap, const struct record *r)
{
	const struct r_person *f = r->facts;
	struct db_value id = record_blob(ap->a, r->header.about);

	TRY(db_run(ap->db, SQL("DELETE FROM view_person WHERE id = $1"), DB_ARGS(id), NULL));
	return db_run(ap->db, SQL("INSERT INTO view_person (id, kind, owner, idx) VALUES ($1, $2, $3, $4)"),
		      DB_ARGS(id, DB_T(str_c(kinds[f->kind])), record_blob(ap->a, f->owner), DB_I(r->idx)), NULL);
}

const struct record_type record_person = { "person.v1", &table, "a person is known", NULL, NULL, apply };
