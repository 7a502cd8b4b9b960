/* What an erasure is to destroy. */
#include "store/erase.h"

#include "crypto/digest.h"

enum { TOLD_MAX = 200, NEEDLES_MAX = 256, NEEDLE_BYTES = 4 };

/* Grows in the arena: plans are short. */
static void add_record(struct arena *a, struct erase_record **v, size_t *n, struct erase_record r)
{
	struct erase_record *more;

	for (size_t i = 0; i < *n; i++)
		if ((*v)[i].idx == r.idx)
			return;
	if ((*n & (*n - 1)) == 0) {
		more = ARENA_ARRAY(a, struct erase_record, *n ? 2 * *n : 1);
		if (*n)
			memcpy(more, *v, *n * sizeof(*more));
		*v = more;
	}
	(*v)[(*n)++] = r;
}

static void add_text(struct arena *a, struct strs *list, struct str s)
{
	struct str *more;

	for (size_t i = 0; i < list->n; i++)
		if (str_eq(list->v[i], s))
			return;
	more = ARENA_ARRAY(a, struct str, list->n + 1);
	if (list->n)
		memcpy(more, list->v, list->n * sizeof(*more));
	more[list->n] = arena_str(a, s);
	*list = (struct strs){ more, list->n + 1 };
}

struct gathering {
	const struct directory *d;
	struct arena *a;
	struct strs ids;		/* of the person and their accounts */
	struct str needle[NEEDLES_MAX];	/* what they are called */
	size_t needles;
	struct erase_plan *plan;
};

static void add_needle(struct gathering *g, struct str s)
{
	if (s.n >= NEEDLE_BYTES && g->needles < NEEDLES_MAX)
		g->needle[g->needles++] = s;
}

static void needles_of_person(struct gathering *g, const struct r_person *f)
{
	const struct str *email = f->email.v, *alias = f->alias.v;

	add_needle(g, f->name);
	for (size_t i = 0; i < f->email.n; i++)
		add_needle(g, email[i]);
	for (size_t i = 0; i < f->alias.n; i++)
		add_needle(g, alias[i]);
}

static void take_ids(struct gathering *g, struct str id)
{
	const struct directory_person *p = directory_person(g->d, id);

	add_text(g->a, &g->ids, id);
	if (p)
		needles_of_person(g, &p->f);
	for (size_t i = 0; i < g->d->accounts; i++) {
		const struct directory_account *c = &g->d->account[i];
		bool theirs = str_eq(c->id, id) || (p && c->person.p && str_eq(c->person, id));

		if (!theirs)
			continue;
		add_text(g->a, &g->ids, c->id);
		add_needle(g, c->name);
		add_needle(g, c->email);
		add_needle(g, c->login);
	}
}

static void add_source(struct gathering *g, struct str digest, bool read_from)
{
	struct erase_plan *plan = g->plan;
	struct erase_source *more;

	for (size_t i = 0; i < plan->sources; i++) {
		if (!str_eq(plan->source[i].digest, digest))
			continue;
		plan->source[i].read_from |= read_from;
		return;
	}
	more = ARENA_ARRAY(g->a, struct erase_source, plan->sources + 1);
	if (plan->sources)
		memcpy(more, plan->source, plan->sources * sizeof(*more));
	more[plan->sources++] = (struct erase_source){ .digest = arena_str(g->a, digest), .read_from = read_from };
	plan->source = more;
}

static bool is_theirs(const struct gathering *g, struct str about)
{
	for (size_t i = 0; i < g->ids.n; i++)
		if (str_eq(g->ids.v[i], about))
			return true;
	return false;
}

static bool names_them(const struct gathering *g, struct str words)
{
	for (size_t k = 0; k < g->needles; k++)
		for (size_t i = 0; i + g->needle[k].n <= words.n; i++)
			if (str_is_caseless((struct str){ words.p + i, g->needle[k].n }, g->needle[k]))
				return true;
	return false;
}

static bool holds_id(const struct gathering *g, struct str facts)
{
	for (size_t i = 0; i < g->ids.n; i++)
		if (str_has(facts, g->ids.v[i]))
			return true;
	return false;
}

static void add_mention(struct gathering *g, int64_t idx, struct str type)
{
	g->plan->mentions_all++;
	if (g->plan->mentions < TOLD_MAX)
		add_record(g->a, &g->plan->mention, &g->plan->mentions,
			   (struct erase_record){ idx, arena_str(g->a, type) });
}

/* Words of a record about them go. Others that name them are told: what stands there
 * beside the name is for a person to weigh. */
static bool look_at_words(struct gathering *g, int64_t idx, const struct header *h, struct str words, bool own)
{
	if (own)
		add_record(g->a, &g->plan->record, &g->plan->records,
			   (struct erase_record){ idx, arena_str(g->a, h->type) });
	else if (names_them(g, words))
		add_mention(g, idx, h->type);
	else
		return false;
	return true;
}

