/* `custody config`: custody.yaml checked, applied, described. */
#include "cmd/nouns.h"

#include "base/file.h"
#include "base/term.h"
#include "cmd/job.h"
#include "source/config_ask.h"
#include "store/directory.h"

struct file_options {
	struct str file;
};
static const struct field file_fields[] = {
	FIELD(file_options, file, FIELD_PATH, FIELD_OPERAND, 4096, "the file (default custody.yaml)"),
	{ 0 },
};
static const struct table check_table = TABLE(file_options, "config check", file_fields);
static const struct table apply_table = TABLE(file_options, "config apply", file_fields);

static void add_name(struct strs *list, struct str name)
{
	if (name.n)
		list->v[list->n++] = name;
}

/* What people of the home are called. */
static void names_of(struct arena *a, const struct directory *d, struct strs *out)
{
	size_t room = 1 + 3 * d->accounts;

	for (size_t i = 0; i < d->persons; i++)
		room += 1 + d->person[i].f.email.n + d->person[i].f.alias.n;
	*out = (struct strs){ ARENA_ARRAY(a, struct str, room), 0 };
	for (size_t i = 0; i < d->persons; i++) {
		const struct r_person *f = &d->person[i].f;

		add_name(out, f->name);
		for (size_t j = 0; j < f->email.n; j++)
			add_name(out, ((const struct str *)f->email.v)[j]);
		for (size_t j = 0; j < f->alias.n; j++)
			add_name(out, ((const struct str *)f->alias.v)[j]);
	}
	for (size_t i = 0; i < d->accounts; i++) {
		if (!str_is(d->account[i].kind, "person"))
			continue;
		add_name(out, d->account[i].name);
		add_name(out, d->account[i].email);
		add_name(out, d->account[i].login);
	}
}

static err known_people(struct cmd_run *run, struct strs *out)
{
	DIRECTORY_AUTO d = { 0 };
	STORE_AUTO s = NULL;

	*out = (struct strs){ 0 };
	if (!store_exists(run->home))
		return NULL;
	TRY(store_open_read(run->home, &s));
	TRY(directory_load(store_db(s), run->a, &d));
	names_of(run->a, &d, out);
	return NULL;
}

static err read_file(struct cmd_run *run, const struct file_options *o, struct config_ask_spec *spec,
		     struct config *out)
{
	BUF_AUTO bytes = buf_new(CONFIG_BYTES);
	err e;

	spec->name = o->file.p ? arena_cstr(run->a, o->file) : "custody.yaml";
	e = file_read(spec->name, &bytes);
	if (e && e->kind == ERR_MISSING)
		return err_hint(e, "custody init --starter writes one from what it finds");
	TRY(e);
	spec->text = arena_str(run->a, buf_str(&bytes));
	TRY(known_people(run, &spec->known));
	return config_ask(spec, run->a, out);
}

static err run_check(struct cmd_run *run, const void *options)
{
	struct config_ask_spec asked = { 0 };
	struct config c;

	TRY(read_file(run, options, &asked, &c));
	return cmd_print(arena_printf(run->a, "%s: %zu people, %zu systems, %zu repositories, %zu controls; no "
				      "fault\n", asked.name,
				      c.people.n, c.systems.n, c.repositories.n, c.controls.n));
}

static void say_note(void *ctx, struct str note)
{
	const struct cmd_run *run = ctx;

	cmd_say(run, "  note: %.*s", FMT(term_safe(run->a, note)));
}

static err run_apply(struct cmd_run *run, const void *options)
{
	struct config_apply_spec spec = { .note = say_note, .note_ctx = run };
	struct config_ask_spec asked = { 0 };
	struct config_counts n;
	STORE_AUTO s = NULL;
	struct config c;

	TRY(read_file(run, options, &asked, &c));
	spec.name = asked.name;
	spec.text = asked.text;
	spec.config = &c;
	TRY(job_open_home(run, false, &s));
	TRY(config_apply(s, run->a, &spec, &n));
	if (n.same)
		return cmd_print(arena_printf(run->a, "%s is in force already; nothing changed\n", spec.name));
	return cmd_print(arena_printf(run->a, "%s: %lld people, %lld systems, %lld controls new or changed; %lld "
				      "repositories "
				      "moved; %lld declared no longer\n", spec.name,
				      (long long)(n.people + n.people_changed), (long long)n.systems,
					(long long)n.controls,
				      (long long)n.repositories, (long long)n.vanished));
}

static err run_schema(struct cmd_run *run, const void *options)
{
	BUF_AUTO out = buf_new(1 << 20);
	struct json_writer w = json_write_pretty(&out);

	(void)run;
	(void)options;
	json_put_schema(&w, &config_table);
	buf_add_char(&out, '\n');
	TRY(buf_ok(&out, "the schema"));
	return cmd_print(buf_str(&out));
}

static const struct cmd_verb verbs[] = {
	{ "check", "read custody.yaml and say what is wrong, with its place", NULL, "  custody config check",
	 &check_table, run_check },
	{ "apply", "make records of what it declares",
	  "Only what differs from what is known is written; what vanished from the file is recorded as declared "
		"no longer.",
	  "  custody config apply custody.yaml", &apply_table, run_apply },
	{ "schema", "print the JSON Schema of custody.yaml", NULL,
	 "  custody config schema >custody.schema.json", NULL, run_schema },
	{ 0 },
};
const struct cmd_noun cmd_config = { "config", "custody.yaml: what an organisation declares", verbs, false };
