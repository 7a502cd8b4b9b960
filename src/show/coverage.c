#include "show/coverage.h"

#include "base/instant.h"
#include "record/types.h"

static const struct show_column columns[] = {
	{ "system", "system", SHOW_TEXT, 16 },
	{ "kind", "kind", SHOW_TEXT, 17 },
	{ "must", "must", SHOW_TEXT, 4 },
	{ "in_ci", "in CI", SHOW_TEXT, 18 },
	{ "enforced", "enforced", SHOW_TEXT, 10 },
	{ "last_run", "last run", SHOW_DAY, 10 },
	{ "age_days", "days", SHOW_NUMBER, 5 },
	{ "result", "result", SHOW_TEXT, 10 },
	{ "open", "open", SHOW_NUMBER, 7 },
	{ "via", NULL, SHOW_TEXT, 9 },
	{ "why", "remark", SHOW_TEXT, 0 },
	{ 0 },
};

/* What a person calls the kinds that must be told apart. */
static const struct {
	const char *kind, *shown;
	bool always;
} kinds[] = {
	{ "secret", "secret", true }, { "dependency", "vulnerability", true }, { "licence", "licence", true },
	{ "static", "static", false }, { "dynamic", "dynamic", false }, { "container", "container", false },
	{ "infrastructure", "infrastructure", false }, { "unknown", "of no known kind", false },
};

struct cover {
	const struct facts *f;
	const struct facts_system *y;
	const char *kind;
	bool must, ci_seen;
	const struct facts_ci *ci;
	const struct facts_scan *scan;
};

static bool of_system(const struct facts *f, struct str repository, struct str name)
{
	for (size_t i = 0; i < f->branches.n; i++) {
		const struct facts_branch *b = FACTS_AT(f->branches, facts_branch, i);

		if (str_eq(b->repository, repository) && str_eq(b->system, name))
			return true;
	}
	return false;
}

/* An enforced one is told before one that can be skipped. */
static void look_in_ci(struct cover *c)
{
	for (size_t i = 0; i < c->f->ci.n; i++) {
		const struct facts_ci *v = FACTS_AT(c->f->ci, facts_ci, i);

		if (str_is(v->kind, c->kind) && of_system(c->f, v->repository, c->y->name) &&
		    (!c->ci || (!str_is(c->ci->enforced, "enforced") && str_is(v->enforced, "enforced"))))
			c->ci = v;
	}
	for (size_t i = 0; i < c->f->tree.n; i++) {
		const struct facts_tree *t = FACTS_AT(c->f->tree, facts_tree, i);

		c->ci_seen |= str_is(t->kind, "ci") && of_system(c->f, t->repository, c->y->name);
	}
}

static void look_at_scans(struct cover *c)
{
	for (size_t i = 0; i < c->f->scans.n; i++) {
		const struct facts_scan *v = FACTS_AT(c->f->scans, facts_scan, i);

		if (str_is(v->kind, c->kind) && v->proposed != 1 && str_eq(v->system, c->y->name) &&
		    (!c->scan || facts_scan_ran(v) > facts_scan_ran(c->scan)))
			c->scan = v;
	}
	for (size_t i = 0; i < c->y->kinds.n; i++)
		c->must |= str_is(((const struct str *)c->y->kinds.v)[i], c->kind);
}

/* All that is open of the kind, whichever run found it: as the list of findings has it. */
static int64_t open_of(const struct cover *c)
{
	for (size_t i = 0; i < c->f->open.n; i++) {
		const struct facts_open *o = FACTS_AT(c->f->open, facts_open, i);

		if (str_is(o->kind, c->kind) && str_eq(o->system, c->y->name))
			return o->n;
	}
	return 0;
}

static struct str remark(const struct cover *c)
{
	if (str_is(str_c(c->kind), "unknown"))
		return STR("the reports do not say what kind of scan it was");
	if (c->ci && c->ci->why.n)
		return c->ci->why;
	if (c->ci && !c->scan)
		return STR("no result of a run was given");
	if (!c->ci && !c->scan)
		return c->ci_seen ? STR("not in the CI that the tree holds; no report given") :
		       STR("CI is not in the tree; no report given");
	return c->scan && c->scan->coverage.n ? c->scan->coverage : STR("");
}

static void put_row(struct show_list *l, const struct cover *c, const char *shown)
{
	const struct facts_scan *s = c->scan;
	int64_t open = open_of(c);
	const struct show_cell cells[] = {
		SHOW_T(c->y->name), SHOW_T(str_c(shown)), SHOW_T(c->must ? STR("yes") : STR("")),
		c->ci ? SHOW_T(c->ci->tool) : c->ci_seen ? SHOW_T(STR("no")) : SHOW_UNKNOWN,
		c->ci ? SHOW_T(c->ci->enforced) : SHOW_UNKNOWN, s ? SHOW_N(day_of(facts_scan_ran(s))) : SHOW_UNKNOWN,
		s ? SHOW_N(day_of(c->f->as_of) - day_of(facts_scan_ran(s))) : SHOW_UNKNOWN,
		s ? SHOW_T(open && str_is(s->outcome, "clean") ? STR("findings") : s->outcome) : SHOW_UNKNOWN,
		s ? SHOW_N(open) : SHOW_UNKNOWN, s ? SHOW_T(s->via) : SHOW_UNKNOWN, SHOW_T(remark(c)),
	};

	show_list_row(l, cells);
}

static void put_actions(struct show_list *l, const struct facts *f, const struct facts_system *y)
{
	for (size_t i = 0; i < f->tree.n; i++) {
		const struct facts_tree *t = FACTS_AT(f->tree, facts_tree, i);
		const struct show_cell cells[] = {
			SHOW_T(y->name), SHOW_T(STR("pinned CI actions")), SHOW_T(STR("")), SHOW_UNKNOWN, SHOW_UNKNOWN,
			SHOW_UNKNOWN,
			SHOW_UNKNOWN, SHOW_T(t->n ? STR("findings") : STR("clean")), SHOW_N(t->n),
			SHOW_T(STR("collected")), SHOW_T(t->detail),
		};

		if (str_is(t->kind, "actions") && of_system(f, t->repository, y->name))
			show_list_row(l, cells);
	}
}

err show_coverage(const struct facts *f, enum show_format format, int fd)
{
	OWNED(show_list) l = show_list_new(format, columns, fd);

	for (size_t i = 0; i < f->systems.n; i++) {
		const struct facts_system *y = FACTS_AT(f->systems, facts_system, i);

		for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
			struct cover c = { .f = f, .y = y, .kind = kinds[k].kind };

			look_in_ci(&c);
			look_at_scans(&c);
			if (kinds[k].always || c.must || c.ci || c.scan)
				put_row(l, &c, kinds[k].shown);
		}
		put_actions(l, f, y);
	}
	show_list_empty(l, "No system is known. custody collect git DIR and custody import FILE make them known.");
	return show_list_end(l);
}
