#include "judge/steps.h"

#include "judge/steps_parts.h"

enum { COMMAND_MAX = 16 * 1024, REPOSITORIES_SHOWN = 20 };

const char *const steps_host_words[] = { "github", "gitlab", "bitbucket", "azure", "gitea", NULL };

static void add(struct stepping *s, struct step step)
{
	if (s->out->n < STEPS_MAX)
		s->out->v[s->out->n++] = step;
}

static struct str plural(struct stepping *s, int64_t n, const char *what)
{
	return arena_printf(s->a, "%.*s %s%s", FMT(arena_number(s->a, n)), what, n == 1 ? "" : "s");
}

/* The sentence on what is not here ends in the command that fetches it. */
static const char *fetch_of(struct str why)
{
	if (str_has(why, STR("git fsck")))
		return "git fsck";
	return str_has(why, STR("--refetch")) ? "git fetch --refetch --no-filter" : "git fetch --unshallow";
}

/* History that is not here leaves changes unseen: the command that fetches it. */
static void complete_history(struct stepping *s)
{
	for (size_t i = 0; i < s->f->branches.n; i++) {
		const struct facts_branch *b = FACTS_AT(s->f->branches, facts_branch, i);

		if (b->complete == 1 || !b->why.n)
			continue;
		add(s, (struct step){ .minutes = 1,
			.title = arena_printf(s->a, "the history of %.*s that is not in this copy", FMT(b->repository)),
			.brief = str_c(fetch_of(b->why)), .why = b->why,
			.command = arena_printf(s->a, "  %s\n  custody collect git .\n", fetch_of(b->why)) });
		return;
	}
}

/* Not where an export told everything it can: what came in without a pull request
 * stays unknown. */
static bool export_helps(const struct facts_branch *b)
{
	bool told = b->pulls_known > 0 && b->reviews.unknown == 0 && b->checks.shown + b->checks.missing > 0;

	return !told && b->reviews.unknown + b->checks.unknown + b->tickets.unknown > 0;
}

/* Reviews, checks and tickets live at the code host. */
static void import_pulls(struct stepping *s)
{
	static const char *const briefs[] = { "gh pr list … ; custody import prs.json", "glab api … ; custody import mrs.json",
		"curl … ; custody import prs.json", "az repos pr list … ; custody import prs.json", "curl … ; custody import prs.json" };
	struct delivery_sums t = delivery_parts_sums(s->f);
	BUF_AUTO command = buf_new(COMMAND_MAX);
	int64_t shown = 0, left = 0, changes;
	const struct facts_branch *first = NULL;

	for (size_t i = 0; i < s->f->branches.n; i++) {
		const struct facts_branch *b = FACTS_AT(s->f->branches, facts_branch, i);

		if (!export_helps(b))
			continue;
		first = first ? first : b;
		if (shown++ < REPOSITORIES_SHOWN)
			steps_export(s, b, &command);
		else
			left++;
	}
	changes = t.reviews.unknown > t.checks.unknown ? t.reviews.unknown : t.checks.unknown;
	if (!first)
		return;
	if (left)
		buf_addf(&command, "  # and the same for %lld more repositories\n", (long long)left);
	add(s, (struct step){ .minutes = 1 + shown, .brief = str_c(briefs[steps_host_for(s, first)]),
		.title = arena_printf(s->a, "reviews, checks, tickets of %.*s", FMT(plural(s, changes, "change"))),
		.why = arena_printf(s->a, "Turns %.*s, %.*s and %.*s into facts.",
				    FMT(plural(s, t.reviews.unknown, "unknown review")),
				    FMT(plural(s, t.checks.unknown, "unknown check result")),
				    FMT(plural(s, t.tickets.unknown, "unknown ticket"))),
		.note = steps_export_note(s, first, s->out->n + 1), .command = arena_str(s->a, buf_str(&command)) });
}

static bool has_scan(const struct facts *f, const char *kind)
{
	for (size_t i = 0; i < f->scans.n; i++)
		if (str_is(FACTS_AT(f->scans, facts_scan, i)->kind, kind) &&
		    facts_scan_held(FACTS_AT(f->scans, facts_scan, i)))
			return true;
	return false;
}

