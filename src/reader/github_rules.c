/* Rules of branches as GitHub exports them (branch protection, rulesets, the rules
 * of one branch), and GitLab's protected branches. Each setting becomes one rule
 * "a.b = value"; nothing is interpreted here. */
#include "reader/host.h"

#include "base/instant.h"

enum { RULES = 1000, ACCOUNTS = 200, NAME_BYTES = 128, VALUE_BYTES = 512 };

struct rules {
	struct report p;
	struct arena *texts;
	struct s_rule v[RULES];
	size_t n;
	struct str branch, repository;
	bool cut;
};

static const char asked[] = "(the branch asked for)";

static bool recognise(const struct reader_head *h)
{
	return reader_head_has(h, "enforce_admins") || reader_head_has(h, "required_pull_request_reviews") ||
	       reader_head_has(h, "allow_force_pushes") ||
		       (reader_head_has(h, "enforcement") && reader_head_has(h, "rules")) ||
	       reader_head_has(h, "[].enforcement") || reader_head_has(h, "[].ruleset_id") ||
	       reader_head_has(h, "[].push_access_levels") || reader_head_has(h, "merge_requests_author_approval") ||
	       reader_head_has(h, "data.repository.branchProtectionRules") ||
	       str_is(reader_head_text(h, "message"), "Branch not protected");
}

static void add_for(struct rules *g, struct str name, struct str value, struct many accounts)
{
	if (g->n == RULES) {
		g->cut = true;
		return;
	}
	g->v[g->n++] = (struct s_rule){
		.accounts = accounts, .branch = g->branch,
		.rule = arena_str(g->texts, str_cut(name, NAME_BYTES)),
		.value = arena_str(g->texts, str_cut(value, VALUE_BYTES)),
	};
}

static void add(struct rules *g, struct str name, struct str value)
{
	add_for(g, name, value, (struct many){ 0 });
}

/* Addresses and numbers of the host's own. */
static bool of_no_meaning(struct str key)
{
	static const char *const skip[] = { "url", "id", "node_id", "_links", "app_id", "created_at", "updated_at",
					    "ruleset_source", "ruleset_source_type", "ruleset_id", "__typename" };

	for (size_t i = 0; i < ARRAY_LEN(skip); i++)
		if (str_is(key, skip[i]))
			return true;
	return str_ends(key, STR("_url"));
}

static struct str scalar(const struct json *v)
{
	switch (v->kind) {
	case JSON_TRUE:
		return STR("true");
	case JSON_FALSE:
		return STR("false");
	case JSON_NUMBER:
	case JSON_STRING:
		return v->text;
	case JSON_NULL:
	case JSON_ARRAY:
	case JSON_OBJECT:
		break;
	}
	return (struct str){ 0 };
}

/* What names an item of a list: a text, or the first naming key of an object. */
static struct str item_name(const struct json *v)
{
	if (v->kind != JSON_OBJECT)
		return scalar(v);
	return json_text(HOST_GET(v, "context", "slug", "name", "access_level_description", "actor_type", "type"));
}

/* Somebody with an account: what they are called is no setting. GitLab tells a user's
 * name where it tells the name of a level. */
static bool somebody(const struct rules *g, const struct json *v, struct s_who *who)
{
	const struct json *actor = json_get(v, "actor"), *user = json_get(v, "user_id");

	if (actor && actor->kind == JSON_OBJECT)
		v = actor;
	if (user && user->kind == JSON_NUMBER) {
		*who = (struct s_who){ .host = STR("gitlab.com"), .kind = ACCOUNT_UNKNOWN,
				       .name = json_text(json_get(v, "access_level_description")) };
		return who->name.n > 0;
	}
	if (v->kind != JSON_OBJECT || !HOST_GET(v, "login", "username"))
		return false;
	*who = host_who(g->texts, json_get(v, "username") ? "gitlab.com" : "github.com", v);
	return !host_nobody(who);
}

