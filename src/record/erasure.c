/* erasure: the order under which words or evidence were destroyed. Headers and
 * proofs stay; this record is why a part may be absent. */
#include "record/types.h"

static const struct field target_fields[] = {
	FIELD(r_erased, evidence, FIELD_DIGEST, 0, 0, "evidence that was destroyed"),
	FIELD(r_erased, index, FIELD_INT, 0, 0, "record whose words were destroyed"),
	FIELD(r_erased, words, FIELD_FLAG, 0, 0, "the words and their salt"),
	{ 0 },
};
static const struct table target_table = TABLE(r_erased, "erased", target_fields);

static const struct field fields[] = {
	FIELD(r_erasure, person, FIELD_ID, 0, 0, "person or account it was done for"),
	FIELD_GROUPS(r_erasure, targets, FIELD_REQUIRED | FIELD_MANY, 1000, &target_table, "what was destroyed"),
	FIELD(r_erasure, why, FIELD_TEXT, FIELD_REQUIRED | FIELD_WORDS, 512, "the ground, without names"),
	{ 0 },
};
static const struct table table = TABLE(r_erasure, "erasure", fields);

static err apply(struct apply *ap, const struct record *r)
{
	const struct r_erasure *f = r->facts;
	const struct r_erased *v = f->targets.v;

	for (size_t i = 0; i < f->targets.n; i++) {
		bool evidence = v[i].evidence.p != NULL;
		uint8_t index[8];

		for (int k = 0; k < 8; k++)
			index[k] = (uint8_t)((uint64_t)v[i].index >> (56 - 8 * k));
		TRY(db_run(ap->db, SQL("INSERT INTO view_erasure (idx, what, target) VALUES ($1, $2, $3) "
				       "ON CONFLICT DO NOTHING"),
			   DB_ARGS(DB_I(r->idx), DB_T(evidence ? STR("evidence") : STR("words")),
				   evidence ? record_blob(ap->a, v[i].evidence)
					    : DB_B(((struct str){ (const char *)index, 8 }))), NULL));
	}
	return NULL;
}

const struct record_type record_erasure = { "erasure.v1", &table, "parts were destroyed", NULL, NULL, apply };
