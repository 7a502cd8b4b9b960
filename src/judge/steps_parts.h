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
/* What must be said of it: what to put in place of what is not known. */
struct str steps_export_note(struct stepping *s, const struct facts_branch *b, size_t number);

/* Name and branch at the code host as a shell and an address may have them, else a
 * word in capitals; " OPTION HOST" where it is not the usual host. */
struct str steps_slug(const struct facts_branch *b);
struct str steps_branch(const struct facts_branch *b);
struct str steps_at_host(struct stepping *s, const struct facts_branch *b, const char *option, const char *usual);
enum steps_host steps_host_for(const struct stepping *s, const struct facts_branch *b);

/* Fills out->fixes. */
void steps_fixes(struct stepping *s);

#endif
