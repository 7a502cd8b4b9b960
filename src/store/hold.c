#include "store/hold.h"

#include "base/instant.h"

enum { HOLDS_MAX = 10000 };

static int64_t int_or_none(const struct db_rows *rows, int column)
{
	return db_is_null(rows, column) ? INSTANT_NONE : db_int(rows, column);
}

err hold_read(struct store *s, struct arena *a, bool all, struct holds *out)
{
	DB_ROWS rows = NULL;
	int64_t n;
	bool more;

	TRY(db_get_int(store_db(s), SQL("SELECT count(*) FROM view_hold"), DB_NONE, 0, &n));
	if (n > HOLDS_MAX)
		return fail(ERR_INTEGRITY, "the log has %lld holds, and at most %d are taken", (long long)n, HOLDS_MAX);
	*out = (struct holds){ s, a, ARENA_ARRAY(a, struct hold, n + 1), 0 };
	TRY(db_query(store_db(s), SQL("SELECT id, no, everything, person, system, from_day, to_day, at, released_at, "
				      "released_idx, idx FROM view_hold ORDER BY no"), DB_NONE, &rows));
	for (;;) {
		struct hold *h = &out->v[out->n];

		TRY(db_next(rows, &more));
		if (!more || out->n == (size_t)n)
			return NULL;
		*h = (struct hold){
			.id = record_hex(a, db_blob(rows, 0)), .no = db_int(rows, 1),
			.everything = db_int(rows, 2) == 1,
			.person = db_is_null(rows, 3) ? (struct str){ 0 } : record_hex(a, db_blob(rows, 3)),
			.system = db_is_null(rows, 4) ? (struct str){ 0 } : record_hex(a, db_blob(rows, 4)),
			.from = int_or_none(rows, 5), .to = int_or_none(rows, 6), .at = db_int(rows, 7),
			.released_at = int_or_none(rows, 8), .released_idx = int_or_none(rows, 9),
			.idx = db_int(rows, 10),
		};
		out->n += all || h->released_at == INSTANT_NONE;
	}
}

static bool has_period(const struct hold *h)
{
	return h->from != INSTANT_NONE || h->to != INSTANT_NONE;
}

static int64_t first_instant(const struct hold *h)
{
	return h->from == INSTANT_NONE ? 0 : h->from * DAY_SECONDS;
}

static int64_t end_instant(const struct hold *h)
{
	return h->to == INSTANT_NONE ? INT64_MAX / 2 : (h->to + 1) * DAY_SECONDS;
}

static bool in_period(const struct hold *h, int64_t t)
{
	return has_period(h) && t >= first_instant(h) && t < end_instant(h);
}

/* *n was counted: whether there is any is added to *yes. */
static err any(err e, const int64_t *n, bool *yes)
{
	TRY(e);
	*yes |= *n > 0;
	return NULL;
}

static err is_target(const struct holds *hs, const struct hold *h, const char *what, struct str target, bool *yes)
{
	int64_t n;

	return any(db_get_int(store_db(hs->s), SQL("SELECT count(*) FROM view_hold_target WHERE id = $1 AND what = $2 AND target = $3"),
		     DB_ARGS(record_blob(hs->a, h->id), DB_T(str_c(what)), DB_T(target)), 0, &n), &n, yes);
}

/* By when it was used, not only by when its bytes first came. */
static err evidence_in_period(const struct holds *hs, const struct hold *h, struct db_value digest, bool *yes)
{
	struct db_value from = DB_I(first_instant(h)), end = DB_I(end_instant(h));
	int64_t n;

	TRY(any(db_get_int(store_db(hs->s), SQL("SELECT count(*) FROM view_submission WHERE report = $1 AND at >= $2 AND at < $3"),
		  DB_ARGS(digest, from, end), 0, &n), &n, yes));
	TRY(any(db_get_int(store_db(hs->s), SQL("SELECT count(*) FROM view_scan WHERE report = $1 AND effective >= $2 AND effective < $3"),
		  DB_ARGS(digest, from, end), 0, &n), &n, yes));
	return any(db_get_int(store_db(hs->s), SQL("SELECT count(*) FROM view_document WHERE digest = $1 AND at >= $2 AND at < $3"),
		     DB_ARGS(digest, from, end), 0, &n), &n, yes);
}

