#include "show/facts_read.h"

#include "show/facts_parts.h"

enum { LIST_START = 16, A_MONTH = 31 };

/* Room doubles at powers of two, so a list needs no capacity of its own. */
static void *grow(struct arena *a, struct many *list, size_t size)
{
	if (list->n == 0 || (list->n >= LIST_START && (list->n & (list->n - 1)) == 0)) {
		char *more = arena_alloc(a, (list->n ? list->n * 2 : LIST_START) * size);

		if (list->n)
			memcpy(more, list->v, list->n * size);
		list->v = more;
	}
	return (char *)list->v + list->n++ * size;
}

void *show_facts_add(struct facts_reading *r, struct many *list, const struct table *t)
{
	void *item;

	if (list->n == FACTS_ROWS)
		return NULL;
	item = grow(r->a, list, t->size);
	table_clear(t, item);
	return item;
}

const struct table *show_facts_table(const char *list)
{
	const struct field *f = table_find(&facts_table, str_c(list));

	ASSERT(f && f->of);
	return f->of;
}

struct str show_facts_text(struct facts_reading *r, const struct db_rows *row, int col)
{
	struct str s = db_text(row, col);

	return s.n ? arena_str(r->a, s) : (struct str){ 0 };
}

int64_t show_facts_time(const struct db_rows *row, int col)
{
	return db_is_null(row, col) ? INSTANT_NONE : db_int(row, col);
}

void show_facts_number(struct facts_reading *r, struct many *list, int64_t n)
{
	*(int64_t *)grow(r->a, list, sizeof(n)) = n;
}

void show_facts_word(struct facts_reading *r, struct many *list, struct str s)
{
	*(struct str *)grow(r->a, list, sizeof(s)) = arena_str(r->a, s);
}

err show_facts_days(struct facts_reading *r, struct db_rows *rows)
{
	struct facts_runs *runs = NULL;
	bool more;

	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		if (!runs || !str_eq(runs->what, db_text(rows, 0))) {
			runs = show_facts_add(r, &r->f->runs, show_facts_table("runs"));
			if (!runs)
				return NULL;
			runs->what = show_facts_text(r, rows, 0);
		}
		if (runs->days.n < FACTS_ROWS)
			show_facts_number(r, &runs->days, db_int(rows, 1));
	}
}

static err read_log(struct facts_reading *r)
{
	struct facts_log *log = &r->f->log;
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_get_int(r->db, SQL("SELECT applied FROM view_state"), DB_NONE, 0, &log->applied));
	TRY(db_get_int(r->db, SQL("SELECT count(DISTINCT idx) FROM view_erasure"), DB_NONE, 0, &log->erased));
	TRY(db_get_int(r->db, SQL("SELECT min(first_received) FROM view_type_count"), DB_NONE, INSTANT_NONE,
		       &log->first_received));
	TRY(db_get_int(r->db, SQL("SELECT max(last_received) FROM view_type_count"), DB_NONE, INSTANT_NONE,
		       &log->last_received));
	TRY(db_query(r->db, SQL("SELECT size, root, signed_at FROM kept_head"), DB_NONE, &rows));
	TRY(db_next(rows, &more));
	if (more && db_blob(rows, 1).n == DIGEST_BYTES) {
		struct digest root;
		char text[DIGEST_BASE64];

		memcpy(root.b, db_blob(rows, 1).p, DIGEST_BYTES);
		digest_put_base64(text, &root);
		log->size = db_int(rows, 0);
		log->root = arena_str(r->a, str_c(text));
		log->signed_at = db_int(rows, 2);
	}
	return NULL;
}

static int64_t year_before(int64_t t)
{
	int64_t day = day_of(t);

	return day_add_months(day, -12) * DAY_SECONDS + (t - day * DAY_SECONDS);
}

