/* Persons from an export. They are gathered to the end, because a manager may stand
 * behind the people who report to them; then what is new or different is written.
 * An export adds to what is known: addresses and other names from elsewhere stay. */
#include "store/intake_parts.h"

#include "base/instant.h"
#include "base/map.h"
#include "store/directory.h"
#include "text/json.h"

enum { PERSONS_MAX = 200000, LIST_MAX = 32, LISTS_MAX = 8, MANAGERS_TOLD = 10 };

struct pending {
	struct s_person s;
	struct str id;			/* absent: not to be written */
	struct r_person f;
};

struct intake_people {
	struct pending *v;
	size_t n, room;
	struct str list;		/* of which these are all; absent: of none */
	bool whole;			/* as sure as that: it is no export of a part */
};

void intake_people_free(struct intake_people *p)
{
	if (!p)
		return;
	free(p->v);
	free(p);
}

static struct str keep(struct arena *a, struct str s)
{
	return s.p ? arena_str(a, s) : s;
}

static struct many keep_texts(struct arena *a, const struct many *from)
{
	const struct str *v = from->v;
	struct str *out = arena_alloc(a, (from->n + 1) * sizeof(*out));

	for (size_t i = 0; i < from->n; i++)
		out[i] = arena_str(a, v[i]);
	return (struct many){ out, from->n };
}

static struct many keep_roles(struct arena *a, const struct many *from)
{
	int *out = ARENA_ARRAY(a, int, from->n + 1);

	if (from->n)
		memcpy(out, from->v, from->n * sizeof(*out));
	return (struct many){ out, from->n };
}

static struct intake_people *persons_of(struct intake *in)
{
	if (!in->persons)
		in->persons = base_alloc(sizeof(*in->persons));
	return in->persons;
}

void intake_whole_list(struct intake *in, struct str list)
{
	struct intake_people *p = persons_of(in);

	p->list = arena_str(in->a, list);
	p->whole = true;
}

err intake_people_person(struct intake *in, const struct s_person *item)
{
	struct intake_people *p = persons_of(in);
	struct s_person *s;

	if (str_is(item->list, "config"))
		return fail(ERR_INPUT, "persons of an export are not on the list of the configuration");
	if (item->list.n && !p->list.p)
		p->list = arena_str(in->a, item->list);
	if (p->n == PERSONS_MAX)
		return fail(ERR_LIMIT, "the export names more than %d persons", PERSONS_MAX);
	if (p->n == p->room) {
		p->room = p->room ? p->room * 2 : 64;
		p->v = base_realloc(p->v, p->room * sizeof(*p->v));
	}
	p->v[p->n] = (struct pending){ .s = *item };
	s = &p->v[p->n++].s;
	s->alias = keep_texts(in->a, &item->alias);
	s->email = keep_texts(in->a, &item->email);
	s->refs = keep_texts(in->a, &item->refs);
	s->department = keep(in->a, item->department);
	s->manager = keep(in->a, item->manager);
	s->name = keep(in->a, item->name);
	s->owner = keep(in->a, item->owner);
	s->roles = keep_roles(in->a, &item->roles);
	return NULL;
}

/* What was known, then what is new, without case. */
static struct many both(struct arena *a, const struct many *old, const struct many *new)
{
	const struct str *from[] = { old->v, new->v };
	const size_t n[] = { old->n, new->n };
	struct str *out = ARENA_ARRAY(a, struct str, LIST_MAX);
	size_t k = 0;

	for (size_t part = 0; part < 2; part++)
		for (size_t i = 0; i < n[part] && k < LIST_MAX; i++) {
			bool known = false;

			for (size_t j = 0; j < k && !known; j++)
				known = str_is_caseless(out[j], from[part][i]);
			if (!known)
				out[k++] = from[part][i];
		}
	return (struct many){ out, k };
}

/* The persons the addresses belong to (other names only where there is none). */
static size_t matches(const struct directory *d, const struct s_person *s, size_t *first)
{
	const struct many *list = s->email.n ? &s->email : &s->alias;
	enum directory_by by = s->email.n ? DIRECTORY_EMAIL : DIRECTORY_ALIAS;
	const struct str *v = list->v;
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++) {
		struct directory_hits h = directory_find(d, by, v[i]);

		for (size_t k = 0; k < h.n && k < ARRAY_LEN(h.v); k++) {
			if (n && h.v[k] == *first)
				continue;
			if (!n)
				*first = h.v[k];
			n++;
		}
	}
	return n;
}

/* The lists with this one, or without it. */
static struct many lists_with(struct arena *a, const struct many *old, struct str list, bool on)
{
	const struct str *v = old->v;
	struct str *out = ARENA_ARRAY(a, struct str, LISTS_MAX + 1);
	size_t n = 0;