static err header_of(const struct holds *hs, int64_t idx, struct header *out, bool *found)
{
	DB_ROWS rows = NULL;

	TRY(db_query(store_db(hs->s), SQL("SELECT header FROM kept_record WHERE idx = $1"), DB_ARGS(DB_I(idx)), &rows));
	TRY(db_next(rows, found));
	return *found ? header_parse(hs->a, arena_str(hs->a, db_blob(rows, 0)), out) : NULL;
}

/* When the bytes came: at the record that was next then, or just now. */
static err came_in_period(const struct holds *hs, const struct hold *h, struct db_value digest, bool *yes)
{
	struct header next;
	int64_t idx;
	bool found;

	TRY(db_get_int(store_db(hs->s), SQL("SELECT idx FROM kept_evidence WHERE digest = $1"), DB_ARGS(digest), -1,
		       &idx));
	TRY(header_of(hs, idx, &next, &found));
	*yes |= in_period(h, found ? next.received : instant_now());
	return NULL;
}

static err covers_evidence(const struct holds *hs, const struct hold *h, struct str hex, bool *yes)
{
	struct db_value digest = record_blob(hs->a, hex);
	int64_t n;

	*yes = h->everything;
	TRY(is_target(hs, h, "evidence", hex, yes));
	if (!*yes && h->system.p)
		TRY(any(db_get_int(store_db(hs->s), SQL("SELECT count(*) FROM view_system_report s JOIN view_system y "
				  "ON y.no = s.system_no WHERE y.id = $2 AND (s.report = $1 OR s.submission IN "
				  "(SELECT id FROM view_submission_cite WHERE digest = $1))"),
			  DB_ARGS(digest, record_blob(hs->a, h->system)), 0, &n), &n, yes));
	if (*yes || !has_period(h))
		return NULL;
	TRY(evidence_in_period(hs, h, digest, yes));
	return *yes ? NULL : came_in_period(hs, h, digest, yes);
}

static err is_of_person(const struct holds *hs, const struct hold *h, struct str about, bool *yes)
{
	int64_t n;

	*yes |= str_eq(about, h->person);
	return any(db_get_int(store_db(hs->s), SQL("SELECT count(*) FROM view_account WHERE id = $1 AND person = $2"),
		     DB_ARGS(record_blob(hs->a, about), record_blob(hs->a, h->person)), 0, &n), &n, yes);
}

/* It says something of the system or of a repository in it, or came with a report of it:
 * what a scan, a run of tests or a bill of materials says stands in such records alone. */
static err is_of_system(const struct holds *hs, const struct hold *h, const struct header *head, bool *yes)
{
	struct db_value system = record_blob(hs->a, h->system), about = record_blob(hs->a, head->about);
	int64_t n;

	*yes |= str_eq(head->about, h->system);
	TRY(any(db_get_int(store_db(hs->s), SQL("SELECT count(*) FROM view_system_report s JOIN view_system y "
			  "ON y.no = s.system_no WHERE y.id = $2 AND (s.submission = $1 OR s.submission = $3)"),
		     DB_ARGS(record_blob(hs->a, head->in), system, about), 0, &n), &n, yes));
	return any(db_get_int(store_db(hs->s), SQL("SELECT count(*) FROM view_repository r JOIN view_system y ON y.no = r.system_no "
			     "WHERE r.id = $1 AND y.id = $2"), DB_ARGS(about, system), 0, &n), &n, yes);
}