/* What custody.yaml declares, unless it lies ahead. */
static err declared_period(struct facts_reading *r, struct facts_period *p)
{
	int64_t from, to;

	*p = (struct facts_period){ INSTANT_NONE, INSTANT_NONE, PERIOD_USUAL };
	TRY(db_get_int(r->db, SQL("SELECT max(period_from) FROM view_config"), DB_NONE, INSTANT_NONE, &from));
	TRY(db_get_int(r->db, SQL("SELECT max(period_to) FROM view_config"), DB_NONE, INSTANT_NONE, &to));
	if (from == INSTANT_NONE && to == INSTANT_NONE)
		return NULL;
	if (from != INSTANT_NONE && from * DAY_SECONDS > r->f->as_of)
		return NULL;
	p->rule = PERIOD_DECLARED;
	p->from = from == INSTANT_NONE ? from : from * DAY_SECONDS;
	p->to = to == INSTANT_NONE ? to : (to + 1) * DAY_SECONDS - 1;
	return NULL;
}

static err read_period(struct facts_reading *r, const struct facts_spec *spec)
{
	struct facts_period *p = &r->f->period;
	int64_t newest;

	TRY(db_get_int(r->db, SQL("SELECT max(at) FROM view_change WHERE gone = 0 AND at <= $1"),
		       DB_ARGS(DB_I(r->f->as_of)), INSTANT_NONE, &newest));
	if (spec->from != INSTANT_NONE || spec->to != INSTANT_NONE)
		*p = (struct facts_period){ spec->from, spec->to, PERIOD_ASKED };
	else
		TRY(declared_period(r, p));
	if (p->to == INSTANT_NONE || p->to > r->f->as_of)
		p->to = r->f->as_of;
	if (p->rule == PERIOD_USUAL && newest != INSTANT_NONE && newest < p->to - A_MONTH * DAY_SECONDS)
		*p = (struct facts_period){ INSTANT_NONE, newest, PERIOD_COPY };
	if (p->from == INSTANT_NONE)
		p->from = year_before(p->to);
	if (p->from > p->to)
		return err_hint(fail(ERR_USAGE, "the period ends before it begins"), "give --from a day before --to and --as-of");
	return NULL;
}

err show_facts_period(struct db *db, const struct facts_spec *spec, int64_t *from, int64_t *to)
{
	struct facts f = { .as_of = spec->as_of != INSTANT_NONE ? spec->as_of : spec->now };
	struct facts_reading r = { .db = db, .f = &f };

	TRY(read_period(&r, spec));
	*from = f.period.from;
	*to = f.period.to;
	return NULL;
}

struct str show_facts_period_why(struct arena *a, const struct facts *f)
{
	switch ((enum facts_period_rule)f->period.rule) {
	case PERIOD_USUAL:
		break;
	case PERIOD_COPY:
		return arena_printf(a, "the 12 months up to the newest change here, which is %lld days old",
				    (long long)(day_of(f->as_of) - day_of(f->period.to)));
	case PERIOD_DECLARED:
		return STR("the audit period that custody.yaml declares");
	case PERIOD_ASKED:
		return STR("the period asked for");
	}
	return STR("the 12 months up to today");
}

static err read_parts(struct facts_reading *r, const struct facts_spec *spec)
{
	TRY(read_log(r));
	TRY(read_period(r, spec));
	TRY(show_facts_branches(r));
	TRY(show_facts_scans(r));
	return show_facts_org(r);
}

err show_facts_read(struct db *db, const struct facts_spec *spec, struct arena *a, struct facts **out)
{
	struct facts_reading r = { .db = db, .a = a, .f = ARENA_NEW(a, struct facts),
				   .ids_left = { FACTS_IDS, FACTS_IDS, FACTS_IDS } };
	err e;

	table_clear(&facts_table, r.f);
	r.f->as_of = spec->as_of != INSTANT_NONE ? spec->as_of : spec->now;
	r.past = r.f->as_of < spec->now;
	TRY(db_snapshot(db));
	e = read_parts(&r, spec);
	db_snapshot_end(db);
	TRY(e);
	*out = r.f;
	return NULL;
}
