/* `custody anchor`: somebody outside vouches for the times of the log. */
#include "cmd/anchor.h"

#include <stdlib.h>

#include "base/instant.h"
#include "base/term.h"
#include "cmd/nouns.h"
#include "ledger/witness.h"
#include "net/http.h"
#include "store/vouch.h"

enum { WAIT_MS = 30000, ALWAYS_WAIT_MS = 5000, OPEN_WAIT_MS = 60000, CLOCK_SECONDS = 120 };

static struct str sentence(struct cmd_run *run, const struct anchor_place *p, const struct anchor_done *d)
{
	struct str who = term_safe(run->a, d->source);
	char when[INSTANT_TEXT];

	if (!d->outside)
		return arena_printf(run->a, "branch: the checkpoint of %lld records is commit %.*s; nobody outside holds "
				    "it until it is pushed (--push REMOTE)\n", (long long)d->size, FMT(d->commit));
	instant_put(when, d->at);
	return arena_printf(run->a, "%s: %.*s vouches for %lld records as of %s%s\n", anchor_kind_words[p->kind], FMT(who),
			    (long long)d->size, when, d->already ? " (it did before)" : "");
}

static err say_done(struct cmd_run *run, const struct anchor_place *p, const struct anchor_done *d)
{
	int64_t off = d->at - instant_now();

	TRY(cmd_print(sentence(run, p, d)));
	if (p->kind == ANCHOR_TSA && !d->already && (off > CLOCK_SECONDS || off < -CLOCK_SECONDS))
		cmd_say(run, "note: the clock of this machine is %lld seconds %s that of the authority",
			(long long)(off < 0 ? -off : off), off < 0 ? "ahead of" : "behind");
	return NULL;
}

/* Asks one place, and remembers it once that went well. */
static err take_and_remember(struct cmd_run *run, struct store *s, const struct anchor_place *p)
{
	struct anchor_done done;

	TRY(anchor_take(s, run->a, p, WAIT_MS, &done));
	TRY(anchor_place_add(run->a, store_home(s), p));
	TRY(say_done(run, p, &done));
	return anchor_cosign_head(s, run->a, ALWAYS_WAIT_MS);
}

struct tsa_options {
	struct str ca, url;
	int always;
};
static const struct field tsa_fields[] = {
	FIELD(tsa_options, always, FIELD_FLAG, 0, 0, "also after each command that adds records"),
	FIELD(tsa_options, ca, FIELD_PATH, 0, 4096, "its root certificates in PEM (default: the machine's)"),
	FIELD(tsa_options, url, FIELD_URL, FIELD_OPERAND | FIELD_REQUIRED, HTTP_URL_MAX, "address of the authority"),
	{ 0 },
};
static const struct table tsa_table = TABLE(tsa_options, "anchor tsa", tsa_fields);

static err run_tsa(struct cmd_run *run, const void *options)
{
	const struct tsa_options *o = options;
	struct anchor_place p = { .kind = ANCHOR_TSA, .address = o->url, .always = o->always == 1 };
	STORE_AUTO s = NULL;

	TRY(http_check(o->url));
	TRY(store_open_write(run->home, OPEN_WAIT_MS, &s));
	if (o->ca.p)
		TRY(anchor_keep_roots(s, run->a, arena_cstr(run->a, o->ca), &p.roots));
	return take_and_remember(run, s, &p);
}

struct witness_options {
	struct str url, vkey;
	int always, ask;
};
static const struct field witness_fields[] = {
	FIELD(witness_options, always, FIELD_FLAG, 0, 0, "also after each command that adds records"),
	FIELD(witness_options, ask, FIELD_FLAG, 0, 0, "ask it at every opening for writing (default: yes)"),
	FIELD(witness_options, url, FIELD_URL, FIELD_OPERAND | FIELD_REQUIRED, HTTP_URL_MAX, "address of the witness"),
	FIELD(witness_options, vkey, FIELD_TEXT, FIELD_OPERAND | FIELD_REQUIRED, 512, "its verifier key, NAME+HASH+KEY"),
	{ 0 },
};
static const struct table witness_table = TABLE(witness_options, "anchor witness", witness_fields);

static err run_witness(struct cmd_run *run, const void *options)
{
	const struct witness_options *o = options;
	struct anchor_place p = { .kind = ANCHOR_WITNESS, .address = o->url, .key = o->vkey, .always = o->always == 1,
				  .ask = o->ask != 0 };
	struct witness parsed;
	STORE_AUTO s = NULL;

	TRY(witness_parse(o->url, o->vkey, &parsed));
	TRY(store_open_write(run->home, OPEN_WAIT_MS, &s));
	return take_and_remember(run, s, &p);
}

