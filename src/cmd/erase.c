/* `custody erase`: destroys words or evidence under a record that orders it. */
#include "cmd/nouns.h"

#include <unistd.h>

#include "base/file.h"
#include "base/term.h"
#include "show/people.h"
#include "store/erase.h"

struct erase_options {
	struct many evidence, record;
	struct str account, person, why;
	int yes;
};
static const struct field fields[] = {
	FIELD(erase_options, account, FIELD_TEXT, 0, 320, "words of this account: number, login, address or id"),
	FIELD(erase_options, evidence, FIELD_DIGEST, FIELD_MANY, 1000, "this piece of evidence"),
	FIELD(erase_options, person, FIELD_TEXT, 0, 320, "words of this person and all their accounts"),
	FIELD(erase_options, record, FIELD_INT, FIELD_MANY, 1000, "words of this record"),
	FIELD(erase_options, why, FIELD_TEXT, FIELD_REQUIRED, 512, "the ground, without names"),
	FIELD(erase_options, yes, FIELD_FLAG, 0, 0, "do not ask"),
	{ 0 },
};
static const struct table table = TABLE(erase_options, "erase", fields);

static err pick_id(const struct directory *d, const struct erase_options *o, struct str *id)
{
	struct directory_person *p;
	struct directory_account *c;

	if (o->person.p) {
		TRY(directory_pick_person(d, o->person, &p));
		*id = p->id;
		return NULL;
	}
	TRY(directory_pick_account(d, o->account, &c));
	*id = c->id;
	return NULL;
}

static err make_plan(struct store *s, const struct directory *d, const struct erase_options *o, struct erase_plan *plan)
{
	const struct str *digest = o->evidence.v;
	const int64_t *record = o->record.v;
	struct str id;

	if (!o->person.p && !o->account.p && !o->evidence.n && !o->record.n)
		return err_hint(fail(ERR_USAGE, "erase what?"), "--person, --account, --record or --evidence says");
	if (o->person.p && o->account.p)
		return fail(ERR_USAGE, "--person covers all accounts of the person; give one of --person and "
			    "--account");
	if (o->person.p || o->account.p) {
		TRY(pick_id(d, o, &id));
		TRY(erase_plan_person(s, d, id, plan));
	}
	for (size_t i = 0; i < o->record.n; i++)
		TRY(erase_plan_record(s, d->a, record[i], plan));
	for (size_t i = 0; i < o->evidence.n; i++)
		TRY(erase_plan_evidence(s, d->a, digest[i], plan));
	return NULL;
}

static bool listed(const struct strs *list, struct str s)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_eq(list->v[i], s))
			return true;
	return false;
}

/* The file as it was called, for who is to weigh it. */
static void put_source(const struct erase_plan *plan, const struct erase_source *e, struct buf *out)
{
	OWNED(arena) a = arena_new();

	if (listed(&plan->evidence, e->digest))
		return;
	buf_addf(out, "stays, and %s: %.*s%s%.*s (--evidence %.*s)\n",
		 e->read_from ? "what they are called was read from it" : "what was read from it names them", FMT(e->kind),
		 e->file.n ? " " : "", FMT(term_safe(a, e->file)), FMT(e->digest));
}

static void put_plan(const struct erase_plan *plan, struct buf *out)
{
	buf_addf(out, "to be destroyed for good:\n");
	for (size_t i = 0; i < plan->records; i++)
		buf_addf(out, "  words of record %lld, %.*s\n", (long long)plan->record[i].idx,
			 FMT(plan->record[i].type));
	for (size_t i = 0; i < plan->evidence.n; i++)
		buf_addf(out, "  evidence %.*s\n", FMT(plan->evidence.v[i]));
	for (size_t i = 0; i < plan->mentions; i++)
		buf_addf(out, "stays, and names them: words of record %lld, %.*s (--record %lld)\n",
			 (long long)plan->mention[i].idx, FMT(plan->mention[i].type), (long long)plan->mention[i].idx);
	if (plan->mentions_all > plan->mentions)
		buf_addf(out, "stays, and names them: words of %zu more records\n", plan->mentions_all - plan->mentions);
	for (size_t i = 0; i < plan->sources; i++)
		put_source(plan, &plan->source[i], out);
	buf_addf(out, "headers, facts, proofs and counts stay; repositories and reports outside this home are not "
		 "touched\n");
}

/* Asks the person at the terminal; without one, nothing is done. */
static err confirm(const struct erase_options *o)
{
	char answer[16] = "";
	struct str said = { answer, 0 };
	ssize_t n;

	if (o->yes == 1)
		return NULL;
	if (!term_is(STDIN_FILENO))
		return err_hint(fail(ERR_FAILED, "nothing was erased: there is no terminal to ask at"),
				"--yes says that you are sure");
	TRY(fd_write_all(STDERR_FILENO, "the question", STR("Destroy this? It cannot be undone. [yes/no] ")));
	n = read(STDIN_FILENO, answer, sizeof(answer) - 1);
	said.n = n > 0 ? (size_t)n : 0;
	if (!str_is(str_trim(said), "yes"))
		return fail(ERR_FAILED, "nothing was erased");
	return NULL;
}

static const char another_reads[] =
	"Another process is reading the database: what was destroyed can no longer be asked for, and its bytes leave "
	"the files when the next command that writes finds nobody reading.\n";

static err run_erase(struct cmd_run *run, const void *options)
{
	const struct erase_options *o = options;
	struct erase_plan plan = { 0 };
	BUF_AUTO out = buf_new(1 << 20);
	DIRECTORY_AUTO d = { 0 };
	STORE_AUTO s = NULL;
	int64_t idx, done;
	bool waits;

	TRY(store_open_write(run->home, 60000, &s));
	TRY(directory_load(store_db(s), run->a, &d));
	TRY(make_plan(s, &d, o, &plan));
	if (plan.records + plan.evidence.n == 0)
		return fail(ERR_MISSING, "there is nothing left to destroy");
	put_plan(&plan, &out);
	TRY(cmd_print(buf_str(&out)));
	TRY(confirm(o));
	TRY(erase_order(s, &plan, o->why, &idx));
	TRY(err_hint(erase_pending(s, &done, &waits), "record %lld orders it; the next start goes on with it", (long long)idx));
	return cmd_print(arena_printf(run->a, "%lld parts destroyed, ordered by record %lld; every proof stays valid\n%s",
				      (long long)done, (long long)idx, waits ? another_reads : ""));
}

static const struct cmd_verb verbs[] = {
	{ "", "destroy words or evidence, ordered by a record",
	  "The order is signed before anything is destroyed. Headers, facts and proofs stay, so every proof "
		"remains valid\n"
	  "and verify tells what was erased by which record.",
	  "  custody erase --person ada@example.org --why 'request under Art. 17 GDPR, case 12'", &table, run_erase },
	{ 0 },
};
const struct cmd_noun cmd_erase = { "erase", "destroy words or evidence, ordered by a record", verbs, false };
