/* Who somebody means by what they typed. */
#include "store/directory.h"

enum { ID_PREFIX = 8 };

static bool is_prefix(struct str id, struct str text)
{
	return text.n >= ID_PREFIX && str_starts(id, text);
}

static err several(struct str text, size_t n)
{
	return err_hint(fail(ERR_CONFLICT, "'%.*s' can be %zu different ones", FMT(str_cut(text, 128)), n),
			"use an address or an id; custody people list shows them");
}

/* A name somebody may have meant: the smallest distance, at most three. */
static err no_person(const struct directory *d, struct str text)
{
	const char **names = ARENA_ARRAY(d->a, const char *, d->persons + 1);
	const char *near;
	err e = fail(ERR_MISSING, "nobody is known as '%.*s'", FMT(str_cut(text, 128)));

	for (size_t i = 0; i < d->persons; i++)
		names[i] = arena_cstr(d->a, directory_person_name(&d->person[i]));
	near = choice_nearest(names, text);
	return near ? err_hint(e, "did you mean %s?", near) : err_hint(e, "custody people list shows who is known");
}

err directory_pick_person(const struct directory *d, struct str text, struct directory_person **out)
{
	struct directory_person *found = NULL;
	size_t n = 0;

	for (int by = DIRECTORY_EMAIL; by <= DIRECTORY_NAME; by++) {
		struct directory_hits h = directory_find(d, (enum directory_by)by, text);

		if (h.n > 1)
			return several(text, h.n);
		if (h.n == 1) {
			*out = &d->person[h.v[0]];
			return NULL;
		}
	}
	for (size_t i = 0; i < d->persons; i++) {
		if (!is_prefix(d->person[i].id, text))
			continue;
		found = &d->person[i];
		n++;
	}
	if (n > 1)
		return several(text, n);
	if (!n)
		return no_person(d, text);
	*out = found;
	return NULL;
}

static bool is_account(const struct directory_account *c, struct str text)
{
	uint64_t no;

	if (str_to_u64(text, &no))
		return (int64_t)no == c->no;
	return str_is_caseless(c->login, text) || str_is_caseless(c->email, text) || is_prefix(c->id, text);
}

err directory_pick_account(const struct directory *d, struct str text, struct directory_account **out)
{
	struct directory_account *found = NULL;
	size_t n = 0;

	for (size_t i = 0; text.n && i < d->accounts; i++) {
		if (!is_account(&d->account[i], text))
			continue;
		/* Two accounts of one person answer for each other. */
		if (found && found->person.p && str_eq(found->person, d->account[i].person))
			continue;
		found = &d->account[i];
		n++;
	}
	if (n > 1)
		return err_hint(fail(ERR_CONFLICT, "'%.*s' can be %zu accounts", FMT(str_cut(text, 128)), n),
				"use the number that custody people list shows");
	if (!n)
		return err_hint(fail(ERR_MISSING, "there is no account '%.*s'", FMT(str_cut(text, 128))),
				"custody people list shows them with their numbers");
	*out = found;
	return NULL;
}
