#include "reader/sarif_run.h"

#include <stdlib.h>

#include "base/instant.h"
#include "base/map.h"

/* Room for one more in an array of the arena, doubled when full. */
static void *more(struct arena *a, void *v, size_t n, size_t *room, size_t size)
{
	size_t want = *room ? *room * 2 : 8;
	void *wider;

	if (n < *room)
		return v;
	wider = arena_alloc(a, want * size);
	if (n)
		memcpy(wider, v, n * size);
	*room = want;
	return wider;
}

static struct sarif_run *current(struct sarif *s)
{
	ASSERT(s->n_runs > 0);
	return &s->runs[s->n_runs - 1];
}

static struct str keep(struct sarif *s, const struct json *v)
{
	return v && v->kind == JSON_STRING ? arena_str(s->r->a, v->text) : (struct str){ 0 };
}

static err take_run(void *ctx, const struct json *v)
{
	struct sarif *s = ctx;

	if (v->kind != JSON_OBJECT)
		return report_fault(s->r, v, "a run must be an object");
	if (s->n_runs == SARIF_RUNS)
		return fail(ERR_LIMIT, "%s: there are more than %d runs", s->r->name, SARIF_RUNS);
	s->runs = more(s->r->a, s->runs, s->n_runs, &s->room_runs, sizeof(*s->runs));
	s->runs[s->n_runs++] = (struct sarif_run){ .results = JSON_NULL, .ended = INSTANT_NONE,
		.started = INSTANT_NONE };
	return NULL;
}

static err take_runs(void *ctx, const struct json *v)
{
	struct sarif *s = ctx;

	s->runs_there = v->kind == JSON_ARRAY;
	return NULL;
}

static err take_version(void *ctx, const struct json *v)
{
	struct sarif *s = ctx;

	s->version = keep(s, v);
	if (!str_is(s->version, "2.1.0"))
		return err_hint(fail(ERR_INPUT, "%s:%u:%u: this is SARIF of version '%.*s'; only 2.1.0 is read",
				     s->r->name,
				     v->line, v->column, FMT(str_cut(json_text(v), 32))),
				"let the tool write SARIF 2.1.0, or convert the file");
	return NULL;
}

static err take_results(void *ctx, const struct json *v)
{
	struct sarif *s = ctx;

	if (v->kind != JSON_ARRAY && v->kind != JSON_NULL)
		return report_fault(s->r, v, "'results' must be a list");
	current(s)->results = v->kind;
	return NULL;
}

static err take_name(void *ctx, const struct json *v)
{
	current(ctx)->name = keep(ctx, v);
	return NULL;
}

static err take_semantic_version(void *ctx, const struct json *v)
{
	current(ctx)->semantic_version = keep(ctx, v);
	return NULL;
}

static err take_tool_version(void *ctx, const struct json *v)
{
	current(ctx)->version = keep(ctx, v);
	return NULL;
}

static err take_automation(void *ctx, const struct json *v)
{
	current(ctx)->automation = keep(ctx, json_get(v, "id"));
	current(ctx)->guid = keep(ctx, json_get(v, "guid"));
	return NULL;
}

/* Number 0 is the driver, i + 1 the extension i. */
static struct sarif_component *component(struct sarif *s, size_t i)
{
	struct sarif_run *run = current(s);
	struct sarif_component *wider;

	if (i < run->n_components)
		return &run->components[i];
	wider = ARENA_ARRAY(s->r->a, struct sarif_component, i + 1);
	if (run->n_components)
		memcpy(wider, run->components, run->n_components * sizeof(*wider));
	for (size_t k = run->n_components; k <= i; k++)
		wider[k].by_id = map_new();
	run->components = wider;
	run->n_components = i + 1;
	return &run->components[i];
}

/* A copy of what outlives the call: an object of objects that have a text. */
static const struct json *keep_messages(struct sarif *s, const struct json *v)
{
	struct json *copy, **to;

	if (!v || v->kind != JSON_OBJECT || !v->n)
		return NULL;
	copy = ARENA_NEW(s->r->a, struct json);
	copy->kind = JSON_OBJECT;
	to = &copy->first;
	for (const struct json *m = v->first; m; m = m->next) {
		*to = ARENA_NEW(s->r->a, struct json);
		(*to)->kind = JSON_STRING;
		(*to)->key = arena_str(s->r->a, m->key);
		(*to)->text = keep(s, json_get(m, "text"));
		to = &(*to)->next;
		copy->n++;
	}
	return copy;
}

