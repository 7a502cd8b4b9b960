/* `custody config`: custody.yaml checked, applied, described. */
#include "cmd/nouns.h"

#include "base/file.h"
#include "base/term.h"
#include "cmd/config_parts.h"
#include "cmd/job.h"
#include "source/collect_git.h"
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

struct apply_options {
	struct file_options file;
	struct str from;
};
static const struct field apply_fields[] = {
	{ .name = "file", .kind = FIELD_PATH, .flags = FIELD_OPERAND, .max = 4096,
	  .offset = offsetof(struct apply_options, file.file), .help = "the file (default custody.yaml)" },
	FIELD(apply_options, from, FIELD_PATH, 0, 4096, "repository: the file as it is on its release branch"),
	{ 0 },
};
static const struct table apply_table = TABLE(apply_options, "config apply", apply_fields);

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

/* What a work tree holds counts as what one person proposes; on the release branch its
 * review can be shown. */
static err read_file(struct cmd_run *run, const struct apply_options *o, struct config_ask_spec *spec,
		     struct str *commit)
{
	struct collect_spec at = { .name = STR("-") };
	BUF_AUTO bytes = buf_new(CONFIG_BYTES);
	struct collect_file f;
	err e;

	spec->name = o->file.file.p ? arena_cstr(run->a, o->file.file) : "custody.yaml";
	TRY(known_people(run, &spec->known));
	if (o->from.p) {
		at.dir = arena_cstr(run->a, o->from);
		TRY(collect_git_file(run->a, &at, spec->name, &f));
		spec->text = f.bytes;
		*commit = f.commit;
		return NULL;
	}
	e = file_read(spec->name, &bytes);
	if (e && e->kind == ERR_MISSING)
		return err_hint(e, "custody init --starter writes one from what it finds");
	TRY(e);
	spec->text = arena_str(run->a, buf_str(&bytes));
	return NULL;
}

/* Who owns how many controls; that one has most of them is a risk of its own. */
static err say_loads(struct cmd_run *run, const struct config *c)
{
	size_t n;
	const struct config_load *v = config_loads(run->a, c, &n);
	int64_t owned = 0;

	for (size_t i = 0; i < n; i++) {
		owned += v[i].controls;
		TRY(cmd_print(arena_printf(run->a, "  %.*s owns %lld control%s\n", FMT(term_safe(run->a, v[i].owner)),
					   (long long)v[i].controls, v[i].controls == 1 ? "" : "s")));
	}
	if (owned >= 4 && 2 * v[0].controls > owned)
		cmd_say(run, "  note: %.*s owns %lld of the %lld controls that have an owner",
			FMT(term_safe(run->a, v[0].owner)), (long long)v[0].controls, (long long)owned);
	return NULL;
}

static err run_check(struct cmd_run *run, const void *options)
{
	struct apply_options o = { .file = *(const struct file_options *)options };
	struct config_ask_spec asked = { 0 };
	struct config c;
	struct str none;

	TRY(read_file(run, &o, &asked, &none));
	TRY(config_ask(&asked, run->a, &c));
	TRY(cmd_print(arena_printf(run->a, "%s: %zu people, %zu systems, %zu repositories, %zu controls; no "
				      "fault\n", asked.name,
				      c.people.n, c.systems.n, c.repositories.n, c.controls.n)));
	return say_loads(run, &c);
}

static void say_note(void *ctx, struct str note)
{
	const struct cmd_run *run = ctx;

	cmd_say(run, "  note: %.*s", FMT(term_safe(run->a, note)));
}

/* Whether somebody besides who applied it stands behind it, and what to do. */
static err say_standing(struct cmd_run *run, struct store *s, const struct apply_options *o, struct str commit)
{
	struct config_standing c;
	err e = NULL;

	TRY(config_standing(s, run->a, &c));
	if (o->from.p && str_is(c.state, "proposed"))
		e = config_parts_reviewed(run, s, commit);
	if (e && e->kind != ERR_DENIED && e->kind != ERR_MISSING)
		return e;
	if (e)
		cmd_say(run, "  note: %s", e->text);
	TRY(config_standing(s, run->a, &c));
	if (!str_is(c.state, "proposed"))
		return NULL;
	cmd_say(run, "  note: which controls apply, release branches, people and retention are proposed until a second "
		"person approves: custody config approve%s", c.seconded ? "" : " (one person alone: --alone)");
	if (c.waiting)
		cmd_say(run, "  note: what was approved before stays in force until then");
	return NULL;
}

static err run_apply(struct cmd_run *run, const void *options)
{
	const struct apply_options *o = options;
	struct config_apply_spec spec = { .note = say_note, .note_ctx = run };
	struct config_ask_spec asked = { 0 };
	struct config_counts n;
	STORE_AUTO s = NULL;
	struct config c;

	TRY(read_file(run, o, &asked, &spec.version));
	TRY(config_ask(&asked, run->a, &c));
	spec.name = asked.name;
	spec.text = asked.text;
	spec.config = &c;
	TRY(job_open_home(run, false, &s));
	TRY(config_apply(s, run->a, &spec, &n));
	if (n.same)
		TRY(cmd_print(arena_printf(run->a, "%s is applied already; nothing changed\n", spec.name)));
	else
		TRY(cmd_print(arena_printf(run->a, "%s: %lld people, %lld systems, %lld controls new or changed; %lld "
					   "repositories moved; %lld declared no longer\n", spec.name,
					   (long long)(n.people + n.people_changed), (long long)n.systems,
					   (long long)n.controls, (long long)n.repositories, (long long)n.vanished)));
	return say_standing(run, s, o, spec.version);
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
	  "Only what differs from what is known is written; what vanished from the file is recorded as declared no\n"
	  "longer. What matters in it (which controls apply, release branches, people, retention) is proposed until a\n"
	  "second person approves; names and roles are known at once. With --from the file is read from the release\n"
	  "branch of that repository, and a review that a pipeline's export of the code host shows is the approval.",
	  "  custody config apply custody.yaml\n  custody config apply --from ~/src/custody-config", &apply_table, run_apply },
	{ "approve", "stand behind what somebody else applied",
	  "Nobody approves their own: both must be known persons (custody people link). The second is known by their\n"
	  "account on this machine, by a signature over the file with a key that the home's allowed_signers lists for\n"
	  "them, or by their review of the commit that brought it, in an export signed with the key of a service. Where\n"
	  "there is one person alone, --alone says so, until a second one approved anything: everything works, and\n"
	  "pages say that nobody else confirmed it.",
	  "  custody config approve --signature custody.yaml.sig\n"
	  "  custody config approve --alone --why 'a company of one'", &config_parts_approve_table,
	  config_parts_approve },
	{ "show", "which configuration is in force, and who stands behind it", NULL, "  custody config show", NULL,
	  config_parts_show },
	{ "schema", "print the JSON Schema of custody.yaml", NULL,
	 "  custody config schema >custody.schema.json", NULL, run_schema },
	{ 0 },
};
const struct cmd_noun cmd_config = { "config", "custody.yaml: what an organisation declares", verbs, false };
