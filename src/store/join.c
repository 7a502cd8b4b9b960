#include "store/join.h"

#include "base/map.h"
#include "store/noreply.h"

const char *const join_state_words[] = { "known", "joined", "ambiguous", "unmatched", "machine", NULL };

struct planning {
	const struct directory *d;
	struct join *plan;
	size_t *parent;			/* groups of accounts: the lowest position leads */
	struct map *by_key;		/* e<address>, l<host>:<login> → account */
	struct map *local_part;		/* of persons' addresses → person; -2 is several */
	struct map *by_name;		/* of accounts → the first of that name */
};

static bool is_machine(const struct directory_account *c)
{
	return !str_is(c->kind, "person") && !str_is(c->kind, "unknown");
}

static size_t leader(struct planning *p, size_t i)
{
	while (p->parent[i] != i)
		i = p->parent[i] = p->parent[p->parent[i]];
	return i;
}

static void unite(struct planning *p, size_t a, size_t b)
{
	a = leader(p, a);
	b = leader(p, b);
	p->parent[a > b ? a : b] = a > b ? b : a;
}

/* Addresses that many have are nobody's: without a domain, or taking no mail. */
static bool is_own_address(struct str email)
{
	size_t at = str_find(email, STR("@"), 0);
	struct str local = { email.p, at };

	if (at == 0 || at >= email.n || !str_has(str_from(email, at), STR(".")))
		return false;
	return !str_is_caseless(local, STR("noreply")) && !str_is_caseless(local, STR("no-reply")) &&
	       !str_has(email, STR("@localhost")) && !str_ends(email, STR(".local"));
}

/* "github.com" and "github" are one; other hosts by their whole name. */
static struct str host_word(struct str host)
{
	if (str_starts(host, STR("github")))
		return STR("github");
	return str_is(host, "gitlab.com") ? STR("gitlab") : host;
}

/* The login an account acts under on a code host; absent for names in commits. */
static struct noreply login_of(const struct directory_account *c)
{
	struct noreply r = noreply_of(c->email);

	if (r.login.n || !c->login.n || str_is(c->host, "git") || str_is(c->host, "local"))
		return r;
	return (struct noreply){ c->login, c->host };
}

static void unite_by(struct planning *p, struct str key, size_t at)
{
	int64_t other = map_get_int(p->by_key, key);

	if (other < 0)
		map_put_int(p->by_key, key, (int64_t)at);
	else
		unite(p, at, (size_t)other);
}

static void group(struct planning *p)
{
	struct arena *a = p->d->a;

	for (size_t i = 0; i < p->d->accounts; i++) {
		const struct directory_account *c = &p->d->account[i];
		struct noreply r = login_of(c);

		p->parent[i] = i;
		if (is_machine(c))
			continue;
		if (is_own_address(c->email) && !noreply_of(c->email).login.n)
			unite_by(p, directory_lower(a, arena_printf(a, "e%.*s", FMT(c->email))), i);
		if (r.login.n)
			unite_by(p, directory_lower(a, arena_printf(a, "l%.*s:%.*s", FMT(host_word(r.host)),
								    FMT(r.login))), i);
	}
}

/* The first person a rule gives, and of how many. */
static size_t ask(struct planning *p, enum directory_by by, struct str text, struct str *person)
{
	struct directory_hits h = directory_find(p->d, by, text);

	if (h.n)
		*person = p->d->person[h.v[0]].id;
	return h.n;
}

static void decide_by_rules(struct planning *p, size_t i)
{
	const struct directory_account *c = &p->d->account[i];
	const struct {
		const char *how;
		enum directory_by by;
		struct str text;
	} rules[] = {
		{ str_is(c->why, "named by .mailmap") ? "mailmap" : "e-mail", DIRECTORY_EMAIL, c->email },
		{ "no-reply", DIRECTORY_ALIAS, noreply_of(c->email).login },
		{ "alias", DIRECTORY_ALIAS, c->login },
		{ "alias", DIRECTORY_ALIAS, c->email },
		{ "alias", DIRECTORY_ALIAS, c->name },
		{ "alias", is_machine(c) ? DIRECTORY_NAME : DIRECTORY_ALIAS, c->name },
		{ "e-mail", DIRECTORY_EMAIL, c->login },
	};
	struct join *j = &p->plan[i];

	for (size_t k = 0; k < ARRAY_LEN(rules); k++) {
		size_t n = ask(p, rules[k].by, rules[k].text, &j->person);

		if (n == 0)
			continue;
		j->state = n == 1 ? JOIN_NEW : JOIN_AMBIGUOUS;
		j->how = n == 1 ? rules[k].how : NULL;
		j->why = n == 1 ? NULL : "several persons have that address or name";
		return;
	}
	j->state = JOIN_UNMATCHED;
}

