/* `custody coverage`: which systems have which scans. */
#include "cmd/nouns.h"

#include "cmd/period.h"
#include "show/coverage.h"

struct coverage_options {
	struct period_options period;
};
static const struct field fields[] = { PERIOD_FIELDS, { 0 } };
static const struct table table = TABLE(coverage_options, "coverage", fields);

static err run_coverage(struct cmd_run *run, const void *options)
{
	const struct coverage_options *o = options;
	struct facts *f;

	TRY(period_facts(run, &o->period, &f));
	return show_coverage(f, run->format, 1);
}

static const struct cmd_verb verbs[] = {
	{ "", "system by kind of scan: in CI, enforced or skippable, last run, age, result",
	  "Secret, vulnerability and licence scanning are three facts. A dash is unknown: nobody looked.",
	  "  custody coverage -o json", &table, run_coverage },
	{ 0 },
};
const struct cmd_noun cmd_coverage = { "coverage", "which systems have which scans", verbs, false };
