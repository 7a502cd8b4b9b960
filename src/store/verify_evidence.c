#include "store/verify_parts.h"

#include "base/file.h"
#include "ledger/evidence_check.h"

enum { AT_ONCE = 2048 };

/* One row of the list of evidence, and what became of its file. */
struct listed {
	int64_t size, ordered_by;	/* -1: nobody ordered it destroyed */
	int64_t came;			/* the log's size when it came, or came again */
};

/* An order is for what was there when it was given, not for what came again since. */
static void judge_missing(struct verifying *v, const char *hex, const struct listed *row)
{
	int64_t by = map_get_int(v->ordered, arena_printf(v->a, "e%s", hex));

	if (by >= row->came)
		v->r->erased_evidence++;
	else
		verify_fault(v, VERIFY_MISSING, &v->r->missing_evidence,
			     "evidence %s: its file is missing, and no record ordered that", hex);
}

static void judge(struct verifying *v, const struct evidence_job *job, const struct listed *row)
{
	char hex[DIGEST_TEXT];

	digest_put(hex, &job->digest);
	v->r->evidence++;
	v->r->evidence_bytes += job->bytes;
	if (job->failed && job->failed->kind == ERR_MISSING)
		judge_missing(v, hex, row);
	else if (job->failed)
		verify_fault(v, VERIFY_ALTERED, &v->r->altered_evidence, "evidence %s: %s", hex, job->failed->text);
	else if (row->ordered_by >= 0)
		verify_fault(v, VERIFY_ALTERED, &v->r->altered_evidence,
			     "evidence %s: record %lld ordered it destroyed, and it is still there", hex,
			     (long long)row->ordered_by);
	else if (row->size != job->bytes)
		verify_fault(v, VERIFY_ALTERED, &v->r->altered_evidence,
			     "evidence %s: it has %lld bytes, the database says %lld", hex, (long long)job->bytes,
			     (long long)row->size);
}

struct batch {
	struct evidence_job jobs[AT_ONCE];
	struct listed rows[AT_ONCE];
	size_t n;
};

static err take(struct verifying *v, struct db_rows *rows, struct batch *b)
{
	bool more = true;

	for (b->n = 0; b->n < AT_ONCE;) {
		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		if (db_blob(rows, 0).n != DIGEST_BYTES) {
			verify_fault(v, VERIFY_ALTERED, &v->r->altered_evidence,
				     "the list of evidence in the database names a digest that is none");
			continue;
		}
		memcpy(b->jobs[b->n].digest.b, db_blob(rows, 0).p, DIGEST_BYTES);
		b->rows[b->n] = (struct listed){ db_int(rows, 1), db_is_null(rows, 2) ? -1 : db_int(rows, 2),
						    db_int(rows, 3) };
		b->n++;
	}
	return NULL;
}

static err check_listed(struct verifying *v)
{
	DB_ROWS rows = NULL;
	struct batch *b = ARENA_NEW(v->spec->a, struct batch);

	TRY(db_query(store_db(v->s), SQL("SELECT digest, size, erased_by, idx FROM kept_evidence ORDER BY "
						"digest"), DB_NONE, &rows));
	do {
		TRY(take(v, rows, b));
		evidence_check(store_evidence(v->s), b->jobs, b->n);
		arena_reset(v->a);
		for (size_t i = 0; i < b->n; i++) {
			judge(v, &b->jobs[i], &b->rows[i]);
			err_drop_copy(b->jobs[i].failed);
		}
	} while (b->n == AT_ONCE);
	return NULL;
}

/* What headers cite must be listed, so that it was looked at. */
static err check_cited(struct verifying *v)
{
	for (size_t i = 0; i < v->cites_n; i++) {
		struct str hex = v->cites[i];
		struct digest d;
		int64_t listed;

		arena_reset(v->a);
		if (!digest_get(hex, &d))
			continue;
		TRY(db_get_int(store_db(v->s), SQL("SELECT count(*) FROM kept_evidence WHERE digest = $1"),
			       DB_ARGS(DB_B(digest_str(&d))), 0, &listed));
		if (!listed)
			verify_fault(v, VERIFY_MISSING, &v->r->missing_evidence,
				     "evidence %.*s is cited by a record and missing from the list of evidence", FMT(hex));
	}
	return NULL;
}

err verify_evidence(struct verifying *v)
{
	TRY(check_listed(v));
	return check_cited(v);
}
