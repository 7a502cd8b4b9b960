/* `custody init`: makes a home, and a first custody.yaml from what it holds. */
#include "cmd/cmd.h"
#include "cmd/nouns.h"

#include "base/file.h"
#include "base/instant.h"
#include "cmd/collect.h"
#include "show/starter.h"
#include "source/config.h"
#include "store/store.h"

struct init_options {
	struct many dir;
	struct str after, database, origin, out;
	int starter;
};
static const struct field fields[] = {
	FIELD(init_options, after, FIELD_PATH, 0, 4096, "go on from this home's log (a new shard)"),
	FIELD(init_options, dir, FIELD_PATH, FIELD_OPERAND | FIELD_MANY, 1000,
	      "with --starter: repositories to look at"),
	FIELD(init_options, database, FIELD_TEXT, 0, 1024, "postgres:CONNINFO instead of a file in the home"),
	FIELD(init_options, origin, FIELD_TEXT, 0, 255, "name of the log in checkpoints"),
	FIELD(init_options, out, FIELD_PATH, 0, 4096, "with --starter: the file (default custody.yaml)"),
	FIELD(init_options, starter, FIELD_FLAG, 0, 0, "write a first custody.yaml from what is found"),
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

static err collect_all(struct cmd_run *run, struct store *s, const struct init_options *o)
{
	const struct str *dir = o->dir.v;

	for (size_t i = 0; i < o->dir.n; i++) {
		struct collect_one_spec spec = { .dir = arena_cstr(run->a, dir[i]), .progress = !run->quiet };
		struct collect_result r;

		TRY(collect_one_repository(s, run->a, &spec, &r));
	}
	return NULL;
}

/* The schema goes beside the file, where editors find it. */
static err write_schema(struct cmd_run *run, const char *beside)
{
	BUF_AUTO out = buf_new(1 << 20);
	struct json_writer w = json_write_pretty(&out);
	struct str folder = str_c(beside);

	while (folder.n && folder.p[folder.n - 1] != '/')
		folder.n--;
	json_put_schema(&w, &config_table);
	buf_add_char(&out, '\n');
	TRY(buf_ok(&out, "the schema"));
	return file_write_atomic(arena_printf(run->a, "%.*scustody.schema.json", FMT(folder)).p, buf_str(&out), 0644);
}

static err run_starter(struct cmd_run *run, const struct init_options *o)
{
	const char *name = o->out.p ? arena_cstr(run->a, o->out) : "custody.yaml";
	BUF_AUTO out = buf_new(CONFIG_BYTES);
	DIRECTORY_AUTO d = { 0 };
	STORE_AUTO s = NULL;

	if (file_exists(name))
		return err_hint(fail(ERR_CONFLICT, "%s is there already, and is not overwritten", name),
				"--out FILE writes another");
	if (!store_exists(run->home))
		TRY(store_ensure(run->home));
	TRY(store_open_write(run->home, 60000, &s));
	TRY(collect_all(run, s, o));
	TRY(directory_load(store_db(s), run->a, &d));
	TRY(show_starter(store_db(s), &d, instant_now(), &out));
	TRY(file_write_atomic(name, buf_str(&out), 0644));
	TRY(write_schema(run, name));
	return cmd_print(arena_printf(run->a, "%s written; confirm its guesses, then: custody config apply %s\n",
				      name, name));
}

static err run_init(struct cmd_run *run, const void *options)
{
	const struct init_options *o = options;
	struct store_init_spec spec = { .home = run->home };

	if (o->starter == 1)
		return run_starter(run, o);
	if (o->dir.n || o->out.p)
		return err_hint(fail(ERR_USAGE, "init takes repositories only with --starter"),
				"custody init --starter DIR…");
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
	{ "", "make a home",
	  "With --starter, repositories named (and those the home knows) give a first custody.yaml: systems, release\n"
	  "branches, who commits, what CI scans. Each guess says from what it is, and asks to be confirmed.",
	  "  custody init --home ~/evidence\n  custody init --starter ~/src/*", &table, run_init },
	{ 0 },
};
const struct cmd_noun cmd_init = { "init", "make a home", verbs, false };
