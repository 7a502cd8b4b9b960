/* The population of changes: written in batches as they come, newest first, and
 * closed by a collection record. A change that is in the views is not written
 * again, whichever branch it counts with; one that vanished from the branch is
 * recorded as lost, never forgotten. */
#include "store/intake_parts.h"

#include "base/instant.h"

enum { BATCH = 256, BATCH_BYTES = 600 * 1024, TITLES_BYTES = 48 * 1024 };

struct intake_git {
	struct intake *in;
	struct intake_place repository;
	struct s_branch branch;
	struct str collection;
	struct arena *a;		/* texts of the branch; reset for each */
	struct arena *batch;
	struct r_change *changes;
	struct str *titles;
	size_t n, bytes, title_bytes;
	int64_t first_at, last_at, joins_at;
	struct str joins;		/* the branch whose line this one met first */
	bool open, wrote, any;		/* any: the repository has changes already */
};

void intake_git_free(struct intake_git *g)
{
	if (!g)
		return;
	arena_free(g->a);
	arena_free(g->batch);
	free(g->changes);
	free(g->titles);
	free(g);
}

static struct intake_git *git_state(struct intake *in)
{
	struct intake_git *g = in->git;

	if (g)
		return g;
	g = in->git = base_alloc(sizeof(*g));
	g->in = in;
	g->a = arena_new();
	g->batch = arena_new();
	g->changes = base_alloc(BATCH * sizeof(*g->changes));
	g->titles = base_alloc(BATCH * sizeof(*g->titles));
	return g;
}

err intake_git_repository(struct intake *in, const struct s_repository *item)
{
	struct intake_git *g = git_state(in);

	return intake_repository(in, item, &g->repository);
}

static struct str keep(struct arena *a, struct str s)
{
	return s.p ? arena_str(a, s) : s;
}

err intake_git_branch(struct intake *in, const struct s_branch *item)
{
	struct intake_git *g = git_state(in);
	int64_t any;

	if (!g->repository.id.p)
		return fail(ERR_INPUT, "the submission names a branch before its repository");
	arena_reset(g->a);
	g->branch = *item;
	g->branch.branch = keep(g->a, item->branch);
	g->branch.continues = keep(g->a, item->continues);
	g->branch.from = keep(g->a, item->from);
	g->branch.tip = keep(g->a, item->tip);
	g->branch.repository = keep(g->a, item->repository);
	g->branch.signers = keep(g->a, item->signers);
	g->collection = record_new_id(g->a);
	g->first_at = g->last_at = INSTANT_NONE;
	g->joins = (struct str){ 0 };
	g->joins_at = FIELD_NO_INT;
	g->open = true;
	g->wrote = false;
	TRY(db_get_int(store_db(in->store), SQL("SELECT count(*) FROM (SELECT 1 FROM view_change WHERE repository_no = $1 LIMIT 1) t"),
		       DB_ARGS(DB_I(g->repository.no)), 0, &any));
	g->any = any > 0;
	return NULL;
}

static err write_batch(struct intake_git *g)
{
	struct r_git_changes f = {
		.branch = g->branch.branch, .collection = g->collection, .repository = g->repository.id,
		.changes = { g->changes, g->n }, .titles = { g->titles, g->n },
	};
	struct draft d = intake_draft(g->in, &record_git_changes, &f);
	bool already;

	if (g->n == 0)
		return NULL;
	d.about = g->repository.id;
	d.effective = g->changes[0].at;
	TRY(intake_append(g->in, &d, &already));
	g->wrote = true;
	g->n = g->bytes = g->title_bytes = 0;
	arena_reset(g->batch);
	return NULL;
}

static struct many copy_texts(struct arena *a, const struct many *from)
{
	const struct str *v = from->v;
	struct str *out = arena_alloc(a, (from->n + 1) * sizeof(*out));

	for (size_t i = 0; i < from->n; i++)
		out[i] = arena_str(a, v[i]);
	return (struct many){ out, from->n };
}

static struct many copy_numbers(struct arena *a, const struct many *from)
{
	int *out = arena_alloc(a, (from->n + 1) * sizeof(*out));

	if (from->n)
		memcpy(out, from->v, from->n * sizeof(*out));
	return (struct many){ out, from->n };
}

static err copy_people(struct intake_git *g, const struct many *from, struct many *out)
{
	const struct s_role *v = from->v;
	struct r_change_person *to = arena_alloc(g->batch, (from->n + 1) * sizeof(*to));

	for (size_t i = 0; i < from->n; i++) {
		to[i].role = v[i].role;
		TRY(people_account(g->in->people, &v[i].who, &to[i].account));
	}
	*out = (struct many){ to, from->n };
	return NULL;
}

static size_t bytes_of(const struct s_change *c)
{
	const struct str *path = c->paths.v;
	size_t n = 600 + c->carried.n * 68 + c->picked.n * 68 + c->people.n * 80 + c->tickets.n * 32;

	for (size_t i = 0; i < c->paths.n; i++)
		n += path[i].n + 4;
	return n;
}

