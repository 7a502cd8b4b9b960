#include "store/directory.h"

#include "base/map.h"
#include "text/json.h"

enum { DIRECTORY_MAX = 1000000, GROW = 64 };

struct str directory_lower(struct arena *a, struct str s)
{
	char *out = arena_cstr(a, s);

	for (size_t i = 0; i < s.n; i++)
		if (out[i] >= 'A' && out[i] <= 'Z')
			out[i] = (char)(out[i] + 32);
	return (struct str){ out, s.n };
}

static struct str key_of(struct arena *a, enum directory_by by, struct str text)
{
	return directory_lower(a, arena_printf(a, "%c%.*s", "ean"[by], FMT(text)));
}

static void index_one(struct directory *d, enum directory_by by, struct str text, size_t at)
{
	struct directory_hits *h;
	struct str key;

	if (!text.n)
		return;
	key = key_of(d->a, by, text);
	h = map_get(d->by_key, key);
	if (!h) {
		h = ARENA_NEW(d->a, struct directory_hits);
		map_put(d->by_key, key, h);
	}
	for (size_t i = 0; i < h->n && i < ARRAY_LEN(h->v); i++)
		if (h->v[i] == at)
			return;
	if (h->n < ARRAY_LEN(h->v))
		h->v[h->n] = at;
	h->n++;
}

static void index_person(struct directory *d, size_t at)
{
	const struct r_person *f = &d->person[at].f;
	const struct str *email = f->email.v, *alias = f->alias.v;

	for (size_t i = 0; i < f->email.n; i++)
		index_one(d, DIRECTORY_EMAIL, email[i], at);
	for (size_t i = 0; i < f->alias.n; i++)
		index_one(d, DIRECTORY_ALIAS, alias[i], at);
	index_one(d, DIRECTORY_NAME, f->name, at);
}

/* Arrays double; the arena keeps the old ones until the end. */
static void *room_for(struct arena *a, void *v, size_t n, size_t size)
{
	void *more;

	if (n && (n < GROW || (n & (n - 1))))
		return v;
	more = arena_alloc(a, (n < GROW ? GROW : n * 2) * size);
	if (n)
		memcpy(more, v, n * size);
	return more;
}

static void put_person(struct directory *d, const struct directory_person *p)
{
	d->person = room_for(d->a, d->person, d->persons, sizeof(*d->person));
	d->person[d->persons++] = *p;
	index_person(d, d->persons - 1);
	map_put_int(d->by_id, p->id, (int64_t)d->persons - 1);
}

void directory_add(struct directory *d, struct str id, const struct r_person *f)
{
	put_person(d, &(struct directory_person){ .id = id, .f = *f });
}

/* Facts, then words where there are any. */
static err read_both(struct arena *a, const struct record_type *t, struct db_rows *row, void *out)
{
	static const struct json_pick words = { FIELD_WORDS, FIELD_WORDS };
	struct str part = db_blob(row, 2);
	struct json *doc;

	TRY(record_read_part(a, t, arena_str(a, db_blob(row, 1)), false, out));
	if (!part.p)
		return NULL;
	TRY(json_parse(a, t->name, arena_str(a, part), &doc));
	return json_to_table(a, t->name, doc, t->table, words, out);
}

static err load_persons(struct db *db, struct directory *d)
{
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(db, SQL("SELECT v.id, r.facts, r.words FROM view_person v JOIN kept_record r ON r.idx = v.idx "
			     "ORDER BY v.idx"), DB_NONE, &rows));
	for (;;) {
		struct directory_person p = { 0 };

		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		if (d->persons == DIRECTORY_MAX)
			return fail(ERR_LIMIT, "the home knows more than %d persons", DIRECTORY_MAX);
		p.id = record_hex(d->a, db_blob(rows, 0));
		p.erased = db_is_null(rows, 2);
		TRY(read_both(d->a, &record_person, rows, &p.f));
		put_person(d, &p);
	}
}

static err load_accounts(struct db *db, struct directory *d)
{
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(db, SQL("SELECT v.id, r.facts, r.words, v.no, v.kind, v.person, v.linked_how FROM view_account v "
			     "JOIN kept_record r ON r.idx = v.idx ORDER BY v.no"), DB_NONE, &rows));
	for (;;) {
		struct directory_account c = { 0 };
		struct r_account f;

		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		if (d->accounts == DIRECTORY_MAX)
			return fail(ERR_LIMIT, "the home knows more than %d accounts", DIRECTORY_MAX);
		TRY(read_both(d->a, &record_account, rows, &f));
		c = (struct directory_account){
			.id = record_hex(d->a, db_blob(rows, 0)), .no = db_int(rows, 3), .erased = db_is_null(rows, 2),
			.host = f.host, .why = f.why, .login = f.login, .email = f.email, .name = f.name,
			.kind = arena_str(d->a, db_text(rows, 4)), .person = record_hex(d->a, db_blob(rows, 5)),
			.how = db_is_null(rows, 6) ? (struct str){ 0 } : arena_str(d->a, db_text(rows, 6)),
		};
		d->account = room_for(d->a, d->account, d->accounts, sizeof(*d->account));
		d->account[d->accounts++] = c;
	}
}

err directory_load(struct db *db, struct arena *a, struct directory *out)
{
	*out = (struct directory){ .a = a, .by_key = map_new(), .by_id = map_new() };
	TRY(load_persons(db, out));
	return load_accounts(db, out);
}

void directory_done(struct directory *d)
{
	map_free(d->by_key);
	map_free(d->by_id);
	d->by_key = d->by_id = NULL;
}

struct directory_hits directory_find(const struct directory *d, enum directory_by by, struct str text)
{
	const struct directory_hits *h = text.n ? map_get(d->by_key, key_of(d->a, by, text)) : NULL;

	return h ? *h : (struct directory_hits){ .n = 0 };
}

struct directory_person *directory_person(const struct directory *d, struct str id)
{
	int64_t at = id.p ? map_get_int(d->by_id, id) : -1;

	return at < 0 ? NULL : &d->person[at];
}

struct directory_account *directory_account(const struct directory *d, struct str id)
{
	for (size_t i = 0; i < d->accounts; i++)
		if (str_eq(d->account[i].id, id))
			return &d->account[i];
	return NULL;
}

static struct str first_of(const struct many *list)
{
	const struct str *v = list->v;

	return list->n ? v[0] : (struct str){ 0 };
}

struct str directory_person_name(const struct directory_person *p)
{
	if (p->f.name.n)
		return p->f.name;
	if (p->f.email.n)
		return first_of(&p->f.email);
	return p->f.alias.n ? first_of(&p->f.alias) : STR("erased");
}

struct str directory_account_name(const struct directory_account *c)
{
	if (c->name.n)
		return c->name;
	if (c->login.n)
		return c->login;
	return c->email.n ? c->email : STR("erased");
}
