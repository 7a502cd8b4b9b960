#include "cmd/assess.h"

#include "base/instant.h"
#include "record/types.h"
#include "show/facts_read.h"

/* The facts of the assessment before; an erased or unreadable document is none. */
static err facts_before(struct store *s, struct arena *a, struct facts **out, int64_t *idx)
{
	BUF_AUTO text = buf_new(FACTS_MAX_BYTES);
	DB_ROWS rows = NULL;
	struct digest d;
	bool more;

	*out = NULL;
	TRY(db_query(store_db(s), SQL("SELECT facts, idx FROM view_assessment ORDER BY idx DESC LIMIT 1"), DB_NONE, &rows));
	TRY(db_next(rows, &more));
	if (!more || !digest_get(record_hex(a, db_blob(rows, 0)), &d) || !evidence_has(store_evidence(s), &d))
		return NULL;
	*idx = db_int(rows, 1);
	TRY(evidence_get(store_evidence(s), &d, &text));
	if (facts_parse(a, arena_str(a, buf_str(&text)), out))
		*out = NULL;	/* written by another version */
	return NULL;
}

static err keep_facts(struct store *s, struct arena *a, const struct facts *f, struct str *digest)
{
	BUF_AUTO text = buf_new(FACTS_MAX_BYTES);
	struct digest d;
	char *hex = arena_alloc(a, DIGEST_TEXT);

	TRY(facts_write(f, &text));
	TRY(buf_ok(&text, "the facts document"));
	TRY(evidence_put(store_evidence(s), buf_str(&text), &d));
	TRY(store_note_evidence(s, &d, (int64_t)text.n, STR("facts")));
	digest_put(hex, &d);
	*digest = str_c(hex);
	return NULL;
}

static err record_it(struct store *s, struct arena *a, const struct assessment *as, struct str digest)
{
	const struct delivery *d = &as->delivery;
	struct r_assessment f = {
		.facts = digest,
		.gaps = d->count[AREA_GAP],
		.ready = d->count[AREA_READY],
		.stale = d->count[AREA_STALE],
		.unknown = d->count[AREA_UNKNOWN],
		.period_from = d->from,
		.period_to = d->to,
		.program = STR("custody " CUSTODY_VERSION),
		.changes = facts_changes(as->facts),
	};
	struct draft draft = { .type = &record_assessment, .fields = &f, .content = CONTENT_STATED,
			       .author = AUTHOR_SERVER, .effective = d->as_of, .cites = { &digest, 1 } };
	int64_t idx;
	bool already;

	draft.about = record_new_id(a);
	TRY(store_local_account(s, &draft.by));
	TRY(store_act(s, STR("audit"), &draft.in));
	TRY(store_append(s, &draft, &idx, &already));
	return store_finish(s);
}

err assess(struct store *s, struct arena *a, int64_t from, int64_t to, struct assessment *out)
{
	struct facts_spec spec = { .now = instant_now(), .as_of = INSTANT_NONE, .from = from, .to = to };
	struct str digest;

	TRY(facts_before(s, a, &out->before, &out->before_idx));
	TRY(show_facts_read(store_db(s), &spec, a, &out->facts));
	delivery_decide(out->facts, a, &out->delivery);
	TRY(keep_facts(s, a, out->facts, &digest));
	return record_it(s, a, out, digest);
}