/* A bot can be a declared service, never a person. */
static bool is_service(const struct planning *p, const struct join *j)
{
	const struct directory_person *who = j->how ? directory_person(p->d, j->person) : NULL;

	return who && who->f.kind == PERSON_SERVICE;
}

/* A link a person stated stands; one that a rule made goes with the rule. */
static void decide(struct planning *p, size_t i)
{
	const struct directory_account *c = &p->d->account[i];
	struct join *j = &p->plan[i];

	*j = (struct join){ .state = JOIN_MACHINE };
	if (str_is(c->how, "stated")) {
		j->state = is_machine(c) ? JOIN_MACHINE : JOIN_KNOWN;
		j->person = c->person;
		j->how = "stated";
	} else if (!is_machine(c)) {
		decide_by_rules(p, i);
	} else if (str_is(c->kind, "bot")) {
		decide_by_rules(p, i);
		if (!is_service(p, j))
			*j = (struct join){ .state = JOIN_MACHINE };
	}
}

/* What the accounts of one group say together. */
struct verdict {
	struct str person;
	size_t members;
	bool two;			/* two persons */
};

static void hear(struct verdict *v, const struct join *j)
{
	v->members++;
	if (!j->how)
		return;
	if (v->person.p && !str_eq(v->person, j->person))
		v->two = true;
	v->person = j->person;
}

static const char *group_how(struct planning *p, size_t i)
{
	return login_of(&p->d->account[i]).login.n ? "no-reply" : "e-mail";
}

static void settle(struct planning *p, size_t i, const struct verdict *v)
{
	struct join *j = &p->plan[i];

	if (j->how || j->state == JOIN_MACHINE || v->members < 2)
		return;
	if (v->two) {
		j->state = JOIN_AMBIGUOUS;
		j->person = v->person;
		j->why = "its address or login is shared by two persons";
	} else if (v->person.p) {
		j->state = JOIN_NEW;
		j->person = v->person;
		j->how = group_how(p, i);
	} else if (j->state == JOIN_UNMATCHED) {
		j->person = p->d->account[leader(p, i)].id;
		j->nameless = true;
		j->how = group_how(p, i);
	}
}

static void settle_groups(struct planning *p)
{
	struct verdict *v = ARENA_ARRAY(p->d->a, struct verdict, p->d->accounts + 1);

	for (size_t i = 0; i < p->d->accounts; i++)
		if (p->plan[i].state != JOIN_MACHINE)
			hear(&v[leader(p, i)], &p->plan[i]);
	for (size_t i = 0; i < p->d->accounts; i++)
		settle(p, i, &v[leader(p, i)]);
}

static struct str local_of(struct str email)
{
	return (struct str){ email.p, str_find(email, STR("@"), 0) };
}

static void index_hints(struct planning *p)
{
	struct arena *a = p->d->a;

	for (size_t i = 0; i < p->d->persons; i++) {
		const struct str *email = p->d->person[i].f.email.v;

		for (size_t k = 0; k < p->d->person[i].f.email.n; k++) {
			struct str local = directory_lower(a, local_of(email[k]));

			if (local.n > 2 && !map_has(p->local_part, local))
				map_put_int(p->local_part, local, (int64_t)i);
		}
	}
	/* Those whose person is known come first. */
	for (size_t i = 0; i < 2 * p->d->accounts; i++) {
		size_t at = i % p->d->accounts;
		struct str name = directory_lower(a, p->d->account[at].name);
		bool known = p->plan[at].how != NULL;

		if (name.n && !is_machine(&p->d->account[at]) && (known || i >= p->d->accounts) &&
		    !map_has(p->by_name, name))
			map_put_int(p->by_name, name, (int64_t)at);
	}
}