/* Rises towards the tip, however much of the history was read this time. */
static int64_t position_of(const struct intake_git *g, const struct s_change *item)
{
	return g->branch.total > item->step ? g->branch.total - item->step : 0;
}

static err add_change(struct intake_git *g, const struct s_change *item)
{
	struct r_change *c = &g->changes[g->n];
	struct arena *a = g->batch;

	*c = (struct r_change){
		.at = item->at, .authored = item->authored, .claimed = item->claimed,
		.parents = item->parents < 0 ? 0 : item->parents,
		.paths_total = item->paths_total, .pull = item->pull, .signature = item->signature,
		.standing = item->standing,
		.position = position_of(g, item),
		.commit = keep(a, item->commit), .signed_by = keep(a, item->signed_by), .tag = keep(a, item->tag),
		.carried = copy_texts(a, &item->carried), .paths = copy_texts(a, &item->paths),
		.picked = copy_texts(a, &item->picked), .tickets = copy_texts(a, &item->tickets),
		.touches = copy_numbers(a, &item->touches),
	};
	TRY(people_account(g->in->people, &item->author, &c->author));
	TRY(people_account(g->in->people, &item->committer, &c->committer));
	TRY(copy_people(g, &item->people, &c->people));
	if (item->signer.email.n)
		TRY(people_account(g->in->people, &item->signer, &c->signer));
	g->titles[g->n] = item->title.p ? keep(a, item->title) : STR("");
	g->bytes += bytes_of(item);
	g->title_bytes += item->title.n + 8;
	g->n++;
	g->in->counts.changes++;
	return NULL;
}

/* Known: in the population and at its place, with this branch or another. The
 * first that counts with another is where the lines meet. */
static err is_known(struct intake_git *g, const struct s_change *item, bool *known)
{
	DB_ROWS rows = NULL;
	struct str home;

	*known = false;
	if (!g->any)
		return NULL;
	TRY(db_query(store_db(g->in->store), SQL("SELECT branch, position, standing FROM view_change WHERE repository_no = $1 "
		"AND commit_id = $2 AND gone = 0"),
		DB_ARGS(DB_I(g->repository.no), record_blob(g->in->item, item->commit)), &rows));
	TRY(db_next(rows, known));
	if (!*known)
		return NULL;
	home = db_text(rows, 0);
	if (!g->joins.p && !str_eq(home, g->branch.branch) && !str_eq(home, g->branch.continues)) {
		g->joins = arena_str(g->a, home);
		g->joins_at = position_of(g, item);
	}
	*known = db_int(rows, 1) == position_of(g, item) &&
		 (item->standing <= 0 || str_is(db_text(rows, 2), standing_words[item->standing]));
	return NULL;
}

err intake_git_change(struct intake *in, const struct s_change *item)
{
	struct intake_git *g = in->git;
	bool known;

	if (!g || !g->open)
		return fail(ERR_INPUT, "the submission holds a change outside of a branch");
	if (g->last_at == INSTANT_NONE || item->at > g->last_at)
		g->last_at = item->at;
	if (g->first_at == INSTANT_NONE || item->at < g->first_at)
		g->first_at = item->at;
	TRY(is_known(g, item, &known));
	if (known) {
		in->counts.changes_known++;
		return NULL;
	}
	TRY(add_change(g, item));
	if (g->n == BATCH || g->bytes > BATCH_BYTES || g->title_bytes > TITLES_BYTES)
		return write_batch(g);
	return NULL;
}

static void widen(struct intake_git *g, const struct db_rows *r)
{
	if (!db_is_null(r, 0) && (g->first_at == INSTANT_NONE || db_int(r, 0) < g->first_at))
		g->first_at = db_int(r, 0);
	if (!db_is_null(r, 1) && (g->last_at == INSTANT_NONE || db_int(r, 1) > g->last_at))
		g->last_at = db_int(r, 1);
}

/* A look that only read what is newer leaves the oldest change and the line that
 * is joined as they were. */
static err keep_known(struct intake_git *g)
{
	DB_ROWS rows = NULL;
	bool more;

	if (g->branch.rewritten == 1 || !g->branch.from.n)
		return NULL;
	TRY(db_query(store_db(g->in->store), SQL("SELECT first_at, last_at, joins, joins_at FROM view_branch "
		"WHERE repository_no = $1 AND branch = $2"), DB_ARGS(DB_I(g->repository.no),
		DB_T(g->branch.continues.n ? g->branch.continues : g->branch.branch)), &rows));
	TRY(db_next(rows, &more));
	if (!more)
		return NULL;
	widen(g, rows);
	if (!g->joins.p && !db_is_null(rows, 2)) {
		g->joins = arena_str(g->a, db_text(rows, 2));
		g->joins_at = db_int(rows, 3);
	}
	return NULL;
}

