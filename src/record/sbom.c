/* sbom: a software bill of materials; the list itself is the evidence it cites. */
#include "record/types.h"

#include "record/of_system.h"

static const struct field fields[] = {
	FIELD(r_sbom, artefact, FIELD_TEXT, 0, 256, "image or file digest"),
	FIELD(r_sbom, commit, FIELD_COMMIT, 0, 0, "commit it describes"),
	FIELD(r_sbom, components, FIELD_INT, FIELD_REQUIRED, 0, "components in it"),
	FIELD(r_sbom, format, FIELD_TEXT, FIELD_REQUIRED, 64, "format and version"),
	FIELD(r_sbom, licences, FIELD_INT, FIELD_REQUIRED, 0, "components with a licence"),
	FIELD(r_sbom, name, FIELD_TEXT, FIELD_WORDS, 256, "what it describes"),
	FIELD(r_sbom, report, FIELD_DIGEST, FIELD_REQUIRED, 0, "the document"),
	FIELD(r_sbom, system, FIELD_ID, FIELD_REQUIRED, 0, "the system"),
	{ 0 },
};
static const struct table table = TABLE(r_sbom, "sbom", fields);
static const char *const key[] = { "system", "commit", "artefact", "report", NULL };

static err apply(struct apply *ap, const struct record *r)
{
	const struct r_sbom *f = r->facts;
	int64_t system;

	TRY(db_get_int(ap->db, SQL("SELECT no FROM view_system WHERE id = $1"),
		       DB_ARGS(record_blob(ap->a, f->system)), 0, &system));
	TRY(of_system_put(ap, system, r, f->report));
	return db_run(ap->db, SQL("INSERT INTO view_sbom (id, system_no, format, commit_id, artefact, components, "
		"licences, at, idx) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING"),
		DB_ARGS(record_blob(ap->a, r->header.about), DB_I(system), DB_T(f->format),
			record_blob(ap->a, f->commit), db_text_or_null(f->artefact), DB_I(f->components),
			DB_I(f->licences), DB_I(r->header.effective), DB_I(r->idx)), NULL);
}

const struct record_type record_sbom = { "sbom.v1", &table, "a bill of materials", key, NULL, apply };
