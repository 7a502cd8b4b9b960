#include "show/people.h"

#include "base/term.h"
#include "text/json.h"

static const struct show_column account_columns[] = {
	{ "number", "no", SHOW_NUMBER, 7 },
	{ "kind", "kind", SHOW_TEXT, 7 },
	{ "host", "host", SHOW_TEXT, 10 },
	{ "name", "name", SHOW_TEXT, 20 },
	{ "address", "login or address", SHOW_TEXT, 26 },
	{ "state", "state", SHOW_TEXT, 10 },
	{ "person", "person", SHOW_TEXT, 18 },
	{ "how", "how", SHOW_TEXT, 9 },
	{ "likely", "likely", SHOW_TEXT, 0 },
	{ "why", "why", SHOW_TEXT, 0 },
	{ 0 },
};

static const struct show_column person_columns[] = {
	{ "id", "id", SHOW_TEXT, 8 },
	{ "kind", "kind", SHOW_TEXT, 8 },
	{ "name", "name", SHOW_TEXT, 28 },
	{ "address", "address", SHOW_TEXT, 32 },
	{ "status", "status", SHOW_TEXT, 10 },
	{ "owner", "answers for it", SHOW_TEXT, 20 },
	{ "manager", "manager", SHOW_TEXT, 20 },
	{ "accounts", "accounts", SHOW_NUMBER, 9 },
	{ 0 },
};

static struct str or_none(struct str s)
{
	return s.p ? s : STR("");
}

/* The name of a person or an account by id. */
static struct str name_by_id(const struct directory *d, struct str id)
{
	const struct directory_person *p = directory_person(d, id);
	const struct directory_account *c = p || !id.p ? NULL : directory_account(d, id);

	if (p)
		return directory_person_name(p);
	return c ? directory_account_name(c) : STR("");
}

static bool is_open(const struct join *j)
{
	return j->state == JOIN_AMBIGUOUS || j->state == JOIN_UNMATCHED || j->nameless;
}

static struct str state_of(const struct join *j, bool machine)
{
	if (machine)
		return j->person.p ? STR("owned") : STR("no owner");
	if (j->nameless)
		return STR("unmatched");
	return j->state == JOIN_NEW ? STR("joinable") : str_c(join_state_words[j->state]);
}

static struct str why_of(const struct directory_account *c, const struct join *j)
{
	if (str_is(c->kind, "tool"))
		return STR("a tool: whoever commits answers for it");
	if (j->state == JOIN_MACHINE)
		return c->why;
	return j->why ? str_c(j->why) : STR("");
}

static void account_row(struct show_list *l, const struct directory *d, size_t i, const struct join *j)
{
	const struct directory_account *c = &d->account[i];
	bool bot = str_is(c->kind, "bot");
	struct str person = name_by_id(d, j->person.p ? j->person : c->person);
	const struct show_cell cells[] = {
		SHOW_N(c->no), SHOW_T(c->kind), SHOW_T(c->host), SHOW_T(c->erased ? STR("erased") : or_none(c->name)),
		SHOW_T(or_none(c->login.n ? c->login : c->email)), SHOW_T(state_of(j, bot)), SHOW_T(person),
		SHOW_T(j->how ? str_c(j->how) : STR("")), SHOW_T(or_none(j->likely)), SHOW_T(why_of(c, j)),
	};

	show_list_row(l, cells);
}

static err list_accounts(const struct directory *d, const struct show_people_query *q, struct show_list *l)
{
	struct join *plan;
	int64_t total = 0;

	TRY(join_plan(d, &plan));
	for (size_t i = 0; i < d->accounts; i++) {
		if (q->kind.p && !str_eq(q->kind, d->account[i].kind))
			continue;
		if (q->unmatched && !is_open(&plan[i]))
			continue;
		if (!q->limit || total < q->limit)
			account_row(l, d, i, &plan[i]);
		total++;
	}
	show_list_total(l, total, SHOW_ALL);
	show_list_empty(l, q->unmatched ? "Every account belongs to a known person." :
			"No account is known. custody collect git DIR and exports of the code host bring them.");
	return NULL;
}

