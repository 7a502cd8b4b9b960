/* What an export of pull requests is of, and how old it is. */
#include "store/intake_parts.h"

#include <unistd.h>

#include "base/instant.h"

enum { NAMES = 64, PLACES = 64 };

/* One repository as the export calls it, and where its merge commits are. */
struct named {
	struct str name;
	int64_t merges;
	struct found { int64_t no, n; } v[PLACES];
	size_t n;
};

struct intake_survey {
	struct intake *in;
	struct arena *a;
	int64_t newest;
	struct named v[NAMES];
	size_t n;
};

void intake_survey_free(struct intake_survey *s)
{
	if (!s)
		return;
	arena_free(s->a);
	free(s);
}

int64_t intake_survey_newest(const struct intake_survey *s)
{
	return s->newest;
}

static struct named *find_named(struct intake_survey *s, struct str name)
{
	for (size_t i = 0; i < s->n; i++)
		if (str_eq(s->v[i].name, name))
			return &s->v[i];
	if (s->n == NAMES)
		return NULL;
	s->v[s->n].name = name.p ? arena_str(s->a, name) : name;
	return &s->v[s->n++];
}

static void add_found(struct named *named, int64_t no)
{
	for (size_t i = 0; i < named->n; i++)
		if (named->v[i].no == no) {
			named->v[i].n++;
			return;
		}
	if (named->n < PLACES)
		named->v[named->n++] = (struct found){ no, 1 };
}

/* Counts the repositories that have the commit on a branch. */
static err look_up(struct intake_survey *s, struct named *named, struct str commit)
{
	DB_ROWS rows = NULL;
	bool more;

	named->merges++;
	TRY(db_query(store_db(s->in->store), SQL("SELECT DISTINCT repository_no FROM view_change WHERE commit_id = $1 "
		"ORDER BY repository_no"), DB_ARGS(record_blob(s->in->item, commit)), &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		add_found(named, db_int(rows, 0));
	}
}

static err on_item(void *ctx, const struct table *t, const void *item)
{
	struct intake_survey *s = ctx;
	const struct s_pull *p = item;
	struct named *named;

	if (t != &item_pull)
		return NULL;
	if (p->newest > s->newest)
		s->newest = p->newest;
	named = find_named(s, p->repository);
	if (!named || !(p->merge.p || p->head.p))
		return NULL;
	return look_up(s, named, p->merge.p ? p->merge : p->head);
}

static err on_start(void *ctx, const struct s_start *start)
{
	(void)ctx, (void)start;
	return NULL;
}

static err on_evidence(void *ctx, const struct s_evidence *e, struct str bytes)
{
	(void)ctx, (void)e, (void)bytes;
	return NULL;
}

static err read_all(struct intake_survey *s, int copy)
{
	static const struct submission_calls calls = { .start = on_start, .item = on_item, .evidence = on_evidence };
	off_t here = lseek(copy, 0, SEEK_CUR);
	err e;

	if (here < 0 || lseek(copy, 0, SEEK_SET) != 0)
		return fail_errno("cannot read a temporary file in %s", store_home(s->in->store));
	e = submission_read_copy(copy, &calls, s);
	if (!e && lseek(copy, here, SEEK_SET) != here)
		return fail_errno("cannot read a temporary file in %s", store_home(s->in->store));
	return e;
}

err intake_survey_new(struct intake *in, struct intake_survey **out)
{
	OWNED(intake_survey) s = base_alloc(sizeof(*s));

	s->in = in;
	s->a = arena_new();
	s->newest = INSTANT_NONE;
	if (in->copy >= 0)
		TRY(read_all(s, in->copy));
	*out = s;
	s = NULL;
	return NULL;
}

/* The one with the most of the commits; of equals the one that has that name. */
static err most(struct intake *in, const struct named *named, struct found *best)
{
	int64_t called = -1;

	*best = (struct found){ -1, 0 };
	if (!named || named->n == 0)
		return NULL;
	TRY(db_get_int(store_db(in->store), SQL("SELECT min(no) FROM view_repository WHERE slug = $1 OR name = $1"),
		       DB_ARGS(DB_T(named->name.p ? named->name : STR(""))), -1, &called));
	for (size_t i = 0; i < named->n; i++)
		if (named->v[i].n > best->n || (named->v[i].n == best->n && named->v[i].no == called))
			*best = named->v[i];
	return NULL;
}

static err by_number(struct intake *in, int64_t no, struct intake_place *out, struct str *name)
{
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(store_db(in->store), SQL("SELECT id, no, name FROM view_repository WHERE no = $1"), DB_ARGS(DB_I(no)), &rows));
	TRY(db_next(rows, &more));
	if (!more)
		return fail(ERR_FAILED, "repository %lld is not there", (long long)no);
	*out = (struct intake_place){ record_hex(in->a, db_blob(rows, 0)), db_int(rows, 1) };
	*name = arena_str(in->a, db_text(rows, 2));
	return NULL;
}

