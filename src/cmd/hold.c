/* `custody hold`: what must not be destroyed while something is looked into. */
#include "cmd/nouns.h"

#include "base/instant.h"
#include "base/term.h"
#include "store/directory.h"
#include "store/hold.h"
#include "text/json.h"

struct add_options {
	struct many evidence, record;
	struct str person, system, why;
	int64_t from, to;
	int all;
};
static const struct field add_fields[] = {
	FIELD(add_options, all, FIELD_FLAG, 0, 0, "everything there is"),
	FIELD(add_options, evidence, FIELD_DIGEST, FIELD_MANY, 1000, "this piece of evidence"),
	FIELD(add_options, from, FIELD_DAY, 0, 0, "what is of this day or later"),
	FIELD(add_options, person, FIELD_TEXT, 0, 320, "words about this person and all their accounts"),
	FIELD(add_options, record, FIELD_INT, FIELD_MANY, 1000, "words of this record"),
	FIELD(add_options, system, FIELD_TEXT, 0, 128, "reports and findings of this system"),
	FIELD(add_options, to, FIELD_DAY, 0, 0, "and of this day or before"),
	FIELD(add_options, why, FIELD_TEXT, FIELD_REQUIRED, 1024, "the ground it is placed on"),
	{ 0 },
};
static const struct table add_table = TABLE(add_options, "hold add", add_fields);

static err pick_person(struct cmd_run *run, struct store *s, struct str text, struct str *id)
{
	DIRECTORY_AUTO d = { 0 };
	struct directory_person *p;

	if (!text.p)
		return NULL;
	TRY(directory_load(store_db(s), run->a, &d));
	TRY(directory_pick_person(&d, text, &p));
	*id = arena_str(run->a, p->id);
	return NULL;
}

static err pick_system(struct cmd_run *run, struct store *s, struct str name, struct str *id)
{
	DB_ROWS rows = NULL;
	bool more;

	if (!name.p)
		return NULL;
	TRY(db_query(store_db(s), SQL("SELECT id FROM view_system WHERE name = $1"), DB_ARGS(DB_T(name)), &rows));
	TRY(db_next(rows, &more));
	if (!more)
		return err_hint(fail(ERR_MISSING, "there is no system '%.*s'", FMT(name)), "custody system list");
	*id = record_hex(run->a, db_blob(rows, 0));
	return NULL;
}

static err check_add(const struct add_options *o)
{
	bool period = o->from != INSTANT_NONE || o->to != INSTANT_NONE;

	if (o->all != 1 && !o->evidence.n && !o->record.n && !o->person.p && !o->system.p && !period)
		return err_hint(fail(ERR_USAGE, "hold what?"), "--all, --evidence, --record, --person, --system, or --from "
				"and --to say");
	if (o->from != INSTANT_NONE && o->to != INSTANT_NONE && o->from > o->to)
		return fail(ERR_USAGE, "the time ends before it begins");
	return NULL;
}

static err run_add(struct cmd_run *run, const void *options)
{
	const struct add_options *o = options;
	struct r_hold f = { .evidence = o->evidence, .records = o->record, .why = o->why, .from = o->from, .to = o->to,
			    .everything = o->all == 1 };
	STORE_AUTO s = NULL;
	int64_t no;

	TRY(check_add(o));
	TRY(store_open_write(run->home, 60000, &s));
	TRY(pick_person(run, s, o->person, &f.person));
	TRY(pick_system(run, s, o->system, &f.system));
	TRY(hold_place(s, run->a, &f, &no));
	return cmd_print(arena_printf(run->a, "hold %lld placed: what it covers is neither erased nor ended by retention\n",
				      (long long)no));
}

struct release_options {
	struct str why;
	int64_t number;
};
static const struct field release_fields[] = {
	FIELD(release_options, number, FIELD_INT, FIELD_OPERAND | FIELD_REQUIRED, 0, "the hold"),
	FIELD(release_options, why, FIELD_TEXT, FIELD_REQUIRED, 1024, "why it is let go"),
	{ 0 },
};
static const struct table release_table = TABLE(release_options, "hold release", release_fields);

static err run_release(struct cmd_run *run, const void *options)
{
	const struct release_options *o = options;
	STORE_AUTO s = NULL;

	TRY(store_open_write(run->home, 60000, &s));
	TRY(hold_release(s, run->a, o->number, o->why));
	return cmd_print(arena_printf(run->a, "hold %lld is let go\n", (long long)o->number));
}

struct list_options {
	int all;
};
static const struct field list_fields[] = {
	FIELD(list_options, all, FIELD_FLAG, 0, 0, "also those that were let go"),
	{ 0 },
};
static const struct table list_table = TABLE(list_options, "hold list", list_fields);