static struct str score_of(struct sarif *s, const struct json *rule)
{
	const struct json *v = json_get(json_get(rule, "properties"), "security-severity");

	return v && json_text(v).p ? arena_str(s->r->a, json_text(v)) : (struct str){ 0 };
}

static struct str title_of(struct sarif *s, const struct json *rule)
{
	static const char *const places[] = { "shortDescription.text", "name", "fullDescription.text" };
	struct str line = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(places) && !line.n; i++)
		line = fact_first_line(s->r->a, json_text(json_path(rule, places[i])));
	return line.n ? arena_str(s->r->a, str_cut(line, 256)) : line;
}

static err add_rule(struct sarif *s, struct sarif_component *c, const struct json *v)
{
	struct sarif_rule rule = { .id = keep(s, json_get(v, "id")) };

	if (c->n == SARIF_RULES)
		return fail(ERR_LIMIT, "%s: there are more than %d rules", s->r->name, SARIF_RULES);
	rule.name = keep(s, json_get(v, "name"));
	rule.title = title_of(s, v);
	rule.level = keep(s, json_path(v, "defaultConfiguration.level"));
	rule.score = score_of(s, v);
	rule.messages = keep_messages(s, json_get(v, "messageStrings"));
	c->rules = more(s->r->a, c->rules, c->n, &c->room, sizeof(*c->rules));
	if (rule.id.n && !map_has(c->by_id, rule.id))
		map_put_int(c->by_id, rule.id, (int64_t)c->n);
	c->rules[c->n++] = rule;
	return NULL;
}

static err take_rule(void *ctx, const struct json *v)
{
	return add_rule(ctx, component(ctx, 0), v);
}

static size_t extension_index(const struct sarif *s)
{
	return (size_t)json_events_index(s->events, 1);
}

static err take_extension(void *ctx, const struct json *v)
{
	struct sarif *s = ctx;

	if (extension_index(s) >= SARIF_RUNS)
		return report_fault(s->r, v, "there are more than 1000 extensions");
	component(s, extension_index(s) + 1);
	return NULL;
}

static err take_extension_name(void *ctx, const struct json *v)
{
	struct sarif *s = ctx;

	component(s, extension_index(s) + 1)->name = keep(s, v);
	return NULL;
}

static err take_extension_rule(void *ctx, const struct json *v)
{
	return add_rule(ctx, component(ctx, extension_index(ctx) + 1), v);
}

static err take_file(void *ctx, const struct json *v)
{
	struct sarif *s = ctx;
	struct sarif_run *run = current(s);
	const struct json *at = json_get(v, "location");

	if (run->n_files == SARIF_FILES)
		return fail(ERR_LIMIT, "%s: there are more than %d artifacts", s->r->name, SARIF_FILES);
	run->files = more(s->r->a, run->files, run->n_files, &run->room_files, sizeof(*run->files));
	run->files[run->n_files++] = (struct sarif_file){ keep(s, json_get(at, "uri")),
		keep(s, json_get(at, "uriBaseId")) };
	return NULL;
}

static err take_bases(void *ctx, const struct json *v)
{
	struct sarif *s = ctx;
	struct sarif_run *run = current(s);

	run->bases = ARENA_ARRAY(s->r->a, struct sarif_base, v->n + 1);
	for (const struct json *m = v->kind == JSON_OBJECT ? v->first : NULL; m; m = m->next)
		run->bases[run->n_bases++] = (struct sarif_base){ arena_str(s->r->a, m->key),
			keep(s, json_get(m, "uri")),
								   keep(s, json_get(m, "uriBaseId")) };
	return NULL;
}

static err take_provenance(void *ctx, const struct json *v)
{
	struct sarif *s = ctx;
	struct sarif_run *run = current(s);
	struct str commit = fact_commit(s->r->a, json_text(json_get(v, "revisionId")));

	if (!run->commit.p)
		run->commit = commit;
	if (!run->branch.p)
		run->branch = keep(s, json_get(v, "branch"));
	if (!run->repository.p)
		run->repository = keep(s, json_get(v, "repositoryUri"));
	return NULL;
}

