#include "store/intake_series.h"

#include "base/instant.h"

struct finding_series {
	struct intake *in;
	const struct s_scan_begin *b;
	struct arena *a;
	struct series *s;
	struct str repository, branch;
	int64_t repository_no;		/* -1: not collected */
};

static struct str either(struct str first, struct str second)
{
	return first.n ? first : second;
}

static err name_repository(struct finding_series *f)
{
	struct str name = either(f->in->c->repository, f->b->repository);
	DB_ROWS rows = NULL;
	bool more;

	f->repository = name;
	f->repository_no = -1;
	if (!name.n)
		return NULL;
	TRY(db_query(store_db(f->in->store), SQL("SELECT no, name FROM view_repository WHERE name = $1 OR slug = $1 "
		"ORDER BY CASE WHEN name = $1 THEN 0 ELSE 1 END, no"), DB_ARGS(DB_T(name)), &rows));
	TRY(db_next(rows, &more));
	if (more) {
		f->repository_no = db_int(rows, 0);
		f->repository = arena_str(f->a, db_text(rows, 1));
	}
	return NULL;
}

/* Where only one repository was collected and nobody named one, it is that. */
static err guess_repository(struct finding_series *f)
{
	DB_ROWS rows = NULL;
	bool more;

	if (f->repository.n || f->in->c->artefact.n || f->b->artefact.n)
		return NULL;
	TRY(db_query(store_db(f->in->store), SQL("SELECT min(no), min(name), count(*) FROM view_repository"),
		     DB_NONE, &rows));
	TRY(db_next(rows, &more));
	if (!more || db_int(rows, 2) != 1)
		return NULL;
	f->repository_no = db_int(rows, 0);
	f->repository = arena_str(f->a, db_text(rows, 1));
	return NULL;
}

/* Whether the branch that was named holds what counts with another: their lines
 * are one from where they meet on down. */
static err named_holds(struct finding_series *f, struct str home, bool *holds)
{
	int64_t n;

	*holds = str_eq(f->branch, home);
	if (*holds || !f->branch.n)
		return NULL;
	TRY(db_get_int(store_db(f->in->store), SQL("WITH RECURSIVE held (branch, upto) AS ("
		"SELECT CAST($2 AS text), CAST(9007199254740991 AS int64) "
		"UNION SELECT CAST(b.joins AS text), CAST(CASE WHEN b.joins_at < h.upto THEN b.joins_at ELSE h.upto END AS int64) "
		"FROM held h JOIN view_branch b ON b.branch = h.branch WHERE b.repository_no = $1 AND b.joins IS NOT NULL) "
		"SELECT count(*) FROM held WHERE branch = $3 AND upto >= $4"),
		DB_ARGS(DB_I(f->repository_no), DB_T(f->branch), DB_T(home), DB_I(f->s->position)), 0, &n));
	*holds = n > 0;
	return NULL;
}

/* Position and time of the commit on a release branch that was collected; how
 * far it got decides the branch where the caller did not say. */
static err place_commit(struct finding_series *f, int64_t *at)
{
	struct series *s = f->s;
	DB_ROWS rows = NULL;
	struct str home;
	bool more;

	*at = INSTANT_NONE;
	if (f->repository_no < 0 || !s->commit.n)
		return NULL;
	TRY(db_query(store_db(f->in->store), SQL("SELECT c.branch, c.position, c.at FROM view_change c "
		"JOIN view_branch b ON b.repository_no = c.repository_no AND b.branch = c.branch "
		"WHERE c.repository_no = $1 AND c.commit_id = $2 AND b.release = 1"),
		DB_ARGS(DB_I(f->repository_no), record_blob(f->a, s->commit)), &rows));
	TRY(db_next(rows, &more));
	if (!more)
		return NULL;
	home = arena_str(f->a, db_text(rows, 0));
	s->position = db_int(rows, 1);
	*at = db_int(rows, 2);
	TRY(db_next(rows, &more));
	TRY(named_holds(f, home, &more));
	if (!more)
		f->branch = home;
	return NULL;
}

/* A branch that was collected and is no release branch, or a commit that is on
 * none of them, is only proposed. Where nothing was collected, the caller's word
 * counts. */