static struct str person_hint(const struct directory *d, size_t at)
{
	const struct directory_person *who = &d->person[at];
	const struct str *email = who->f.email.v;

	if (!who->f.email.n || !who->f.name.n)
		return directory_person_name(who);
	return arena_printf(d->a, "%.*s <%.*s>", FMT(who->f.name), FMT(email[0]));
}

/* Who it may be: said, never done. */
static void hint(struct planning *p, size_t i)
{
	const struct directory_account *c = &p->d->account[i];
	const struct directory_hits named = directory_find(p->d, DIRECTORY_NAME, c->name);
	struct arena *a = p->d->a;
	struct join *j = &p->plan[i];
	struct str login = c->login.n ? c->login : noreply_of(c->email).login;
	int64_t other, local = -1;

	if (c->email.n && !login.n)
		local = map_get_int(p->local_part, directory_lower(a, local_of(c->email)));
	if (named.n) {
		j->likely = person_hint(p->d, named.v[0]);
		j->why = "the same name";
	} else if (local >= 0) {
		j->likely = person_hint(p->d, (size_t)local);
		j->why = "the same name before the @";
	} else if (login.n && (local = map_get_int(p->local_part, directory_lower(a, login))) >= 0) {
		j->likely = person_hint(p->d, (size_t)local);
		j->why = "the login is the name before the @";
	} else if (c->name.n) {
		other = map_get_int(p->by_name, directory_lower(a, c->name));
		if (other >= 0 && leader(p, (size_t)other) != leader(p, i)) {
			const struct directory_account *o = &p->d->account[other];

			j->likely = arena_printf(a, "account %lld, %.*s", (long long)o->no,
						 FMT(o->email.n ? o->email : o->login));
			j->why = "the same name under another address";
		}
	}
}

/* What is there already: a link to a person stays where no rule says otherwise. */
static void compare(struct planning *p, size_t i)
{
	const struct directory_account *c = &p->d->account[i];
	struct join *j = &p->plan[i];

	if (j->state == JOIN_MACHINE || j->state == JOIN_AMBIGUOUS)
		return;
	if ((!j->how || j->nameless) && directory_person(p->d, c->person)) {
		*j = (struct join){ .state = JOIN_KNOWN, .person = c->person };
		j->how = c->how.p ? arena_cstr(p->d->a, c->how) : "stated";
	} else if (j->how) {
		j->state = c->person.p && str_eq(c->person, j->person) ? JOIN_KNOWN : JOIN_NEW;
	}
}

static void finish(struct planning *p, size_t i)
{
	struct join *j = &p->plan[i];

	compare(p, i);
	if (j->state == JOIN_UNMATCHED || j->nameless)
		hint(p, i);
	if (j->state == JOIN_AMBIGUOUS && directory_person(p->d, j->person))
		j->likely = directory_person_name(directory_person(p->d, j->person));
}

err join_plan(const struct directory *d, struct join **out)
{
	struct planning p = {
		.d = d, .plan = ARENA_ARRAY(d->a, struct join, d->accounts + 1),
		.parent = ARENA_ARRAY(d->a, size_t, d->accounts + 1),
		.by_key = map_new(), .local_part = map_new(), .by_name = map_new(),
	};

	group(&p);
	for (size_t i = 0; i < d->accounts; i++)
		decide(&p, i);
	settle_groups(&p);
	index_hints(&p);
	for (size_t i = 0; i < d->accounts; i++)
		finish(&p, i);
	map_free(p.by_key);
	map_free(p.local_part);
	map_free(p.by_name);
	*out = p.plan;
	return NULL;
}

struct join_counts join_count(const struct directory *d, const struct join *plan)
{
	struct join_counts n = { .persons = d->persons };

	for (size_t i = 0; i < d->accounts; i++) {
		n.linked += plan[i].state == JOIN_NEW && !plan[i].nameless;
		n.known += plan[i].state == JOIN_KNOWN && !plan[i].nameless;
		n.grouped += plan[i].nameless;
		n.ambiguous += plan[i].state == JOIN_AMBIGUOUS;
		n.unmatched += plan[i].state == JOIN_UNMATCHED || plan[i].nameless;
		n.machines += plan[i].state == JOIN_MACHINE;
	}
	return n;
}
