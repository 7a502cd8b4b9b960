#include "source/collect_git.h"

#include "source/collect_parts.h"

#include "base/instant.h"
#include "source/ci.h"
#include "git/changes.h"
#include "git/people.h"
#include "git/run.h"
#include "git/tree.h"

enum { PROGRESS_EVERY = 500, PATHS_KEPT = 64, ROLES_MAX = 128, TREE_ITEMS = 1000, CI_MAX = 500,
       CHECKED_DAYS = 400 };

/* A claimed identity, told by what the mailmap and the address say. */
static struct s_who who_of(struct collecting *c, const struct git_person *person)
{
	struct git_person p = *person;
	struct git_identity id;
	bool mapped = c->mailmap && git_mailmap_apply(c->mailmap, &p);

	id = git_identity_of(&p);
	if (mapped && id.who == GIT_WHO_PERSON)
		id.why = "named by .mailmap";
	return (struct s_who){ .name = p.name, .email = p.email, .host = STR("git"),
			       .kind = (int)id.who, .why = str_c(id.why) };
}

static bool same_who(const struct s_who *a, const struct s_who *b)
{
	return str_is_caseless(a->email, b->email) && str_eq(a->name, b->name);
}

struct roles {
	struct s_role v[ROLES_MAX];
	size_t n;
};

static void add_role(struct roles *r, struct s_who who, int role)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->v[i].role == role && same_who(&r->v[i].who, &who))
			return;
	if (r->n < ROLES_MAX && (who.email.n || who.name.n))
		r->v[r->n++] = (struct s_role){ role, who };
}

/* Everybody who worked on the change beside author and committer: co-authors of
 * its commit, and those of the branch commits that it merged in. */
static void gather_roles(struct collecting *c, const struct git_change *g, struct roles *r)
{
	for (size_t i = 0; i < g->message.coauthors_n; i++)
		add_role(r, who_of(c, &g->message.coauthors[i]), 0);
	for (size_t i = 0; i < g->carried_n; i++) {
		const struct git_carried *b = &g->carried[i];

		if (!b->known)
			continue;
		add_role(r, who_of(c, &b->author), 1);
		add_role(r, who_of(c, &b->committer), 2);
		for (size_t k = 0; k < b->coauthors_n; k++)
			add_role(r, who_of(c, &b->coauthors[k]), 1);
	}
}

static struct many touches_of(struct arena *a, unsigned bits)
{
	int *v = ARENA_ARRAY(a, int, 10);
	size_t n = 0;

	for (int i = 0; i < 10; i++)
		if (bits & 1u << i)
			v[n++] = i;
	return (struct many){ v, n };
}

static struct many carried_of(struct arena *a, const struct git_change *g)
{
	struct str *v = ARENA_ARRAY(a, struct str, g->carried_n + 1);

	for (size_t i = 0; i < g->carried_n; i++)
		v[i] = g->carried[i].commit;
	return (struct many){ v, g->carried_n };
}

/* Whole ids only: a message may name a commit by a short one. */
static void add_picked(const struct collecting *c, struct strs from, struct strs *to)
{
	for (size_t i = 0; i < from.n && to->n < GIT_PICKED; i++)
		if (git_is_id(c->repo, from.v[i]))
			to->v[to->n++] = from.v[i];
}

/* What the change says it was picked from, or a branch commit that it merged in. */
static struct many picked_of(const struct collecting *c, const struct git_change *g)
{
	struct strs all = { ARENA_ARRAY(c->each, struct str, GIT_PICKED), 0 };

	add_picked(c, g->message.picked, &all);
	for (size_t i = 0; i < g->carried_n; i++)
		if (g->carried[i].known)
			add_picked(c, g->carried[i].picked, &all);
	return (struct many){ all.v, all.n };
}

static struct many few_paths(struct arena *a, struct strs paths)
{
	struct str *v = ARENA_ARRAY(a, struct str, PATHS_KEPT);
	size_t n = 0;

	for (size_t i = 0; i < paths.n && n < PATHS_KEPT; i++)
		if (paths.v[i].n <= 1024)
			v[n++] = paths.v[i];
	return (struct many){ v, n };
}

/* A time within the years 1 to 9999, else none. */
static int64_t sensible(int64_t at)
{
	return at < -62135596800 || at > 253402300799 ? INSTANT_NONE : at;
}

/* A commit may carry any date. One that cannot be (none, the future, before 1990
 * on top of what is younger) is placed beside the commit it follows, and what it
 * claims is kept: nobody's odd clock may take a change out of its period. An
 * imported history that is old throughout stands as it is. */
