/* The rules of single areas: which facts are faults, which answers are open and
 * where they lie, what is there. */
#include "judge/delivery_parts.h"

#define FAULT(x, ...) delivery_parts_add((x), &(x)->faults, __VA_ARGS__)
#define OPEN(x, ...) delivery_parts_add((x), &(x)->open, __VA_ARGS__)
#define HAVE(x, ...) delivery_parts_add((x), &(x)->have, __VA_ARGS__)

static const char *s(int64_t n)
{
	return n == 1 ? "" : "s";
}

static void next(struct deciding *x, const char *what)
{
	if (!x->d->next.n)
		x->d->next = str_c(what);
}

/* Documents for the control: evidence by upload; a review that is due makes them
 * stale. */
static void look_at_documents(struct deciding *x, const char *missing)
{
	int64_t n = 0, today = day_of(x->f->as_of);

	for (size_t i = 0; i < x->f->documents.n; i++) {
		const struct facts_document *d = FACTS_AT(x->f->documents, facts_document, i);
		bool standing = str_is(d->kind, "policy") || str_is(d->kind, "procedure");

		if (!str_is(d->control, x->d->info->control))
			continue;
		n += d->n;
		delivery_parts_evidence(x, standing ? INSTANT_NONE : d->at, false);
		if (d->review_by != INSTANT_NONE && d->review_by < today)
			delivery_parts_add(x, &x->stale, "the review of a %.*s is overdue by %lld days", FMT(d->kind),
					   (long long)(today - d->review_by));
	}
	if (n)
		HAVE(x, "%lld document%s handed over", (long long)n, s(n));
	else if (missing)
		OPEN(x, "%s", missing);
}

static int64_t scans_of(struct deciding *x, const char *kind, int64_t *newest)
{
	int64_t n = 0;

	for (size_t i = 0; i < x->f->scans.n; i++) {
		const struct facts_scan *v = FACTS_AT(x->f->scans, facts_scan, i);

		if (!str_is(v->kind, kind) || v->proposed == 1 || !facts_scan_held(v))
			continue;
		n += v->runs;
		if (*newest == INSTANT_NONE || facts_scan_ran(v) > *newest)
			*newest = facts_scan_ran(v);
		delivery_parts_evidence(x, facts_scan_ran(v),
					str_is(v->via, "collected") || str_is(v->via, "pipeline"));
	}
	return n;
}

/* How far scans of one of two kinds reach over the repositories: with a result; run
 * by CI without a result here; visibly not in the CI that the tree holds; or CI is
 * elsewhere, and nobody knows. */
struct reach {
	int64_t shown, running, lacking, silent, skippable;
	struct str tool;		/* one that CI runs */
};

static bool has_scan(const struct facts *f, const struct facts_branch *b, const char *const kinds[2])
{
	for (size_t i = 0; i < f->scans.n; i++) {
		const struct facts_scan *v = FACTS_AT(f->scans, facts_scan, i);

		if ((str_is(v->kind, kinds[0]) || str_is(v->kind, kinds[1])) && v->proposed != 1 &&
		    facts_scan_held(v) && str_eq(v->system, b->system))
			return true;
	}
	return false;
}

static const struct facts_ci *in_ci(const struct facts *f, const struct facts_branch *b, const char *const kinds[2])
{
	const struct facts_ci *found = NULL;

	for (size_t i = 0; i < f->ci.n; i++) {
		const struct facts_ci *c = FACTS_AT(f->ci, facts_ci, i);

		if ((str_is(c->kind, kinds[0]) || str_is(c->kind, kinds[1])) && str_eq(c->repository, b->repository) &&
		    (!found || str_is(c->enforced, "enforced")))
			found = c;
	}
	return found;
}

static bool has_file(const struct facts *f, const struct facts_branch *b, const char *kind)
{
	for (size_t i = 0; i < f->tree.n; i++) {
		const struct facts_tree *t = FACTS_AT(f->tree, facts_tree, i);

		if (str_is(t->kind, kind) && str_eq(t->repository, b->repository))
			return true;
	}
	return false;
}

/* Where `needs` names a kind of file, a repository without one needs no scan. */
static struct reach reach_of(const struct facts *f, const char *const kinds[2], const char *needs)
{
	struct reach r = { 0 };