static const struct show_column columns[] = {
	{ "hold", "hold", SHOW_NUMBER, 6 },
	{ "covers", "covers", SHOW_TEXT, 30 },
	{ "since", "since", SHOW_TIME, 20 },
	{ "released", "let go", SHOW_TIME, 20 },
	{ "record", "record", SHOW_NUMBER, 8 },
	{ "why", "why", SHOW_TEXT, 0 },
	{ 0 },
};

/* The reason, from the words of its record; "erased" where they are gone. */
static err reason_of(struct cmd_run *run, struct store *s, int64_t idx, struct str *out)
{
	DB_ROWS rows = NULL;
	struct json *doc;
	bool more;

	*out = STR("erased");
	TRY(db_query(store_db(s), SQL("SELECT words FROM kept_record WHERE idx = $1 AND words IS NOT NULL"),
		     DB_ARGS(DB_I(idx)), &rows));
	TRY(db_next(rows, &more));
	if (!more)
		return NULL;
	TRY(json_parse(run->a, "words", arena_str(run->a, db_blob(rows, 0)), &doc));
	*out = json_text(json_get(doc, "why"));
	return NULL;
}

static err name_of_system(struct cmd_run *run, struct store *s, struct str id, struct str *out)
{
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(store_db(s), SQL("SELECT name FROM view_system WHERE id = $1"), DB_ARGS(record_blob(run->a, id)), &rows));
	TRY(db_next(rows, &more));
	*out = more ? arena_str(run->a, db_text(rows, 0)) : id;
	return NULL;
}

static void put_period(const struct hold *h, struct buf *out)
{
	char from[DAY_TEXT], to[DAY_TEXT];

	if (h->from == INSTANT_NONE && h->to == INSTANT_NONE)
		return;
	day_put(from, h->from == INSTANT_NONE ? 0 : h->from);
	day_put(to, h->to == INSTANT_NONE ? 0 : h->to);
	buf_addf(out, "%s%s%s; ", h->from == INSTANT_NONE ? "until " : from, h->from == INSTANT_NONE ? "" :
		 h->to == INSTANT_NONE ? " on" : " to ", h->to == INSTANT_NONE ? "" : to);
}

static err covers(struct cmd_run *run, struct store *s, const struct hold *h, struct str *out)
{
	BUF_AUTO b = buf_new(4096);
	struct str name;
	int64_t n;

	if (h->everything)
		buf_add_c(&b, "everything; ");
	put_period(h, &b);
	if (h->person.p)
		buf_addf(&b, "person %.12s; ", arena_cstr(run->a, h->person));
	if (h->system.p) {
		TRY(name_of_system(run, s, h->system, &name));
		buf_addf(&b, "system %.*s; ", FMT(name));
	}
	TRY(db_get_int(store_db(s), SQL("SELECT count(*) FROM view_hold_target WHERE id = $1"),
		       DB_ARGS(record_blob(run->a, h->id)), 0, &n));
	if (n)
		buf_addf(&b, "%lld named; ", (long long)n);
	*out = arena_str(run->a, (struct str){ b.p, b.n >= 2 ? b.n - 2 : 0 });
	return NULL;
}

static struct show_cell when(int64_t t)
{
	return t == INSTANT_NONE ? SHOW_UNKNOWN : SHOW_N(t);
}

static err run_list(struct cmd_run *run, const void *options)
{
	const struct list_options *o = options;
	OWNED(show_list) l = show_list_new(run->format, columns, 1);
	STORE_AUTO s = NULL;
	struct holds h;

	TRY(store_open_read(run->home, &s));
	TRY(hold_read(s, run->a, o->all == 1, &h));
	for (size_t i = 0; i < h.n; i++) {
		struct str what, why;

		TRY(covers(run, s, &h.v[i], &what));
		TRY(reason_of(run, s, h.v[i].idx, &why));
		show_list_row(l, (const struct show_cell[]){ SHOW_N(h.v[i].no), SHOW_T(what), SHOW_N(h.v[i].at),
			when(h.v[i].released_at), SHOW_N(h.v[i].idx), SHOW_T(why) });
	}
	return show_list_end(l);
}

static const struct cmd_verb verbs[] = {
	{ "list", "what is held, and why", NULL, "  custody hold list --all", &list_table, run_list },
	{ "add", "keep something from being destroyed",
	  "Neither custody erase nor custody retention destroys what a hold covers, whoever asks. The hold, its reason\n"
	  "and its end are records.",
	  "  custody hold add --system shop --why 'dispute 12'\n"
	  "  custody hold add --from 2026-01-01 --to 2026-03-31 --why 'incident of February'", &add_table, run_add },
	{ "release", "let one go", NULL, "  custody hold release 1 --why 'dispute settled'", &release_table, run_release },
	{ 0 },
};
const struct cmd_noun cmd_hold = { "hold", "what must not be destroyed, and why", verbs, false };