/* So is the evidence behind records that name them in either part. The largest
 * records, changes of scans, name nobody in their facts. */
static err look_at(struct gathering *g, struct arena *tmp, const struct db_rows *row)
{
	struct header h;
	bool own, found;

	TRY(header_parse(tmp, db_blob(row, 1), &h));
	own = (str_is(h.type, "person.v1") || str_is(h.type, "account.v1")) && is_theirs(g, h.about);
	found = !db_is_null(row, 2) && look_at_words(g, db_int(row, 0), &h, db_blob(row, 2), own);
	if (!found && !str_is(h.type, "scan.changes.v1"))
		found = own || holds_id(g, db_blob(row, 3));
	for (size_t i = 0; found && i < h.cites.n; i++)
		add_source(g, h.cites.v[i], own);
	return NULL;
}

static err name_source(struct store *s, struct arena *a, struct erase_source *e)
{
	struct db_value digest = record_blob(a, e->digest);
	struct r_submission f;
	DB_ROWS rows = NULL;
	int64_t idx;
	bool more;

	TRY(db_query(store_db(s), SQL("SELECT kind FROM kept_evidence WHERE digest = $1"), DB_ARGS(digest), &rows));
	TRY(db_next(rows, &more));
	e->kind = more ? arena_str(a, db_text(rows, 0)) : STR("evidence");
	db_rows_close(rows);
	rows = NULL;
	TRY(db_get_int(store_db(s), SQL("SELECT max(idx) FROM view_submission WHERE report = $1"), DB_ARGS(digest), -1,
		       &idx));
	if (idx < 0)
		return NULL;
	TRY(record_read(store_db(s), a, &record_submission, idx, &f));
	e->file = f.name;
	return NULL;
}

/* Evidence that is gone already needs no telling. */
static err name_sources(struct store *s, struct arena *a, struct erase_plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->sources; i++) {
		struct digest d;

		if (!digest_get(plan->source[i].digest, &d) || !evidence_has(store_evidence(s), &d))
			continue;
		plan->source[n] = plan->source[i];
		TRY(name_source(s, a, &plan->source[n++]));
	}
	plan->sources = n;
	return NULL;
}

err erase_plan_person(struct store *s, const struct directory *d, struct str id, struct erase_plan *plan)
{
	struct gathering g = { .d = d, .a = d->a, .plan = plan };
	OWNED(arena) tmp = arena_new();
	DB_ROWS rows = NULL;
	bool more;

	plan->person = id;
	take_ids(&g, id);
	TRY(db_query(store_db(s), SQL("SELECT idx, header, words, facts FROM kept_record ORDER BY idx"),
		     DB_NONE, &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			break;
		arena_reset(tmp);
		TRY(look_at(&g, tmp, rows));
	}
	db_rows_close(rows);
	rows = NULL;
	return name_sources(s, d->a, plan);
}

err erase_plan_record(struct store *s, struct arena *a, int64_t idx, struct erase_plan *plan)
{
	DB_ROWS rows = NULL;
	struct header h;
	bool more;

	TRY(db_query(store_db(s), SQL("SELECT header, words FROM kept_record WHERE idx = $1"),
		     DB_ARGS(DB_I(idx)), &rows));
	TRY(db_next(rows, &more));
	if (!more)
		return fail(ERR_MISSING, "there is no record %lld", (long long)idx);
	TRY(header_parse(a, db_blob(rows, 0), &h));
	if (!h.has_words)
		return err_hint(fail(ERR_DENIED, "record %lld (%.*s) holds no words, and facts are not erased",
				     (long long)idx, FMT(h.type)), "facts name people by id alone");
	if (db_is_null(rows, 1))
		return fail(ERR_MISSING, "the words of record %lld are gone already", (long long)idx);
	add_record(a, &plan->record, &plan->records, (struct erase_record){ idx, arena_str(a, h.type) });
	return NULL;
}

err erase_plan_evidence(struct store *s, struct arena *a, struct str digest, struct erase_plan *plan)
{
	struct digest d;
	int64_t kept;

	if (!digest_get(digest, &d))
		return fail(ERR_USAGE, "'%.*s' is no SHA-256 digest", FMT(str_cut(digest, 80)));
	TRY(db_get_int(store_db(s), SQL("SELECT count(*) FROM kept_evidence WHERE digest = $1"),
		       DB_ARGS(DB_B(digest_str(&d))), 0, &kept));
	if (!kept)
		return fail(ERR_MISSING, "there is no evidence %.*s", FMT(digest));
	if (!evidence_has(store_evidence(s), &d))
		return fail(ERR_MISSING, "the evidence %.*s is gone already", FMT(digest));
	add_text(a, &plan->evidence, digest);
	return NULL;
}
