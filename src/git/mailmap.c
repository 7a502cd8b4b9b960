#include "git/people.h"

#include "base/map.h"

struct entry {
	struct str name, email;		/* to put there; absent: leave */
};

struct git_mailmap {
	struct arena *a;
	struct map *entries;		/* "mail" or "mail\nname", lower case */
	size_t n;
};

static struct str key_of(struct arena *a, struct str email, struct str name)
{
	size_t n = email.n + (name.p ? 1 + name.n : 0);
	char *p = arena_alloc(a, n + 1);

	if (email.n)
		memcpy(p, email.p, email.n);
	if (name.p) {
		p[email.n] = '\n';
		if (name.n)
			memcpy(p + email.n + 1, name.p, name.n);
	}
	for (size_t i = 0; i < n; i++)
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] = (char)(p[i] + 32);
	return (struct str){ p, n };
}

/* "Name <mail>" off the front; the name may be empty. */
static bool pair_next(struct str *rest, struct str *name, struct str *email)
{
	size_t open = str_find(*rest, STR("<"), 0), close;

	if (open == rest->n)
		return false;
	close = str_find(*rest, STR(">"), open);
	if (close == rest->n)
		return false;
	*name = str_trim((struct str){ rest->p, open });
	*email = str_trim((struct str){ rest->p + open + 1, close - open - 1 });
	*rest = str_from(*rest, close + 1);
	return true;
}

static void entry_put(struct git_mailmap *m, struct str key, struct str name, struct str email)
{
	struct entry *e = map_get(m->entries, key);

	if (!e) {
		e = ARENA_NEW(m->a, struct entry);
		map_put(m->entries, key, e);
	}
	if (name.n)
		e->name = str_cut(arena_utf8(m->a, name), GIT_NAME);
	if (email.n)
		e->email = str_cut(arena_utf8(m->a, email), GIT_EMAIL);
	m->n++;
}

static void line_take(struct git_mailmap *m, struct str line)
{
	struct str name[2], email[2];
	bool one, two;

	if (line.n == 0 || line.p[0] == '#')
		return;
	one = pair_next(&line, &name[0], &email[0]);
	two = one && pair_next(&line, &name[1], &email[1]);
	if (two)
		entry_put(m, key_of(m->a, email[1], name[1].n ? name[1] : (struct str){ 0 }), name[0], email[0]);
	else if (one && name[0].n)
		entry_put(m, key_of(m->a, email[0], (struct str){ 0 }), name[0], STR(""));
}

struct git_mailmap *git_mailmap_new(struct str text)
{
	struct git_mailmap *m = base_alloc(sizeof(*m));
	struct str line;

	m->a = arena_new();
	m->entries = map_new();
	if (text.n > GIT_MAILMAP_BYTES)
		text.n = GIT_MAILMAP_BYTES;
	while (m->n < GIT_MAILMAP_ENTRIES && str_split(&text, '\n', &line))
		line_take(m, line);
	return m;
}

void git_mailmap_free(struct git_mailmap *m)
{
	if (!m)
		return;
	map_free(m->entries);
	arena_free(m->a);
	free(m);
}

size_t git_mailmap_count(const struct git_mailmap *m)
{
	return m->n;
}

bool git_mailmap_apply(const struct git_mailmap *m, struct git_person *p)
{
	OWNED(arena) a = arena_new();
	const struct entry *e;

	if (m->n == 0)
		return false;
	e = map_get(m->entries, key_of(a, p->email, p->name));
	if (!e)
		e = map_get(m->entries, key_of(a, p->email, (struct str){ 0 }));
	if (!e)
		return false;
	if (e->name.n)
		p->name = e->name;
	if (e->email.n)
		p->email = e->email;
	return true;
}