static err decide_proposed(struct finding_series *f)
{
	struct series *s = f->s;
	DB_ROWS rows = NULL;
	struct str only = { 0 };
	bool more;
	int64_t named = 0, n = 0;

	if (f->repository_no < 0 || s->position != FIELD_NO_INT)
		return NULL;
	TRY(db_query(store_db(f->in->store), SQL("SELECT branch FROM view_branch WHERE repository_no = $1 AND release = 1 "
		"ORDER BY branch"), DB_ARGS(DB_I(f->repository_no)), &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			break;
		only = arena_str(f->a, db_text(rows, 0));
		named += str_eq(only, f->branch);
		n++;
	}
	if (n == 0 || named)
		return NULL;
	if (!f->branch.n && !s->commit.n) {
		f->branch = n == 1 ? only : STR("");
		return NULL;
	}
	s->proposed = 1;
	if (!f->branch.n)
		f->branch = s->commit;
	return NULL;
}

static struct str name_place(const struct finding_series *f)
{
	const char *proposed = f->s->proposed ? "proposed " : "";

	if (f->s->artefact.n)
		return arena_printf(f->a, "artefact %.*s", FMT(f->s->artefact));
	if (f->in->c->environment.n)
		return arena_printf(f->a, "environment %.*s", FMT(f->in->c->environment));
	if (f->branch.n)
		return arena_printf(f->a, "%s%.*s@%.*s", proposed, FMT(f->repository), FMT(f->branch));
	return arena_printf(f->a, "%s%.*s", proposed, FMT(f->repository));
}

static err name_system(struct finding_series *f, int64_t *no)
{
	struct intake_place place;
	struct str name = f->in->c->system;

	if (!name.n && f->repository.n)
		TRY(intake_system_of(f->in, f->repository, &name));
	if (!name.n)
		TRY(intake_system_guess(f->in, &name));
	TRY(intake_system(f->in, name, &place));
	f->s->system = place.id;
	*no = place.no;
	return NULL;
}

struct head {
	struct str id, report, commit, artefact, run;
	int64_t position, effective;
	bool any;
};

static err find_series(struct finding_series *f, int64_t system_no, struct head *head)
{
	struct series *s = f->s;
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(store_db(f->in->store), SQL("SELECT s.no, s.id, h.id, h.position, h.effective, h.report, h.commit_id, h.artefact, h.run "
		"FROM view_series s LEFT JOIN view_scan h ON h.no = s.head WHERE s.system_no = $1 AND s.place = $2 "
		"AND s.kind = $3 AND s.tool = $4 AND s.scope = $5"),
		DB_ARGS(DB_I(system_no), DB_T(s->place), DB_T(str_c(scan_kind_words[f->b->kind])),
			DB_T(f->b->tool), DB_T(s->scope)), &rows));
	TRY(db_next(rows, &more));
	s->no = more ? db_int(rows, 0) : -1;
	s->id = more ? record_hex(f->a, db_blob(rows, 1)) : record_new_id(f->a);
	head->any = more && !db_is_null(rows, 2);
	if (!head->any)
		return NULL;
	head->id = record_hex(f->a, db_blob(rows, 2));
	head->position = db_is_null(rows, 3) ? FIELD_NO_INT : db_int(rows, 3);
	head->effective = db_int(rows, 4);
	head->report = record_hex(f->a, db_blob(rows, 5));
	head->commit = record_hex(f->a, db_blob(rows, 6));
	head->artefact = arena_str(f->a, db_text(rows, 7));
	head->run = arena_str(f->a, db_text(rows, 8));
	return NULL;
}

/* Whether the scan is newer than the head: by the commit graph where both are
 * placed on it, else by time; then by the report's digest, so that the order in
 * which files arrive never decides. */
static bool is_newer(const struct finding_series *f, const struct head *h)
{
	const struct series *s = f->s;

	if (s->position != FIELD_NO_INT && h->position != FIELD_NO_INT && s->position != h->position)
		return s->position > h->position;
	if (s->effective != h->effective)
		return s->effective > h->effective;
	return str_cmp(f->in->c->report, h->report) >= 0;
}

/* Whether the head is this very scan. */
static bool is_head(const struct finding_series *f, const struct head *h)
{
	return h->any && str_eq(h->report, f->in->c->report) && str_eq(h->commit, f->s->commit) &&
	       str_eq(h->artefact, f->s->artefact) && str_eq(h->run, either(f->in->c->run, f->b->run));
}

/* A scan that is older than the head may have been seen in its own time. */
static err is_seen(const struct finding_series *f, bool *seen)
{
	int64_t n;

	TRY(db_get_int(store_db(f->in->store), SQL("SELECT count(*) FROM view_scan WHERE series_no = $1 AND report = $2 "
		"AND coalesce(artefact, '') = $3 AND run = $4 AND closed = 1 AND (commit_id = $5 OR ($5 IS NULL AND commit_id IS NULL))"),
		DB_ARGS(DB_I(f->s->no), record_blob(f->a, f->in->c->report),
			DB_T(f->s->artefact.n ? f->s->artefact : STR("")),
			DB_T(either(f->in->c->run, f->b->run).n ? either(f->in->c->run, f->b->run) : STR("")),
			record_blob(f->a, f->s->commit)), 0, &n));
	*seen = n > 0;
	return NULL;
}

err series_find(struct intake *in, const struct s_scan_begin *b, struct arena *a, struct series *out)
{
	struct finding_series f = { .in = in, .b = b, .a = a, .s = out };
	int64_t committed, system_no;
	struct head head = { 0 };

	*out = (struct series){
		.position = FIELD_NO_INT, .commit = either(in->c->commit, b->commit),
		.artefact = either(in->c->artefact, b->artefact), .scope = either(in->c->scope, b->scope),
	};
	if (!out->scope.p)
		out->scope = STR("");
	f.branch = either(in->c->branch, b->branch);
	TRY(name_repository(&f));
	TRY(guess_repository(&f));
	TRY(place_commit(&f, &committed));
	TRY(decide_proposed(&f));
	out->effective = b->effective != INSTANT_NONE ? b->effective :
			 in->c->effective != INSTANT_NONE ? in->c->effective :
			 committed != INSTANT_NONE ? committed : instant_now();
	TRY(name_system(&f, &system_no));
	out->place = name_place(&f);
	TRY(find_series(&f, system_no, &head));
	out->known = is_head(&f, &head);
	out->follows = !head.any ? STR("none") : is_newer(&f, &head) ? head.id : STR("late");
	if (!out->known && str_is(out->follows, "late") && in->c->report.p)
		TRY(is_seen(&f, &out->known));
	return NULL;
}
