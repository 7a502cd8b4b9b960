/* One person whole, and the name of any account. */
#include "show/people.h"

#include "base/hex.h"
#include "base/instant.h"
#include "base/term.h"
#include "record/types.h"
#include "text/json.h"

/* The words of the newest record of a person or account; absent when erased. */
static err read_name(struct arena *a, const struct record_type *t, struct str words, struct str *out)
{
	struct json *doc;

	(void)t;
	*out = (struct str){ 0 };
	if (!words.p)
		return NULL;
	TRY(json_parse(a, "words", arena_str(a, words), &doc));
	*out = json_text(json_get(doc, "name"));
	if (!out->n)
		*out = json_text(json_get(doc, "login"));
	if (!out->n)
		*out = json_text(json_get(doc, "email"));
	return NULL;
}

static err person_words(struct db *db, struct arena *a, struct db_value id, struct str *out, bool *found)
{
	DB_ROWS rows = NULL;

	TRY(db_query(db, SQL("SELECT r.words FROM view_person v JOIN kept_record r ON r.idx = v.idx WHERE v.id = $1"),
		     DB_ARGS(id), &rows));
	TRY(db_next(rows, found));
	return *found ? read_name(a, &record_person, db_blob(rows, 0), out) : NULL;
}

static err account_words(struct db *db, struct arena *a, struct db_value id, struct str *out, bool *found)
{
	DB_ROWS rows = NULL;
	struct str person;
	bool linked;

	TRY(db_query(db, SQL("SELECT r.words, v.person FROM view_account v JOIN kept_record r ON r.idx = v.idx "
			     "WHERE v.id = $1"), DB_ARGS(id), &rows));
	TRY(db_next(rows, found));
	if (!*found)
		return NULL;
	TRY(read_name(a, &record_account, db_blob(rows, 0), out));
	person = arena_str(a, db_blob(rows, 1));
	if (!db_is_null(rows, 1)) {
		struct str name = { 0 };

		TRY(person_words(db, a, DB_B(person), &name, &linked));
		if (linked && name.n)
			*out = name;
	}
	return NULL;
}

err show_account_name(struct db *db, struct arena *a, struct str id, struct str *out)
{
	struct db_value key = id.n == 32 ? record_blob(a, id) : DB_B(id);
	struct str name = { 0 };
	bool found;

	TRY(account_words(db, a, key, &name, &found));
	if (!found)
		TRY(person_words(db, a, key, &name, &found));
	*out = !found ? STR("nobody known") : name.n ? name : STR("erased");
	return NULL;
}

struct one {
	const struct directory_person *person;	/* NULL: only accounts */
	struct str id;
	struct str erased;
};

/* Accounts are reached through a person, or stand for one themselves. */
static err find_one(const struct directory *d, struct str text, struct one *out)
{
	struct directory_person *p;
	struct directory_account *c;
	err e = directory_pick_person(d, text, &p), other;

	if (!e) {
		*out = (struct one){ p, p->id, { 0 } };
		return NULL;
	}
	if (e->kind != ERR_MISSING)
		return e;
	e = err_copy(e);
	other = directory_pick_account(d, text, &c);
	if (other) {
		err said = other->kind == ERR_CONFLICT ? other : fail(e->kind, "%s", e->text);

		if (e->hint && other->kind != ERR_CONFLICT)
			said = err_hint(said, "%s", e->hint);
		err_drop_copy(e);
		return said;
	}
	err_drop_copy(e);
	out->id = c->person.p ? c->person : c->id;
	out->person = directory_person(d, out->id);
	return NULL;
}

static err count_changes(struct db *db, struct arena *a, struct str account, int64_t *n)
{
	return db_get_int(db, SQL("SELECT count(*) FROM view_change WHERE author = $1 AND gone = 0"),
			  DB_ARGS(record_blob(a, account)), 0, n);
}

static bool belongs(const struct directory_account *c, struct str id)
{
	return str_eq(c->id, id) || (c->person.p && str_eq(c->person, id));
}

static void put_list(struct arena *a, struct buf *out, const char *title, const struct many *list)
{
	const struct str *v = list->v;

	for (size_t i = 0; i < list->n; i++)
		buf_addf(out, "  %-11s %.*s\n", i ? "" : title, FMT(term_safe(a, v[i])));
}

static void put_day(struct buf *out, const char *title, int64_t day)
{
	char text[DAY_TEXT];

	if (day == INSTANT_NONE)
		return;
	day_put(text, day);
	buf_addf(out, "  %-11s %s\n", title, text);
}

