/* What to fix first: known faults alone, each with the command that shows it. */
#include "judge/steps_parts.h"

enum { NUMBERS_SHOWN = 4 };

static void add(struct stepping *s, int64_t n, struct str text, struct str command)
{
	if (n > 0 && s->out->fixes_n < FIXES_MAX)
		s->out->fixes[s->out->fixes_n++] = (struct fix){ n, text, command };
}

static const char *many(int64_t n)
{
	return n == 1 ? "" : "s";
}

/* Titles of all groups of a kind and situation, and the numbers of the first. */
struct gathered {
	int64_t n, fixable;
	struct str titles, numbers;
	size_t shown;
};

static void gather_one(struct stepping *s, const struct facts_finding *g, struct gathered *out)
{
	const struct str *title = g->titles.v;
	const int64_t *no = g->numbers.v;

	out->n += g->n;
	out->fixable += g->fixable == 1 ? g->n : 0;
	for (size_t i = 0; i < g->titles.n && out->titles.n < 60; i++)
		if (!str_has(out->titles, title[i]))
			out->titles = arena_printf(s->a, "%.*s%s%.*s", FMT(out->titles), out->titles.n ? ", " : "", FMT(title[i]));
	for (size_t i = 0; i < g->numbers.n && out->shown < NUMBERS_SHOWN; i++, out->shown++)
		out->numbers = arena_printf(s->a, "%.*s %lld", FMT(out->numbers), (long long)no[i]);
}

static struct gathered gather(struct stepping *s, const char *kind, int situation, int severity)
{
	struct gathered out = { 0 };

	for (size_t i = 0; i < s->f->findings.n; i++) {
		const struct facts_finding *g = FACTS_AT(s->f->findings, facts_finding, i);

		if (str_is(g->kind, kind) && g->severity >= severity && g->situation != SITUATION_PROPOSED &&
		    (situation == DELIVERY_ANYWHERE || g->situation == situation))
			gather_one(s, g, &out);
	}
	return out;
}

static struct str branch_name(const struct stepping *s)
{
	return s->f->branches.n == 1 ? FACTS_AT(s->f->branches, facts_branch, 0)->branch : STR("the release branches");
}

/* Of many repositories, the one that has most: ", most in app". */
static struct str most_in(struct stepping *s, int64_t (*count)(const struct facts_branch *b))
{
	const struct facts_branch *worst;

	if (s->f->branches.n < 2)
		return (struct str){ 0 };
	worst = FACTS_AT(s->f->branches, facts_branch, 0);
	for (size_t i = 1; i < s->f->branches.n; i++) {
		const struct facts_branch *b = FACTS_AT(s->f->branches, facts_branch, i);

		if (count(b) > count(worst))
			worst = b;
	}
	return arena_printf(s->a, ", most in %.*s", FMT(worst->repository));
}

static int64_t unreviewed(const struct facts_branch *b)
{
	return b->reviews.missing;
}

static int64_t without_pull(const struct facts_branch *b)
{
	return b->changes - b->pull_numbers;
}

static struct str most_secrets(struct stepping *s)
{
	const struct facts_scan *worst = NULL;

	if (s->f->branches.n < 2)
		return (struct str){ 0 };
	for (size_t i = 0; i < s->f->scans.n; i++) {
		const struct facts_scan *v = FACTS_AT(s->f->scans, facts_scan, i);

		if (str_is(v->kind, "secret") && v->proposed != 1 && (!worst || v->open > worst->open))
			worst = v;
	}
	return worst ? arena_printf(s->a, ", most in %.*s", FMT(worst->system)) : (struct str){ 0 };
}

static void secrets(struct stepping *s)
{
	struct gathered tree = gather(s, "secret", SITUATION_TREE, FIELD_UNKNOWN);
	struct gathered old = gather(s, "secret", SITUATION_HISTORY, FIELD_UNKNOWN);

	add(s, tree.n, s->f->branches.n > 1 ?
	    arena_printf(s->a, "secret%s in the trees%.*s", many(tree.n), FMT(most_secrets(s))) :
	    arena_printf(s->a, "secret%s in the tree of %.*s: %.*s", many(tree.n), FMT(branch_name(s)), FMT(tree.titles)),
	    tree.n <= NUMBERS_SHOWN ? arena_printf(s->a, "custody finding show%.*s", FMT(tree.numbers)) :
	    STR("custody finding list -k secret"));
	add(s, old.n, arena_printf(s->a, "secret%s only in history, rotation not known", many(old.n)),
	    STR("custody finding list -k secret"));
}

static void findings(struct stepping *s)
{
	static const struct {
		const char *kind, *where;
	} kinds[] = {
		{ "dependency", "dependencies" }, { "container", "images" }, { "static", "the code" }, { "dynamic", "running sites" },
		{ "infrastructure", "infrastructure code" },
	};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct gathered g = gather(s, kinds[i].kind, DELIVERY_ANYWHERE, SEVERITY_HIGH);
		struct str fixable = { 0 };

		if (g.fixable)
			fixable = arena_printf(s->a, ", %lld with a fix", (long long)g.fixable);
		add(s, g.n, arena_printf(s->a, "critical or high finding%s in %s%.*s", many(g.n), kinds[i].where, FMT(fixable)),
		    arena_printf(s->a, "custody finding list -k %s", kinds[i].kind));
	}
}

static void changes(struct stepping *s)
{
	struct delivery_sums t = delivery_parts_sums(s->f);
	struct str on = s->f->branches.n > 1 ? STR("") : arena_printf(s->a, " on %.*s", FMT(branch_name(s)));

	add(s, t.reviews.missing, arena_printf(s->a, "change%s%.*s without an independent review%.*s", many(t.reviews.missing),
					       FMT(on), FMT(most_in(s, unreviewed))), STR("custody change list --unreviewed"));
	/* Where most changes have none, the team works without pull requests. */
	if (t.no_pull * 2 < t.changes)
		add(s, t.no_pull, arena_printf(s->a, "change%s%.*s without a pull request number%.*s", many(t.no_pull), FMT(on),
					       FMT(most_in(s, without_pull))), STR("custody change list --no-pr"));
	add(s, t.gone, arena_printf(s->a, "change%s that vanished when history was rewritten", many(t.gone)),
	    STR("custody change list --gone"));
}

/* "30 of 40 external actions …": the total stands in the words of the item. */
static void actions(struct stepping *s)
{
	int64_t unpinned = 0;
	struct str detail = { 0 };

	for (size_t i = 0; i < s->f->tree.n; i++) {
		const struct facts_tree *t = FACTS_AT(s->f->tree, facts_tree, i);

		if (!str_is(t->kind, "actions"))
			continue;
		unpinned += t->n;
		detail = detail.p ? STR("") : t->detail;
	}
	if (detail.n) {
		size_t at = str_find(detail, STR(" of "), 0);

		detail = at < detail.n ? str_from(detail, at + 1) : (struct str){ 0 };
	}
	if (!detail.n)
		detail = STR("external CI actions are not pinned to a commit");
	add(s, unpinned, detail, STR("custody coverage"));
}

static void skippable(struct stepping *s)
{
	int64_t n = 0;

	for (size_t i = 0; i < s->f->ci.n; i++)
		n += str_is(FACTS_AT(s->f->ci, facts_ci, i)->enforced, "skippable");
	add(s, n, arena_printf(s->a, "scan%s in CI that may fail or be skipped unnoticed", many(n)), STR("custody coverage"));
}

void steps_fixes(struct stepping *s)
{
	secrets(s);
	changes(s);
	findings(s);
	actions(s);
	skippable(s);
}
