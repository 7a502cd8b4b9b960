/* What the files of the steps share. Private to them. */
#ifndef JUDGE_STEPS_PARTS_H
#define JUDGE_STEPS_PARTS_H

#include "base/instant.h"
#include "judge/delivery_parts.h"
#include "judge/steps.h"

struct stepping {
	const struct steps_spec *spec;
	const struct facts *f;
	struct arena *a;
	struct steps *out;
};

/* The command that exports the pull requests of one branch, appended. */
void steps_export(struct stepping *s, const struct facts_branch *b, struct buf *out);
enum steps_host steps_host_for(const struct stepping *s, const struct facts_branch *b);

/* Fills out->fixes. */
void steps_fixes(struct stepping *s);

#endif