static err put_other_name(struct db *db, const struct directory *d, struct buf *out, const char *title, struct str id)
{
	struct str name;

	if (!id.p)
		return NULL;
	TRY(show_account_name(db, d->a, id, &name));
	buf_addf(out, "  %-11s %.*s\n", title, FMT(term_safe(d->a, name)));
	return NULL;
}

static err put_person(struct db *db, const struct directory *d, const struct directory_person *p, struct buf *out)
{
	buf_addf(out, "%.*s  %s  %.*s\n", FMT(term_safe(d->a, directory_person_name(p))),
		 p->f.kind == PERSON_SERVICE ? "service" : "person", FMT(p->id));
	put_list(d->a, out, "address", &p->f.email);
	put_list(d->a, out, "also", &p->f.alias);
	if (p->f.department.n)
		buf_addf(out, "  %-11s %.*s\n", "department", FMT(term_safe(d->a, p->f.department)));
	if (p->f.unlisted == 1)
		buf_addf(out, "  %-11s no longer: the newest export or custody.yaml does not name them\n", "listed");
	if (p->f.status != FIELD_UNKNOWN)
		buf_addf(out, "  %-11s %s\n", "status", person_status_words[p->f.status]);
	for (size_t i = 0; i < p->f.roles.n; i++)
		buf_addf(out, "  %-11s %s\n", i ? "" : "role", role_words[((const int *)p->f.roles.v)[i]]);
	put_day(out, "since", p->f.starts);
	put_day(out, "until", p->f.ends);
	TRY(put_other_name(db, d, out, "owner", p->f.owner));
	return put_other_name(db, d, out, "manager", p->f.manager);
}

static err put_accounts(struct db *db, const struct directory *d, const struct one *one, struct buf *out)
{
	for (size_t i = 0; i < d->accounts; i++) {
		const struct directory_account *c = &d->account[i];
		int64_t changes;

		if (!belongs(c, one->id))
			continue;
		TRY(count_changes(db, d->a, c->id, &changes));
		buf_addf(out, "  %-11s %lld, %.*s, %.*s", "account", (long long)c->no, FMT(c->kind), FMT(c->host));
		buf_addf(out, ": %.*s", FMT(term_safe(d->a, directory_account_name(c))));
		if (c->email.n || c->login.n)
			buf_addf(out, " <%.*s>", FMT(term_safe(d->a, c->login.n ? c->login : c->email)));
		buf_addf(out, "; author of %lld changes%s%.*s\n", (long long)changes, c->how.n ? "; joined by " : "",
			 FMT(c->how));
	}
	return buf_ok(out, "the person");
}

static err put_json_accounts(struct db *db, const struct directory *d, const struct one *one, struct json_writer *w)
{
	json_key(w, "accounts");
	json_open(w, '[');
	for (size_t i = 0; i < d->accounts; i++) {
		const struct directory_account *c = &d->account[i];
		int64_t changes;

		if (!belongs(c, one->id))
			continue;
		TRY(count_changes(db, d->a, c->id, &changes));
		json_open(w, '{');
		json_add_int(w, "number", c->no);
		json_add_text(w, "id", c->id);
		json_add_text(w, "kind", c->kind);
		json_add_text(w, "host", c->host);
		json_add_text(w, "name", directory_account_name(c));
		json_add_text(w, "login", c->login);
		json_add_text(w, "email", c->email);
		json_add_text(w, "how", c->how);
		json_add_int(w, "changes", changes);
		json_close(w, '}');
	}
	json_close(w, ']');
	return NULL;
}

static err put_json(struct db *db, const struct directory *d, const struct one *one, struct buf *out)
{
	struct json_writer w = json_write_pretty(out);

	json_open(&w, '{');
	json_add_text(&w, "id", one->id);
	if (one->person) {
		json_add_text(&w, "name", directory_person_name(one->person));
		json_key(&w, "person");
		json_put_table(&w, record_person.table, (struct json_pick){ 0, 0 }, &one->person->f);
	}
	TRY(put_json_accounts(db, d, one, &w));
	json_close(&w, '}');
	buf_add_char(out, '\n');
	return buf_ok(out, "the person");
}

err show_people_one(struct db *db, const struct directory *d, struct str text, enum show_format format,
		    struct buf *out)
{
	struct one one = { 0 };

	TRY(find_one(d, text, &one));
	if (format == SHOW_JSON || format == SHOW_JSONL)
		return put_json(db, d, &one, out);
	if (one.person)
		TRY(put_person(db, d, one.person, out));
	else
		buf_addf(out, "nobody is declared for this account; it stands for itself\n");
	return put_accounts(db, d, &one, out);
}
