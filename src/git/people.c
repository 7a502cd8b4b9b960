#include "git/people.h"

#include "store/noreply.h"

enum match { LOGIN, EMAIL, NAME, EMAIL_END };

/* Known accounts; compared without case. The first that fits decides. */
static const struct {
	enum match by;
	enum git_who who;
	struct str text;
	const char *why;
} known[] = {
	{ EMAIL, GIT_WHO_HOST, STR_INIT("noreply@github.com"), "the code host's own address" },
	{ LOGIN, GIT_WHO_HOST, STR_INIT("web-flow"), "the code host's own account" },
	{ EMAIL, GIT_WHO_HOST, STR_INIT("noreply@gitlab.com"), "the code host's own address" },
	{ EMAIL, GIT_WHO_HOST, STR_INIT("noreply@bitbucket.org"), "the code host's own address" },
	{ LOGIN, GIT_WHO_TOOL, STR_INIT("copilot"), "an assistant that writes code" },
	{ LOGIN, GIT_WHO_TOOL, STR_INIT("copilot-swe-agent[bot]"), "an assistant that writes code" },
	{ LOGIN, GIT_WHO_TOOL, STR_INIT("github-copilot[bot]"), "an assistant that writes code" },
	{ EMAIL, GIT_WHO_TOOL, STR_INIT("copilot@github.com"), "an assistant that writes code" },
	{ LOGIN, GIT_WHO_TOOL, STR_INIT("claude"), "an assistant that writes code" },
	{ LOGIN, GIT_WHO_TOOL, STR_INIT("claude[bot]"), "an assistant that writes code" },
	{ LOGIN, GIT_WHO_TOOL, STR_INIT("cursor[bot]"), "an assistant that writes code" },
	{ LOGIN, GIT_WHO_TOOL, STR_INIT("cursoragent"), "an assistant that writes code" },
	{ LOGIN, GIT_WHO_TOOL, STR_INIT("devin-ai-integration[bot]"), "an assistant that writes code" },
	{ LOGIN, GIT_WHO_TOOL, STR_INIT("chatgpt-codex-connector[bot]"), "an assistant that writes code" },
	{ LOGIN, GIT_WHO_TOOL, STR_INIT("gemini-code-assist[bot]"), "an assistant that writes code" },
	{ LOGIN, GIT_WHO_TOOL, STR_INIT("google-labs-jules[bot]"), "an assistant that writes code" },
	{ LOGIN, GIT_WHO_TOOL, STR_INIT("amazon-q-developer[bot]"), "an assistant that writes code" },
	{ LOGIN, GIT_WHO_TOOL, STR_INIT("sweep-ai[bot]"), "an assistant that writes code" },
	{ LOGIN, GIT_WHO_TOOL, STR_INIT("lovable-dev[bot]"), "an assistant that writes code" },
	{ LOGIN, GIT_WHO_TOOL, STR_INIT("gpt-engineer-app[bot]"), "an assistant that writes code" },
	{ EMAIL_END, GIT_WHO_TOOL, STR_INIT("@aider.chat"), "an assistant that writes code" },
	{ EMAIL, GIT_WHO_TOOL, STR_INIT("openhands@all-hands.dev"), "an assistant that writes code" },
	{ LOGIN, GIT_WHO_BOT, STR_INIT("renovate-bot"), "a known bot" },
	{ EMAIL, GIT_WHO_BOT, STR_INIT("bot@renovateapp.com"), "a known bot" },
	{ EMAIL, GIT_WHO_BOT, STR_INIT("support@dependabot.com"), "a known bot" },
	{ EMAIL, GIT_WHO_BOT, STR_INIT("support@greenkeeper.io"), "a known bot" },
	{ EMAIL, GIT_WHO_BOT, STR_INIT("snyk-bot@snyk.io"), "a known bot" },
	{ EMAIL, GIT_WHO_BOT, STR_INIT("hosted@weblate.org"), "a known bot" },
	{ EMAIL, GIT_WHO_BOT, STR_INIT("noreply@weblate.org"), "a known bot" },
	{ EMAIL, GIT_WHO_BOT, STR_INIT("github-actions@github.com"), "a known bot" },
	{ EMAIL, GIT_WHO_BOT, STR_INIT("action@github.com"), "a known bot" },
	{ EMAIL, GIT_WHO_BOT, STR_INIT("actions@github.com"), "a known bot" },
	{ NAME, GIT_WHO_BOT, STR_INIT("github actions"), "a known bot" },
	{ NAME, GIT_WHO_BOT, STR_INIT("github action"), "a known bot" },
	{ NAME, GIT_WHO_BOT, STR_INIT("github-actions"), "a known bot" },
	{ NAME, GIT_WHO_BOT, STR_INIT("dependabot"), "a known bot" },
	{ NAME, GIT_WHO_BOT, STR_INIT("dependabot-preview"), "a known bot" },
	{ NAME, GIT_WHO_BOT, STR_INIT("renovate"), "a known bot" },
	{ NAME, GIT_WHO_BOT, STR_INIT("renovate bot"), "a known bot" },
	{ NAME, GIT_WHO_BOT, STR_INIT("pre-commit-ci"), "a known bot" },
	{ NAME, GIT_WHO_BOT, STR_INIT("pre-commit ci"), "a known bot" },
	{ NAME, GIT_WHO_BOT, STR_INIT("weblate"), "a known bot" },
	{ NAME, GIT_WHO_BOT, STR_INIT("jenkins"), "a known bot" },
	{ NAME, GIT_WHO_BOT, STR_INIT("coderabbitai"), "a known bot" },
	{ NAME, GIT_WHO_BOT, STR_INIT("copilot-pull-request-reviewer"), "a known bot" },
	{ NAME, GIT_WHO_BOT, STR_INIT("greptile-apps"), "a known bot" },
	{ NAME, GIT_WHO_BOT, STR_INIT("sourcery-ai"), "a known bot" },
	{ NAME, GIT_WHO_BOT, STR_INIT("gemini-code-assist"), "a known bot" },
	{ NAME, GIT_WHO_BOT, STR_INIT("qodo-merge-pro"), "a known bot" },
	{ NAME, GIT_WHO_BOT, STR_INIT("graphite-app"), "a known bot" },
	{ NAME, GIT_WHO_BOT, STR_INIT("ellipsis-dev"), "a known bot" },
	{ NAME, GIT_WHO_BOT, STR_INIT("deepsource-io"), "a known bot" },
	{ NAME, GIT_WHO_BOT, STR_INIT("codacy-production"), "a known bot" },
	{ NAME, GIT_WHO_BOT, STR_INIT("codecov"), "a known bot" },
	{ NAME, GIT_WHO_BOT, STR_INIT("sonarcloud"), "a known bot" },
	{ NAME, GIT_WHO_BOT, STR_INIT("sonarqubecloud"), "a known bot" },
	{ NAME, GIT_WHO_BOT, STR_INIT("snyk-bot"), "a known bot" },
	{ NAME, GIT_WHO_BOT, STR_INIT("imgbot"), "a known bot" },
	{ NAME, GIT_WHO_BOT, STR_INIT("allcontributors"), "a known bot" },
	{ NAME, GIT_WHO_BOT, STR_INIT("semantic-release-bot"), "a known bot" },
	{ NAME, GIT_WHO_BOT, STR_INIT("changeset-bot"), "a known bot" },
	{ NAME, GIT_WHO_BOT, STR_INIT("mergify"), "a known bot" },
	{ NAME, GIT_WHO_BOT, STR_INIT("kodiakhq"), "a known bot" },
	{ NAME, GIT_WHO_BOT, STR_INIT("cla-assistant"), "a known bot" },
	{ NAME, GIT_WHO_BOT, STR_INIT("vercel"), "a known bot" },
	{ NAME, GIT_WHO_BOT, STR_INIT("netlify"), "a known bot" },
	{ NAME, GIT_WHO_BOT, STR_INIT("greenkeeper"), "a known bot" },
	{ NAME, GIT_WHO_BOT, STR_INIT("travis ci"), "a known bot" },
	{ NAME, GIT_WHO_HOST, STR_INIT("microsoft.visualstudio.services.tfs"), "the code host's own account" },
};

