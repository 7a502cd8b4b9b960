/* The options of everything an auditor reads: --from, --to and --as-of. Days are
 * whole: --to and --as-of end with the last second of theirs. */
#ifndef CMD_PERIOD_H
#define CMD_PERIOD_H

#include "cmd/cmd.h"
#include "show/facts_read.h"

struct period_options {
	int64_t as_of, from, to;
};

/* Rows of a table of a struct that begins with struct period_options. */
#define PERIOD_FIELDS                                                                                   \
	{ .name = "as_of", .kind = FIELD_DAY, .offset = offsetof(struct period_options, as_of),         \
	  .help = "how things stood at the end of this day (default: now)" },                           \
	{ .name = "from", .kind = FIELD_DAY, .offset = offsetof(struct period_options, from),           \
	  .help = "first day of the period (default: as custody.yaml declares, else 12 months)" },                                 \
	{ .name = "to", .kind = FIELD_DAY, .offset = offsetof(struct period_options, to),               \
	  .help = "last day of the period (default: today; the newest change, where it is over a month old)" }

struct facts_spec period_spec(const struct period_options *o);

/* The facts of the run's home in that period, in run->a. */
MUST_USE err period_facts(struct cmd_run *run, const struct period_options *o, struct facts **out);

#endif
