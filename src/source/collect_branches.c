/* Which branches are looked at, and what became of those seen before: moved on,
 * rewritten, renamed, gone. */
#include "source/collect_parts.h"

#include "base/instant.h"
#include "git/branches.h"
#include "source/touches.h"

/* One branch on its way: what was known of it, and what it is now. */
struct looking {
	struct collecting *c;
	struct collect_branch branch;	/* `from` may be another name's tip: then `before` */
	struct str before, tip;
	struct git_lost lost;
	bool incremental;
};

static const struct collect_branch *known_as(const struct collecting *c, struct str name)
{
	for (size_t i = 0; i < c->spec->known_n; i++)
		if (str_eq(c->spec->known[i].name, name))
			return &c->spec->known[i];
	return NULL;
}

/* What became of the old tip decides between "only what is newer" and "all". */
static err look_back(struct looking *l)
{
	const struct str tips[2] = { l->branch.from, l->tip };

	if (!l->branch.from.n || str_eq(l->branch.from, l->tip)) {
		l->incremental = l->branch.from.n > 0;
	} else {
		TRY(git_tip_fate(l->c->repo, l->c->a, tips, &l->lost));
		l->incremental = l->lost.fate == GIT_KEPT;
	}
	l->incremental = l->incremental && !l->branch.partial;
	return NULL;
}

/* Positions count all first-parent steps, so that they do not depend on how much
 * of the history an incremental run reads. */
static err send_begin(void *ctx, size_t steps)
{
	struct looking *l = ctx;
	struct collecting *c = l->c;
	int64_t total = (int64_t)steps + (l->incremental ? l->branch.total : 0);
	struct s_branch item = {
		.branch = l->branch.name, .continues = l->before,
		.from = l->branch.from.n ? l->branch.from : (struct str){ 0 },
		.principal = str_eq(l->branch.name, git_branches_main(c->repo)),
		.repository = c->name, .signers = c->spec->signers_digest, .tip = l->tip, .total = total, .release = 1,
		.rewritten = l->lost.fate == GIT_REWRITTEN || l->lost.fate == GIT_GONE,
	};

	c->total = total;
	return submission_write_item(c->out, &item_branch, &item);
}

static err send_each(void *ctx, const struct git_change *change)
{
	struct looking *l = ctx;

	return collect_git_change(l->c, change);
}

static err send_end(struct looking *l, const struct git_changes_end *end)
{
	struct s_branch_end item = {
		.boundary = (int64_t)l->c->repo->boundary.n, .changes = (int64_t)l->c->sent, .complete = end->complete,
		.lost = { l->lost.commits.v, l->lost.commits.n }, .why = str_cut(end->why, 512),
	};

	return submission_write_item(l->c->out, &item_branch_end, &item);
}

static err send(struct looking *l)
{
	struct collecting *c = l->c;
	struct git_changes_spec spec = { .tip = l->tip, .since = INSTANT_NONE };
	struct git_changes_sink sink = { send_begin, send_each, l, touches_of_path };
	struct git_changes_end end = { .complete = true };

	c->sent = 0;
	c->vouch_from = INSTANT_NONE;
	TRY(look_back(l));
	if (l->incremental)
		spec.stop = l->branch.from;
	if (l->incremental && str_eq(l->branch.from, l->tip))
		TRY(send_begin(l, 0));
	else
		TRY(git_changes(c->repo, c->a, &spec, sink, &end));
	TRY(collect_git_dates(c));
	return send_end(l, &end);
}

/* Whether a branch that is not here was deleted, not merely not fetched. */
static bool can_tell(const struct collecting *c)
{
	return !c->repo->shallow && !c->repo->selective;
}

/* A branch that was never seen, on whose line the tip of one that is no longer
 * there lies, is that one under a new name. */
