/* What `custody audit` makes of what it collected. */
#include "cmd/audit_parts.h"

err audit_conclude(struct audit *au)
{
	for (size_t i = 0; i < au->n; i++) {
		const struct audit_repository *r = &au->v[i];

		TRY(cmd_print(arena_printf(au->run->a, "%.*s: %lld changes new, %lld known; %lld secrets in the tree\n", FMT(r->name),
					   (long long)r->collected.counts.changes, (long long)r->collected.counts.changes_known,
					   (long long)r->scanned.counts.results)));
	}
	return NULL;
}
