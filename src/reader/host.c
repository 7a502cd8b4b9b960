#include "reader/host.h"

#include "base/instant.h"
#include "git/message.h"
#include "git/people.h"

enum { NAME_MAX_BYTES = 200 };

const struct json *host_list(const struct json *v)
{
	const struct json *nodes = json_get(v, "nodes");

	if (v && v->kind == JSON_ARRAY)
		return v;
	return nodes && nodes->kind == JSON_ARRAY ? nodes : NULL;
}

const struct json *host_get(const struct json *v, const char *const *keys)
{
	for (; *keys; keys++) {
		const struct json *found = json_path(v, *keys);

		if (found && found->kind != JSON_NULL)
			return found;
	}
	return NULL;
}

int64_t host_time(const struct json *v)
{
	int64_t ms, t;

	if (v && v->kind == JSON_NUMBER)
		return json_int(v, &ms) && ms > 0 ? ms / 1000 : INSTANT_NONE;
	t = fact_time(json_text(v));
	return t < 0 ? INSTANT_NONE : t;
}

/* Keys under which hosts put when something happened. */
static bool is_when(struct str key)
{
	static const char *const ends[] = { "At", "_at", "_on", "Date", "completedOn" };

	if (str_starts(key, STR("due")) || str_is(key, "authoredDate") || str_is(key, "committedDate") ||
	    str_is(key, "startDate"))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (str_ends(key, str_c(ends[i])))
			return true;
	return false;
}

static int64_t newest_of(const struct json *v, int depth)
{
	int64_t newest = INSTANT_NONE;

	if (v && (v->kind == JSON_STRING || v->kind == JSON_NUMBER))
		return is_when(v->key) ? host_time(v) : INSTANT_NONE;
	for (const struct json *m = v && depth < 12 ? v->first : NULL; m; m = m->next) {
		int64_t t = newest_of(m, depth + 1);

		if (t > newest)
			newest = t;
	}
	return newest;
}

int64_t host_newest(const struct json *v)
{
	return newest_of(v, 0);
}

struct str host_of_url(struct arena *a, struct str url, const char *other)
{
	size_t start = str_find(url, STR("://"), 0), end;

	if (start == url.n)
		return str_c(other);
	end = str_find(url, STR("/"), start + 3);
	return arena_str(a, str_cut((struct str){ url.p + start + 3, end - start - 3 }, 100));
}

bool host_nobody(const struct s_who *who)
{
	return !who->login.n && !who->email.n && !who->name.n;
}

static int kind_of(enum git_who who)
{
	switch (who) {
	case GIT_WHO_PERSON:
		return ACCOUNT_PERSON;
	case GIT_WHO_BOT:
		return ACCOUNT_BOT;
	case GIT_WHO_HOST:
		return ACCOUNT_HOST;
	case GIT_WHO_TOOL:
		return ACCOUNT_TOOL;
	case GIT_WHO_UNKNOWN:
		break;
	}
	return ACCOUNT_UNKNOWN;
}

/* gh writes "app/dependabot" where the host says "dependabot[bot]". */
static struct str plain_login(struct arena *a, struct str login)
{
	if (str_starts(login, STR("app/")))
		return arena_printf(a, "%.*s[bot]", FMT(str_from(login, 4)));
	return login;
}

/* Bitbucket's words among others; GitLab's tokens act as project_12_bot_1a2b. */
static bool marked_as_bot(const struct json *v, struct str type, struct str login)
{
	static const char *const types[] = { "bot", "service", "app_user" };
	bool token = str_starts(login, STR("project_")) || str_starts(login, STR("group_"));

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (str_is_caseless(type, str_c(types[i])))
			return true;
	return json_true(json_get(v, "is_bot")) || json_true(json_get(v, "bot")) || str_ends(login, STR("[bot]")) ||
	       (token && str_has(login, STR("_bot")));
}

/* Known accounts, as commits have them, decide before what the host says. */
static void put_kind(struct arena *a, const struct json *v, const char *host, struct s_who *who)
{
	struct str type = json_text(json_get(v, "type"));
	struct git_person p = { .name = who->name.n ? who->name : who->login, .email = who->email };
	struct git_identity id;

	if (!type.n)
		type = json_text(json_get(v, "__typename"));
	if (who->login.n)
		p.email = arena_printf(a, "%.*s@users.noreply.%s", FMT(who->login), host);
	id = git_identity_of(&p);
	who->kind = kind_of(id.who);
	who->why = str_c(id.why);
	if (who->kind != ACCOUNT_PERSON && who->kind != ACCOUNT_UNKNOWN)
		return;
	if (who->login.n && who->kind == ACCOUNT_UNKNOWN) {
		who->kind = ACCOUNT_PERSON;
		who->why = STR("an account of the code host that nothing marks as a bot");
	}
	if (marked_as_bot(v, type, who->login)) {
		who->kind = ACCOUNT_BOT;
		who->why = STR("the code host says so");
	}
}

static struct str first_of(const struct json *v, const char *const *keys)
{
	struct str s = { 0 };

	for (; *keys && !s.n; keys++)
		s = json_text(json_get(v, *keys));
	return s;
}

