/* SARIF 2.1.0: each run is a scan, each result of kind "fail" a finding. The OASIS
 * specification's section numbers stand where the reading is not obvious. */
#include "reader/sarif_run.h"

#include <stdlib.h>

#include "base/instant.h"

enum { KINDS = 6, PROPERTIES = 64 };

static const char *const result_kinds[KINDS + 1] = {
	"notApplicable", "pass", "fail", "review", "open", "informational", NULL
};

struct reading {
	struct sarif s;
	struct report report;
	const struct sarif_run *run;
	int64_t kinds[KINDS + 1];	/* results that are no findings, by kind; other words last */
	int64_t absent;			/* baseline: no longer there */
};

static bool recognise(const struct reader_head *h)
{
	struct str schema = reader_head_text(h, "$schema");

	return reader_head_has(h, "runs[].tool.driver") || reader_head_has(h, "runs[].results") ||
	       (reader_head_has(h, "runs") && (str_has(schema, STR("sarif")) || reader_head_has(h, "version")));
}

/* SARIF 3.27.23: suppressed when accepted (the status where none is stated), and
 * nobody rejected it or is still looking. */
static int suppressed(const struct json *list)
{
	int yes = FIELD_UNKNOWN;

	if (!list || list->kind != JSON_ARRAY)
		return yes;
	yes = 0;
	for (const struct json *m = list->first; m; m = m->next) {
		struct str status = json_text(json_get(m, "status"));

		if (status.p && !str_is(status, "accepted"))
			return 0;
		yes = 1;
	}
	return yes;
}

static int by_name(const void *x, const void *y)
{
	const struct json *const *a = x, *const *b = y;

	return str_cmp((*a)->key, (*b)->key);
}

/* Semgrep writes these words where it was run without an account. */
static bool placeholder(struct str s)
{
	return !s.n || str_is(s, "requires login");
}

/* "name=value" of every property, in order of name. */
static struct str join(struct arena *a, const struct json *object)
{
	const struct json *v[PROPERTIES];
	BUF_AUTO b = buf_new(64 * 1024);
	size_t n = 0;

	for (const struct json *m = object ? object->first : NULL; m && n < PROPERTIES; m = m->next)
		if (m->kind == JSON_STRING && !placeholder(m->text))
			v[n++] = m;
	if (!n)
		return (struct str){ 0 };
	qsort(v, n, sizeof(*v), by_name);
	for (size_t i = 0; i < n; i++)
		buf_addf(&b, "%s%.*s=%.*s", i ? "\n" : "", FMT(v[i]->key), FMT(v[i]->text));
	return arena_str(a, buf_str(&b));
}

/* Gitleaks' partialFingerprints name commit and author, which do not identify. */
static struct str fingerprint(struct reading *g, const struct json *result)
{
	struct str whole = join(g->report.tmp, json_get(result, "fingerprints"));

	if (whole.n || g->run->kind == SCAN_SECRET)
		return whole;
	return join(g->report.tmp, json_get(result, "partialFingerprints"));
}

/* SARIF 3.11.5: {0} stands for the first argument, {{ for a brace. */
static struct str with_arguments(struct arena *a, struct str text, const struct json *arguments)
{
	BUF_AUTO b = buf_new(64 * 1024);

	if (!arguments || !arguments->n)
		return text;
	for (size_t i = 0; i < text.n; i++) {
		const struct json *v = arguments->first;

		if (text.p[i] != '{' || i + 2 >= text.n || text.p[i + 2] != '}' || text.p[i + 1] < '0' ||
		    text.p[i + 1] > '9') {
			buf_add_char(&b, text.p[i]);
			continue;
		}
		for (char k = text.p[i + 1]; v && k > '0'; k--)
			v = v->next;
		buf_add(&b, json_text(v));
		i += 2;
	}
	return arena_str(a, buf_str(&b));
}

