#include "show/evidence.h"

#include "record/record.h"
#include "text/json.h"

static const struct show_column columns[] = {
	{ "digest", "digest", SHOW_TEXT, 12 },
	{ "kind", "kind", SHOW_TEXT, 14 },
	{ "bytes", "bytes", SHOW_NUMBER, 12 },
	{ "state", "state", SHOW_TEXT, 20 },
	{ "document", "document", SHOW_TEXT, 12 },
	{ "controls", "controls", SHOW_TEXT, 24 },
	{ "date", "date", SHOW_DAY, 10 },
	{ "review_by", "review by", SHOW_DAY, 10 },
	{ "author", "author", SHOW_TEXT, 8 },
	{ "title", "title", SHOW_TEXT, 0 },
	{ 0 },
};

/* What a document's records say of one piece of evidence. */
struct about {
	struct str controls, kind, author, title;
	int64_t at, review_by;
	bool any, wanted;
};

static err title_of(struct arena *a, struct str words, struct str *out)
{
	struct json *doc;

	*out = STR("erased");
	if (!words.p)
		return NULL;
	TRY(json_parse(a, "words", arena_str(a, words), &doc));
	*out = json_text(json_get(doc, "title"));
	if (!out->p)
		*out = STR("");
	return NULL;
}

static err read_about(struct db *db, struct arena *a, struct str digest, struct str control, struct about *out)
{
	BUF_AUTO controls = buf_new(4096);
	DB_ROWS rows = NULL;
	bool more;

	*out = (struct about){ .wanted = !control.p };
	TRY(db_query(db, SQL("SELECT v.control, v.kind, v.author, v.at, v.review_by, r.words FROM view_document v "
			     "JOIN kept_record r ON r.idx = v.idx WHERE v.digest = $1 ORDER BY v.idx DESC, v.control"),
		     DB_ARGS(DB_B(digest)), &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			break;
		buf_addf(&controls, "%s%.*s", controls.n ? ", " : "", FMT(db_text(rows, 0)));
		out->wanted |= str_eq(db_text(rows, 0), control);
		if (out->any)
			continue;
		out->any = true;
		out->kind = arena_str(a, db_text(rows, 1));
		out->author = arena_str(a, db_text(rows, 2));
		out->at = db_int(rows, 3);
		out->review_by = db_is_null(rows, 4) ? INT64_MIN : db_int(rows, 4);
		TRY(title_of(a, db_blob(rows, 5), &out->title));
	}
	out->controls = arena_str(a, buf_str(&controls));
	return NULL;
}

static struct show_cell day_or_none(bool any, int64_t day)
{
	return any && day != INT64_MIN ? SHOW_N(day) : SHOW_UNKNOWN;
}

static void put_row(struct show_list *l, struct arena *a, const struct db_rows *r, const struct about *b)
{
	struct str state = STR("kept");
	struct str hex = record_hex(a, db_blob(r, 0));

	if (!db_is_null(r, 3))
		state = arena_printf(a, "erased by %lld", (long long)db_int(r, 3));
	show_list_row(l, (const struct show_cell[]){
		SHOW_T(hex), SHOW_T(db_text(r, 1)), SHOW_N(db_int(r, 2)), SHOW_T(state),
		SHOW_T(b->any ? b->kind : STR("")), SHOW_T(b->controls),
		day_or_none(b->any, b->at < 0 ? INT64_MIN : b->at / 86400), day_or_none(b->any, b->review_by),
		SHOW_T(b->any ? b->author : STR("")), SHOW_T(b->any ? b->title : STR("")) });
}

err show_evidence_list(struct db *db, const struct show_evidence_query *q, enum show_format format, int fd)
{
	OWNED(show_list) l = show_list_new(format, columns, fd);
	OWNED(arena) a = arena_new();
	DB_ROWS rows = NULL;
	int64_t total = 0;
	bool more;

	TRY(db_query(db, SQL("SELECT digest, kind, size, erased_by FROM kept_evidence WHERE ($1 = '' OR kind = $1) "
			     "ORDER BY idx, digest"), DB_ARGS(DB_T(q->kind.p ? q->kind : STR(""))), &rows));
	for (;;) {
		struct about b;

		TRY(db_next(rows, &more));
		if (!more)
			break;
		arena_reset(a);
		TRY(read_about(db, a, arena_str(a, db_blob(rows, 0)), q->control, &b));
		if (!b.wanted)
			continue;
		if (!q->limit || total < q->limit)
			put_row(l, a, rows, &b);
		total++;
	}
	show_list_total(l, total, SHOW_ALL);
	show_list_empty(l, "Nothing like that is kept. custody import FILE and custody evidence add FILE bring it.");
	return show_list_end(l);
}

err show_evidence_digest(struct db *db, struct arena *a, struct str prefix, struct str *out)
{
	int64_t n = 0, erased = -1;
	DB_ROWS rows = NULL;
	bool more;

	if (prefix.n < 6)
		return fail(ERR_USAGE, "give six digits of the digest or more");
	TRY(db_query(db, SQL("SELECT digest, erased_by FROM kept_evidence ORDER BY digest"), DB_NONE, &rows));
	for (;;) {
		struct str hex;

		TRY(db_next(rows, &more));
		if (!more)
			break;
		hex = record_hex(a, db_blob(rows, 0));
		if (!str_starts(hex, prefix))
			continue;
		n++;
		*out = hex;
		erased = db_is_null(rows, 1) ? -1 : db_int(rows, 1);
	}
	if (n > 1)
		return fail(ERR_CONFLICT, "%lld pieces of evidence begin with %.*s", (long long)n, FMT(prefix));
	if (!n)
		return err_hint(fail(ERR_MISSING, "there is no evidence %.*s", FMT(str_cut(prefix, 80))),
				"custody evidence list shows what is kept");
	if (erased >= 0)
		return fail(ERR_MISSING, "evidence %.*s was erased, ordered by record %lld", FMT(str_cut(*out, 16)),
			    (long long)erased);
	return NULL;
}
