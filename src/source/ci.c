#include "source/ci.h"

#include "base/hex.h"
#include "source/ci_tools.h"
#include "text/yaml.h"

enum { SCANS_MAX = 200 };

struct reading {
	struct arena *a;
	struct ci_found *out;
};

static void add(struct reading *r, const struct ci_tool *t, const char *why)
{
	struct ci_found *f = r->out;
	struct r_ci_scan *s;

	for (size_t i = 0; i < f->n; i++) {
		s = &f->scans[i];
		if (!str_is(s->tool, t->tool) || !str_is(s->kind, scan_kind_words[t->kind]))
			continue;
		/* One enforced run is enough for the tool to be enforced. */
		if (!why) {
			s->enforced = STR("enforced");
			s->why = (struct str){ 0 };
		}
		return;
	}
	if (f->n == SCANS_MAX)
		return;
	f->scans[f->n++] = (struct r_ci_scan){
		.enforced = why ? STR("skippable") : STR("enforced"), .kind = str_c(scan_kind_words[t->kind]),
		.tool = str_c(t->tool), .why = str_c(why),
	};
}

static struct str lower(struct arena *a, struct str s)
{
	char *p = arena_cstr(a, s);

	for (size_t i = 0; i < s.n; i++)
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] = (char)(p[i] + 32);
	return (struct str){ p, s.n };
}

/* Whether the word stands alone: "grype" in "anchore/grype:v1", not in "grypeful". */
static bool has_word(struct str text, const char *word)
{
	struct str w = str_c(word);

	for (size_t at = str_find(text, w, 0); at < text.n; at = str_find(text, w, at + 1)) {
		char before = at ? text.p[at - 1] : ' ', after = at + w.n < text.n ? text.p[at + w.n] : ' ';
		bool left = !((before >= 'a' && before <= 'z') || (before >= '0' && before <= '9'));
		bool right = !((after >= 'a' && after <= 'z') || (after >= '0' && after <= '9'));

		if (left && right)
			return true;
	}
	return false;
}

static const char lenient[] = "its findings do not fail it";

static bool is_lenient(struct str line)
{
	for (const char *const *w = ci_tools_lenient; *w; w++)
		if (str_has(line, str_c(*w)))
			return true;
	return false;
}

