#include "store/erase.h"

#include "base/instant.h"
#include "store/hold.h"
#include "text/json.h"

static const char *const carried_out = "erasures carried out";

/* What is still to be done after parts were destroyed, before their bytes are gone
 * from the disk too: everything kept is rewritten, then the database's log emptied. */
static const char *const scrubbing = "erased bytes to be scrubbed from";
static const char *const from_all = "database", *const from_log = "log";

/* --- carrying out */

static int64_t index_of(struct str target)
{
	uint64_t v = 0;

	for (size_t i = 0; i < target.n; i++)
		v = v << 8 | (unsigned char)target.p[i];
	return (int64_t)v;
}

static err destroy_words(struct db *db, int64_t idx, int64_t *done)
{
	int64_t changed;

	TRY(db_run(db, SQL("UPDATE kept_record SET words = NULL, words_salt = NULL WHERE idx = $1 AND words IS "
			   "NOT NULL"),
		   DB_ARGS(DB_I(idx)), &changed));
	*done += changed;
	return NULL;
}

/* The file first: a row that says erased must not stand while its bytes do. */
static err destroy_evidence(struct store *s, struct str digest, int64_t order, int64_t *done)
{
	int64_t waits, changed;
	struct digest d;
	err e;

	/* What came again after the order is kept. */
	TRY(db_get_int(store_db(s), SQL("SELECT count(*) FROM kept_evidence WHERE digest = $1 AND idx <= $2 "
					"AND (erased_by IS NULL OR erased_by < $2)"),
		       DB_ARGS(DB_B(digest), DB_I(order)), 0, &waits));
	if (!waits)
		return NULL;
	if (digest.n != sizeof(d.b))
		return NULL;
	memcpy(d.b, digest.p, sizeof(d.b));
	e = evidence_erase(store_evidence(s), &d);
	if (e && e->kind != ERR_MISSING)
		return e;
	TRY(db_run(store_db(s), SQL("UPDATE kept_evidence SET erased_by = $2 WHERE digest = $1"),
		   DB_ARGS(DB_B(digest), DB_I(order)), &changed));
	*done += changed;
	return NULL;
}

struct order_part {
	int64_t order;
	bool evidence;
	struct str target;
};

/* The orders are read whole before anything is changed under them. */
static err open_parts(struct store *s, struct arena *a, struct order_part **out, size_t *n, int64_t *last)
{
	DB_ROWS rows = NULL;
	int64_t through, count;
	bool more;

	TRY(db_get_int(store_db(s), SQL("SELECT CAST(value AS int64) FROM live_setting WHERE name = $1"),
		       DB_ARGS(DB_T(str_c(carried_out))), -1, &through));
	TRY(db_get_int(store_db(s), SQL("SELECT count(*) FROM view_erasure WHERE idx > $1"), DB_ARGS(DB_I(through)),
		       0, &count));
	*out = ARENA_ARRAY(a, struct order_part, count + 1);
	*n = 0;
	*last = through;
	if (!count)
		return NULL;
	TRY(db_query(store_db(s), SQL("SELECT idx, what, target FROM view_erasure WHERE idx > $1 ORDER BY idx, "
				      "what, target"),
		     DB_ARGS(DB_I(through)), &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more || *n == (size_t)count)
			return NULL;
		(*out)[(*n)++] = (struct order_part){ db_int(rows, 0), str_is(db_text(rows, 1), "evidence"),
						      arena_str(a, db_blob(rows, 2)) };
		*last = db_int(rows, 0);
	}
}

static err destroy_all(struct store *s, const struct order_part *v, size_t n, int64_t *done)
{
	for (size_t i = 0; i < n; i++) {
		if (v[i].evidence)
			TRY(destroy_evidence(s, v[i].target, v[i].order, done));
		else
			TRY(destroy_words(store_db(s), index_of(v[i].target), done));
	}
	return NULL;
}

static err put_setting(struct db *db, const char *name, struct str value)
{
	TRY(db_run(db, SQL("DELETE FROM live_setting WHERE name = $1"), DB_ARGS(DB_T(str_c(name))), NULL));
	if (!value.p)
		return NULL;
	return db_run(db, SQL("INSERT INTO live_setting (name, value) VALUES ($1, $2)"),
		      DB_ARGS(DB_T(str_c(name)), DB_T(value)), NULL);
}

static err note_scrubbed(struct db *db, struct str left)
{
	TRY(db_begin(db));
	TRY(put_setting(db, scrubbing, left));
	return db_commit(db);
}

