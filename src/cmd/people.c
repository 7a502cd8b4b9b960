/* `custody people`: who is who. */
#include "cmd/nouns.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/instant.h"
#include "base/term.h"
#include "cmd/job.h"
#include "show/people.h"
#include "source/import.h"

struct import_options {
	struct many file;
};
static const struct field import_fields[] = {
	FIELD(import_options, file, FIELD_PATH, FIELD_OPERAND | FIELD_MANY | FIELD_REQUIRED, 100,
	      "CSV of people; - is standard input"),
	{ 0 },
};
static const struct table import_table = TABLE(import_options, "people import", import_fields);

static void say_note(void *ctx, struct str note)
{
	const struct cmd_run *run = ctx;

	cmd_say(run, "  note: %.*s", FMT(term_safe(run->a, note)));
}

static err import_one(struct cmd_run *run, struct store *s, const char *name)
{
	bool standard = strcmp(name, "-") == 0;
	struct intake_context c = { .content = CONTENT_UPLOADED, .author = AUTHOR_CLAIMED, .effective = INSTANT_NONE,
				    .file = str_c(name) };
	struct import_spec spec = { .a = run->a, .name = standard ? "standard input" : name,
				    .kind = "people", .context = &c,
				    .note = say_note, .note_ctx = run };
	struct import_result r = { 0 };
	FD_AUTO in = standard ? dup(STDIN_FILENO) : open(name, O_RDONLY | O_CLOEXEC);
	FD_AUTO fd = -1;

	if (in < 0)
		return errno == ENOENT ? fail(ERR_MISSING, "there is no file %s",
					      name) : fail_errno("cannot open %s", name);
	TRY(import_spool(store_home(s), in, name, &fd));
	TRY(import_file(s, &spec, fd, &r));
	if (r.known_since)
		return cmd_print(arena_printf(run->a, "%s: imported before; nothing changed\n", name));
	return cmd_print(arena_printf(run->a, "%s: %lld people created, %lld changed, %lld unchanged\n", name,
				      (long long)r.counts.people, (long long)r.counts.people_changed,
				      (long long)r.counts.people_known));
}

static err join_all(struct cmd_run *run, struct store *s)
{
	DIRECTORY_AUTO d = { 0 };
	BUF_AUTO out = buf_new(1 << 20);
	struct join *plan;

	TRY(directory_load(store_db(s), run->a, &d));
	TRY(join_plan(&d, &plan));
	TRY(join_write(s, &d, plan));
	TRY(show_people_joined(&d, plan, &out));
	return cmd_tell(buf_str(&out));
}

static err run_import(struct cmd_run *run, const void *options)
{
	const struct import_options *o = options;
	const struct str *file = o->file.v;
	STORE_AUTO s = NULL;

	TRY(job_open_home(run, false, &s));
	for (size_t i = 0; i < o->file.n; i++)
		TRY(import_one(run, s, arena_cstr(run->a, file[i])));
	return NULL;
}

static err run_join(struct cmd_run *run, const void *options)
{
	STORE_AUTO s = NULL;

	(void)options;
	TRY(store_open_write(run->home, 60000, &s));
	return join_all(run, s);
}

struct list_options {
	struct str kind;
	int64_t limit;
	int persons, unmatched;
};
static const struct field list_fields[] = {
	{ .name = "kind", .kind = FIELD_TEXT, .max = 16, .letter = 'k', .offset = offsetof(struct list_options, kind),
	  .help = "person, bot, host, tool, unknown; with --persons person or service" },
	{ .name = "limit", .kind = FIELD_INT, .max = 10000000, .letter = 'n', .offset = offsetof(struct list_options, limit),
	  .help = "at most this many (default: 50 in a table, else all; 0 is all)" },
	FIELD(list_options, persons, FIELD_FLAG, 0, 0, "persons instead of accounts"),
	FIELD(list_options, unmatched, FIELD_FLAG, 0, 0, "only accounts that belong to no known person"),
	{ 0 },
};
static const struct table list_table = TABLE(list_options, "people list", list_fields);

static err run_list(struct cmd_run *run, const void *options)
{
	const struct list_options *o = options;
	struct show_people_query q = { .kind = o->kind, .unmatched = o->unmatched == 1, .persons = o->persons == 1,
				     .limit = cmd_limit(run, o->limit) };
	DIRECTORY_AUTO d = { 0 };
	STORE_AUTO s = NULL;

	TRY(store_open_read(run->home, &s));
	TRY(directory_load(store_db(s), run->a, &d));
	return show_people_list(&d, &q, run->format, STDOUT_FILENO);
}

struct show_options {
	struct many who;
};
static const struct field show_fields[] = {
	FIELD(show_options, who, FIELD_TEXT, FIELD_OPERAND | FIELD_MANY | FIELD_REQUIRED, 100,
	      "name, address, login, number or id"),
	{ 0 },
};
static const struct table show_table = TABLE(show_options, "people show", show_fields);

static err run_show(struct cmd_run *run, const void *options)
{
	const struct show_options *o = options;
	const struct str *who = o->who.v;
	DIRECTORY_AUTO d = { 0 };
	STORE_AUTO s = NULL;

	TRY(store_open_read(run->home, &s));
	TRY(directory_load(store_db(s), run->a, &d));
	for (size_t i = 0; i < o->who.n; i++) {
		BUF_AUTO out = buf_new(1 << 20);

		TRY(show_people_one(store_db(s), &d, who[i], run->format, &out));
		TRY(cmd_show(run, buf_str(&out)));
	}
	return NULL;
}