static bool ends_caseless(struct str s, struct str end)
{
	return s.n >= end.n && str_is_caseless(str_from(s, s.n - end.n), end);
}

/* Up to the last '@'; absent where there is none. */
static struct str local_part(struct str email, struct str *domain)
{
	for (size_t i = email.n; i > 0; i--) {
		if (email.p[i - 1] != '@')
			continue;
		*domain = str_from(email, i);
		return (struct str){ email.p, i - 1 };
	}
	*domain = STR("");
	return (struct str){ 0 };
}

static void login_of(struct str email, struct git_identity *id)
{
	struct noreply r = noreply_of(email);

	id->login = r.login;
	id->login_host = r.host;
}

static bool fits(enum match by, struct str text, const struct git_person *p, const struct git_identity *id)
{
	switch (by) {
	case LOGIN:
		return id->login.p && str_is_caseless(id->login, text);
	case EMAIL:
		return str_is_caseless(p->email, text);
	case NAME:
		return str_is_caseless(p->name, text);
	case EMAIL_END:
		return ends_caseless(p->email, text);
	}
	return false;
}

/* At a maker of such tools the people there have addresses too: the tool is
 * known by its name or by an address that takes no mail. */
static bool is_makers_tool(const struct git_person *p)
{
	static const struct str makers[] = { STR_INIT("@anthropic.com"), STR_INIT("@cursor.com"),
					     STR_INIT("@openai.com") };
	static const struct str names[] = { STR_INIT("claude"), STR_INIT("cursor"), STR_INIT("codex"),
					    STR_INIT("chatgpt") };
	static const struct str locals[] = { STR_INIT("noreply"), STR_INIT("no-reply"), STR_INIT("codex"),
					     STR_INIT("cursoragent"), STR_INIT("agent") };
	struct str domain, local = local_part(p->email, &domain);
	bool made = false;

	for (size_t i = 0; i < ARRAY_LEN(makers); i++)
		made |= ends_caseless(p->email, makers[i]);
	if (!made)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (p->name.n >= names[i].n && str_is_caseless((struct str){ p->name.p, names[i].n }, names[i]))
			return true;
	for (size_t i = 0; i < ARRAY_LEN(locals); i++)
		if (str_is_caseless(local, locals[i]))
			return true;
	return false;
}