static bool has_file(const struct facts *f, const char *kind, const char *detail)
{
	for (size_t i = 0; i < f->tree.n; i++) {
		const struct facts_tree *t = FACTS_AT(f->tree, facts_tree, i);

		if (str_is(t->kind, kind) && (!detail || str_is(t->detail, detail)))
			return true;
	}
	return false;
}

static bool in_ci(const struct facts *f, const char *tool)
{
	for (size_t i = 0; i < f->ci.n; i++)
		if (str_is(FACTS_AT(f->ci, facts_ci, i)->tool, tool))
			return true;
	return false;
}

static struct str slug_of(const struct facts *f)
{
	return f->branches.n ? steps_slug(FACTS_AT(f->branches, facts_branch, 0)) : STR("OWNER/NAME");
}

/* One line each, by what the trees hold; returns what the first is called. */
static const char *dependency_commands(const struct facts *f, struct buf *out)
{
	const char *first = NULL;

	if (has_file(f, "lockfile", "npm")) {
		buf_add_c(out, "  npm audit --json > npm-audit.json\n  custody import npm-audit.json\n");
		first = "npm audit … ; custody import npm-audit.json";
	}
	if (has_file(f, "lockfile", "go")) {
		buf_add_c(out, "  govulncheck -format sarif ./... > govulncheck.sarif\n  custody import govulncheck.sarif\n");
		first = first ? first : "govulncheck … ; custody import v.sarif";
	}
	if (!first) {
		buf_add_c(out, "  osv-scanner scan source -r --format json . > osv.json\n  custody import osv.json\n");
		first = "osv-scanner … ; custody import osv.json";
	}
	if (has_file(f, "image", NULL))
		buf_add_c(out, "  trivy fs --format json --output trivy.json .\n  custody import trivy.json\n");
	return first;
}

static const char *static_commands(const struct facts *f, struct buf *out)
{
	if (in_ci(f, "CodeQL")) {
		buf_addf(out, "  gh api \"repos/%.*s/code-scanning/alerts?state=open&per_page=100\" > alerts.json\n"
			 "  custody import alerts.json\n", FMT(slug_of(f)));
		return "gh api … ; custody import alerts.json";
	}
	buf_add_c(out, "  semgrep scan --config auto --json --output semgrep.json\n  custody import semgrep.json\n");
	return "custody import semgrep.json codeql.sarif";
}

/* What scanners found, of the kinds that no result was given of. */
static void import_reports(struct stepping *s)
{
	static const char *const titles[2][2] = {
		{ "", "what scanners find in the code" },
		{ "what scanners find in dependencies", "what scanners find in dependencies and code" },
	};
	BUF_AUTO command = buf_new(COMMAND_MAX);
	bool dependency = !has_scan(s->f, "dependency") && !has_scan(s->f, "container");
	bool code = !has_scan(s->f, "static") && !has_scan(s->f, "dynamic");
	const char *brief, *other;

	if (s->f->branches.n == 0 || (!dependency && !code))
		return;
	brief = dependency ? dependency_commands(s->f, &command) : NULL;
	other = code ? static_commands(s->f, &command) : NULL;
	buf_add_c(&command, "  custody import junit.xml            # what the tests said, if CI keeps it\n");
	add(s, (struct step){ .minutes = dependency && code ? 5 : 2, .brief = str_c(brief ? brief : other),
		.title = str_c(titles[dependency][code]),
		.why = STR("Shows security testing (A.8.29) and technical vulnerabilities (A.8.8), now unknown or a gap. Any of "
			   "SARIF, CycloneDX, SPDX, JUnit and the own JSON of the usual scanners will do."),
		.command = arena_str(s->a, buf_str(&command)) });
}

/* Slashes of names are written out in addresses of both hosts. */
static struct str escaped(struct stepping *s, struct str name)
{
	struct str out = STR(""), part;

	while (str_split(&name, '/', &part))
		out = out.n ? arena_printf(s->a, "%.*s%%2F%.*s", FMT(out), FMT(part)) : part;
	return out;
}