struct link_options {
	struct str account, person;
};
static const struct field own_fields[] = {
	FIELD(link_options, account, FIELD_TEXT, FIELD_OPERAND | FIELD_REQUIRED, 320,
	      "the bot: number, login or address"),
	FIELD(link_options, person, FIELD_TEXT, FIELD_REQUIRED, 320, "the person who answers for it"),
	{ 0 },
};
static const struct table own_table = TABLE(link_options, "people own", own_fields);
static const struct field link_fields[] = {
	FIELD(link_options, account, FIELD_TEXT, FIELD_OPERAND | FIELD_REQUIRED, 320,
	      "the account: number, login or address"),
	FIELD(link_options, person, FIELD_TEXT, FIELD_REQUIRED, 320, "whose it is"),
	{ 0 },
};
static const struct table link_table = TABLE(link_options, "people link", link_fields);

/* A person by record, else the person an account of a human stands for. */
static err human(const struct directory *d, struct str text, struct str *id)
{
	struct directory_person *p;
	struct directory_account *c;
	err e = directory_pick_person(d, text, &p);

	if (!e && p->f.kind == PERSON_SERVICE)
		return fail(ERR_INPUT, "%.*s is a service; only a person can answer for one", FMT(text));
	if (!e) {
		*id = p->id;
		return NULL;
	}
	if (e->kind != ERR_MISSING)
		return e;
	TRY(directory_pick_account(d, text, &c));
	if (!str_is(c->kind, "person"))
		return fail(ERR_INPUT, "%.*s is no person but %.*s; a tool cannot answer for anything",
			    FMT(text), FMT(c->kind));
	*id = c->person.p ? c->person : c->id;
	return NULL;
}

static err run_own(struct cmd_run *run, const void *options)
{
	const struct link_options *o = options;
	struct directory_account *bot;
	DIRECTORY_AUTO d = { 0 };
	STORE_AUTO s = NULL;
	struct str owner;

	TRY(store_open_write(run->home, 60000, &s));
	TRY(directory_load(store_db(s), run->a, &d));
	TRY(directory_pick_account(&d, o->account, &bot));
	if (str_is(bot->kind, "person"))
		return err_hint(fail(ERR_INPUT, "account %lld is a person and answers for themselves",
				     (long long)bot->no),
				"custody people link says whose account it is");
	if (str_is(bot->kind, "tool"))
		return fail(ERR_INPUT, "account %lld is a tool: whoever commits with it answers for it",
			    (long long)bot->no);
	TRY(human(&d, o->person, &owner));
	TRY(join_own(s, &d, bot, owner));
	cmd_say(run, "%.*s answers for account %lld", FMT(term_safe(run->a, o->person)), (long long)bot->no);
	return NULL;
}

static err run_link(struct cmd_run *run, const void *options)
{
	const struct link_options *o = options;
	struct directory_person *person;
	struct directory_account *c;
	DIRECTORY_AUTO d = { 0 };
	STORE_AUTO s = NULL;

	TRY(store_open_write(run->home, 60000, &s));
	TRY(directory_load(store_db(s), run->a, &d));
	TRY(directory_pick_account(&d, o->account, &c));
	TRY(directory_pick_person(&d, o->person, &person));
	if (str_is(c->kind, "tool"))
		return fail(ERR_INPUT, "account %lld is a tool and nobody's: whoever commits with it answers for it",
			    (long long)c->no);
	if (c->person.p && str_eq(c->person, person->id) && str_is(c->how, "stated"))
		return NULL;
	TRY(join_state_link(s, c->id, person->id));
	cmd_say(run, "account %lld is %.*s, as you state", (long long)c->no,
		FMT(term_safe(run->a, directory_person_name(person))));
	return NULL;
}

static const struct cmd_verb verbs[] = {
	{ "list", "accounts and whose they are", NULL, "  custody people list --unmatched\n  custody people list "
	 "--kind bot",
	  &list_table, run_list },
	{ "show", "one person with every account", NULL, "  custody people show ada@example.org", &show_table,
	 run_show },
	{ "import", "people from a CSV of an identity provider or human resources",
	  "Columns are found by their headings: those of Google Workspace, Entra ID, Okta and common others. What "
		"a file\n"
	  "does not tell stays as it was; a second import writes what differs.",
	  "  custody people import users.csv", &import_table, run_import },
	{ "join", "join accounts to persons by address, no-reply address, .mailmap and declared names",
	  "What fits several, or nobody, is listed with the likeliest match and why. Nothing is guessed.",
	  "  custody people join", NULL, run_join },
	{ "link", "say whose account it is", NULL, "  custody people link 12 --person ada@example.org",
	 &link_table, run_link },
	{ "own", "name the person who answers for a bot", NULL,
	 "  custody people own 'dependabot[bot]' --person ada@example.org",
	  &own_table, run_own },
	{ 0 },
};
const struct cmd_noun cmd_people = { "people", "persons and their accounts", verbs, false };
