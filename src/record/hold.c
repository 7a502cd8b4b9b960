/* hold: what must not be destroyed while something is looked into, whatever retention or
 * a request says; and, under the same id, that it was let go. */
#include "record/types.h"

#include "base/instant.h"

static const struct field fields[] = {
	FIELD(r_hold, everything, FIELD_FLAG, 0, 0, "all there is"),
	FIELD(r_hold, evidence, FIELD_DIGEST, FIELD_MANY, 1000, "pieces of evidence"),
	FIELD(r_hold, from, FIELD_DAY, 0, 0, "what is of this day or later"),
	FIELD(r_hold, person, FIELD_ID, 0, 0, "words about this person"),
	FIELD(r_hold, records, FIELD_INT, FIELD_MANY, 1000, "words of records"),
	FIELD(r_hold, released, FIELD_FLAG, FIELD_REQUIRED, 0, "it was let go"),
	FIELD(r_hold, system, FIELD_ID, 0, 0, "what is of this system"),
	FIELD(r_hold, to, FIELD_DAY, 0, 0, "and of this day or before"),
	FIELD(r_hold, why, FIELD_TEXT, FIELD_REQUIRED | FIELD_WORDS, 1024, "why it was placed, or let go"),
	{ 0 },
};
static const struct table table = TABLE(r_hold, "hold", fields);

static err put_target(struct apply *ap, const struct record *r, const char *what, struct db_value target)
{
	return db_run(ap->db, SQL("INSERT INTO view_hold_target (id, what, target) VALUES ($1, $2, $3) "
				  "ON CONFLICT DO NOTHING"),
		      DB_ARGS(record_blob(ap->a, r->header.about), DB_T(str_c(what)), target), NULL);
}

static err put_targets(struct apply *ap, const struct record *r, const struct r_hold *f)
{
	const struct str *digest = f->evidence.v;
	const int64_t *idx = f->records.v;

	for (size_t i = 0; i < f->evidence.n; i++)
		TRY(put_target(ap, r, "evidence", DB_T(digest[i])));
	for (size_t i = 0; i < f->records.n; i++)
		TRY(put_target(ap, r, "words", DB_T(arena_printf(ap->a, "%lld", (long long)idx[i]))));
	return NULL;
}

static err apply(struct apply *ap, const struct record *r)
{
	struct db_value id = record_blob(ap->a, r->header.about);
	const struct r_hold *f = r->facts;
	int64_t no;

	if (f->released == 1)
		return db_run(ap->db, SQL("UPDATE view_hold SET released_at = $2, released_idx = $3 WHERE id = $1 AND "
					  "released_at IS NULL"),
			      DB_ARGS(id, DB_I(r->header.effective), DB_I(r->idx)), NULL);
	TRY(db_get_int(ap->db, SQL("SELECT count(*) FROM view_hold"), DB_NONE, 0, &no));
	TRY(db_run(ap->db, SQL("INSERT INTO view_hold (id, no, everything, person, system, from_day, to_day, at, "
			       "released_at, released_idx, idx) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, NULL, $9) "
			       "ON CONFLICT DO NOTHING"),
		   DB_ARGS(id, DB_I(no + 1), DB_I(f->everything == 1), record_blob(ap->a, f->person),
			   record_blob(ap->a, f->system), db_int_or_null(f->from, INSTANT_NONE),
			   db_int_or_null(f->to, INSTANT_NONE), DB_I(r->header.effective), DB_I(r->idx)), NULL));
	return put_targets(ap, r, f);
}

const struct record_type record_hold = { "hold.v1", &table, "something is kept from being destroyed", NULL, NULL, apply };
