/* `custody next`: what to do next, each step with its exact command. */
#include "cmd/nouns.h"

#include "cmd/period.h"
#include "show/next.h"

struct next_options {
	struct period_options period;
	int64_t number;
	int host;
};
static const struct field fields[] = {
	PERIOD_FIELDS,
	{ .name = "host", .kind = FIELD_ENUM, .choices = steps_host_words, .offset = offsetof(struct next_options, host),
	  .help = "code host (default: as the repository's address says)" },
	FIELD(next_options, number, FIELD_INT, FIELD_OPERAND, 100, "number of the step"),
	{ 0 },
};
static const struct table table = TABLE(next_options, "next", fields);

static err run_next(struct cmd_run *run, const void *options)
{
	const struct next_options *o = options;
	struct show_next_spec spec = { .host = o->host, .format = run->format,
				       .number = o->number == FIELD_NO_INT ? 0 : o->number };
	BUF_AUTO out = buf_new(1 << 20);
	struct facts *f;

	if (o->number == 0)
		return fail(ERR_USAGE, "steps are numbered from 1");
	TRY(period_facts(run, &o->period, &f));
	spec.facts = f;
	TRY(show_next(&spec, &out));
	return cmd_print(buf_str(&out));
}

static const struct cmd_verb verbs[] = {
	{ "", "the next steps, most effect first, each with its command",
	  "Nothing is run: the commands are yours to run, with your own sign-in at the code host. They only read.",
	  "  custody next 1\n  custody next 1 --host gitlab", &table, run_next },
	{ 0 },
};
const struct cmd_noun cmd_next = { "next", "what to do next", verbs, false };
