/* repository: one repository of source code, by its name in this home. */
#include "record/types.h"

static const struct field fields[] = {
	FIELD(r_repository, host, FIELD_TEXT, 0, 128, "code host, such as github.com"),
	FIELD(r_repository, name, FIELD_TEXT, FIELD_REQUIRED, 256, "its name here"),
	FIELD(r_repository, slug, FIELD_TEXT, 0, 256, "owner and name on the host"),
	FIELD(r_repository, system, FIELD_ID, 0, 0, "the system all of it falls to"),
	FIELD(r_repository, url, FIELD_TEXT, FIELD_WORDS, 512, "address without credentials"),
	{ 0 },
};
static const struct table table = TABLE(r_repository, "repository", fields);

static err apply(struct apply *ap, const struct record *r)
{
	const struct r_repository *f = r->facts;
	struct db_value id = record_blob(ap->a, r->header.about);
	int64_t no, last, system_no = -1;

	TRY(db_get_int(ap->db, SQL("SELECT no FROM view_repository WHERE id = $1"), DB_ARGS(id), -1, &no));
	TRY(db_get_int(ap->db, SQL("SELECT max(no) FROM view_repository"), DB_NONE, 0, &last));
	if (f->system.p)
		TRY(db_get_int(ap->db, SQL("SELECT no FROM view_system WHERE id = $1"),
			       DB_ARGS(record_blob(ap->a, f->system)), -1, &system_no));
	TRY(db_run(ap->db, SQL("DELETE FROM view_repository WHERE id = $1"), DB_ARGS(id), NULL));
	return db_run(ap->db, SQL("INSERT INTO view_repository (id, no, name, host, slug, system_no, idx) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7)"),
		DB_ARGS(id, DB_I(no < 0 ? last + 1 : no), DB_T(f->name), DB_T(f->host.p ? f->host : STR("")),
			DB_T(f->slug.p ? f->slug : STR("")), db_int_or_null(system_no, -1), DB_I(r->idx)), NULL);
}

const struct record_type record_repository = {
	"repository.v1", &table, "a repository is known", NULL, NULL, apply,
};
