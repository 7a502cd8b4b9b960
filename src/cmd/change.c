/* `custody change`: changes to the release branches, and what is shown of each. */
#include "cmd/nouns.h"

#include "base/instant.h"
#include "cmd/period.h"
#include "show/changes.h"
#include "store/store.h"

struct list_options {
	struct period_options period;
	struct str branch, repository;
	int64_t limit;
	int gone, no_pr, security, unknown, unreviewed;
};
static const struct field list_fields[] = {
	PERIOD_FIELDS,
	{ .name = "branch", .kind = FIELD_TEXT, .max = 256, .letter = 'b', .offset = offsetof(struct list_options, branch),
	  .help = "only of this release branch" },
	FIELD(list_options, gone, FIELD_FLAG, 0, 0, "those that a rewritten history took away"),
	{ .name = "limit", .kind = FIELD_INT, .max = 10000000, .letter = 'n', .offset = offsetof(struct list_options, limit),
	  .help = "at most this many (default: 50 in a table, else all; 0 is all)" },
	FIELD(list_options, no_pr, FIELD_FLAG, 0, 0, "only without a pull request number"),
	FIELD(list_options, repository, FIELD_TEXT, 0, 256, "only of this repository"),
	FIELD(list_options, security, FIELD_FLAG, 0, 0, "only those that touch what needs a security review"),
	FIELD(list_options, unknown, FIELD_FLAG, 0, 0, "only those whose review is unknown"),
	FIELD(list_options, unreviewed, FIELD_FLAG, 0, 0, "only those known to lack an independent review"),
	{ 0 },
};
static const struct table list_table = TABLE(list_options, "change list", list_fields);

/* The same period as everything else speaks of. */
static err run_list(struct cmd_run *run, const void *options)
{
	const struct list_options *o = options;
	struct facts_spec spec = period_spec(&o->period);
	struct show_changes_query q = {
		.repository = o->repository, .branch = o->branch, .no_pull = o->no_pr == 1, .gone = o->gone == 1,
		.unreviewed = o->unreviewed == 1, .unknown = o->unknown == 1, .security = o->security == 1,
		.limit = cmd_limit(run, o->limit),
	};
	STORE_AUTO s = NULL;

	TRY(store_open_read(run->home, &s));
	TRY(show_facts_period(store_db(s), &spec, &q.from, &q.to));
	return show_changes(store_db(s), &q, run->format, 1);
}

struct show_options {
	struct many commit;
};
static const struct field show_fields[] = {
	FIELD(show_options, commit, FIELD_TEXT, FIELD_OPERAND | FIELD_MANY | FIELD_REQUIRED, 1000,
	      "commit, four digits or more; one of another branch shows the change it went into"),
	{ 0 },
};
static const struct table show_table = TABLE(show_options, "change show", show_fields);

static err run_show(struct cmd_run *run, const void *options)
{
	const struct show_options *o = options;
	const struct str *commit = o->commit.v;
	STORE_AUTO s = NULL;

	TRY(store_open_read(run->home, &s));
	for (size_t i = 0; i < o->commit.n; i++) {
		BUF_AUTO out = buf_new(4 << 20);

		TRY(show_changes_one(store_db(s), run->a, commit[i], run->format, &out));
		TRY(cmd_show(run, buf_str(&out)));
	}
	return NULL;
}

static const struct cmd_verb verbs[] = {
	{ "list", "changes to the release branches, newest first",
	  "Of each: independent review before merge, checks passed, linked ticket: shown, missing or unknown. What git does\n"
	  "not hold is unknown until an export of the code host is imported.",
	  "  custody change list --unreviewed --from 2026-01-01 -o csv", &list_table, run_list },
	{ "show", "one change whole: reviews, checks, and each answer with its reason", NULL, "  custody change show 4f1c2ab",
	  &show_table, run_show },
	{ 0 },
};
const struct cmd_noun cmd_change = { "change", "changes to the release branches", verbs, false };