/* The levels in force where a run was configured otherwise (SARIF 3.20.5). */
static err add_override(struct sarif *s, const struct json *v)
{
	struct sarif_run *run = current(s);
	const struct json *d = json_get(v, "descriptor");
	struct sarif_override o = { keep(s, json_get(d, "id")), keep(s, json_path(v, "configuration.level")), -1, -1 };

	(void)json_int(json_get(d, "index"), &o.index);
	(void)json_int(json_path(d, "toolComponent.index"), &o.extension);
	if (!o.level.n)
		return NULL;
	if (run->n_overrides == SARIF_RULES)
		return fail(ERR_LIMIT, "%s: there are more than %d overrides", s->r->name, SARIF_RULES);
	run->overrides = more(s->r->a, run->overrides, run->n_overrides, &run->room_overrides, sizeof(o));
	run->overrides[run->n_overrides++] = o;
	return NULL;
}

static void apply_overrides(struct sarif_run *run)
{
	for (size_t i = 0; i < run->n_overrides; i++) {
		const struct sarif_override *o = &run->overrides[i];
		struct sarif_component *c = o->extension + 1 < (int64_t)run->n_components ?
			&run->components[o->extension < 0 ? 0 : o->extension + 1] : NULL;
		int64_t at = c && o->id.n ? map_get_int(c->by_id, o->id) : o->index;

		if (c && at >= 0 && at < (int64_t)c->n)
			c->rules[at].level = o->level;
	}
}

/* Notifications of level error (SARIF 3.58.6). */
static int64_t faults_of(const struct json *list)
{
	int64_t n = 0;

	for (const struct json *v = fact_items(list); v; v = v->next)
		n += str_is(json_text(json_get(v, "level")), "error");
	return n;
}

static err take_invocation(void *ctx, const struct json *v)
{
	struct sarif_run *run = current(ctx);
	const struct json *good = json_get(v, "executionSuccessful");
	int64_t ended = fact_time(json_text(json_get(v, "endTimeUtc")));
	int64_t started = fact_time(json_text(json_get(v, "startTimeUtc")));
	const struct json *o = fact_items(json_get(v, "ruleConfigurationOverrides"));

	run->failed |= good && good->kind == JSON_FALSE;
	run->faults += faults_of(json_get(v, "toolConfigurationNotifications")) +
		       faults_of(json_get(v, "toolExecutionNotifications"));
	for (; o; o = o->next)
		TRY(add_override(ctx, o));
	if (ended != INSTANT_NONE && ended > run->ended)
		run->ended = ended;
	if (started != INSTANT_NONE && started > run->started)
		run->started = started;
	return NULL;
}

static err take_elsewhere(void *ctx, const struct json *v)
{
	current(ctx)->elsewhere = v->kind == JSON_ARRAY;
	return NULL;
}

static err take_image(void *ctx, const struct json *v)
{
	current(ctx)->image = keep(ctx, v);
	return NULL;
}

static int kind_of(const struct sarif_run *run)
{
	int kind = fact_tool_kind(run->name);

	return kind == SCAN_DEPENDENCY && run->image.n ? SCAN_CONTAINER : kind;
}

err sarif_run_read(struct sarif *s, struct reader *r)
{
	static const struct json_want wants[] = {
		{ "version", take_version, 0 },
		{ "runs?", take_runs, 0 },
		{ "runs[]?", take_run, 0 },
		{ "runs[].results?", take_results, 0 },
		{ "runs[].tool.driver.name", take_name, 0 },
		{ "runs[].tool.driver.semanticVersion", take_semantic_version, 0 },
		{ "runs[].tool.driver.version", take_tool_version, 0 },
		{ "runs[].tool.driver.rules[]", take_rule, 0 },
		{ "runs[].tool.extensions[]?", take_extension, 0 },
		{ "runs[].tool.extensions[].name", take_extension_name, 0 },
		{ "runs[].tool.extensions[].rules[]", take_extension_rule, 0 },
		{ "runs[].automationDetails", take_automation, 0 },
		{ "runs[].artifacts[]", take_file, 0 },
		{ "runs[].originalUriBaseIds", take_bases, 0 },
		{ "runs[].versionControlProvenance[]", take_provenance, 0 },
		{ "runs[].invocations[]", take_invocation, 0 },
		{ "runs[].externalPropertyFileReferences.results?", take_elsewhere, 0 },
		{ "runs[].properties.imageName", take_image, 0 },
		{ NULL, NULL, 0 },
	};

	*s = (struct sarif){ .r = r };
	TRY(report_json(r, wants, s, &s->events));
	if (s->n_runs == 0)
		return fail(ERR_INPUT, "%s holds no run: it does not say whether any tool looked at anything", r->name);
	for (size_t i = 0; i < s->n_runs; i++)
		s->runs[i].kind = kind_of(&s->runs[i]);
	for (size_t i = 0; i < s->n_runs; i++)
		apply_overrides(&s->runs[i]);
	return NULL;
}

