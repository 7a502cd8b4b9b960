/* Reading custody.yaml, and its rules across fields. Each fault names its place. */
#include "source/config.h"

#include "base/map.h"
#include "store/directory.h"
#include "text/yaml.h"

#include <stdarg.h>

struct checking {
	struct arena *a;
	const char *name;
	const struct json *doc;
	struct config *c;
	const struct strs *home;	/* what people of the home are called */
	const char **known;		/* those and the file's, NULL at the end */
};

static PRINTF_LIKE(3, 4) err fault(const struct checking *k, const struct json *at, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return fail(ERR_INPUT, "%s:%u:%u: %s", k->name, at ? at->line : 1, at ? at->column : 1, text);
}

/* The i-th item of a list of the document. */
static const struct json *item(const struct json *list, size_t i)
{
	const struct json *v = list ? list->first : NULL;

	while (v && i--)
		v = v->next;
	return v;
}

static const struct json *place_of(const struct checking *k, const char *list, size_t i, const char *field)
{
	const struct json *v = item(json_get(k->doc, list), i), *at = json_get(v, field);

	return at ? at : v;
}

/* A person, as far as the file can tell: no tool, and no slip of the pen. */
static err check_person_name(const struct checking *k, const struct json *at, struct str name)
{
	const char *near;

	if (!name.n)
		return NULL;
	if (config_is_tool(name))
		return fault(k, at, "'%.*s' is a tool; a person or a role answers, a tool does not", FMT(name));
	for (const char **p = k->known; *p; p++)
		if (str_is_caseless(name, str_c(*p)))
			return NULL;
	near = choice_nearest(k->known, name);
	if (near && strlen(near) > 3)
		return fault(k, at, "nobody is known as '%.*s'; did you mean '%s'?", FMT(name), near);
	if (k->known[0])
		return fault(k, at, "nobody is known as '%.*s'; declare them under 'people', or import them first with "
			     "custody people import", FMT(name));
	return NULL;
}

static bool is_service(const struct checking *k, struct str name)
{
	const struct config_person *p = k->c->people.v;

	for (size_t i = 0; i < k->c->people.n; i++)
		if (p[i].kind == PERSON_SERVICE && str_is_caseless(p[i].name, name))
			return true;
	return false;
}

static err check_owner(const struct checking *k, const struct json *at, struct str owner)
{
	if (owner.n && is_service(k, owner))
		return fault(k, at, "'%.*s' is a service; a person answers, a service does not", FMT(owner));
	return check_person_name(k, at, owner);
}

/* Every name and address people can be called by. */
static void gather_known(struct checking *k)
{
	const struct config_person *p = k->c->people.v;
	size_t n = 0, room = 1 + k->home->n;

	for (size_t i = 0; i < k->c->people.n; i++)
		room += 1 + p[i].email.n + p[i].alias.n;
	k->known = ARENA_ARRAY(k->a, const char *, room);
	for (size_t i = 0; i < k->c->people.n; i++) {
		const struct str *email = p[i].email.v, *alias = p[i].alias.v;

		k->known[n++] = arena_cstr(k->a, p[i].name);
		for (size_t j = 0; j < p[i].email.n; j++)
			k->known[n++] = arena_cstr(k->a, email[j]);
		for (size_t j = 0; j < p[i].alias.n; j++)
			k->known[n++] = arena_cstr(k->a, alias[j]);
	}
	for (size_t i = 0; i < k->home->n; i++)
		k->known[n++] = arena_cstr(k->a, k->home->v[i]);
}

static err once(const struct checking *k, struct map *seen, const struct json *at, struct str word)
{
	if (map_has(seen, word))
		return fault(k, at, "'%.*s' is declared twice; the first is in line %lld", FMT(word),
			     (long long)map_get_int(seen, word));
	map_put_int(seen, word, at ? (int64_t)at->line : 0);
	return NULL;
}

static err check_people(const struct checking *k, struct map *seen)
{
	struct config_person *p = k->c->people.v;

	for (size_t i = 0; i < k->c->people.n; i++) {
		const struct str *email = p[i].email.v;

		if (p[i].kind == FIELD_UNKNOWN)
			p[i].kind = PERSON_HUMAN;
		if (!p[i].email.n && !p[i].alias.n)
			return fault(k, place_of(k, "people", i, "name"),
				     "'%.*s' needs an email or an alias to be known by",
				     FMT(p[i].name));
		for (size_t j = 0; j < p[i].email.n; j++)
			TRY(once(k, seen, place_of(k, "people", i, "email"), directory_lower(k->a, email[j])));
		if (p[i].kind == PERSON_SERVICE && !p[i].owner.n)
			return fault(k, place_of(k, "people", i, "kind"),
				     "the service '%.*s' needs an owner: the person who "
				     "answers for it", FMT(p[i].name));
		if (p[i].kind == PERSON_HUMAN && p[i].owner.n)
			return fault(k, place_of(k, "people", i, "owner"),
				     "'%.*s' is a person and answers for themselves",
				     FMT(p[i].name));
		TRY(check_owner(k, place_of(k, "people", i, "owner"), p[i].owner));
		TRY(check_person_name(k, place_of(k, "people", i, "manager"), p[i].manager));
	}
	return NULL;
}