static struct str message(struct reading *g, const struct sarif_rule *rule, const struct json *result)
{
	const struct json *m = json_get(result, "message"), *known = rule ? rule->messages : NULL;
	struct str text = json_text(json_get(m, "text")), id = json_text(json_get(m, "id"));

	if (!text.n)
		text = json_text(json_get(m, "markdown"));
	for (const struct json *s = known && !text.n ? known->first : NULL; s; s = s->next)
		if (id.n && str_eq(s->key, id))
			text = s->text;
	return with_arguments(g->report.tmp, text, json_get(m, "arguments"));
}

static void put_severity(const struct reading *g, const struct sarif_rule *rule, const struct json *result,
			 struct s_finding *f)
{
	struct str score = json_text(json_path(result, "properties.security-severity"));
	struct str level = json_text(json_get(result, "level"));

	if (!score.n && rule)
		score = rule->score;
	if (!level.n && rule)
		level = rule->level;
	f->score = score.n ? fact_score(score) : FIELD_NO_INT;
	f->severity = f->score >= 0 ? fact_score_severity(f->score) : fact_severity(score);
	if (f->severity != FIELD_UNKNOWN)
		return;
	if (!level.n && g->run->kind == SCAN_SECRET)
		f->severity = SEVERITY_HIGH;	/* tools for secrets state none: a leak is no warning */
	else
		f->severity = level.n ? fact_severity(level) : SEVERITY_MEDIUM;
}

static void put_place(struct reading *g, const struct json *result, struct s_finding *f)
{
	const struct json *list = json_get(result, "locations");
	const struct json *at = fact_items(list);
	const struct json *physical = json_get(at, "physicalLocation");
	const struct json *region = json_get(physical, "region"), *logical = json_get(at, "logicalLocations");

	f->path = sarif_run_path(g->run, g->report.tmp, json_get(physical, "artifactLocation"));
	if (!f->path.n && logical && logical->kind == JSON_ARRAY)
		f->path = json_text(json_get(logical->first, "fullyQualifiedName"));
	if (!f->path.n)
		f->path = sarif_run_path(g->run, g->report.tmp, json_get(result, "analysisTarget"));
	f->line = fact_int(json_get(region, "startLine"));
	f->context = json_text(json_path(region, "snippet.text"));
	if (placeholder(f->context))
		f->context = (struct str){ 0 };
}

/* The value behind "Label: " at the start of a line. */
static struct str labelled(struct str text, const char *label)
{
	struct str line, want = str_c(label);

	while (str_split(&text, '\n', &line))
		if (str_starts(line, want))
			return str_trim(str_from(line, want.n));
	return (struct str){ 0 };
}

/* Trivy's SARIF tells the package only in its message. */
static void put_component(struct reading *g, struct s_finding *f)
{
	struct str package = labelled(f->message, "Package: ");

	f->alias = fact_cve(f->rule);
	if (!f->alias.p && str_starts(f->rule, STR("GHSA-")))
		f->alias = f->rule;
	if (!package.n)
		return;
	f->component = fact_package(g->report.tmp, (struct str){ 0 }, package);
	f->version = labelled(f->message, "Installed Version: ");
	f->fix = labelled(f->message, "Fixed Version: ");
}

/* Nothing of a result of a tool for secrets but its keyed digest. */
static void put_secret(struct reading *g, const struct json *result, struct s_finding *f)
{
	static const char *const places[] = { "properties.secret", "properties.offender", "properties.match" };

	for (size_t i = 0; i < ARRAY_LEN(places) && !f->context.n; i++)
		f->context = json_text(json_path(result, places[i]));
	if (!f->context.n)
		f->context = f->message;
	f->context = redact_context(g->report.tmp, g->s.r->secret_key, f->context);
	f->message = f->title;
}

