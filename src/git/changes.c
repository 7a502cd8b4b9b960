#include "git/changes.h"

#include "base/instant.h"
#include "base/map.h"
#include "git/graph.h"
#include "git/objects.h"
#include "git/paths.h"
#include "git/signature.h"

enum { COMMIT_BYTES = 1 << 20, NEIGHBOURS = 64 };

struct walk {
	struct git_repo *r;
	struct arena *a;		/* of the whole walk */
	struct arena *each;		/* of one change */
	struct git_steps steps;
	struct git_carried_set *sets;	/* NULL: not known */
	bool sets_limited;
	int64_t now;
	struct map *tags;		/* commit → struct tags */
	struct git_changes_end *end;
};

struct tags {
	const struct git_ref **v;
	size_t n;
};

enum { TAGS_ON_ONE = 16 };

static void tags_collect(struct walk *w)
{
	for (size_t i = 0; i < w->r->refs_n; i++) {
		const struct git_ref *ref = &w->r->refs[i];
		struct tags *t;

		if (ref->kind != GIT_TAG || !ref->commit.p)
			continue;
		t = map_get(w->tags, ref->commit);
		if (!t) {
			t = ARENA_NEW(w->a, struct tags);
			t->v = ARENA_ARRAY(w->a, const struct git_ref *, TAGS_ON_ONE);
			map_put(w->tags, ref->commit, t);
		}
		if (t->n < TAGS_ON_ONE)
			t->v[t->n++] = ref;
	}
}

/* All ids in the order their objects are needed: a step, then what it carried. */
static struct strs ids_needed(struct walk *w)
{
	struct strs ids = { 0 };
	size_t n = w->steps.n;

	for (size_t i = 0; w->sets && i < w->steps.n; i++)
		n += w->sets[i].n;
	ids.v = ARENA_ARRAY(w->a, struct str, n + 1);
	for (size_t i = 0; i < w->steps.n; i++) {
		ids.v[ids.n++] = w->steps.v[i].commit;
		for (size_t k = 0; w->sets && k < w->sets[i].n; k++)
			ids.v[ids.n++] = w->sets[i].commits[k];
	}
	return ids;
}

/* The next commit of the list; false where it cannot be read. */
static err commit_next(struct walk *w, struct git_objects *objects, struct git_commit *c, bool *known)
{
	struct git_object o;

	TRY(git_objects_next(objects, &o));
	*known = o.found == GIT_FOUND && o.type == 'c' &&
		 !git_commit_parse(w->each, arena_str(w->each, o.bytes), w->r->hex, c);
	if (*known)
		c->cut = o.size > o.bytes.n;
	return NULL;
}

static err carried_read(struct walk *w, struct git_objects *objects, const struct git_carried_set *set,
			struct git_change *change)
{
	struct git_carried *v = ARENA_ARRAY(w->each, struct git_carried, set->n + 1);
	struct git_commit *c = ARENA_NEW(w->each, struct git_commit);

	for (size_t i = 0; i < set->n; i++) {
		struct git_message m;

		v[i].commit = set->commits[i];
		TRY(commit_next(w, objects, c, &v[i].known));
		if (!v[i].known)
			continue;
		git_message_parse(w->each, c->message, &m);
		v[i].author = c->author;
		v[i].committer = c->committer;
		v[i].coauthors = m.coauthors;
		v[i].coauthors_n = m.coauthors_n;
		v[i].tickets = m.tickets;
		v[i].picked = m.picked;
	}
	change->carried = v;
	change->carried_n = set->n;
	change->carried_total = set->total;
	change->carried_known = !set->open;
	return NULL;
}

static void signature_read(struct walk *w, const struct git_commit *c, struct git_change *change)
{
	change->signature = git_signature_kind(c->signature);
	if (change->signature == GIT_UNSIGNED)
		return;
	change->armour = c->signature;
	change->signed_by = git_signature_key(w->each, c->signature);
	if (!c->cut)
		change->payload = git_commit_payload(w->each, c);
}

/* Between 1990 and tomorrow. */
bool git_changes_date_can_be(int64_t at, int64_t now)
{
	return at >= 631152000 && at <= now + DAY_SECONDS;
}

/* What is dated beside a step, a few steps down at most. */
static int64_t older_at(const struct walk *w, size_t i)
{
	for (size_t k = i + 1; k < w->steps.n && k <= i + NEIGHBOURS; k++)
		if (git_changes_date_can_be(w->steps.v[k].at, w->now))
			return w->steps.v[k].at;
	return INSTANT_NONE;
}

static err change_read(struct walk *w, struct git_objects *objects, size_t i, struct git_change *change)
{
	const struct git_step *step = &w->steps.v[i];
	struct git_commit *c = ARENA_NEW(w->each, struct git_commit);
	const struct tags *tags = map_get(w->tags, step->commit);

	*change = (struct git_change){ .place = i, .commit = step->commit, .at = step->at,
				       .boundary = step->boundary, .older_at = older_at(w, i) };
	TRY(commit_next(w, objects, c, &change->known));
	if (change->known) {
		change->parents = c->parents;
		change->parents_n = c->parents_n;
		change->author = c->author;
		change->committer = c->committer;
		change->text = c->message;
		git_message_parse(w->each, c->message, &change->message);
		signature_read(w, c, change);
	}
	if (tags) {
		change->tags = tags->v;
		change->tags_n = tags->n;
	}
	if (w->sets)
		TRY(carried_read(w, objects, &w->sets[i], change));
	if (change->parents_n < 2)
		change->carried_known = change->known;
	if (step->boundary && change->parents_n > 1)
		change->carried_known = false;
	return NULL;
}