/* Whether the branch stands where the last look at it left it. */
static err is_unmoved(struct intake_git *g, const struct s_branch_end *item, bool *unmoved)
{
	int64_t n;

	TRY(db_get_int(store_db(g->in->store), SQL("SELECT count(*) FROM view_branch WHERE repository_no = $1 AND branch = $2 "
		"AND tip = $3 AND changes = $4 AND complete = $5 AND ended IS NULL "
		"AND coalesce(signers, '') = $6"),
		DB_ARGS(DB_I(g->repository.no), DB_T(g->branch.branch), record_blob(g->in->item, g->branch.tip),
			DB_I(g->branch.total), DB_I(item->complete == 1),
			DB_T(g->branch.signers.n ? g->branch.signers : STR(""))), 0, &n));
	*unmoved = n > 0 && g->branch.tip.p && item->lost.n == 0 && !g->branch.continues.n;
	return NULL;
}

err intake_git_branch_end(struct intake *in, const struct s_branch_end *item)
{
	struct intake_git *g = in->git;
	struct r_git_collection f;
	struct draft d;
	bool already, unmoved, wrote = g && g->wrote;

	if (!g || !g->open)
		return fail(ERR_INPUT, "the submission ends a branch that did not begin");
	g->open = false;
	wrote = wrote || g->n > 0;
	TRY(write_batch(g));
	TRY(is_unmoved(g, item, &unmoved));
	if (unmoved && !wrote)
		return NULL;
	TRY(keep_known(g));
	f = (struct r_git_collection){
		.ended = FIELD_UNKNOWN,
		.boundary = item->boundary, .branch = g->branch.branch, .collection = g->collection,
		.changes = g->branch.total < 0 ? 0 : g->branch.total, .complete = item->complete,
		.continues = g->branch.continues, .joins = g->joins, .joins_at = g->joins_at,
		.principal = g->branch.principal == 1, .signers = g->branch.signers,
		.first_at = g->first_at, .last_at = g->last_at, .from = g->branch.from, .lost = item->lost,
		.release = g->branch.release == 1, .repository = g->repository.id,
		.rewritten = g->branch.rewritten == 1, .tip = g->branch.tip, .why = item->why,
	};
	d = intake_draft(in, &record_git_collection, &f);
	d.about = g->repository.id;
	in->counts.lost += (int64_t)item->lost.n;
	return intake_append(in, &d, &already);
}

/* Only a branch that was there can end, and once. */
static err is_there(struct intake_git *g, struct str branch, bool *there)
{
	int64_t n;

	TRY(db_get_int(store_db(g->in->store), SQL("SELECT count(*) FROM view_branch WHERE repository_no = $1 AND branch = $2 "
		"AND ended IS NULL"), DB_ARGS(DB_I(g->repository.no), DB_T(branch)), 0, &n));
	*there = n > 0;
	return NULL;
}

err intake_git_branch_gone(struct intake *in, const struct s_branch_gone *item)
{
	struct intake_git *g = git_state(in);
	struct r_git_collection f = {
		.branch = item->branch, .boundary = FIELD_NO_INT, .changes = 0, .complete = 1, .ended = 1,
		.first_at = INSTANT_NONE, .last_at = INSTANT_NONE, .joins_at = FIELD_NO_INT, .principal = FIELD_UNKNOWN,
		.release = 1, .rewritten = 0, .why = item->why,
	};
	struct draft d;
	bool there, already;

	if (!g->repository.id.p)
		return fail(ERR_INPUT, "the submission names a branch before its repository");
	TRY(is_there(g, item->branch, &there));
	if (!there)
		return NULL;
	f.repository = g->repository.id;
	f.collection = record_new_id(in->item);
	d = intake_draft(in, &record_git_collection, &f);
	d.about = g->repository.id;
	return intake_append(in, &d, &already);
}

err intake_git_tree(struct intake *in, const struct s_tree *item)
{
	struct intake_git *g = in->git;
	struct r_tree f = { .ci = item->ci, .commit = item->commit, .items = item->items };
	struct draft d;
	int64_t current;
	bool already;

	if (!g || !g->repository.id.p)
		return fail(ERR_INPUT, "the submission describes a tree before its repository");
	f.repository = g->repository.id;
	d = intake_draft(in, &record_tree, &f);
	d.about = g->repository.id;
	if (item->at != INSTANT_NONE)
		d.effective = item->at;
	TRY(db_get_int(store_db(in->store), SQL("SELECT max(idx) FROM (SELECT idx FROM view_tree WHERE repository_no = $1 "
		"UNION ALL SELECT idx FROM view_ci_scan WHERE repository_no = $1) t"),
		DB_ARGS(DB_I(g->repository.no)), -1, &current));
	if (current < 0 && item->items.n == 0 && item->ci.n == 0)
		return NULL;	/* it declares nothing, as at the last look */
	return intake_append_new(in, &d, current, &already);
}
