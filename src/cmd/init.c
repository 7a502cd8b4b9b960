/* `custody init`: makes a home. */
#include "cmd/cmd.h"
#include "cmd/nouns.h"

#include "store/store.h"

struct init_options {
	struct str after, database, origin;
};
static const struct field fields[] = {
	FIELD(init_options, after, FIELD_PATH, 0, 4096, "go on from this home's log (a new shard)"),
	FIELD(init_options, database, FIELD_TEXT, 0, 1024, "postgres:CONNINFO instead of a file in the home"),
	FIELD(init_options, origin, FIELD_TEXT, 0, 255, "name of the log in checkpoints"),
	{ 0 },
};
static const struct table table = TABLE(init_options, "init", fields);

/* "origin size root" of the log that this one goes on from. */
static err previous_log(struct cmd_run *run, struct str after, struct str *out)
{
	STORE_AUTO old = NULL;
	struct ledger_head head;

	TRY(store_open_read(arena_cstr(run->a, after), &old));
	TRY(ledger_head(store_ledger(old), &head));
	if (head.size == 0)
		return fail(ERR_INPUT, "the home %.*s holds no signed record to go on from", FMT(after));
	*out = arena_str(run->a, str_cut(head.note, str_find(head.note, STR("\n\n"), 0)));
	return NULL;
}

static err run_init(struct cmd_run *run, const void *options)
{
	const struct init_options *o = options;
	struct store_init_spec spec = { .home = run->home };

	if (o->database.p)
		spec.database = arena_cstr(run->a, o->database);
	if (o->origin.p)
		spec.origin = arena_cstr(run->a, o->origin);
	if (o->after.p)
		TRY(previous_log(run, o->after, &spec.previous));
	TRY(store_init(&spec));
	cmd_say(run, "home %s made; its keys are in %s/keys and go nowhere", run->home, run->home);
	return NULL;
}

static const struct cmd_verb verbs[] = {
	{ "", "make a home", NULL, "  custody init --home ~/evidence", &table, run_init },
	{ 0 },
};
const struct cmd_noun cmd_init = { "init", "make a home", verbs, false };