static int64_t count_accounts(const struct directory *d, struct str person)
{
	int64_t n = 0;

	for (size_t i = 0; i < d->accounts; i++)
		n += d->account[i].person.p && str_eq(d->account[i].person, person);
	return n;
}

static void person_row(struct show_list *l, const struct directory *d, const struct directory_person *p)
{
	const struct str *email = p->f.email.v;
	const struct show_cell cells[] = {
		SHOW_T(str_cut(p->id, 8)), SHOW_T(p->f.kind == PERSON_SERVICE ? STR("service") : STR("person")),
		SHOW_T(directory_person_name(p)), SHOW_T(p->f.email.n ? email[0] : STR("")),
		SHOW_T(p->f.status == FIELD_UNKNOWN ? STR("") : str_c(person_status_words[p->f.status])),
		SHOW_T(name_by_id(d, p->f.owner)), SHOW_T(name_by_id(d, p->f.manager)),
		SHOW_N(count_accounts(d, p->id)),
	};

	show_list_row(l, cells);
}

static void list_persons(const struct directory *d, const struct show_people_query *q, struct show_list *l)
{
	int64_t total = 0;

	for (size_t i = 0; i < d->persons; i++) {
		bool service = d->person[i].f.kind == PERSON_SERVICE;

		if (q->kind.p && !str_is(q->kind, service ? "service" : "person"))
			continue;
		if (!q->limit || total < q->limit)
			person_row(l, d, &d->person[i]);
		total++;
	}
	show_list_total(l, total, SHOW_ALL);
	show_list_empty(l, "Nobody is declared. custody people import FILE takes a list of people, custody.yaml too.");
}

err show_people_list(const struct directory *d, const struct show_people_query *q, enum show_format format, int fd)
{
	OWNED(show_list) l = show_list_new(format, q->persons ? person_columns : account_columns, fd);

	if (q->persons)
		list_persons(d, q, l);
	else
		TRY(list_accounts(d, q, l));
	return show_list_end(l);
}

static void put_open(const struct directory *d, size_t i, const struct join *j, struct buf *out)
{
	const struct directory_account *c = &d->account[i];
	struct str address = c->login.n ? c->login : c->email;

	buf_addf(out, "  %s %lld: %.*s%s%.*s%s\n", j->state == JOIN_AMBIGUOUS ? "ambiguous" : "unmatched",
		 (long long)c->no, FMT(term_safe(d->a, directory_account_name(c))), address.n ? " <" : "",
		 FMT(term_safe(d->a, or_none(address))), address.n ? ">" : "");
	if (j->likely.n)
		buf_addf(out, "      likeliest: %.*s (%s)\n", FMT(term_safe(d->a, j->likely)), j->why ? j->why : "");
}

enum { OPEN_SHOWN = 20 };

err show_people_joined(const struct directory *d, const struct join *plan, struct buf *out)
{
	struct join_counts n = join_count(d, plan);
	size_t shown = 0, open = 0;

	buf_addf(out, "%zu accounts joined to persons, %zu were; %zu ambiguous, %zu unmatched; %zu are bots, "
		 "hosts or tools\n",
		 n.linked, n.known, n.ambiguous, n.unmatched, n.machines);
	if (n.grouped)
		buf_addf(out, "%zu of them share an address or login with another and count as one person\n",
			 n.grouped);
	if (!n.persons)
		buf_addf(out, "nobody is declared yet: custody people import FILE, or people in custody.yaml\n");
	for (size_t i = 0; i < d->accounts; i++) {
		if (!is_open(&plan[i]))
			continue;
		open++;
		if (shown < OPEN_SHOWN) {
			put_open(d, i, &plan[i], out);
			shown++;
		}
	}
	if (open > shown)
		buf_addf(out, "  and %zu more: custody people list --unmatched\n", open - shown);
	return buf_ok(out, "the list");
}