static struct s_who kept(struct rules *g, struct s_who who)
{
	struct str *texts[] = { &who.login, &who.name, &who.email };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (texts[i]->p)
			*texts[i] = arena_str(g->texts, *texts[i]);
	return who;
}

/* Names are told, accounts counted: "2 accounts, release-team". */
static void add_list(struct rules *g, struct str name, const struct json *v)
{
	struct s_who *who = ARENA_ARRAY(g->texts, struct s_who, v->n < ACCOUNTS ? v->n + 1 : ACCOUNTS);
	BUF_AUTO names = buf_new(VALUE_BYTES), b = buf_new(VALUE_BYTES + 32);
	size_t n = 0;

	for (const struct json *m = v->first; m; m = m->next) {
		struct s_who one;

		if (!somebody(g, m, &one)) {
			if (item_name(m).n)
				buf_addf(&names, "%s%.*s", names.n ? ", " : "", FMT(item_name(m)));
		} else if (n == ACCOUNTS) {
			g->cut = true;
		} else {
			who[n++] = kept(g, one);
		}
	}
	if (n)
		buf_addf(&b, "%zu account%s%s", n, n == 1 ? "" : "s", names.n ? ", " : "");
	buf_add(&b, buf_str(&names));
	add_for(g, name, b.n ? buf_str(&b) : STR("none"), (struct many){ who, n });
}

static void add_one(struct rules *g, struct str name, const struct s_who *who)
{
	struct s_who *one = ARENA_NEW(g->texts, struct s_who);

	*one = kept(g, *who);
	add_for(g, name, STR("1 account"), (struct many){ one, 1 });
}

/* A list or somebody: not to be looked into. */
static bool add_whole(struct rules *g, struct str name, const struct json *v)
{
	struct s_who who;

	if (v->kind == JSON_ARRAY)
		add_list(g, name, v);
	else if (name.n && somebody(g, v, &who))
		add_one(g, name, &who);
	else
		return false;
	return true;
}

/* Every setting below `v` under the name so far; { "enabled": x } is x. */
static void flatten(struct rules *g, struct str name, const struct json *v, int depth)
{
	const struct json *enabled = json_get(v, "enabled");

	if (add_whole(g, name, v))
		return;
	if (v->kind != JSON_OBJECT) {
		if (scalar(v).n && name.n)
			add(g, name, scalar(v));
		return;
	}
	if (enabled && name.n) {
		add(g, name, scalar(enabled));
		return;
	}
	for (const struct json *m = v->first; m && depth < 6; m = m->next) {
		struct str inner = name.n ? arena_printf(g->texts, "%.*s.%.*s", FMT(name), FMT(m->key)) : m->key;

		if (!of_no_meaning(m->key))
			flatten(g, inner, m, depth + 1);
	}
}

/* "…/repos/OWNER/NAME/branches/BRANCH/protection" */
static void place_by_url(struct rules *g, struct str url)
{
	size_t repos = str_find(url, STR("/repos/"), 0), branches = str_find(url, STR("/branches/"), 0), end;

	if (repos == url.n || branches == url.n || branches < repos + 7)
		return;
	g->repository = arena_str(g->texts, (struct str){ url.p + repos + 7, branches - repos - 7 });
	branches += strlen("/branches/");
	end = str_find(url, STR("/protection"), branches);
	g->branch = arena_str(g->texts, fact_percent_decode(g->texts,
							    (struct str){ url.p + branches, end - branches }));
}

static void put_rule(struct rules *g, const struct json *rule)
{
	struct str type = json_text(json_get(rule, "type"));
	const struct json *parameters = json_get(rule, "parameters");

	if (!type.n)
		return;
	add(g, type, STR("true"));
	if (parameters && parameters->kind == JSON_OBJECT)
		flatten(g, type, parameters, 0);
}