static err check_systems(const struct checking *k, struct map *seen, struct map *places)
{
	struct config_system *s = k->c->systems.v;

	for (size_t i = 0; i < k->c->systems.n; i++) {
		const struct json *list = json_get(item(json_get(k->doc, "systems"), i), "repositories");
		const struct str *repository = s[i].repositories.v;

		TRY(once(k, seen, place_of(k, "systems", i, "name"), s[i].name));
		TRY(check_owner(k, place_of(k, "systems", i, "owner"), s[i].owner));
		for (size_t j = 0; j < s[i].repositories.n; j++) {
			struct r_system_place p;

			if (!config_place(repository[j], &p))
				return fault(k, item(list, j),
					     "'%.*s' is no place; write repository, or repository:path/**",
					     FMT(str_cut(repository[j], 200)));
			TRY(once(k, places, item(list, j), arena_printf(k->a, "%.*s:%.*s", FMT(p.repository),
							FMT(p.path))));
		}
	}
	return NULL;
}

static err check_control(const struct checking *k, struct map *seen, size_t i)
{
	struct config_control *v = &((struct config_control *)k->c->controls.v)[i];
	const struct json *at = place_of(k, "controls", i, "control");
	const char *near = NULL;
	struct str id = config_control_id(k->a, v->control, &near);

	if (!id.p && near)
		return fault(k, at, "'%.*s' is no control of the edition of 2022; did you mean %s?",
			     FMT(v->control), near);
	if (!id.p)
		return fault(k, at, "'%.*s' is no control of the edition of 2022", FMT(v->control));
	v->control = id;
	TRY(once(k, seen, at, id));
	if (v->applies != FIELD_UNKNOWN && !v->reason.n)
		return fault(k, place_of(k, "controls", i, "applies"),
			     "say why %.*s applies or does not: reason", FMT(id));
	return check_owner(k, place_of(k, "controls", i, "owner"), v->owner);
}

static err check_rest(const struct checking *k, struct map *seen)
{
	const struct config_repository *r = k->c->repositories.v;
	const struct config_retention *t = &k->c->retention;
	const struct str kept[] = { t->evidence, t->words };
	const char *const names[] = { "evidence", "words" };

	for (size_t i = 0; i < k->c->repositories.n; i++)
		TRY(once(k, seen, place_of(k, "repositories", i, "name"), r[i].name));
	for (size_t i = 0; i < ARRAY_LEN(kept); i++)
		if (kept[i].p && config_months(kept[i]) == FIELD_NO_INT)
			return fault(k, json_get(json_get(k->doc, "retention"), names[i]),
				     "'%.*s' is no time to keep something; write 7 years or 18 months", FMT(kept[i]));
	if (json_get(k->doc, "period") && k->c->period.from > k->c->period.to)
		return fault(k, json_get(json_get(k->doc, "period"), "to"), "the period ends before it begins");
	return check_owner(k, json_get(json_get(k->doc, "soa"), "approved_by"), k->c->soa.approved_by);
}

static err check_all(const struct checking *k, struct map *seen[5])
{
	TRY(check_people(k, seen[0]));
	TRY(check_systems(k, seen[1], seen[2]));
	for (size_t i = 0; i < k->c->controls.n; i++)
		TRY(check_control(k, seen[3], i));
	return check_rest(k, seen[4]);
}

/* The rules across fields. `k->doc` is the tree for places. */
static err check(struct checking *k)
{
	struct map *seen[5];
	err e;

	gather_known(k);
	for (size_t i = 0; i < ARRAY_LEN(seen); i++)
		seen[i] = map_new();
	e = check_all(k, seen);
	for (size_t i = 0; i < ARRAY_LEN(seen); i++)
		map_free(seen[i]);
	return e;
}

/* A starter of which nothing was taken over yet. */
static bool only_comments(struct str text)
{
	struct str line;

	while (str_split(&text, '\n', &line)) {
		line = str_trim(line);
		if (line.n && line.p[0] != '#')
			return false;
	}
	return true;
}

/* Where the first byte stands that is no UTF-8. */
static err not_utf8(const char *name, struct str text)
{
	struct str rest = text, line;
	unsigned row = 0;

	while (str_split(&rest, '\n', &line)) {
		row++;
		for (size_t n = 1; !str_is_utf8(line) && n <= line.n; n++) {
			bool whole = (n == line.n) || ((unsigned char)line.p[n] & 0xc0) != 0x80;

			if (whole && !str_is_utf8((struct str){ line.p, n }))
				return err_hint(fail(ERR_INPUT, "%s:%u:%zu: this is not UTF-8", name, row, n),
						"save the file as UTF-8");
		}
	}
	return fail(ERR_INPUT, "%s:1:1: this is not UTF-8", name);
}

err config_read_known(struct arena *a, const char *name, struct str text, const struct strs *known,
		      struct config *out)
{
	struct checking k = { .a = a, .name = name, .c = out, .home = known };
	struct json *doc;

	table_clear(&config_table, out);
	if (!str_is_utf8(text))
		return not_utf8(name, text);
	if (str_starts(text, STR("\xef\xbb\xbf")))
		text = str_from(text, 3);
	if (str_trim(text).n == 0)
		return fail(ERR_INPUT, "%s:1:1: the file is empty", name);
	if (only_comments(text))
		return NULL;
	TRY(yaml_parse(a, name, text, &doc));
	TRY(json_to_table(a, name, doc, &config_table, (struct json_pick){ 0, 0 }, out));
	k.doc = doc;
	return check(&k);
}

err config_read(struct arena *a, const char *name, struct str text, struct config *out)
{
	return config_read_known(a, name, text, &(struct strs){ 0 }, out);
}
