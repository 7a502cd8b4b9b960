/* `custody rebuild`: every record applied again. */
#include "cmd/nouns.h"

#include "cmd/views.h"

struct rebuild_options {
	int check;
};
static const struct field rebuild_fields[] = {
	FIELD(rebuild_options, check, FIELD_FLAG, 0, 0, "only compare; exit code 5 when a view differs"),
	{ 0 },
};
static const struct table rebuild_table = TABLE(rebuild_options, "rebuild", rebuild_fields);

static err run_rebuild(struct cmd_run *run, const void *options)
{
	const struct rebuild_options *o = options;
	struct rebuild_result r;
	STORE_AUTO s = NULL;

	/* To compare takes no right to write: a copy, a read-only home. */
	if (o->check == 1)
		TRY(store_open_read(run->home, &s));
	else
		TRY(store_open_write(run->home, 60000, &s));
	TRY(views_apply(run, s, o->check == 1, &r));
	if (o->check == 1 && r.different)
		run->exit_code = 5;
	return cmd_print(arena_printf(run->a, "%lld records applied to %lld views of %lld rows in %lld ms: %s\n",
				      (long long)r.records, (long long)r.tables, (long long)r.rows, (long long)r.ms,
				      r.different == 0 ? "identical" : o->check == 1 ? "NOT identical" : "replaced"));
}

static const struct cmd_verb rebuild_verbs[] = {
	{ "", "apply every record again and compare or replace the views", NULL, NULL, &rebuild_table, run_rebuild },
	{ 0 },
};
const struct cmd_noun cmd_rebuild = { "rebuild", "apply every record again", rebuild_verbs, false };