static err find_before(struct looking *l)
{
	struct collecting *c = l->c;

	for (size_t i = 0; i < c->spec->known_n && can_tell(c); i++) {
		const struct collect_branch *k = &c->spec->known[i];
		const struct str tips[2] = { k->from, l->tip };
		struct git_lost lost = { .fate = GIT_KEPT };
		bool here;

		TRY(git_branches_have(c->repo, c->a, k->name, &here));
		if (here || str_is(k->name, "detached"))
			continue;
		if (!str_eq(k->from, l->tip))
			TRY(git_tip_fate(c->repo, c->a, tips, &lost));
		if (lost.fate != GIT_KEPT)
			continue;
		l->before = k->name;
		l->branch.from = k->from;
		l->branch.partial = k->partial;
		l->branch.total = k->total;
		c->renamed[c->renamed_n++] = k->name;
		return submission_write_note(c->out, "%.*s goes on as %.*s: the same line of first parents",
					     FMT(k->name), FMT(l->branch.name));
	}
	return NULL;
}

/* *found is false where this clone has no such branch. */
static err look_at(struct collecting *c, struct str name, struct str tip, bool *found)
{
	const struct collect_branch *known = known_as(c, name);
	struct looking l = { .c = c, .branch = { .name = name }, .tip = tip };
	err e;

	*found = true;
	if (!tip.p) {
		e = git_branches_tip(c->repo, c->a, name, &l.tip);
		*found = !e;
		if (e && e->kind == ERR_MISSING)
			return NULL;
		TRY(e);
	}
	if (known)
		l.branch = *known;
	else if (c->renamed_n < RENAMED_MAX)
		TRY(find_before(&l));
	return send(&l);
}

static bool was_renamed(const struct collecting *c, struct str name)
{
	for (size_t i = 0; i < c->renamed_n; i++)
		if (str_eq(c->renamed[i], name))
			return true;
	return false;
}

static err end_those_gone(struct collecting *c)
{
	struct s_branch_gone item = { .repository = c->name, .why = STR("no branch of this name was here any more") };

	for (size_t i = 0; i < c->spec->known_n && can_tell(c); i++) {
		bool here;

		item.branch = c->spec->known[i].name;
		if (was_renamed(c, item.branch) || (str_is(item.branch, "detached") && !c->repo->branch.p))
			continue;
		TRY(git_branches_have(c->repo, c->a, item.branch, &here));
		if (here)
			continue;
		TRY(submission_write_item(c->out, &item_branch_gone, &item));
		TRY(submission_write_note(c->out, "the branch %.*s is gone; what it brought stays recorded", FMT(item.branch)));
	}
	return NULL;
}

/* HEAD's branch; where HEAD is detached, the one that contains it. */
static err default_branch(struct collecting *c, struct str *name, struct str *tip)
{
	struct str *liked = ARENA_ARRAY(c->a, struct str, c->spec->known_n + 1);

	*tip = (struct str){ 0 };
	*name = c->repo->branch;
	if (name->p)
		return NULL;
	for (size_t i = 0; i < c->spec->known_n; i++)
		liked[i] = c->spec->known[i].name;
	TRY(git_branches_of_head(c->repo, c->a, (struct strs){ liked, c->spec->known_n }, name));
	if (name->p)
		return submission_write_note(c->out, "HEAD is detached at %.12s; the branch looked at is %.*s, which contains it",
					     c->repo->head.p, FMT(*name));
	*name = STR("detached");
	*tip = c->repo->head;
	return submission_write_note(c->out, "HEAD is detached at %.12s and no branch contains it: its changes stand under "
				     "the name detached", c->repo->head.p);
}

err collect_branches(struct collecting *c)
{
	const struct collect_spec *spec = c->spec;
	struct str name, tip;
	size_t found_n = 0;
	bool found;

	if (spec->branches.n == 0) {
		TRY(default_branch(c, &name, &tip));
		TRY(look_at(c, name, tip, &found));
		found_n += found;
	}
	for (size_t i = 0; i < spec->branches.n; i++) {
		TRY(look_at(c, spec->branches.v[i], (struct str){ 0 }, &found));
		found_n += found;
		if (!found && (!known_as(c, spec->branches.v[i]) || !can_tell(c)))
			TRY(submission_write_note(c->out, "this clone has no branch %.*s, so its changes are unknown",
						  FMT(spec->branches.v[i])));
	}
	if (!found_n && spec->branches.n && !known_as(c, spec->branches.v[0]))
		return fail(ERR_MISSING, "%s has no branch %.*s", spec->dir, FMT(spec->branches.v[0]));
	return end_those_gone(c);
}