/* The patterns a ruleset is for; one that is not enforced says only that. */
static void put_ruleset(struct rules *g, const struct json *v)
{
	const struct json *include = json_path(v, "conditions.ref_name.include"), *rules = json_get(v, "rules");
	struct str enforcement = json_text(json_get(v, "enforcement")), name = json_text(json_get(v, "name"));
	const struct json *bypass = json_get(v, "bypass_actors");
	BUF_AUTO b = buf_new(256);

	for (const struct json *m = fact_items(include); m; m = m->next)
		buf_addf(&b, "%s%.*s", b.n ? ", " : "", FMT(json_text(m)));
	g->branch = b.n ? arena_str(g->texts, buf_str(&b)) : STR("(not said)");
	g->repository = arena_str(g->texts, json_text(json_get(v, "source")));
	add(g, arena_printf(g->texts, "ruleset %.*s", FMT(name)), enforcement.n ? enforcement : STR("unknown"));
	if (!str_is(enforcement, "active"))
		return;
	if (bypass && bypass->kind == JSON_ARRAY)
		add_list(g, STR("bypass_actors"), bypass);
	for (const struct json *m = fact_items(rules); m; m = m->next)
		put_rule(g, m);
}

static void put_item(struct rules *g, const struct json *v)
{
	struct str name = json_text(json_get(v, "name"));

	if (json_get(v, "enforcement")) {
		put_ruleset(g, v);
	} else if (json_get(v, "push_access_levels")) {
		g->branch = arena_str(g->texts, name);
		flatten(g, (struct str){ 0 }, v, 0);
	} else {
		g->branch = str_c(asked);
		put_rule(g, v);
	}
}

static void put_graphql(struct rules *g, const struct json *list)
{
	for (const struct json *m = list ? list->first : NULL; m; m = m->next) {
		g->branch = arena_str(g->texts, json_text(json_get(m, "pattern")));
		if (!g->branch.n)
			g->branch = STR("(not said)");
		flatten(g, (struct str){ 0 }, m, 0);
	}
}

static err take_document(void *ctx, const struct json *v)
{
	struct rules *g = ctx;
	const struct json *graphql = host_list(json_path(v, "data.repository.branchProtectionRules"));

	g->branch = str_c(asked);
	if (v->kind == JSON_ARRAY) {
		for (const struct json *m = v->first; m; m = m->next)
			put_item(g, m);
	} else if (graphql) {
		g->repository = arena_str(g->texts, json_text(json_path(v, "data.repository.nameWithOwner")));
		put_graphql(g, graphql);
	} else if (json_get(v, "enforcement")) {
		put_ruleset(g, v);
	} else if (json_get(v, "message")) {
		add(g, STR("protected"), STR("false"));
	} else {
		place_by_url(g, json_text(json_get(v, "url")));
		if (json_get(v, "merge_requests_author_approval"))
			g->branch = STR("*");
		flatten(g, (struct str){ 0 }, v, 0);
	}
	return NULL;
}

static err read_all(struct rules *g)
{
	static const struct json_want wants[] = { { "", take_document, 0 }, { NULL, NULL, 0 } };
	struct s_rules item = { .at = INSTANT_NONE, .source = STR("host") };

	TRY(report_json(g->p.r, wants, g, NULL));
	item.repository = g->repository.n ? g->repository : (struct str){ 0 };
	item.rules = (struct many){ g->v, g->n };
	if (g->n == 0)
		return fail(ERR_INPUT, "%s holds no rule of a branch", g->p.r->name);
	TRY(report_item(&g->p, &item_rules, &item));
	if (g->cut)
		return submission_write_note(g->p.r->out, "%s holds more than %d rules; the rest was left out",
					     g->p.r->name, RULES);
	return NULL;
}

static err rules_read(struct reader *r)
{
	struct rules *g = ARENA_NEW(r->a, struct rules);
	err e;

	report_start(&g->p, r);
	g->texts = r->a;
	e = read_all(g);
	report_done(&g->p);
	return e;
}

const struct reader_kind reader_github_rules = {
	.name = "branch-rules", .title = "branch rules of GitHub or GitLab", .recognise = recognise, .read = rules_read,
};