/* The only repository there is. */
static err only_one(struct intake *in, struct intake_place *out)
{
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(store_db(in->store), SQL("SELECT id, no FROM view_repository ORDER BY no"), DB_NONE, &rows));
	TRY(db_next(rows, &more));
	if (!more)
		return err_hint(fail(ERR_INPUT, "the export does not say which repository it is of"),
				"name it: --repository NAME");
	*out = (struct intake_place){ record_hex(in->a, db_blob(rows, 0)), db_int(rows, 1) };
	TRY(db_next(rows, &more));
	if (more)
		return err_hint(fail(ERR_INPUT, "the export does not say which of the repositories it is of"),
				"name it: --repository NAME");
	return NULL;
}

static int64_t of_place(const struct named *named, int64_t no)
{
	for (size_t i = 0; named && i < named->n; i++)
		if (named->v[i].no == no)
			return named->v[i].n;
	return 0;
}

/* By name: the caller's, the export's, or of the only one there is. */
static err by_name(struct intake *in, struct str named, struct intake_place *out)
{
	struct s_repository r = { .name = in->c->repository.n ? in->c->repository : named };

	return r.name.n ? intake_repository(in, &r, out) : only_one(in, out);
}

/* The caller's word counts, unless the commits are all elsewhere. */
static err given_has_some(struct intake *in, const struct named *named, bool *some)
{
	int64_t no;

	*some = false;
	if (!in->c->repository.n)
		return NULL;
	TRY(db_get_int(store_db(in->store), SQL("SELECT min(no) FROM view_repository WHERE slug = $1 OR name = $1"),
		       DB_ARGS(DB_T(in->c->repository)), -1, &no));
	*some = of_place(named, no) > 0;
	return NULL;
}

err intake_survey_place(struct intake *in, const struct intake_survey *s, struct str named, struct intake_place *out)
{
	const struct named *of = NULL;
	struct found best;
	struct str name;
	bool given;

	for (size_t i = 0; s && i < s->n; i++)
		if (str_eq(s->v[i].name, named))
			of = &s->v[i];
	TRY(most(in, of, &best));
	TRY(given_has_some(in, of, &given));
	if (best.n == 0 || given) {
		TRY(by_name(in, named, out));
		best.n = of_place(of, out->no);
	} else {
		TRY(by_number(in, best.no, out, &name));
	}
	TRY(by_number(in, out->no, out, &name));
	in->counts.told.here += best.n;
	in->counts.told.repository = out->no;
	if (best.n)
		intake_note(in, "filed under %.*s because %lld of its %lld merge commits are there", FMT(name),
			    (long long)best.n, (long long)of->merges);
	else if (of && of->merges)
		intake_note(in, "filed under %.*s by its name: none of its %lld merge commits is in a collected branch",
			    FMT(name), (long long)of->merges);
	else if (s)
		intake_note(in, "filed under %.*s by its name", FMT(name));
	return NULL;
}