	for (size_t i = 0; i < old->n; i++)
		if (!str_eq(v[i], list))
			out[n++] = v[i];
	if (on && list.n && n < LISTS_MAX)
		out[n++] = list;
	return (struct many){ out, n };
}

static bool on_list(const struct r_person *f, struct str list)
{
	const struct str *v = f->lists.v;

	for (size_t i = 0; i < f->lists.n; i++)
		if (str_eq(v[i], list))
			return true;
	return false;
}

static struct r_person merged(struct intake *in, const struct r_person *old, const struct s_person *s)
{
	struct arena *a = in->a;
	struct r_person f = *old;

	/* Who is a service is declared: no export makes one of a person the configuration names. */
	if (in->persons->whole || !on_list(old, STR("config")))
		f.kind = s->kind;
	f.alias = both(a, &old->alias, &s->alias);
	f.email = both(a, &old->email, &s->email);
	if (s->name.n)
		f.name = s->name;
	if (s->department.n)
		f.department = s->department;
	if (s->starts != INSTANT_NONE)
		f.starts = s->starts;
	if (s->ends != INSTANT_NONE)
		f.ends = s->ends;
	if (s->status != FIELD_UNKNOWN)
		f.status = s->status;
	if (s->roles.n)
		f.roles = s->roles;
	if (in->persons->list.n) {
		if (!on_list(old, in->persons->list))
			f.lists = lists_with(a, &old->lists, in->persons->list, true);
		f.unlisted = FIELD_UNKNOWN;
	}
	return f;
}

/* The line of the export, or the name where there are no lines. */
static struct str where(struct intake *in, const struct pending *p)
{
	return p->s.line > 0 ? arena_printf(in->a, "line %lld", (long long)p->s.line) : p->s.name;
}

/* Whether a line before this one is that person. */
static bool in_this_file(const struct intake_people *all, const struct pending *p, struct str id)
{
	for (const struct pending *q = all->v; q < p; q++)
		if (q->id.p && str_eq(q->id, id))
			return true;
	return false;
}

/* Decides who the row is. One whom two persons share is nobody's: it is told. */
static void identify(struct intake *in, struct directory *d, struct pending *p)
{
	struct r_person none;
	size_t found = 0, n = matches(d, &p->s, &found);
	struct str at = where(in, p);

	table_clear(record_person.table, &none);
	if (n > 1) {
		intake_note(in, "%.*s: its addresses belong to %zu persons who are known; nothing was written "
			    "for it", FMT(at), n);
		return;
	}
	if (n == 1 && in_this_file(in->persons, p, d->person[found].id) &&
	    !str_is_caseless(d->person[found].f.name, p->s.name)) {
		intake_note(in, "%.*s: its address is in another line under another name; nothing was "
			    "written for it", FMT(at));
		return;
	}
	p->id = n ? d->person[found].id : record_new_id(in->a);
	p->f = merged(in, n ? &d->person[found].f : &none, &p->s);
	if (n && d->person[found].f.name.n && p->s.name.n && !str_is_caseless(d->person[found].f.name, p->s.name)) {
		struct many old = { &d->person[found].f.name, 1 };

		p->f.alias = both(in->a, &p->f.alias, &old);
	}
	if (n)
		d->person[found].f = p->f;
	else
		directory_add(d, p->id, &p->f);
}

static struct str find_person(const struct intake_people *all, const struct directory *d, struct str text)
{
	struct str found = { 0 };

	for (int by = DIRECTORY_EMAIL; by <= DIRECTORY_NAME; by++) {
		struct directory_hits h = directory_find(d, (enum directory_by)by, text);

		if (h.n == 1)
			return d->person[h.v[0]].id;
	}
	for (size_t i = 0; i < all->n; i++) {
		const struct str *ref = all->v[i].s.refs.v;

		for (size_t k = 0; k < all->v[i].s.refs.n; k++)
			if (str_is_caseless(ref[k], text))
				found = all->v[i].id;
	}
	return found;
}

static bool same(const struct r_person *one, const struct r_person *other)
{
	static const struct json_pick all = { 0, 0 };
	BUF_AUTO x = buf_new(WORDS_MAX), y = buf_new(WORDS_MAX);
	struct json_writer w = json_write(&x);

	json_put_table(&w, record_person.table, all, one);
	w = json_write(&y);
	json_put_table(&w, record_person.table, all, other);
	return str_eq(buf_str(&x), buf_str(&y));
}

static err write_person(struct intake *in, const struct pending *p, const struct directory_person *before)
{
	struct draft d = intake_draft(in, &record_person, &p->f);
	bool already;

	if (before && same(&before->f, &p->f)) {
		in->counts.people_known++;
		return NULL;
	}
	d.about = p->id;
	*(before ? &in->counts.people_changed : &in->counts.people) += 1;
	return intake_append(in, &d, &already);
}

