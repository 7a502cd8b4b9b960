/* What `custody audit` makes of what it collected. */
#include "cmd/audit_parts.h"

#include "base/instant.h"
#include "cmd/assess.h"
#include "pack/write.h"

err audit_conclude(struct audit *au)
{
	struct assessment as;
	struct pack_result pack;
	struct pack_spec spec = { .a = au->run->a, .out = au->pack, .from = INSTANT_NONE, .to = INSTANT_NONE, .as_of = INSTANT_NONE };

	TRY(assess(au->store, au->run->a, INSTANT_NONE, INSTANT_NONE, &as));
	TRY(pack_write(au->store, &spec, &pack));
	for (size_t i = 0; i < AREAS; i++) {
		const struct area_decision *d = &as.delivery.areas[i];
		const struct str *why = d->reasons.v;

		TRY(cmd_print(arena_printf(au->run->a, "%-14s %s: %.*s\n", delivery_state_words[d->state], d->info->name,
					   d->reasons.n ? (int)why[0].n : 0, d->reasons.n ? why[0].p : "")));
	}
	return NULL;
}