	for (size_t i = 0; i < f->branches.n; i++) {
		const struct facts_branch *b = FACTS_AT(f->branches, facts_branch, i);
		const struct facts_ci *c = in_ci(f, b, kinds);

		if (c) {
			r.tool = c->tool;
			r.skippable += str_is(c->enforced, "skippable");
		}
		if (has_scan(f, b, kinds))
			r.shown++;
		else if (c)
			r.running++;
		else if (has_file(f, b, "ci") && (!needs || has_file(f, b, needs)))
			r.lacking++;
		else
			r.silent++;
	}
	return r;
}

static void look_at_open(struct deciding *x, const char *kind, const char *what)
{
	int64_t n = delivery_parts_open(x->f, kind, SEVERITY_HIGH, DELIVERY_ANYWHERE);

	if (n == 0)
		return;
	FAULT(x, "%lld critical or high %s finding%s open", (long long)n, what, s(n));
	next(x, "decide each: fix, or accept with an end date");
}

static void no_repository(struct deciding *x)
{
	OPEN(x, "no release branch was looked at");
	next(x, "custody collect git DIR");
}

static void life_cycle(struct deciding *x)
{
	int64_t rules = 0;

	look_at_documents(x, "no policy of secure development was handed over");
	for (size_t i = 0; i < x->f->rules.n; i++)
		rules += str_is(FACTS_AT(x->f->rules, facts_rule, i)->source, "host");
	if (rules) {
		delivery_parts_evidence(x, INSTANT_NONE, true);
		HAVE(x, "%lld branch rule%s exported from the host", (long long)rules, s(rules));
	}
	next(x, "custody evidence add the approved policy; import the branch rules");
}

static void requirements(struct deciding *x)
{
	look_at_documents(x, "a repository cannot show security requirements");
	next(x, "custody evidence add security criteria and the tests of them");
}

static void architecture(struct deciding *x)
{
	look_at_documents(x, "a repository cannot show reviews of architecture");
	next(x, "custody evidence add architecture decisions and threat notes");
}

static void look_at_secrets(struct deciding *x)
{
	int64_t tree = delivery_parts_open(x->f, "secret", FIELD_UNKNOWN, SITUATION_TREE);
	int64_t elsewhere = delivery_parts_open(x->f, "secret", FIELD_UNKNOWN, SITUATION_ELSEWHERE);
	int64_t history = delivery_parts_open(x->f, "secret", FIELD_UNKNOWN, SITUATION_HISTORY), newest = INSTANT_NONE;

	if (tree) {
		FAULT(x, "%lld secret%s in the tree", (long long)tree, s(tree));
		next(x, "rotate the secrets first, then remove them");
	}
	if (elsewhere)
		FAULT(x, "%lld secret%s that reports found outside of the trees looked at", (long long)elsewhere, s(elsewhere));
	if (history)
		OPEN(x, "whether %lld secret%s in history %s rotated", (long long)history, s(history),
		     history == 1 ? "was" : "were");
	if (scans_of(x, "secret", &newest) == 0)
		OPEN(x, "no secret scan ran");
}

/* Independent review, as coding and change management both need it. */
static void look_at_reviews(struct deciding *x, const struct delivery_sums *t)
{
	if (t->reviews.missing) {
		FAULT(x, "%lld of %lld changes without independent review", (long long)t->reviews.missing, (long long)t->changes);
		next(x, "custody change list --unreviewed");
	}
	if (t->reviews.unknown) {
		OPEN(x, "reviews of %lld change%s unknown", (long long)t->reviews.unknown, s(t->reviews.unknown));
		next(x, "import the pull requests: custody next 1");
	}
	if (t->reviews.shown) {
		delivery_parts_evidence(x, INSTANT_NONE, true);
		HAVE(x, "%lld of %lld changes reviewed before merge", (long long)t->reviews.shown, (long long)t->changes);
	}
}

/* The host's default branch is known only where one release branch is. */
static bool is_only_one(const struct facts *f, const struct facts_branch *b)
{
	size_t n = 0;

	for (size_t i = 0; i < f->branches.n; i++)
		n += str_eq(FACTS_AT(f->branches, facts_branch, i)->repository, b->repository);
	return n == 1;
}

static bool is_of_branch(const struct facts *f, const struct facts_rule *v, const struct facts_branch *b)
{
	struct str head = STR("refs/heads/");

	return str_is(v->source, "host") && str_eq(v->repository, b->repository) &&
	       (str_eq(v->branch, b->branch) || str_has(v->branch, STR("~ALL")) ||
		(str_has(v->branch, STR("~DEFAULT_BRANCH")) && is_only_one(f, b)) ||
		(str_starts(v->branch, head) && str_eq(str_from(v->branch, head.n), b->branch)));
}

