/* `custody config approve` and `show`: which configuration is in force, and who stands
 * behind it. */
#include "cmd/config_parts.h"

#include "base/instant.h"
#include "cmd/job.h"
#include "show/change_rows.h"
#include "source/collect_git.h"
#include "record/types.h"
#include "store/directory.h"

enum { LOOK_AHEAD = 180 * DAY_SECONDS };

struct approve_options {
	struct str file, from, signature, why;
	int alone;
};
static const struct field approve_fields[] = {
	FIELD(approve_options, alone, FIELD_FLAG, 0, 0, "there is nobody else; it is recorded as that"),
	FIELD(approve_options, file, FIELD_PATH, FIELD_OPERAND, 1024, "with --from: its path there (default custody.yaml)"),
	FIELD(approve_options, from, FIELD_PATH, 0, 4096, "repository on whose release branch it was reviewed"),
	FIELD(approve_options, signature, FIELD_PATH, 0, 4096, "SSH signature over the file: ssh-keygen -Y sign -n file"),
	FIELD(approve_options, why, FIELD_TEXT, 0, 1024, "what is said of it"),
	{ 0 },
};
const struct table config_parts_approve_table = TABLE(approve_options, "config approve", approve_fields);

/* The change of a collected branch that this commit is. */
static err find_change(struct store *s, struct arena *a, struct str commit, struct show_change_rows_spec *out,
		       int64_t *no)
{
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(store_db(s), SQL("SELECT no, repository_no, branch, at FROM view_change WHERE commit_id = $1 AND "
				      "gone = 0 ORDER BY no LIMIT 1"), DB_ARGS(record_blob(a, commit)), &rows));
	TRY(db_next(rows, &more));
	if (!more)
		return err_hint(fail(ERR_MISSING, "the commit %.*s that brought it is on no collected release branch",
				     FMT(commit)), "custody collect git DIR");
	*no = db_int(rows, 0);
	*out = (struct show_change_rows_spec){
		.repository_no = db_int(rows, 1), .branch = arena_str(a, db_text(rows, 2)), .from = db_int(rows, 3),
		.to = db_int(rows, 3) + LOOK_AHEAD, .shared = true,
	};
	return NULL;
}

err config_parts_reviewed(struct cmd_run *run, struct store *s, struct str commit)
{
	struct config_approve_spec approve = { .how = APPROVED_REVIEWED, .commit = commit };
	OWNED(show_change_rows) rows = NULL;
	struct show_change_rows_spec spec;
	struct show_change_row row;
	bool more, already;
	int64_t no;

	TRY(find_change(s, run->a, commit, &spec, &no));
	TRY(show_change_rows_open(store_db(s), &spec, &rows));
	do {
		TRY(show_change_rows_next(rows, &row, &more));
		if (!more)
			return fail(ERR_MISSING, "the commit %.*s is not on its branch", FMT(commit));
	} while (row.no != no);
	if (row.reviewed.answer != ANSWER_PASS)
		return err_hint(fail(ERR_DENIED, "no independent review of %.12s, which brought it, is shown: %s",
				     arena_cstr(run->a, commit), row.reviewed.reason),
				"custody change show %.12s", arena_cstr(run->a, commit));
	approve.change = no;
	approve.repository = spec.repository_no;
	approve.pull = row.pull;
	show_change_rows_free(rows);
	rows = NULL;
	return config_approve(s, run->a, &approve, &already);
}

/* The file there must be the one that was applied. */
static err reviewed_in(struct cmd_run *run, struct store *s, const struct approve_options *o)
{
	const char *path = o->file.p ? arena_cstr(run->a, o->file) : "custody.yaml";
	struct collect_spec at = { .dir = arena_cstr(run->a, o->from), .name = STR("-") };
	struct config_standing c;
	struct collect_file f;
	char hex[DIGEST_TEXT];
	struct digest d;

	TRY(config_standing(s, run->a, &c));
	TRY(collect_git_file(run->a, &at, path, &f));
	d = digest_of(f.bytes);
	digest_put(hex, &d);
	if (!str_is(c.digest, hex))
		return err_hint(fail(ERR_DENIED, "%s in %s is not the configuration that was applied", path, at.dir),
				"custody config apply %s --from %s", path, at.dir);
	return config_parts_reviewed(run, s, f.commit);
}

static err say_state(struct cmd_run *run, struct store *s)
{
	struct config_standing c;

	TRY(config_standing(s, run->a, &c));
	if (str_is(c.state, "approved"))
		return cmd_print(STR("approved by a second person; it is in force\n"));
	return cmd_print(STR("one person alone stands behind it: it is in force, and pages go on saying that no second "
			     "person confirmed which controls apply\n"));
}

err config_parts_approve(struct cmd_run *run, const void *options)
{
	const struct approve_options *o = options;
	struct config_approve_spec spec = {
		.how = o->alone == 1 ? APPROVED_ALONE : o->signature.p ? APPROVED_SIGNED : APPROVED_STATED,
		.why = o->why,
		.signature = o->signature.p ? arena_cstr(run->a, o->signature) : NULL,
	};
	bool already = false;
	STORE_AUTO s = NULL;

	if ((o->alone == 1) + (o->from.p != NULL) + (o->signature.p != NULL) > 1)
		return fail(ERR_USAGE, "--alone, --from and --signature are three ways; give one");
	if (o->alone == 1 && !o->why.n)
		return fail(ERR_USAGE, "--alone wants --why: why there is nobody else");
	TRY(store_open_write(run->home, 60000, &s));
	if (o->from.p)
		TRY(reviewed_in(run, s, o));
	else
		TRY(config_approve(s, run->a, &spec, &already));
	if (already)
		return cmd_print(STR("it is approved already; nothing changed\n"));
	return say_state(run, s);
}

static const struct show_column columns[] = {
	{ "what", "what", SHOW_TEXT, 0 },
	{ "value", "value", SHOW_TEXT, 0 },
	{ 0 },
};

static const char *meaning(struct str state)
{
	if (str_is(state, "approved"))
		return "approved: a second person stands behind it";
	if (str_is(state, "alone"))
		return "alone: one person stands behind it, and says that there is nobody else";
	return "proposed: one person applied it, and nobody approved it yet";
}

err config_parts_show(struct cmd_run *run, const void *options)
{
	OWNED(show_list) l = show_list_new(run->format, columns, 1);
	struct config_standing c;
	DIRECTORY_AUTO d = { 0 };
	STORE_AUTO s = NULL;
	struct directory_account *by;
	char when[INSTANT_TEXT];

	(void)options;
	TRY(store_open_read(run->home, &s));
	TRY(config_standing(s, run->a, &c));
	TRY(directory_load(store_db(s), run->a, &d));
	by = directory_account(&d, c.by);
	instant_put(when, c.at);
	show_list_row(l, (const struct show_cell[]){ SHOW_T(STR("state")), SHOW_T(str_c(meaning(c.state))) });
	show_list_row(l, (const struct show_cell[]){ SHOW_T(STR("applied")), SHOW_T(str_c(when)) });
	show_list_row(l, (const struct show_cell[]){ SHOW_T(STR("by")),
						     SHOW_T(by ? directory_account_name(by) : STR("unknown")) });
	show_list_row(l, (const struct show_cell[]){ SHOW_T(STR("file")), SHOW_T(c.digest) });
	if (c.waiting)
		show_list_row(l, (const struct show_cell[]){ SHOW_T(STR("waiting")), SHOW_T(arena_printf(run->a,
			"%lld release branches count once it is approved; until then those approved before", (long long)c.waiting)) });
	return show_list_end(l);
}
