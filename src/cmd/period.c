#include "cmd/period.h"

#include "base/instant.h"
#include "store/store.h"

static int64_t end_of(int64_t day)
{
	return day == INSTANT_NONE ? INSTANT_NONE : (day + 1) * DAY_SECONDS - 1;
}

struct facts_spec period_spec(const struct period_options *o)
{
	return (struct facts_spec){ .now = instant_now(), .as_of = end_of(o->as_of), .to = end_of(o->to),
				    .from = o->from == INSTANT_NONE ? INSTANT_NONE : o->from * DAY_SECONDS };
}

err period_facts(struct cmd_run *run, const struct period_options *o, struct facts **out)
{
	struct facts_spec spec = period_spec(o);
	STORE_AUTO s = NULL;

	TRY(store_open_read(run->home, &s));
	return show_facts_read(store_db(s), &spec, run->a, out);
}