static err covers_record(const struct holds *hs, const struct hold *h, int64_t idx, bool *yes)
{
	struct header head;
	bool found;

	*yes = h->everything;
	TRY(is_target(hs, h, "words", arena_printf(hs->a, "%lld", (long long)idx), yes));
	TRY(header_of(hs, idx, &head, &found));
	if (*yes || !found)
		return NULL;
	*yes = in_period(h, head.received) || in_period(h, head.effective);
	if (h->person.p)
		TRY(is_of_person(hs, h, head.about, yes));
	return h->system.p ? is_of_system(hs, h, &head, yes) : NULL;
}

err hold_on_evidence(const struct holds *h, struct str digest, int64_t *no)
{
	bool yes = false;

	for (size_t i = 0; i < h->n && !yes; i++) {
		TRY(covers_evidence(h, &h->v[i], digest, &yes));
		*no = h->v[i].no;
	}
	if (!yes)
		*no = 0;
	return NULL;
}

err hold_on_record(const struct holds *h, int64_t idx, int64_t *no)
{
	bool yes = false;

	for (size_t i = 0; i < h->n && !yes; i++) {
		TRY(covers_record(h, &h->v[i], idx, &yes));
		*no = h->v[i].no;
	}
	if (!yes)
		*no = 0;
	return NULL;
}

static err denied(int64_t no, const char *what, struct str which)
{
	return err_hint(fail(ERR_DENIED, "hold %lld keeps %s %.*s from being destroyed", (long long)no, what, FMT(which)),
			"custody hold list says why; custody hold release %lld lets it go", (long long)no);
}

err hold_check(struct store *s, struct arena *a, const struct erase_plan *plan)
{
	struct holds h;
	int64_t no;

	TRY(hold_read(s, a, false, &h));
	for (size_t i = 0; h.n && i < plan->evidence.n; i++) {
		TRY(hold_on_evidence(&h, plan->evidence.v[i], &no));
		if (no)
			return denied(no, "the evidence", plan->evidence.v[i]);
	}
	for (size_t i = 0; h.n && i < plan->records; i++) {
		TRY(hold_on_record(&h, plan->record[i].idx, &no));
		if (no)
			return denied(no, "the words of record", arena_printf(a, "%lld", (long long)plan->record[i].idx));
	}
	return NULL;
}

static err put(struct store *s, struct str id, const struct r_hold *f)
{
	struct draft d = { .type = &record_hold, .about = id, .effective = instant_now(), .content = CONTENT_STATED,
			   .author = AUTHOR_CLAIMED, .fields = f };
	bool already;
	int64_t idx;

	TRY(store_local_account(s, &d.by));
	TRY(store_act(s, f->released == 1 ? STR("hold release") : STR("hold add"), &d.in));
	TRY(store_append(s, &d, &idx, &already));
	return store_finish(s);
}

err hold_place(struct store *s, struct arena *a, const struct r_hold *f, int64_t *no)
{
	int64_t n;

	TRY(db_get_int(store_db(s), SQL("SELECT count(*) FROM view_hold"), DB_NONE, 0, &n));
	if (n >= HOLDS_MAX)
		return fail(ERR_LIMIT, "there are %d holds: each is asked before anything is destroyed, and more are not taken",
			    HOLDS_MAX);
	TRY(put(s, record_new_id(a), f));
	return db_get_int(store_db(s), SQL("SELECT max(no) FROM view_hold"), DB_NONE, 0, no);
}

err hold_release(struct store *s, struct arena *a, int64_t no, struct str why)
{
	struct r_hold f;
	struct holds h;

	TRY(hold_read(s, a, false, &h));
	for (size_t i = 0; i < h.n; i++) {
		if (h.v[i].no != no)
			continue;
		table_clear(record_hold.table, &f);
		f.released = 1;
		f.why = why;
		return put(s, h.v[i].id, &f);
	}
	return err_hint(fail(ERR_MISSING, "no hold %lld holds", (long long)no), "custody hold list --all shows every one");
}