struct s_who host_who(struct arena *a, const char *host, const struct json *v)
{
	static const char *const logins[] = { "login", "username", NULL };
	static const char *const names[] = { "name", "full_name", NULL };
	static const char *const emails[] = { "email", "public_email", NULL };

	if (!v || v->kind != JSON_OBJECT)
		return (struct s_who){ .kind = ACCOUNT_UNKNOWN };
	return host_who_named(a, host, v, &(struct s_who){
		.login = plain_login(a, first_of(v, logins)), .name = first_of(v, names), .email = first_of(v, emails),
	});
}

struct s_who host_who_named(struct arena *a, const char *host, const struct json *v, const struct s_who *named)
{
	struct s_who who = { .kind = ACCOUNT_UNKNOWN };

	who.login = str_cut(named->login, NAME_MAX_BYTES);
	who.name = str_cut(named->name, NAME_MAX_BYTES);
	who.email = str_cut(named->email, NAME_MAX_BYTES);
	if (host_nobody(&who))
		return who;
	if (who.login.n)
		who.host = str_c(host);
	put_kind(a, v, host, &who);
	return who;
}

void host_pull_start(struct host_pull *h, struct arena *a)
{
	struct s_pull *p = &h->pull;

	h->a = a;
	table_clear(&item_pull, p);
	p->author.kind = p->merged_by.kind = ACCOUNT_UNKNOWN;
	p->checks_known = p->commits_known = p->reviews_known = p->tickets_known = 0;
	p->commits = (struct many){ h->commits, 0 };
	p->labels = (struct many){ h->labels, 0 };
	p->tickets = (struct many){ h->tickets, 0 };
	p->people = (struct many){ h->people, 0 };
	p->reviews = (struct many){ h->reviews, 0 };
	p->checks = (struct many){ h->checks, 0 };
}

/* Appends unless it is there or the list is full. */
static void add_text(struct many *list, size_t max, struct str s)
{
	struct str *v = list->v;

	if (!s.n || list->n == max)
		return;
	for (size_t i = 0; i < list->n; i++)
		if (str_eq(v[i], s))
			return;
	v[list->n++] = s;
}

void host_pull_commit(struct host_pull *h, struct str commit)
{
	add_text(&h->pull.commits, HOST_COMMITS, fact_commit(h->a, commit));
}

void host_pull_label(struct host_pull *h, struct str label)
{
	add_text(&h->pull.labels, HOST_LABELS, str_cut(label, NAME_MAX_BYTES));
}

void host_pull_ticket(struct host_pull *h, struct str ticket)
{
	add_text(&h->pull.tickets, HOST_TICKETS, str_cut(ticket, NAME_MAX_BYTES));
}

static bool same_who(const struct s_who *a, const struct s_who *b)
{
	return str_eq(a->login, b->login) && str_eq(a->email, b->email) && str_eq(a->name, b->name);
}

void host_pull_person(struct host_pull *h, const struct s_who *who)
{
	struct many *list = &h->pull.people;

	if (host_nobody(who) || list->n == HOST_PEOPLE)
		return;
	for (size_t i = 0; i < list->n; i++)
		if (same_who(&h->people[i], who))
			return;
	h->people[list->n++] = *who;
}

void host_pull_review(struct host_pull *h, const struct s_review *review)
{
	struct many *list = &h->pull.reviews;

	if (!host_nobody(&review->who) && list->n < HOST_REVIEWS)
		h->reviews[list->n++] = *review;
}

void host_pull_check(struct host_pull *h, const struct r_check *check)
{
	struct many *list = &h->pull.checks;
	struct r_check c = *check;

	c.name = str_cut(c.name, NAME_MAX_BYTES);
	if (c.name.n && list->n < HOST_CHECKS)
		h->checks[list->n++] = c;
}

/* Ends the key behind its number, and makes words of the other pieces. */
static void spaced(struct str branch, char *out)
{
	for (size_t i = 0; i < branch.n; i++) {
		char c = branch.p[i];
		bool digit_before = i && branch.p[i - 1] >= '0' && branch.p[i - 1] <= '9';

		out[i] = c == '/' || c == '_' || c == '#' || (c == '-' && digit_before) ? ' ' : c;
	}
}

void host_pull_keys(struct host_pull *h, struct str title, struct str branch)
{
	struct str name = str_cut(branch, NAME_MAX_BYTES);
	char *words = arena_cstr(h->a, name);
	struct git_message said[2];

	spaced(name, words);
	git_message_parse(h->a, title.p ? title : STR(""), &said[0]);
	git_message_parse(h->a, (struct str){ words, name.n }, &said[1]);
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < said[k].tickets.n; i++)
			host_pull_ticket(h, said[k].tickets.v[i]);
}

err host_pull_write(struct host_pull *h, struct report *p)
{
	struct str own = arena_printf(h->a, "#%lld", (long long)h->pull.number);
	struct str *ticket = h->tickets;
	size_t n = 0;

	/* "Closes #7" in pull request 7 names no ticket. */
	for (size_t i = 0; i < h->pull.tickets.n; i++)
		if (!str_eq(ticket[i], own))
			ticket[n++] = ticket[i];
	h->pull.tickets.n = n;
	return report_item(p, &item_pull, &h->pull);
}