static struct str rules_command(struct stepping *s, const struct facts_branch *b)
{
	struct str slug = steps_slug(b), branch = escaped(s, steps_branch(b));

	if (steps_host_for(s, b) == STEPS_GITHUB)
		return arena_printf(s->a, "  gh api%.*s \"repos/%.*s/rules/branches/%.*s\" > rules.json\n"
				    "  custody import rules.json\n", FMT(steps_at_host(s, b, "--hostname", "github.com")),
				    FMT(slug), FMT(branch));
	return arena_printf(s->a, "  glab api%.*s \"projects/%.*s/protected_branches\" > rules.json\n"
			    "  custody import rules.json\n", FMT(steps_at_host(s, b, "--hostname", "gitlab.com")),
			    FMT(escaped(s, slug)));
}

static void import_rules(struct stepping *s)
{
	const struct facts_branch *b = s->f->branches.n ? FACTS_AT(s->f->branches, facts_branch, 0) : NULL;

	for (size_t i = 0; i < s->f->rules.n; i++)
		if (str_is(FACTS_AT(s->f->rules, facts_rule, i)->source, "host"))
			return;
	if (!b || steps_host_for(s, b) > STEPS_GITLAB)
		return;
	add(s, (struct step){ .minutes = 1,
		.brief = steps_host_for(s, b) == STEPS_GITHUB ? STR("gh api … ; custody import rules.json")
							       : STR("glab api … ; custody import rules.json"),
		.title = arena_printf(s->a, "the rules that %.*s is under", FMT(b->branch)), .command = rules_command(s, b),
		.note = steps_export_note(s, b, s->out->n + 1),
		.why = STR("Git does not know which branches are protected. The rules show that review and checks are required "
			   "(A.8.25, A.8.28), not only that they happened.") });
}

static void declare_owners(struct stepping *s)
{
	if (s->f->controls.n)
		return;
	add(s, (struct step){ .minutes = 10, .brief = STR("custody init --starter"),
		.title = STR("owners, systems, what faces the internet"),
		.why = STR("Without an owner, a frequency and an approved Statement of Applicability no area can be audit-ready. "
			   "A starter custody.yaml is made from what is here; every guess in it says # confirm."),
		.command = STR("  custody init --starter\n  $EDITOR custody.yaml\n  custody config apply\n") });
}

static void join_people(struct stepping *s)
{
	const struct facts_people *p = &s->f->people;

	if (p->persons == 0 || (p->persons_known > 0 && p->unmatched == 0))
		return;
	add(s, (struct step){ .minutes = 5, .brief = STR("custody people import people.csv"),
		.title = arena_printf(s->a, "who %.*s belong to", FMT(plural(s, p->unmatched, "account"))),
		.why = STR("A reviewer and an author may be one person with two accounts. A list of people from the identity "
			   "provider or from HR (CSV: name, email, login) joins them."),
		.command = STR("  custody people import people.csv\n  custody people join\n") });
}

static void get_anchored(struct stepping *s)
{
	if (s->f->anchors.n || s->f->log.size == 0)
		return;
	add(s, (struct step){ .minutes = 1, .brief = STR("custody anchor tsa URL"),
		.title = STR("somebody outside who vouches for the time"),
		.why = STR("The log is signed by this machine alone. A time stamp (RFC 3161) shows that it stood as it is at that "
			   "time. It sends one digest to the time-stamp server, nothing else."),
		.command = STR("  custody anchor tsa URL\n") });
}

void steps_make(const struct steps_spec *spec, struct arena *a, struct steps *out)
{
	struct stepping s = { spec, spec->f, a, out };

	struct delivery_sums t = delivery_parts_sums(spec->f);
	bool pulls = t.no_pull < t.changes;

	*out = (struct steps){ .n = 0 };
	steps_fixes(&s);
	complete_history(&s);
	/* Where no change has a pull request, the host may have no reviews to tell. */
	if (pulls)
		import_pulls(&s);
	import_reports(&s);
	if (!pulls)
		import_pulls(&s);
	import_rules(&s);
	declare_owners(&s);
	join_people(&s);
	get_anchored(&s);
}