/* Putting a tool there runs nothing yet. */
static bool is_install(struct str part)
{
	static const char *const words[] = { "install", "docker pull", "apk add", "go get", "snyk/actions/setup",
					     "setup-trivy", "tool-installer" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (has_word(part, words[i]))
			return true;
	return false;
}

static bool named_above(const struct ci_tool *t, struct str part)
{
	for (const struct ci_tool *u = ci_tools; u < t; u++)
		if ((strcmp(u->tool, t->tool) == 0 || strstr(u->word, t->word)) && has_word(part, u->word))
			return true;
	return false;
}

static void read_command(struct reading *r, struct str part, const char *why)
{
	if (is_install(part))
		return;
	for (const struct ci_tool *t = ci_tools; t->word; t++)
		if (has_word(part, t->word) && !(t->rest && named_above(t, part)))
			add(r, t, why ? why : t->why);
}

/* One line of commands: a tool whose failure is thrown away can be skipped. */
static void read_line(struct reading *r, struct str line, const char *why)
{
	struct str text = str_trim(line);
	size_t at;

	if (str_starts(text, STR("#")) || str_starts(text, STR("//")))
		return;
	if (!why && is_lenient(line))
		why = lenient;
	for (at = str_find(text, STR("&&"), 0); at < text.n; at = str_find(text, STR("&&"), 0)) {
		read_command(r, (struct str){ text.p, at }, why);
		text = str_from(text, at + 2);
	}
	read_command(r, text, why);
}

static void read_lines(struct reading *r, struct str text, const char *why)
{
	struct str rest = lower(r->a, text), line;

	while (str_split(&rest, '\n', &line))
		read_line(r, line, why);
}

/* "owner/name@ref": pinned when ref is a whole commit id. */
static void count_uses(struct reading *r, struct str uses)
{
	size_t at = str_find(uses, STR("@"), 0);
	uint8_t id[20];

	if (!uses.p || str_starts(uses, STR("./")) || str_starts(uses, STR("docker://")))
		return;
	r->out->actions++;
	if (at < uses.n && hex_get(str_from(uses, at + 1), id, sizeof(id)))
		return;
	r->out->unpinned++;
	if (!r->out->first_unpinned.p)
		r->out->first_unpinned = arena_str(r->a, str_cut(uses, 200));
}

static const char *ignores_failure(const struct json *node, const char *inherited)
{
	const struct json *c = json_get(node, "continue-on-error");
	const struct json *allow = json_get(node, "allow_failure");
	const struct json *azure = json_get(node, "continueOnError");

	if (c && !(c->kind == JSON_FALSE))
		return "continue-on-error";
	if (allow && allow->kind == JSON_TRUE)
		return "allow_failure";
	if (azure && azure->kind != JSON_FALSE)
		return "continueOnError";
	if (str_is(json_text(json_get(node, "when")), "manual"))
		return "started by hand";
	return inherited;
}

static bool is_value(const struct json *v, const char *value)
{
	if (v && v->kind == JSON_TRUE)
		return strcmp(value, "true") == 0;
	if (v && v->kind == JSON_FALSE)
		return strcmp(value, "false") == 0;
	return v && str_is(v->text, value);
}

/* An action can be told to let findings pass. */
static const char *lenient_with(const struct json *with, const char *why)
{
	for (const struct ci_tools_setting *s = ci_tools_lenient_with; s->name && !why; s++)
		if (is_value(json_get(with, s->name), s->value))
			why = lenient;
	return !why && is_lenient(json_text(json_get(with, "args"))) ? lenient : why;
}

static void read_step(struct reading *r, const struct json *step, const char *why)
{
	struct str uses = json_text(json_get(step, "uses")), run = json_text(json_get(step, "run"));
	const struct json *with = json_get(step, "with");
	struct str type = json_text(json_get(with, "scan-type"));

	why = lenient_with(with, ignores_failure(step, why));
	count_uses(r, uses);
	/* What one action looks at is a setting of it. */
	if (type.p && str_has(uses, STR("trivy-action@")))
		uses = arena_printf(r->a, "trivy %.*s", FMT(type));
	if (uses.p)
		read_lines(r, uses, why);
	if (run.p)
		read_lines(r, run, why);
}

static void read_github(struct reading *r, const struct json *doc)
{
	const struct json *jobs = json_get(doc, "jobs");
	const struct json *on = json_get(doc, "on");
	const char *filtered = NULL;

	for (const struct json *event = on ? on->first : NULL; event && on->kind == JSON_OBJECT; event = event->next)
		if (json_get(event, "paths") || json_get(event, "paths-ignore"))
			filtered = "runs only for some paths";
	for (const struct json *job = jobs ? jobs->first : NULL; job; job = job->next) {
		const char *why = ignores_failure(job, filtered);
		const struct json *steps = json_get(job, "steps");
		struct str uses = json_text(json_get(job, "uses"));

		count_uses(r, uses);
		if (uses.p)
			read_lines(r, uses, why);
		for (const struct json *step = steps ? steps->first : NULL; step; step = step->next)
			read_step(r, step, why);
	}
}

static void read_value(struct reading *r, const struct json *v, const char *why)
{
	if (v->kind == JSON_STRING)
		read_lines(r, v->text, why);
	why = ignores_failure(v, why);
	for (const struct json *child = v->first; child; child = child->next) {
		/* CircleCI: an orb is named before its commands are used, "snyk/scan:" as a key. */
		if (str_is(child->key, "orbs"))
			continue;
		if (str_has(child->key, STR("/")))
			read_lines(r, child->key, lenient_with(child, why));
		read_value(r, child, why);
	}
}

void ci_read(struct arena *a, const char *tool, struct str text, struct ci_found *out)
{
	struct reading r = { .a = a, .out = out };
	struct json *doc;

	*out = (struct ci_found){ .scans = ARENA_ARRAY(a, struct r_ci_scan, SCANS_MAX) };
	if (!str_is_utf8(text) || yaml_parse(a, "ci", text, &doc)) {
		read_lines(&r, text, NULL);
		return;
	}
	if (tool && strcmp(tool, "github-actions") == 0)
		read_github(&r, doc);
	else
		read_value(&r, doc, NULL);
}