/* How many approvals the host's rules ask on a branch; -1: no rule was exported that
 * tells. */
static int64_t approvals_asked(const struct facts *f, const struct facts_branch *b)
{
	int64_t most = -1;

	for (size_t i = 0; i < f->rules.n; i++) {
		const struct facts_rule *v = FACTS_AT(f->rules, facts_rule, i);
		uint64_t n;

		if (is_of_branch(f, v, b) && (str_ends(v->rule, STR("required_approving_review_count")) ||
					   str_ends(v->rule, STR("requiredApprovingReviewCount"))) &&
		    str_to_u64(v->value, &n) && n < 1000 && (int64_t)n > most)
			most = (int64_t)n;
	}
	return most;
}

/* Whether a review is required is what the host enforces, not what a text says. */
static void look_at_required_reviews(struct deciding *x)
{
	for (size_t i = 0; i < x->f->branches.n; i++) {
		const struct facts_branch *b = FACTS_AT(x->f->branches, facts_branch, i);
		int64_t n = approvals_asked(x->f, b);

		if (n < 0)
			continue;
		delivery_parts_evidence(x, INSTANT_NONE, true);
		if (n)
			HAVE(x, "the host asks %lld approval%s on %.*s of %.*s", (long long)n, s(n), FMT(b->branch), FMT(b->repository));
		else
			FAULT(x, "the host asks no approval on %.*s of %.*s", FMT(b->branch), FMT(b->repository));
	}
}

static void coding(struct deciding *x)
{
	struct delivery_sums t = delivery_parts_sums(x->f);

	x->by_change = x->by_review = true;
	x->runs[0] = "scan:secret";
	look_at_secrets(x);
	if (t.branches == 0)
		no_repository(x);
	look_at_reviews(x, &t);
	look_at_required_reviews(x);
	if (t.branches && x->f->tree.n && delivery_parts_files(x->f, "codeowners") == 0)
		(x->faults.n ? delivery_parts_add(x, &x->faults, "no CODEOWNERS") : HAVE(x, "no CODEOWNERS"));
	look_at_documents(x, NULL);
}

static void say_lacking(struct deciding *x, int64_t lacking, const char *what)
{
	int64_t all = (int64_t)x->f->branches.n;

	if (lacking == 0)
		return;
	if (all == 1)
		FAULT(x, "no %s in CI, and no report given", what);
	else
		FAULT(x, "%lld of %lld repositories have no %s", (long long)lacking, (long long)all, what);
	next(x, "add one to the pipeline, or import its report");
}

static void say_reach(struct deciding *x, const struct reach *r, const char *what)
{
	say_lacking(x, r->lacking, what);
	if (r->running) {
		OPEN(x, "%.*s runs in CI; no result of a run was given", FMT(r->tool));
		next(x, "custody import the report of the last run");
	}
	if (r->lacking + r->running + r->shown == 0)
		OPEN(x, "no report of a %s was given", what);
	if (r->skippable)
		OPEN(x, "%.*s can be skipped in CI", FMT(r->tool));
	next(x, "custody import the report of a scan");
}

static void look_at_tests(struct deciding *x)
{
	for (size_t i = 0; i < x->f->tests.n; i++) {
		const struct facts_tests *t = FACTS_AT(x->f->tests, facts_tests, i);

		delivery_parts_evidence(x, t->at, false);
		if (t->failed + t->errors > 0) {
			FAULT(x, "%lld of %lld automated tests failed in the last run", (long long)(t->failed + t->errors),
			      (long long)t->tests);
			next(x, "mend the tests, or say why they may fail");
		}
	}
}

static void testing(struct deciding *x)
{
	static const char *const kinds[2] = { "static", "dynamic" };
	struct reach r = reach_of(x->f, kinds, NULL);
	int64_t newest = INSTANT_NONE, n;

	x->runs[0] = "scan:static";
	x->runs[1] = "scan:dynamic";
	x->runs[2] = "tests";
	n = scans_of(x, "static", &newest) + scans_of(x, "dynamic", &newest);
	look_at_tests(x);
	look_at_open(x, "static", "static");
	look_at_open(x, "dynamic", "dynamic");
	say_reach(x, &r, "static or dynamic scan");
	if (n)
		HAVE(x, "%lld scan%s", (long long)n, s(n));
	look_at_documents(x, NULL);
}