static void place_date(struct collecting *c, const struct git_change *g, struct s_change *item)
{
	int64_t claimed = sensible(g->at), now = c->now;
	bool old = claimed != INSTANT_NONE && claimed < now && g->older_at == INSTANT_NONE;

	item->at = claimed;
	if (!old && !git_changes_date_can_be(claimed, now)) {
		item->at = g->older_at != INSTANT_NONE ? g->older_at :
			   c->neighbour != INSTANT_NONE ? c->neighbour : now;
		item->claimed = claimed;
		if (c->odd_dates++ == 0)
			c->first_odd = arena_str(c->a, g->commit);
	} else if (g->older_at != INSTANT_NONE && claimed < g->older_at - DAY_SECONDS) {
		if (c->backward++ == 0)
			c->first_backward = arena_str(c->a, g->commit);
	}
	c->neighbour = item->at;
}

err collect_git_dates(struct collecting *c)
{
	if (c->odd_dates)
		TRY(submission_write_note(c->out, "%lld changes bear a date that cannot be (%.12s the newest); each is placed beside "
			"the commit it follows", (long long)c->odd_dates, c->first_odd.p));
	if (c->backward)
		TRY(submission_write_note(c->out, "%lld changes are dated more than a day before what they follow (%.12s the newest): "
			"a clock was wrong, or the date was set by hand", (long long)c->backward, c->first_backward.p));
	c->odd_dates = c->backward = 0;
	return NULL;
}

/* Signatures are checked as far back as a year behind the newest change: no period
 * that is looked at by default begins before. */
static void vouch_for(struct collecting *c, const struct git_change *g, struct s_change *item)
{
	struct str whose;

	item->standing = GIT_VOUCH_UNCHECKED;
	if (c->vouch_from == INSTANT_NONE)
		c->vouch_from = item->at - CHECKED_DAYS * DAY_SECONDS;
	if (!c->vouch || g->signature == GIT_UNSIGNED || item->at < c->vouch_from)
		return;
	item->standing = (int)git_vouch_of(c->vouch, c->each, g, &whose);
	if (whose.n) {
		struct git_person p = { .name = STR(""), .email = str_cut(whose, GIT_EMAIL), .at = INSTANT_NONE };

		if (item->standing == GIT_VOUCH_AUTHOR)
			p.name = g->author.name;
		if (item->standing == GIT_VOUCH_COMMITTER)
			p.name = g->committer.name;
		item->signer = who_of(c, &p);
	}
}

err collect_git_change(struct collecting *c, const struct git_change *g)
{
	struct roles roles = { .n = 0 };
	struct s_change item;

	table_clear(&item_change, &item);
	arena_reset(c->each);
	if (!g->known)
		return NULL;	/* counted at the end as unreadable */
	gather_roles(c, g, &roles);
	item = (struct s_change){
		.author = who_of(c, &g->author), .committer = who_of(c, &g->committer), .claimed = INSTANT_NONE,
		.authored = sensible(g->author.at), .parents = (int64_t)g->parents_n, .step = (int64_t)g->place,
		.paths_total = g->paths_known ? (int64_t)g->paths_total : FIELD_NO_INT,
		.pull = g->message.pull == GIT_PULL_NONE ? FIELD_NO_INT : g->message.pull,
		.commit = g->commit, .signed_by = str_cut(g->signed_by, 128), .signature = (int)g->signature,
		.tag = g->tags_n ? str_cut(g->tags[0]->shown, 256) : (struct str){ 0 },
		.title = str_cut(g->message.subject, 200),
		.carried = carried_of(c->each, g), .paths = few_paths(c->each, g->paths),
		.people = { roles.v, roles.n }, .picked = picked_of(c, g),
		.tickets = { g->message.tickets.v, g->message.tickets.n },
		.touches = touches_of(c->each, g->path_marks),
	};
	place_date(c, g, &item);
	vouch_for(c, g, &item);
	if (++c->sent % PROGRESS_EVERY == 0)
		TRY(submission_write_progress(c->out, (int64_t)c->sent, c->total));
	return submission_write_item(c->out, &item_change, &item);
}

