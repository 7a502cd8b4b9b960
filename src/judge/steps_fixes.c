/* What to fix first: known faults alone, each with the command that shows it. */
#include "judge/steps_parts.h"

enum { NUMBERS_SHOWN = 4 };

/* What comes first: a secret that anyone with the tree can use today; then criticals;
 * history that vanished; what nobody reviewed; high findings; what hides the next one. */
enum {
	EFFECT_SECRET = 1000, EFFECT_CRITICAL = 800, EFFECT_OLD_SECRET = 600, EFFECT_GONE = 500,
	EFFECT_UNREVIEWED = 400, EFFECT_HIGH = 300, EFFECT_SKIPPABLE = 200, EFFECT_ACTIONS = 150,
	EFFECT_NO_PULL = 100, EFFECT_STEP = 10,
};

/* By effect, higher first; those alike stay in the order they came. */
static void add(struct stepping *s, int64_t n, int64_t effect, struct str text, struct str command)
{
	struct fix *v = s->out->fixes;
	size_t at = s->out->fixes_n;

	if (n <= 0 || at == FIXES_MAX)
		return;
	for (; at > 0 && v[at - 1].effect < effect; at--)
		v[at] = v[at - 1];
	v[at] = (struct fix){ n, effect, text, command };
	s->out->fixes_n++;
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
	return b->changes - b->pull_numbers - (b->pull_candidates > 0 ? b->pull_candidates : 0);
}

static struct str most_secrets(struct stepping *s)
{
	const struct facts_open *worst = NULL;

	if (s->f->branches.n < 2)
		return (struct str){ 0 };
	for (size_t i = 0; i < s->f->open.n; i++) {
		const struct facts_open *v = FACTS_AT(s->f->open, facts_open, i);

		if (str_is(v->kind, "secret") && (!worst || v->n > worst->n))
			worst = v;
	}
	return worst ? arena_printf(s->a, ", most in %.*s", FMT(worst->system)) : (struct str){ 0 };
}

static void secrets(struct stepping *s)
{
	struct gathered tree = gather(s, "secret", SITUATION_TREE, FIELD_UNKNOWN);
	struct gathered other = gather(s, "secret", SITUATION_ELSEWHERE, FIELD_UNKNOWN);
	struct gathered old = gather(s, "secret", SITUATION_HISTORY, FIELD_UNKNOWN);

	add(s, tree.n, EFFECT_SECRET, s->f->branches.n > 1 ?
	    arena_printf(s->a, "secret%s in the trees%.*s", many(tree.n), FMT(most_secrets(s))) :
	    arena_printf(s->a, "secret%s in the tree of %.*s: %.*s", many(tree.n), FMT(branch_name(s)), FMT(tree.titles)),
	    tree.n <= NUMBERS_SHOWN ? arena_printf(s->a, "custody finding show%.*s", FMT(tree.numbers)) :
	    STR("custody finding list -k secret"));
	add(s, other.n, EFFECT_SECRET,
	    arena_printf(s->a, "secret%s that reports found elsewhere: %.*s", many(other.n), FMT(other.titles)),
	    other.n <= NUMBERS_SHOWN ? arena_printf(s->a, "custody finding show%.*s", FMT(other.numbers)) :
	    STR("custody finding list -k secret"));
	add(s, old.n, EFFECT_OLD_SECRET, arena_printf(s->a, "secret%s only in history, rotation not known", many(old.n)),
	    STR("custody finding list -k secret"));
}

/* Whether anything that is built here may face the internet: what nobody declared is
 * taken to. */
static bool exposed(const struct facts *f)
{
	for (size_t i = 0; i < f->systems.n; i++) {
		const struct facts_system *y = FACTS_AT(f->systems, facts_system, i);

		if (y->declared != 1 || str_is(y->exposure, "internet"))
			return true;
	}
	return f->systems.n == 0;
}