static void vulnerabilities(struct deciding *x)
{
	static const char *const kinds[2] = { "dependency", "container" };
	struct reach r = reach_of(x->f, kinds, "lockfile");
	int64_t newest = INSTANT_NONE, n;

	x->runs[0] = "scan:dependency";
	x->runs[1] = "scan:container";
	n = scans_of(x, "dependency", &newest) + scans_of(x, "container", &newest);
	look_at_open(x, "dependency", "dependency");
	look_at_open(x, "container", "container");
	say_reach(x, &r, "dependency scan");
	if (n)
		HAVE(x, "%lld scan%s", (long long)n, s(n));
	look_at_documents(x, NULL);
}

static void access_control(struct deciding *x)
{
	const struct facts_people *p = &x->f->people;

	if (p->persons_known > 0 && p->unmatched > 0) {
		FAULT(x, "%lld account%s of no known person", (long long)p->unmatched, s(p->unmatched));
		next(x, "custody people join");
	}
	look_at_documents(x, "a repository cannot show who has access");
	next(x, "custody evidence add the last access review");
}

static void change_management(struct deciding *x)
{
	struct delivery_sums t = delivery_parts_sums(x->f);

	x->by_review = true;
	if (t.branches == 0)
		no_repository(x);
	if (t.changes) {
		delivery_parts_evidence(x, INSTANT_NONE, true);
		HAVE(x, "%lld change%s with author, date and content", (long long)t.changes, s(t.changes));
	}
	if (t.gone)
		FAULT(x, "history was rewritten: %lld change%s vanished", (long long)t.gone, s(t.gone));
	if (t.branches)
		OPEN(x, "deployments not in git");
	look_at_reviews(x, &t);
	if (t.checks.missing)
		FAULT(x, "%lld merged without passed checks", (long long)t.checks.missing);
	if (t.tickets.missing)
		FAULT(x, "%lld without a ticket", (long long)t.tickets.missing);
	next(x, "custody evidence add the deployment log and release approvals");
	look_at_documents(x, NULL);
}

static void logging(struct deciding *x)
{
	look_at_documents(x, "a repository cannot show logging");
	next(x, "custody evidence add retention, alert rules, the last log review");
}

static void outsourced(struct deciding *x)
{
	look_at_documents(x, "a repository cannot show who is a supplier");
	next(x, "custody evidence add agreements and access scope of suppliers");
}

/* Infrastructure written as code is configuration, and scans of it are its checks. */
static void configuration(struct deciding *x)
{
	int64_t newest = INSTANT_NONE, n = scans_of(x, "infrastructure", &newest);

	x->runs[0] = "scan:infrastructure";
	look_at_open(x, "infrastructure", "infrastructure");
	if (n)
		HAVE(x, "%lld scan%s of infrastructure code", (long long)n, s(n));
}

/* A control that no area is judged by: what was handed over for it speaks alone, and
 * of configuration management scans of infrastructure code. */
static void any_control(struct deciding *x)
{
	struct str control = str_c(x->d->info->control);

	for (size_t i = 0; i < AREAS; i++)
		for (size_t k = 0; k < AREA_CONTROLS && areas[i].also[k]; k++)
			if (str_is(control, areas[i].also[k]))
				HAVE(x, "evidence of %s (%s) bears on it", areas[i].name, areas[i].control);
	if (str_is(control, "A.8.9"))
		configuration(x);
	look_at_documents(x, x->evidence ? NULL : "nothing that was collected speaks to it");
	next(x, "custody evidence add what shows it");
}

void delivery_rules(struct deciding *x)
{
	static void (*const rules[AREAS])(struct deciding *x) = {
		[AREA_LIFE_CYCLE] = life_cycle, [AREA_REQUIREMENTS] = requirements, [AREA_ARCHITECTURE] = architecture,
		[AREA_CODING] = coding, [AREA_TESTING] = testing, [AREA_VULNERABILITIES] = vulnerabilities,
		[AREA_ACCESS] = access_control, [AREA_CHANGE] = change_management, [AREA_LOGGING] = logging,
		[AREA_OUTSOURCED] = outsourced,
	};

	if (x->d->info->area == AREA_NONE)
		any_control(x);
	else
		rules[x->d->info->area](x);
	next(x, "declare owner, frequency and applicability: custody init --starter");
}