static err send_repository(struct collecting *c)
{
	const struct git_remote *home = git_repo_home(c->repo);
	struct s_repository item = {
		.bare = c->repo->bare, .partial = c->repo->partial, .shallow = c->repo->shallow,
		.format = c->repo->sha256 ? STR("sha256") : STR("sha1"), .head = c->repo->branch, .name = c->name,
	};

	if (home) {
		item.host = home->host_name.n ? str_cut(home->host_name, 128) : (struct str){ 0 };
		item.slug = home->slug.n ? str_cut(home->slug, 256) : (struct str){ 0 };
		item.url = home->url.n && home->host_name.n ? str_cut(home->url, 512) : (struct str){ 0 };
	}
	return submission_write_item(c->out, &item_repository, &item);
}

static void add_item(struct collecting *c, struct r_tree_item item)
{
	struct r_tree_item *v = c->items.v;

	if (c->items.n < TREE_ITEMS)
		v[c->items.n++] = item;
}

static void add_ci(struct collecting *c, const struct git_file *f)
{
	struct r_ci_scan *v = c->ci.v;
	struct ci_found found;

	ci_read(c->a, f->tool, f->bytes, &found);
	for (size_t i = 0; i < found.n && c->ci.n < CI_MAX; i++) {
		found.scans[i].path = arena_str(c->a, str_cut(f->path, 1024));
		v[c->ci.n++] = found.scans[i];
	}
	c->actions += found.actions;
	c->unpinned += found.unpinned;
	if (!c->first_unpinned.p)
		c->first_unpinned = found.first_unpinned;
}

static err take_file(void *ctx, const struct git_file *f)
{
	struct collecting *c = ctx;
	struct r_tree_item item = {
		.kind = str_c(git_file_words[f->kind]), .path = arena_str(c->a, str_cut(f->path, 1024)),
		.detail = f->tool ? str_c(f->tool) : (struct str){ 0 }, .n = FIELD_NO_INT,
	};

	if (f->kind == GIT_FILE_CODEOWNERS && f->bytes.p) {
		struct git_owner_rules rules;

		git_owners_parse(c->a, f->bytes, &rules);
		item.n = (int64_t)rules.n;
	}
	add_item(c, item);
	if (f->kind == GIT_FILE_CI && f->bytes.p && !f->link)
		add_ci(c, f);
	return NULL;
}

static err send_tree(struct collecting *c)
{
	struct git_tree_sink sink = { take_file, c };
	struct git_tree_end end;
	struct s_tree item = { .at = INSTANT_NONE, .commit = c->repo->head, .repository = c->name };

	if (!c->repo->head.p)
		return NULL;
	c->items.v = ARENA_ARRAY(c->a, struct r_tree_item, TREE_ITEMS);
	c->ci.v = ARENA_ARRAY(c->a, struct r_ci_scan, CI_MAX);
	TRY(git_tree(c->repo, c->a, c->repo->head, sink, &end));
	if (c->actions)
		add_item(c, (struct r_tree_item){ .kind = STR("actions"), .path = STR("."), .n = c->unpinned,
						  .detail = arena_printf(c->a, "%lld of %lld external actions are not pinned "
									 "to a commit", (long long)c->unpinned, (long long)c->actions) });
	if (!end.complete)
		TRY(submission_write_note(c->out, "%.*s", FMT(str_cut(end.why, 900))));
	item.items = c->items;
	item.ci = c->ci;
	return submission_write_item(c->out, &item_tree, &item);
}

static err load_mailmap(struct collecting *c)
{
	const struct str where[2] = { c->repo->head, STR(".mailmap") };
	struct str text = { 0 };

	if (c->repo->head.p)
		TRY(git_tree_file(c->repo, c->a, where, &text));
	if (text.p)
		c->mailmap = git_mailmap_new(text);
	return NULL;
}

static err collect_all(struct collecting *c)
{
	TRY(load_mailmap(c));
	TRY(send_repository(c));
	if (c->repo->empty)
		return submission_write_note(c->out, "the repository has no commit yet");
	TRY(collect_branches(c));
	return send_tree(c);
}

err collect_git(const struct collect_spec *spec, struct submission_writer *out)
{
	OWNED(git_repo) repo = NULL;
	OWNED(git_vouch) vouch = NULL;
	OWNED(arena) a = arena_new();
	OWNED(arena) each = arena_new();
	struct collecting c = { .spec = spec, .out = out, .a = a, .each = each, .name = spec->name,
				.neighbour = INSTANT_NONE, .now = instant_now(), .vouch_from = INSTANT_NONE };
	err e;

	TRY(git_repo_open(spec->dir, &repo));
	c.repo = repo;
	if (spec->signers || spec->revoked)
		TRY(git_vouch_new(spec->signers, spec->revoked, &vouch));
	c.vouch = vouch;
	e = collect_all(&c);
	git_mailmap_free(c.mailmap);
	return e;
}
