#include "store/people.h"

#include "base/instant.h"
#include "base/map.h"

struct people {
	struct store *store;
	struct arena *a;
	struct map *by_name;		/* host\nlogin\nemail\nname → id */
	bool loaded;
	struct str in;
	enum content content;
	enum author author;
};

struct people *people_new(struct store *s)
{
	struct people *p = base_alloc(sizeof(*p));

	p->store = s;
	p->a = arena_new();
	p->by_name = map_new();
	return p;
}

void people_free(struct people *p)
{
	if (!p)
		return;
	map_free(p->by_name);
	arena_free(p->a);
	free(p);
}

void people_submission(struct people *p, struct str id, enum content content, enum author author)
{
	p->in = arena_str(p->a, id);
	p->content = content;
	p->author = author;
}

/* E-mail addresses compare without case; names and logins as they are. */
static struct str lower(struct arena *a, struct str s)
{
	char *out = arena_cstr(a, s);

	for (size_t i = 0; i < s.n; i++)
		if (out[i] >= 'A' && out[i] <= 'Z')
			out[i] = (char)(out[i] + 32);
	return (struct str){ out, s.n };
}

/* A login or an e-mail identifies; a name alone only where there is neither. */
static struct str key_of(struct arena *a, struct str host, struct str login, struct str email, struct str name)
{
	if (login.n)
		return arena_printf(a, "%.*s\nlogin\n%.*s", FMT(host), FMT(lower(a, login)));
	if (email.n)
		return arena_printf(a, "%.*s\nemail\n%.*s\n%.*s", FMT(host), FMT(lower(a, email)), FMT(name));
	return arena_printf(a, "%.*s\nname\n%.*s", FMT(host), FMT(name));
}

static err load_one(struct people *p, const struct db_rows *row)
{
	OWNED(arena) a = arena_new();
	struct r_account words, facts;
	struct str part = db_blob(row, 1);

	TRY(record_read_part(a, &record_account, db_blob(row, 2), false, &facts));
	table_clear(record_account.table, &words);
	if (part.p)
		TRY(record_read_part(a, &record_account, part, true, &words));
	else
		return NULL;	/* erased: nobody can be recognised as this account */
	map_put(p->by_name, key_of(p->a, facts.host, words.login, words.email, words.name),
		(void *)(uintptr_t)record_hex(p->a, db_blob(row, 0)).p);
	return NULL;
}

static err load(struct people *p)
{
	DB_ROWS rows = NULL;
	bool more;

	if (p->loaded)
		return NULL;
	TRY(db_query(store_db(p->store), SQL("SELECT v.id, r.words, r.facts FROM view_account v "
					     "JOIN kept_record r ON r.idx = v.idx ORDER BY v.no"), DB_NONE, &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			break;
		TRY(load_one(p, rows));
	}
	p->loaded = true;
	return NULL;
}

static struct str key_of_who(struct people *p, const struct s_who *who)
{
	return key_of(p->a, who->host.n ? who->host : STR("git"), who->login, who->email, who->name);
}

err people_add(struct people *p, const struct s_who *who, struct str id)
{
	struct r_account f = { .email = who->email, .host = who->host.n ? who->host : STR("git"),
			       .login = who->login, .name = who->name, .why = who->why,
			       .kind = who->kind == FIELD_UNKNOWN ? ACCOUNT_UNKNOWN : who->kind };
	struct draft d = { .type = &record_account, .about = id, .in = p->in, .fields = &f,
			   .content = p->content, .author = p->author, .effective = instant_now() };
	int64_t idx;
	bool already;

	ASSERT(p->in.p);
	TRY(store_local_account(p->store, &d.by));
	TRY(store_append(p->store, &d, &idx, &already));
	map_put(p->by_name, key_of_who(p, who), (void *)(uintptr_t)arena_str(p->a, id).p);
	return NULL;
}

err people_known(struct people *p, const struct s_who *who, struct str *id)
{
	const char *known;

	TRY(load(p));
	known = map_get(p->by_name, key_of_who(p, who));
	*id = known ? str_c(known) : (struct str){ 0 };
	return NULL;
}

err people_account(struct people *p, const struct s_who *who, struct str *id)
{
	TRY(people_known(p, who, id));
	if (id->p)
		return NULL;
	*id = record_new_id(p->a);
	return people_add(p, who, *id);
}

void people_forget(struct people *p)
{
	map_free(p->by_name);
	p->by_name = map_new();
	p->loaded = false;
	p->in = (struct str){ 0 };
}