/* Destroys, and notes in the same transaction that the bytes are still to go. */
static err carry_out(struct store *s, int64_t *done)
{
	OWNED(arena) a = arena_new();
	struct db *db = store_db(s);
	struct order_part *v;
	int64_t last;
	size_t n;

	TRY(open_parts(s, a, &v, &n, &last));
	if (!n)
		return NULL;
	TRY(db_begin(db));
	TRY(destroy_all(s, v, n, done));
	TRY(put_setting(db, carried_out, arena_printf(a, "%lld", (long long)last)));
	TRY(put_setting(db, scrubbing, str_c(from_all)));
	return db_commit(db);
}

static err scrub(struct db *db)
{
	int64_t all, log;

	TRY(db_get_int(db, SQL("SELECT count(*) FROM live_setting WHERE name = $1 AND value = $2"),
		       DB_ARGS(DB_T(str_c(scrubbing)), DB_T(str_c(from_all))), 0, &all));
	if (all) {
		TRY(db_scrub(db));
		TRY(note_scrubbed(db, str_c(from_log)));
	}
	TRY(db_get_int(db, SQL("SELECT count(*) FROM live_setting WHERE name = $1"),
		       DB_ARGS(DB_T(str_c(scrubbing))), 0, &log));
	if (!log)
		return NULL;
	TRY(db_scrub_log(db));
	return note_scrubbed(db, (struct str){ 0 });
}

err erase_pending(struct store *s, int64_t *done, bool *waits)
{
	int64_t parts = 0;
	err e;

	TRY(carry_out(s, &parts));
	e = scrub(store_db(s));
	if (e && e->kind != ERR_CONFLICT)
		return e;
	if (done)
		*done = parts;
	if (waits)
		*waits = e != NULL;
	return NULL;
}

/* --- the order */

static bool holds_caseless(struct str text, struct str part)
{
	for (size_t i = 0; part.n && i + part.n <= text.n; i++)
		if (str_is_caseless((struct str){ text.p + i, part.n }, part))
			return true;
	return false;
}

/* Whether one of the texts of an object stands in `why`. */
static bool names_any(const struct json *v, struct str why)
{
	for (const struct json *child = v ? v->first : NULL; child; child = child->next) {
		struct str text = json_text(child);

		if (child->kind == JSON_STRING && text.n > 2 && holds_caseless(why, text))
			return true;
		if (child->first && names_any(child, why))
			return true;
	}
	return false;
}

static err check_why(struct store *s, struct arena *a, const struct erase_plan *plan, struct str why)
{
	for (size_t i = 0; i < plan->records; i++) {
		DB_ROWS rows = NULL;
		struct json *doc;
		bool more;

		TRY(db_query(store_db(s), SQL("SELECT words FROM kept_record WHERE idx = $1 AND words IS NOT NULL"),
			     DB_ARGS(DB_I(plan->record[i].idx)), &rows));
		TRY(db_next(rows, &more));
		if (!more)
			continue;
		TRY(json_parse(a, "words", arena_str(a, db_blob(rows, 0)), &doc));
		if (names_any(doc, why))
			return err_hint(fail(ERR_INPUT, "the reason holds a name that is to be erased"),
					"write the ground without names: it is kept after they are gone");
	}
	return NULL;
}

err erase_order(struct store *s, const struct erase_plan *plan, struct str why, int64_t *idx)
{
	OWNED(arena) a = arena_new();
	size_t n = plan->records + plan->evidence.n;
	struct r_erased *v = ARENA_ARRAY(a, struct r_erased, n + 1);
	struct r_erasure f = { .person = plan->person, .why = why, .targets = { v, n } };
	struct draft d = { .type = &record_erasure, .effective = instant_now(), .content = CONTENT_STATED,
			   .author = AUTHOR_CLAIMED, .fields = &f };
	bool already;

	if (n == 0)
		return fail(ERR_MISSING, "there is nothing left to destroy");
	if (n > ERASE_TARGETS)
		return err_hint(fail(ERR_LIMIT, "%zu parts are more than one order takes (%d)", n, ERASE_TARGETS),
				"name fewer of them, and order twice");
	TRY(hold_check(s, a, plan));
	TRY(check_why(s, a, plan, why));
	for (size_t i = 0; i < plan->records; i++)
		v[i] = (struct r_erased){ .index = plan->record[i].idx, .words = 1 };
	for (size_t i = 0; i < plan->evidence.n; i++)
		v[plan->records + i] = (struct r_erased){ .evidence = plan->evidence.v[i], .index = FIELD_NO_INT,
							  .words = FIELD_UNKNOWN };
	TRY(store_local_account(s, &d.by));
	TRY(store_act(s, STR("erase"), &d.in));
	d.about = plan->person.p ? plan->person : record_new_id(a);
	TRY(store_append(s, &d, idx, &already));
	return store_finish(s);
}
