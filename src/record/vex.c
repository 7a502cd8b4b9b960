/* vex: statements of a supplier or of ourselves about whether a vulnerability
 * affects a product (OpenVEX, CycloneDX). They inform; they decide nothing. */
#include "record/types.h"

static const struct field statement_fields[] = {
	FIELD(r_vex_statement, justification, FIELD_TEXT, FIELD_WORDS, 128, "why it is not affected"),
	FIELD(r_vex_statement, product, FIELD_TEXT, FIELD_REQUIRED, 512, "the product"),
	FIELD(r_vex_statement, status, FIELD_TEXT, FIELD_REQUIRED, 64, "affected, not_affected, fixed …"),
	FIELD(r_vex_statement, vulnerability, FIELD_TEXT, FIELD_REQUIRED, 128, "the vulnerability"),
	{ 0 },
};
const struct table record_vex_statement_table = TABLE(r_vex_statement, "statement", statement_fields);

static const struct field fields[] = {
	FIELD(r_vex, name, FIELD_TEXT, FIELD_WORDS, 512, "id of the document"),
	FIELD(r_vex, report, FIELD_DIGEST, FIELD_REQUIRED, 0, "the document"),
	FIELD_GROUPS(r_vex, statements, FIELD_REQUIRED | FIELD_MANY, 1000, &record_vex_statement_table,
		     "its statements"),
	{ 0 },
};
static const struct table table = TABLE(r_vex, "vex", fields);
static const char *const key[] = { "report", "statements", NULL };

static err apply(struct apply *ap, const struct record *r)
{
	const struct r_vex *f = r->facts;
	const struct r_vex_statement *v = f->statements.v;

	for (size_t i = 0; i < f->statements.n; i++)
		TRY(db_run(ap->db, SQL("INSERT INTO view_vex (id, seq, vulnerability, product, status, at, idx) "
			"VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING"),
			DB_ARGS(record_blob(ap->a, r->header.about), DB_I(i), DB_T(v[i].vulnerability),
				DB_T(v[i].product), DB_T(v[i].status),
				DB_I(r->header.effective), DB_I(r->idx)), NULL));
	return NULL;
}

const struct record_type record_vex = { "vex.v1", &table, "statements on vulnerabilities", key, NULL, apply };