static void count(struct git_changes_end *end, const struct git_change *c)
{
	end->changes++;
	end->unreadable += !c->known;
	end->without_paths += !c->paths_known;
	end->without_carried += !c->carried_known;
	if (c->at == INSTANT_NONE)
		return;
	if (end->oldest == INSTANT_NONE || c->at < end->oldest)
		end->oldest = c->at;
	if (end->newest == INSTANT_NONE || c->at > end->newest)
		end->newest = c->at;
}

static err each_change(struct walk *w, struct git_paths *paths, struct git_changes_sink sink)
{
	struct strs ids = ids_needed(w);
	GIT_OBJECTS_AUTO objects = git_objects_of(w->r, ids.v, ids.n, COMMIT_BYTES);

	for (size_t i = 0; i < w->steps.n; i++) {
		struct git_path_set set;
		struct git_change *change;

		arena_reset(w->each);
		change = ARENA_NEW(w->each, struct git_change);
		TRY(change_read(w, &objects, i, change));
		TRY(git_paths_next(paths, w->each, &set));
		change->paths = set.paths;
		change->paths_total = set.total;
		change->path_marks = set.marks;
		change->paths_known = set.known;
		count(w->end, change);
		TRY(sink.each(sink.ctx, change));
	}
	return NULL;
}

/* One sentence on what was not here, with the command that brings it. It is kept for
 * ever, so it does not say where the clone lies. */
static struct str sentence(struct walk *w, const struct git_step *last)
{
	const struct git_changes_end *end = w->end;

	if (last->boundary)
		return arena_printf(w->a, "This clone is shallow: %zu change%s here; for the older ones: "
				    "git fetch --unshallow", w->steps.n, w->steps.n == 1 ? " is" : "s are");
	if (w->steps.broken)
		return arena_printf(w->a, "An object is missing or damaged, so history ends at %.12s. "
				    "See: git fsck", last->commit.p);
	if (w->sets_limited)
		return arena_printf(w->a, "History holds more than %d commits, so what merges brought in "
				    "is not known.", GIT_GRAPH_COMMITS);
	if (w->r->partial)
		return arena_printf(w->a, "This clone is partial: %zu change%s objects: "
				    "git fetch --refetch --no-filter", end->without_paths,
				    end->without_paths == 1 ? " lacks" : "s lack");
	if (w->r->shallow)
		return arena_printf(w->a, "This clone is shallow: of %zu merge%s the branch is not here: "
				    "git fetch --unshallow", end->without_carried,
				    end->without_carried == 1 ? "" : "s");
	return arena_printf(w->a, "Objects of %zu changes are missing or damaged. See: git fsck",
			    end->without_paths + end->unreadable);
}

static void explain(struct walk *w)
{
	const struct git_step *last = &w->steps.v[w->steps.n - 1];
	size_t unknown = w->end->unreadable + w->end->without_paths + w->end->without_carried;

	w->end->complete = unknown == 0 && !w->steps.broken && !last->boundary;
	if (!w->end->complete)
		w->end->why = sentence(w, last);
}

static err carried_sets(struct walk *w, struct git_paths *paths)
{
	err e;

	if (!w->steps.merges)
		return NULL;
	e = git_graph_carried(w->r, w->a, &w->steps, &paths->s, &w->sets);
	if (e && e->kind != ERR_LIMIT && e->kind != ERR_INPUT)
		return e;
	w->sets_limited = e && e->kind == ERR_LIMIT;
	return NULL;
}

static err walk_all(struct walk *w, struct git_changes_sink sink)
{
	GIT_PATHS_AUTO paths;

	TRY(git_paths_open(w->r, &w->steps, &paths));
	TRY(carried_sets(w, &paths));
	tags_collect(w);
	if (sink.begin)
		TRY(sink.begin(sink.ctx, w->steps.n));
	paths.mark = sink.mark;
	TRY(each_change(w, &paths, sink));
	explain(w);
	return NULL;
}

err git_changes(struct git_repo *r, struct arena *a, const struct git_changes_spec *spec,
		struct git_changes_sink sink, struct git_changes_end *end)
{
	OWNED(arena) each = arena_new();
	OWNED(arena) whole = arena_new();
	OWNED(map) tags = map_new();
	struct git_changes_end made = { .oldest = INSTANT_NONE, .newest = INSTANT_NONE, .complete = true };
	struct walk w = { .r = r, .a = whole, .each = each, .tags = tags, .end = &made,
			  .now = instant_now() };
	struct git_steps_spec steps = { .stop = spec->stop, .since = spec->since };

	TRY(git_commit_of(r, a, spec->tip, &made.tip));
	steps.tip = made.tip;
	TRY(git_steps_read(r, whole, &steps, &w.steps));
	if (w.steps.n == 0 && w.steps.broken)
		return err_hint(fail(ERR_INPUT, "git cannot read the tip %.12s of %s, or what it follows", made.tip.p, r->dir),
				"git -C %s fsck says what is missing or damaged", r->dir);
	if (w.steps.n)
		TRY(walk_all(&w, sink));
	if (made.why.p)
		made.why = arena_str(a, made.why);
	*end = made;
	return NULL;
}