static bool seen_before(const struct intake_people *all, size_t i)
{
	for (size_t k = i + 1; k < all->n; k++)
		if (all->v[k].id.p && str_eq(all->v[k].id, all->v[i].id))
			return true;
	return false;
}

/* Whom they report to and who answers for them, once everybody is known. */
static void resolve(struct intake *in, const struct directory *d, struct pending *p, size_t *unknown)
{
	const struct {
		struct str text, *to;
		const char *what;
	} asked[] = { { p->s.manager, &p->f.manager, "manager" }, { p->s.owner, &p->f.owner, "owner" } };

	for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
		struct str at = where(in, p);
		struct str id = asked[i].text.n ? find_person(in->persons, d, asked[i].text) : (struct str){ 0 };

		if (id.p && !str_eq(id, p->id))
			*asked[i].to = id;
		else if (asked[i].text.n && !id.p && (*unknown)++ < MANAGERS_TOLD)
			intake_note(in, "%.*s: their %s '%.*s' is nobody known", FMT(at),
				    asked[i].what, FMT(asked[i].text));
	}
}

static err write_all(struct intake *in, struct directory *before, struct directory *d)
{
	struct intake_people *all = in->persons;
	size_t unknown = 0;

	for (size_t i = 0; i < all->n; i++) {
		struct pending *p = &all->v[i];

		arena_reset(in->item);
		if (!p->id.p || seen_before(all, i))
			continue;
		resolve(in, d, p, &unknown);
		TRY(write_person(in, p, directory_person(before, p->id)));
	}
	if (unknown > MANAGERS_TOLD)
		intake_note(in, "%zu managers and owners in all are nobody known", unknown);
	return NULL;
}

static bool is_listed(const struct map *here, const struct intake_people *all, const struct directory_person *p)
{
	if (map_get(here, p->id))
		return true;
	/* Somebody of a line that could not be told to be one person. */
	for (size_t i = 0; i < all->n; i++) {
		const struct s_person *s = &all->v[i].s;
		struct many names = { s->email.n ? s->email.v : s->alias.v, s->email.n ? s->email.n : s->alias.n };
		const struct many *theirs = s->email.n ? &p->f.email : &p->f.alias;
		const struct str *x = names.v, *y = theirs->v;

		for (size_t k = 0; !all->v[i].id.p && k < names.n * theirs->n; k++)
			if (str_is_caseless(x[k / theirs->n], y[k % theirs->n]))
				return true;
	}
	return false;
}

static err unlist(struct intake *in, const struct directory_person *p)
{
	struct r_person f = p->f;
	struct draft d = intake_draft(in, &record_person, &f);
	bool already;

	f.lists = lists_with(in->item, &f.lists, in->persons->list, false);
	f.unlisted = f.lists.n ? FIELD_UNKNOWN : 1;
	d.about = p->id;
	in->counts.people_unlisted++;
	return intake_append(in, &d, &already);
}

/* Who was on the list's copy before and is not on this one. That they left is not
 * said: their status stays. An export that lacks more than half is one of a part. */
static err unlist_others(struct intake *in, const struct directory *before)
{
	struct intake_people *all = in->persons;
	struct directory_person **gone = ARENA_ARRAY(in->a, struct directory_person *, before->persons + 1);
	OWNED(map) here = map_new();
	size_t n = 0, were = 0;

	for (size_t i = 0; i < all->n; i++)
		if (all->v[i].id.p)
			map_put(here, all->v[i].id, all);
	for (size_t i = 0; i < before->persons; i++) {
		struct directory_person *p = &before->person[i];

		if (p->erased || !on_list(&p->f, all->list))
			continue;
		were++;
		if (!is_listed(here, all, p))
			gone[n++] = p;
	}
	if (!all->whole && 2 * n > were) {
		intake_note(in, "%zu of %zu persons of the export before are not in this one: it is taken for a part, "
			    "and of nobody it is recorded that they are listed no longer", n, were);
		return NULL;
	}
	for (size_t i = 0; i < n; i++) {
		arena_reset(in->item);
		TRY(unlist(in, gone[i]));
	}
	if (n)
		intake_note(in, "%zu person%s listed no longer: that is recorded, and the status stays as it was", n,
			    n == 1 ? " is" : "s are");
	return NULL;
}

err intake_people_end(struct intake *in)
{
	DIRECTORY_AUTO before = { 0 };
	DIRECTORY_AUTO d = { 0 };

	if (!in->persons)
		return NULL;
	TRY(directory_load(store_db(in->store), in->a, &before));
	TRY(directory_load(store_db(in->store), in->a, &d));
	for (size_t i = 0; i < in->persons->n; i++)
		identify(in, &d, &in->persons->v[i]);
	TRY(write_all(in, &before, &d));
	return in->persons->list.n ? unlist_others(in, &before) : NULL;
}