void sarif_run_done(struct sarif *s)
{
	for (size_t i = 0; i < s->n_runs; i++)
		for (size_t k = 0; k < s->runs[i].n_components; k++)
			map_free(s->runs[i].components[k].by_id);
	s->n_runs = 0;
}

bool sarif_run_secrets(const struct sarif *s)
{
	for (size_t i = 0; i < s->n_runs; i++)
		if (s->runs[i].kind == SCAN_SECRET)
			return true;
	return false;
}

/* The component that result.rule.toolComponent names; the driver without one. */
static const struct sarif_component *component_of(const struct sarif_run *run, const struct json *rule)
{
	const struct json *c = json_get(rule, "toolComponent");
	struct str name = json_text(json_get(c, "name"));
	int64_t i;

	if (c && json_int(json_get(c, "index"), &i) && i >= 0)
		return (size_t)i + 1 < run->n_components ? &run->components[i + 1] : NULL;
	for (size_t k = 1; name.n && k < run->n_components; k++)
		if (str_eq(run->components[k].name, name))
			return &run->components[k];
	return run->n_components ? &run->components[0] : NULL;
}

/* By id; "CA1000/1" is a case of the rule "CA1000" (SARIF 3.52.4). */
static const struct sarif_rule *by_id(const struct sarif_component *c, struct str id)
{
	for (;;) {
		int64_t i = map_get_int(c->by_id, id);

		if (i >= 0)
			return &c->rules[i];
		while (id.n && id.p[id.n - 1] != '/')
			id.n--;
		if (id.n <= 1)
			return NULL;
		id.n--;
	}
}

const struct sarif_rule *sarif_run_rule(const struct sarif_run *run, const struct json *result)
{
	const struct json *rule = json_get(result, "rule");
	const struct sarif_component *c = component_of(run, rule);
	struct str id = json_text(json_get(result, "ruleId"));
	int64_t i = -1;

	if (!id.n)
		id = json_text(json_get(rule, "id"));
	if (c && (json_int(json_get(rule, "index"), &i) || json_int(json_get(result, "ruleIndex"), &i)) && i >= 0 &&
	    (size_t)i < c->n)
		return &c->rules[i];
	for (size_t k = 0; id.n && k < run->n_components; k++) {
		const struct sarif_rule *found = by_id(rule && c ? c : &run->components[k], id);

		if (found)
			return found;
	}
	return NULL;
}

static const struct sarif_base *base_of(const struct sarif_run *run, struct str id)
{
	for (size_t i = 0; id.n && i < run->n_bases; i++)
		if (str_eq(run->bases[i].id, id))
			return &run->bases[i];
	return NULL;
}

static bool absolute(struct str uri)
{
	return str_has(uri, STR("://")) || str_starts(uri, STR("/"));
}

/* An absolute URI below one of the bases is named from there. */
static struct str below_base(const struct sarif_run *run, struct str uri)
{
	for (size_t i = 0; i < run->n_bases; i++) {
		struct str b = run->bases[i].uri;

		if (b.n && absolute(b) && str_ends(b, STR("/")) && uri.n > b.n && str_starts(uri, b))
			return str_from(uri, b.n);
	}
	return uri;
}

/* Puts relative bases in front, one for another, until one is absolute. */
static struct str under_bases(const struct sarif_run *run, struct arena *a, struct str uri, struct str id)
{
	for (int depth = 0; depth < 8 && id.n; depth++) {
		const struct sarif_base *b = base_of(run, id);

		if (!b || !b->uri.n || absolute(b->uri))
			break;
		uri = arena_printf(a, "%.*s%s%.*s", FMT(b->uri), str_ends(b->uri, STR("/")) ? "" : "/", FMT(uri));
		id = b->parent;
	}
	return uri;
}

struct str sarif_run_path(const struct sarif_run *run, struct arena *a, const struct json *location)
{
	struct str uri = json_text(json_get(location, "uri")), id = json_text(json_get(location, "uriBaseId"));
	int64_t i;

	if (!uri.n && json_int(json_get(location, "index"), &i) && i >= 0 && (size_t)i < run->n_files) {
		uri = run->files[i].uri;
		id = run->files[i].base;
	}
	if (!uri.n)
		return (struct str){ 0 };
	return fact_uri_path(a, absolute(uri) ? below_base(run, uri) : under_bases(run, a, uri, id));
}