struct branch_options {
	struct str branch, dir, push;
	int always;
};
static const struct field branch_fields[] = {
	FIELD(branch_options, always, FIELD_FLAG, 0, 0, "also after each command that adds records"),
	FIELD(branch_options, branch, FIELD_TEXT, 0, 200, "name of the branch (default: custody-checkpoints)"),
	FIELD(branch_options, dir, FIELD_PATH, FIELD_OPERAND | FIELD_REQUIRED, 4096, "repository"),
	FIELD(branch_options, push, FIELD_TEXT, 0, 512, "push the branch to this remote, with your own git"),
	{ 0 },
};
static const struct table branch_table = TABLE(branch_options, "anchor branch", branch_fields);

static err run_branch(struct cmd_run *run, const void *options)
{
	const struct branch_options *o = options;
	struct anchor_place p = { .kind = ANCHOR_BRANCH, .always = o->always == 1, .remote = o->push,
				  .branch = o->branch.p ? o->branch : STR("custody-checkpoints") };
	char *real = realpath(arena_cstr(run->a, o->dir), NULL);
	STORE_AUTO s = NULL;

	if (!real)
		return fail_errno("cannot find %.*s", FMT(o->dir));
	p.address = arena_str(run->a, str_c(real));
	free(real);
	if (str_starts(o->push, STR("-")))
		return fail(ERR_USAGE, "'%.*s' is no name of a remote", FMT(o->push));
	TRY(store_open_write(run->home, OPEN_WAIT_MS, &s));
	return take_and_remember(run, s, &p);
}

/* Beside another command's results (`aside`) what was given is a remark. */
static err take_one(struct cmd_run *run, struct store *s, const struct anchor_place *p, bool aside)
{
	struct anchor_done done;

	TRY(anchor_take(s, run->a, p, aside ? ALWAYS_WAIT_MS : WAIT_MS, &done));
	if (!aside)
		return say_done(run, p, &done);
	cmd_say(run, "%.*s", FMT(str_trim(sentence(run, p, &done))));
	return NULL;
}

/* Every place is asked even when one fails; an alarm comes before other failures. */
static err take_all(struct cmd_run *run, struct store *s, bool only_always)
{
	enum err_kind kind = ERR_FAILED;
	struct anchor_places all;
	size_t failed = 0, asked = 0;

	TRY(anchor_places_read(run->a, store_home(s), &all));
	if (!only_always && all.places.n == 0)
		return err_hint(fail(ERR_MISSING, "this home knows nobody to ask"),
				"custody anchor tsa URL asks a time-stamp authority");
	for (size_t i = 0; i < all.places.n; i++) {
		const struct anchor_place *p = (const struct anchor_place *)all.places.v + i;
		err e;

		if (only_always && p->always != 1)
			continue;
		asked++;
		e = take_one(run, s, p, only_always);
		if (!e)
			continue;
		cmd_say(run, "%s: %.*s", anchor_kind_words[p->kind], FMT(term_safe(run->a, str_c(e->text))));
		if (failed++ == 0 || e->kind == ERR_INTEGRITY)
			kind = e->kind;
	}
	if (failed)
		return fail(kind, "%zu of those asked did not vouch for the newest checkpoint", failed);
	return asked ? anchor_cosign_head(s, run->a, ALWAYS_WAIT_MS) : NULL;
}

static err run_refresh(struct cmd_run *run, const void *options)
{
	STORE_AUTO s = NULL;
	int64_t records;

	(void)options;
	TRY(store_open_write(run->home, OPEN_WAIT_MS, &s));
	TRY(anchor_pending(s, &records));
	if (records <= 0)
		return cmd_print(STR("the newest records are anchored already\n"));
	return take_all(run, s, false);
}

static const struct show_column columns[] = {
	{ "size", "records", SHOW_NUMBER, 9 },
	{ "kind", "kind", SHOW_TEXT, 8 },
	{ "at", "vouched for", SHOW_TIME, 20 },
	{ "holds", "holds", SHOW_TEXT, 6 },
	{ "who", "who", SHOW_TEXT, 0 },
	{ 0 },
};

static err list_row(struct cmd_run *run, struct show_list *l, const struct db_rows *rows)
{
	struct vouch_anchor k = { .kind = db_text(rows, 1), .source = db_text(rows, 2), .at = db_int(rows, 3),
				  .body = db_blob(rows, 4), .note = db_text(rows, 5) };
	struct str who = k.source;
	bool branch = str_is(k.kind, anchor_kind_words[ANCHOR_BRANCH]);
	bool holds = !db_is_null(rows, 5) && !vouch_check(run->a, &k, &who);

	if (!holds)
		run->exit_code = 5;
	show_list_row(l, (const struct show_cell[]){
		SHOW_N(db_int(rows, 0)), SHOW_T(k.kind), SHOW_N(k.at),
		SHOW_T(!holds ? STR("NO") : branch ? STR("-") : STR("yes")), SHOW_T(who) });
	return NULL;
}