static err put_result(struct reading *g, const struct json *result)
{
	const struct sarif_rule *rule = sarif_run_rule(g->run, result);
	struct arena *tmp = g->report.tmp;
	struct s_finding f = report_finding_blank();

	f.rule = json_text(json_get(result, "ruleId"));
	if (!f.rule.n)
		f.rule = json_text(json_path(result, "rule.id"));
	if (!f.rule.n && rule)
		f.rule = rule->id;
	f.title = rule ? rule->title : (struct str){ 0 };
	f.message = message(g, rule, result);
	f.fingerprint = fingerprint(g, result);
	f.suppressed = suppressed(json_get(result, "suppressions"));
	put_severity(g, rule, result, &f);
	put_place(g, result, &f);
	/* Never the message: a title stays, a message can be erased. */
	if (!f.title.n)
		f.title = f.rule;
	if (g->run->kind == SCAN_SECRET) {
		put_secret(g, result, &f);
		return report_finding(&g->report, &f);
	}
	if (g->run->kind == SCAN_DEPENDENCY || g->run->kind == SCAN_CONTAINER)
		put_component(g, &f);
	f.context = f.component.n ? f.component : fact_squeeze(tmp, f.context.n ? f.context : f.message);
	return report_finding(&g->report, &f);
}

/* The index of the kind in result_kinds; a result that names none fails (3.27.9). */
static int kind_of(const struct json *result)
{
	struct str kind = json_text(json_get(result, "kind"));
	int i = 0;

	if (!kind.n)
		return 2;
	while (i < KINDS && !str_is(kind, result_kinds[i]))
		i++;
	return i;
}

static err take_result(void *ctx, const struct json *v)
{
	struct reading *g = ctx;
	int kind;

	if (v->kind != JSON_OBJECT)
		return report_fault(g->s.r, v, "a result must be an object");
	kind = kind_of(v);
	if (str_is(json_text(json_get(v, "baselineState")), "absent")) {
		g->absent++;
		return NULL;
	}
	if (kind != 2) {
		g->kinds[kind]++;
		return NULL;
	}
	return put_result(g, v);
}

/* "category/" of "category/run-7" (3.17.3): what tells scans of one tool apart. */
static struct str category(struct str automation)
{
	while (automation.n && automation.p[automation.n - 1] != '/')
		automation.n--;
	if (automation.n)
		automation.n--;
	return automation.n ? automation : (struct str){ 0 };
}

/* Two runs of one tool in one file are two series; the second gets a name of its own. */
static struct str scope_of(struct reading *g, size_t i)
{
	const struct sarif_run *run = &g->s.runs[i];
	struct str scope = category(run->automation);
	size_t same = 1;

	for (size_t k = 0; k < i; k++)
		same += str_eq(g->s.runs[k].name, run->name) &&
			str_eq(category(g->s.runs[k].automation), scope);
	if (same == 1)
		return scope;
	return arena_printf(g->s.r->a, "%.*s%srun %zu", FMT(scope), scope.n ? " " : "", same);
}

/* A tool that names neither a rule nor a file it looked at, and no result. */
static bool looked_at_nothing(const struct reading *g)
{
	size_t rules = 0;

	for (size_t i = 0; i < g->run->n_components; i++)
		rules += g->run->components[i].n;
	return g->run->results == JSON_ARRAY && !rules && !g->run->n_files && !g->report.results;
}

/* What the tool says of its own run, and what the run does not show. */
static void say_run(struct reading *g, struct buf *b)
{
	const char *const said[] = {
		g->run->elsewhere ? "the results are in other files, which were not given" : NULL,
		!g->run->elsewhere && g->run->results != JSON_ARRAY ? "the run has no list of results" : NULL,
		g->run->failed ? "the tool says that it failed" : NULL,
		g->run->faults ? "the tool tells of errors of its own" : NULL,
		looked_at_nothing(g) ? "no rule and no result: nothing shows that anything was looked at" : NULL,
	};

	for (size_t i = 0; i < ARRAY_LEN(said); i++)
		if (said[i])
			buf_addf(b, "%s%s", b->n ? "; " : "", said[i]);
}

