#include "cmd/views.h"

#include "base/term.h"

struct saying {
	struct cmd_run *run;
	struct term_progress line;
};

static void say_table(void *ctx, const char *name, bool same, int64_t rows)
{
	struct saying *s = ctx;

	if (same)
		return;
	term_progress_done(&s->line);
	cmd_say(s->run, "differs: %s (%lld rows)", name, (long long)rows);
}

static void say_replay(void *ctx, int64_t done, int64_t of)
{
	struct saying *s = ctx;

	term_progress(&s->line, "views: %lld of %lld records", (long long)done, (long long)of);
}

err views_apply(struct cmd_run *run, struct store *s, bool check_only, struct rebuild_result *out)
{
	struct saying saying = { .run = run };
	struct rebuild_spec spec = { .check_only = check_only, .table = say_table, .ctx = &saying,
				     .progress = run->quiet ? NULL : say_replay };
	err e = rebuild_views(s, &spec, out);

	term_progress_done(&saying.line);
	return e;
}
