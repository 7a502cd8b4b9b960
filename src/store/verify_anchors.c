#include "store/verify_parts.h"

#include "base/instant.h"
#include "store/anchor.h"
#include "store/vouch.h"
#include "text/json.h"

static void count_kind(struct verifying *v, struct str kind)
{
	if (str_is(kind, anchor_kind_words[ANCHOR_TSA]))
		v->r->stamps++;
	else if (str_is(kind, anchor_kind_words[ANCHOR_WITNESS]))
		v->r->witnessed++;
	else
		v->r->pushed++;
}

static void check_anchor(struct verifying *v, const struct db_rows *row)
{
	struct vouch_anchor k = { .kind = db_text(row, 1), .source = db_text(row, 2), .at = db_int(row, 3),
				  .body = db_blob(row, 4), .note = db_text(row, 5) };
	struct str who;
	err e = db_is_null(row, 5) ? fail(ERR_INTEGRITY, "there is no checkpoint of that size")
				   : vouch_check(v->a, &k, &who);

	count_kind(v, k.kind);
	if (e)
		verify_fault(v, VERIFY_ALTERED, &v->r->broken_anchors, "the anchor (%.*s) of %.*s over the first %lld records: %s",
			     FMT(k.kind), FMT(str_cut(k.source, 200)), (long long)db_int(row, 0), e->text);
}

static err check_all(struct verifying *v)
{
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(store_db(v->s), SQL("SELECT k.size, k.kind, k.source, k.anchored_at, k.body, c.note FROM kept_anchor k "
					 "LEFT JOIN kept_checkpoint c ON c.size = k.size ORDER BY k.seq"), DB_NONE, &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		arena_reset(v->a);
		check_anchor(v, rows);
	}
}

/* What a record says was given must be kept. */
static err check_recorded(struct verifying *v, int64_t idx)
{
	DB_ROWS rows = NULL;
	struct json *doc;
	struct str kind, at;
	int64_t size, kept, when;
	bool more;

	arena_reset(v->a);
	TRY(db_query(store_db(v->s), SQL("SELECT facts FROM kept_record WHERE idx = $1"), DB_ARGS(DB_I(idx)), &rows));
	TRY(db_next(rows, &more));
	if (!more || json_parse(v->a, "anchor", db_blob(rows, 0), &doc))
		return NULL;
	kind = json_text(json_get(doc, "kind"));
	at = json_text(json_get(doc, "at"));
	if (!kind.p || !json_int(json_get(doc, "size"), &size) || !instant_get(at, &when))
		return NULL;
	TRY(db_get_int(store_db(v->s), SQL("SELECT count(*) FROM kept_anchor WHERE size = $1 AND kind = $2 AND anchored_at = $3"),
		       DB_ARGS(DB_I(size), DB_T(kind), DB_I(when)), 0, &kept));
	if (!kept)
		verify_fault(v, VERIFY_MISSING, &v->r->broken_anchors, "the anchor (%.*s) over the first %lld records, which "
			     "record %lld tells of, is missing", FMT(kind), (long long)size, (long long)idx);
	return NULL;
}

err verify_anchors(struct verifying *v)
{
	TRY(check_all(v));
	for (size_t i = 0; i < v->anchors_n; i++)
		TRY(check_recorded(v, v->anchors[i]));
	return NULL;
}