static err say_places(struct cmd_run *run, struct store *s)
{
	struct anchor_places all;
	struct str text;

	TRY(anchor_places_read(run->a, store_home(s), &all));
	for (size_t i = 0; i < all.places.n; i++) {
		const struct anchor_place *p = (const struct anchor_place *)all.places.v + i;
		struct str who, at = STR("");

		if (anchor_source(run->a, p, &who))
			who = STR("a repository that is gone");
		if (p->kind == ANCHOR_WITNESS)
			at = arena_printf(run->a, " at %.*s", FMT(http_name(run->a, p->address)));
		cmd_say(run, "asked: %s %.*s%.*s%s", anchor_kind_words[p->kind], FMT(term_safe(run->a, who)), FMT(at),
			p->always == 1 ? ", always" : "");
	}
	TRY(vouch_sentence(store_db(s), run->a, &text));
	cmd_say(run, "%.*s", FMT(term_safe(run->a, text)));
	return NULL;
}

static err run_list(struct cmd_run *run, const void *options)
{
	OWNED(show_list) l = show_list_new(run->format, columns, 1);
	STORE_AUTO s = NULL;
	DB_ROWS rows = NULL;
	bool more;

	(void)options;
	TRY(store_open_read(run->home, &s));
	TRY(db_query(store_db(s), SQL("SELECT k.size, k.kind, k.source, k.anchored_at, k.body, c.note FROM kept_anchor k "
				      "LEFT JOIN kept_checkpoint c ON c.size = k.size ORDER BY k.seq"), DB_NONE, &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			break;
		TRY(list_row(run, l, rows));
	}
	show_list_empty(l, "Nobody outside vouches for a state of the log yet.");
	TRY(show_list_end(l));
	return say_places(run, s);
}

struct forget_options {
	struct str who;
};
static const struct field forget_fields[] = {
	FIELD(forget_options, who, FIELD_TEXT, FIELD_OPERAND | FIELD_REQUIRED, 4096, "address, folder or witness"),
	{ 0 },
};
static const struct table forget_table = TABLE(forget_options, "anchor forget", forget_fields);

static err run_forget(struct cmd_run *run, const void *options)
{
	const struct forget_options *o = options;

	if (!store_exists(run->home))
		return fail(ERR_MISSING, "%s is no home", run->home);
	return anchor_place_forget(run->a, run->home, o->who);
}

err cmd_anchor_always(struct cmd_run *run, struct store *s)
{
	int64_t records;
	err e;

	TRY(anchor_pending(s, &records));
	if (records <= 0)
		return NULL;
	e = take_all(run, s, true);
	return e && e->kind == ERR_INTEGRITY ? e : NULL;
}

static const struct cmd_verb verbs[] = {
	{ "tsa", "a time-stamp authority signs the newest checkpoint (RFC 3161)",
	  "The SHA-256 of the signed checkpoint is sent, nothing else. The reply is checked (digest, nonce, signature,\n"
	  "certificate for time stamping alone, its chain at that time), kept as evidence and recorded. The authority is\n"
	  "remembered for `custody anchor refresh`.",
	  "  custody anchor tsa http://timestamp.example.org/ --ca roots.pem", &tsa_table, run_tsa },
	{ "witness", "a witness signs that the newest checkpoint goes on from what it saw before",
	  "Origin, size and root of the log are sent, nothing else. From then on it is asked what it holds whenever the\n"
	  "home is opened for writing, a second at most: where it has seen more than the home holds, the home was rolled\n"
	  "back or copied, and nothing is written.",
	  "  custody anchor witness https://witness.example.org w.example.org+1a2b3c4d+BA…", &witness_table, run_witness },
	{ "branch", "the newest checkpoint becomes a commit on a branch of a repository",
	  "Work tree and index stay as they are, hooks do not run. With --push your own git pushes the branch; only then\n"
	  "does somebody outside hold it.",
	  "  custody anchor branch ~/src/app --push origin", &branch_table, run_branch },
	{ "refresh", "ask everybody remembered about the newest checkpoint", NULL, NULL, NULL, run_refresh },
	{ "list", "what was given, whether it holds, and who is asked",
	  "Exit code 5 where an anchor does not match the checkpoint it is kept for.", NULL, NULL, run_list },
	{ "forget", "ask one of them no more", "What it gave stays.", NULL, &forget_table, run_forget },
	{ 0 },
};
const struct cmd_noun cmd_anchor = { "anchor", "somebody outside vouches for the times", verbs, false };