static const char *place_of(struct str kind)
{
	static const struct {
		const char *kind, *where;
	} known[] = {
		{ "dependency", "dependencies" }, { "container", "images" }, { "static", "the code" }, { "dynamic", "running sites" },
		{ "infrastructure", "infrastructure code" }, { "licence", "licences" },
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (str_is(kind, known[i].kind))
			return known[i].where;
	return NULL;
}

/* What can be tried from outside, and what has a fix to take, counts for more. */
static int64_t effect_of(const struct stepping *s, struct str kind, const struct gathered *g, bool critical)
{
	int64_t effect = critical ? EFFECT_CRITICAL : EFFECT_HIGH;

	effect += str_is(kind, "dynamic") ? EFFECT_STEP : 0;
	effect += g->fixable ? EFFECT_STEP : 0;
	return exposed(s->f) ? effect : effect / 2;
}

static void findings_of(struct stepping *s, struct str kind)
{
	const char *name = arena_cstr(s->a, kind), *where = place_of(kind);
	struct gathered worst = gather(s, name, DELIVERY_ANYWHERE, SEVERITY_CRITICAL);
	struct gathered g = gather(s, name, DELIVERY_ANYWHERE, SEVERITY_HIGH);
	struct str fixable = { 0 }, what;

	if (g.fixable)
		fixable = arena_printf(s->a, ", %lld with a fix", (long long)g.fixable);
	if (worst.n && worst.n < g.n)
		what = arena_printf(s->a, "%lld critical, %lld high", (long long)worst.n, (long long)(g.n - worst.n));
	else
		what = worst.n ? STR("critical") : STR("high");
	add(s, g.n, effect_of(s, kind, &g, worst.n > 0), arena_printf(s->a, "finding%s in %s: %.*s%.*s", many(g.n),
		where ? where : arena_printf(s->a, "reports of kind %s", name).p, FMT(what), FMT(fixable)),
	    arena_printf(s->a, "custody finding list -k %s", name));
}

/* Every kind that there is; secrets have lines of their own. */
static void findings(struct stepping *s)
{
	const struct many *v = &s->f->findings;

	for (size_t i = 0; i < v->n; i++) {
		struct str kind = FACTS_AT(*v, facts_finding, i)->kind;
		bool seen = str_is(kind, "secret");

		for (size_t k = 0; k < i && !seen; k++)
			seen = str_eq(FACTS_AT(*v, facts_finding, k)->kind, kind);
		if (!seen)
			findings_of(s, kind);
	}
	s->out->severe = delivery_parts_open(s->f, "", SEVERITY_HIGH, DELIVERY_ANYWHERE);
}

static void changes(struct stepping *s)
{
	struct delivery_sums t = delivery_parts_sums(s->f);
	struct str on = s->f->branches.n > 1 ? STR("") : arena_printf(s->a, " on %.*s", FMT(branch_name(s)));

	add(s, t.reviews.missing, EFFECT_UNREVIEWED,
	    arena_printf(s->a, "change%s%.*s without an independent review%.*s", many(t.reviews.missing),
					       FMT(on), FMT(most_in(s, unreviewed))), STR("custody change list --unreviewed"));
	/* Where most changes have none, the team works without pull requests. */
	if (t.no_pull * 2 < t.changes)
		add(s, t.no_pull, EFFECT_NO_PULL,
		    arena_printf(s->a, "change%s%.*s without a pull request number%.*s", many(t.no_pull), FMT(on),
					       FMT(most_in(s, without_pull))), STR("custody change list --no-pr"));
	add(s, t.gone, EFFECT_GONE, arena_printf(s->a, "change%s that vanished when history was rewritten", many(t.gone)),
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
	add(s, unpinned, EFFECT_ACTIONS, detail, STR("custody coverage"));
}

static void skippable(struct stepping *s)
{
	int64_t n = 0;

	for (size_t i = 0; i < s->f->ci.n; i++)
		n += str_is(FACTS_AT(s->f->ci, facts_ci, i)->enforced, "skippable");
	add(s, n, EFFECT_SKIPPABLE, arena_printf(s->a, "scan%s in CI that may fail or be skipped unnoticed", many(n)),
	    STR("custody coverage"));
}

void steps_fixes(struct stepping *s)
{
	secrets(s);
	changes(s);
	findings(s);
	actions(s);
	skippable(s);
}