static void say_coverage(struct reading *g)
{
	BUF_AUTO b = buf_new(1000);

	for (int i = 0; i <= KINDS; i++)
		if (g->kinds[i])
			buf_addf(&b, "%s%lld %s", b.n ? ", " : "not counted as findings: ", (long long)g->kinds[i],
				 i < KINDS ? result_kinds[i] : "of other kinds");
	if (g->absent)
		buf_addf(&b, "%s%lld no longer there", b.n ? ", " : "not counted as findings: ", (long long)g->absent);
	say_run(g, &b);
	if (b.n)
		g->report.coverage = arena_str(g->s.r->a, buf_str(&b));
}

static err end(struct reading *g)
{
	if (!g->report.open)
		return NULL;
	say_coverage(g);
	g->report.failed = g->run->failed;
	g->report.empty = g->run->results != JSON_ARRAY || looked_at_nothing(g);
	g->report.partial = g->run->failed || g->run->elsewhere || g->run->faults;
	return report_end(&g->report);
}

static err begin(struct reading *g, size_t i)
{
	struct sarif_run *run = &g->s.runs[i];
	struct s_scan_begin b;

	TRY(end(g));
	g->run = run;
	memset(g->kinds, 0, sizeof(g->kinds));
	g->absent = 0;
	b = report_scan(run->kind, run->name, run->semantic_version.n ? run->semantic_version : run->version);
	b.effective = run->ended != INSTANT_NONE ? run->ended : run->started;
	b.commit = run->commit;
	b.branch = run->branch;
	b.repository = fact_slug(run->repository);
	b.artefact = fact_image(run->image);
	b.scope = scope_of(g, i);
	return report_begin(&g->report, &b);
}

static err take_run(void *ctx, const struct json *v)
{
	struct reading *g = ctx;
	size_t i = (size_t)json_events_index(g->s.events, 0);

	(void)v;
	ASSERT(i < g->s.n_runs);
	return begin(g, i);
}

static err sarif_read(struct reader *r)
{
	static const struct json_want wants[] = {
		{ "runs[]?", take_run, 0 }, { "runs[].results[]", take_result, 0 }, { NULL, NULL, 0 },
	};
	struct reading *g = ARENA_NEW(r->a, struct reading);
	err e = sarif_run_read(&g->s, r);

	report_start(&g->report, r);
	if (!e)
		e = report_json(r, wants, g, &g->s.events);
	if (!e)
		e = end(g);
	report_done(&g->report);
	sarif_run_done(&g->s);
	return e;
}

static err redact_when(struct reader *r, bool *yes)
{
	SARIF_AUTO s;

	s.n_runs = 0;
	TRY(sarif_run_read(&s, r));
	*yes = sarif_run_secrets(&s);
	return NULL;
}

static const struct redact_rule secrets[] = {
	{ "runs[].**.snippet" }, { "runs[].**.contextRegion" }, { "runs[].results[].**.message" },
	{ "runs[].results[].**.properties" }, { "!runs[].results[].properties.commit" },
	{ "!runs[].results[].properties.author" }, { "!runs[].results[].properties.date" },
	{ "!runs[].results[].properties.email" }, { "!runs[].results[].properties.file" },
	{ "!runs[].results[].properties.repo" }, { "!runs[].results[].properties.tags" },
	{ "!runs[].results[].properties.security-severity" }, { "!runs[].results[].properties.line" },
	{ "runs[].results[].fixes" }, { "runs[].results[].attachments" }, { "runs[].results[].webRequest" },
	{ "runs[].results[].webResponse" }, { "runs[].artifacts[].contents" },
	{ "runs[].invocations[].commandLine" }, { "runs[].invocations[].arguments" },
	{ "runs[].invocations[].environmentVariables" }, { NULL },
};

const struct reader_kind reader_sarif = {
	.name = "sarif", .title = "SARIF 2.1.0", .recognise = recognise, .read = sarif_read,
	.redact = secrets, .redact_when = redact_when,
};