/* GitLab's access tokens act as project_12_bot or group_12_bot_abcd. */
static bool is_token_bot(struct str login)
{
	return (str_starts(login, STR("project_")) || str_starts(login, STR("group_"))) &&
	       str_has(login, STR("_bot"));
}

static const char *bot_by_form(const struct git_person *p, const struct git_identity *id)
{
	struct str domain, local = local_part(p->email, &domain);

	if (ends_caseless(p->name, STR("[bot]")) || ends_caseless(local, STR("[bot]")))
		return "its name ends in [bot]";
	if (is_token_bot(id->login.p ? id->login : local))
		return "an access token of a project";
	if (ends_caseless(p->name, STR("-bot")) || ends_caseless(p->name, STR("_bot")) ||
	    ends_caseless(p->name, STR(" bot")) || ends_caseless(local, STR("-bot")))
		return "its name ends in bot";
	if (ends_caseless(p->name, STR("build service")) || str_has(p->name, STR("Build Service (")))
		return "a build service";
	return NULL;
}

struct git_identity git_identity_of(const struct git_person *p)
{
	struct git_identity id = { .who = GIT_WHO_PERSON, .why = "nothing says otherwise" };
	const char *why;

	login_of(p->email, &id);
	if (p->email.n == 0 && p->name.n == 0) {
		id.who = GIT_WHO_UNKNOWN;
		id.why = "neither name nor address";
		return id;
	}
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		if (!fits(known[i].by, known[i].text, p, &id))
			continue;
		id.who = known[i].who;
		id.why = known[i].why;
		return id;
	}
	if (is_makers_tool(p)) {
		id.who = GIT_WHO_TOOL;
		id.why = "an assistant that writes code";
		return id;
	}
	why = bot_by_form(p, &id);
	if (why) {
		id.who = GIT_WHO_BOT;
		id.why = why;
	}
	return id;
}
