/* The decision on the ten delivery areas: a pure function of the facts document.
 * Evaluation, not verdict: it says what evidence is there, what is missing and
 * where the answer to the rest lies. Nobody looked is unknown, never a gap. */
#ifndef JUDGE_DELIVERY_H
#define JUDGE_DELIVERY_H

#include "judge/areas.h"
#include "judge/facts.h"

enum area_state { AREA_READY, AREA_STALE, AREA_GAP, AREA_UNKNOWN, AREA_NOT_APPLICABLE };
enum { AREA_STATES = 5 };
extern const char *const delivery_state_words[];	/* audit-ready stale gap unknown not-applicable */

enum area_label {	/* bits */
	LABEL_POLICY_ONLY = 1,		/* nobody owns it */
	LABEL_NOT_EMBEDDED = 2,		/* rests on files somebody uploaded */
	LABEL_ACTIVITY = 4,		/* no owner, review or risk */
	LABEL_NOT_CONFIRMED = 8,	/* no approved SoA says that it applies */
	LABEL_NO_RISK = 16,		/* it runs, and no risk is named that it treats */
};
enum { AREA_LABELS = 5 };
extern const char *const delivery_label_words[];

/* What an auditor asks of each control. */
enum area_question { ASK_APPLIES, ASK_OWNER, ASK_FREQUENCY, ASK_CHANGED };
enum { AREA_QUESTIONS = 4 };
extern const char *const delivery_question_words[];

struct area_answer {
	int answered;		/* flag */
	struct str by;		/* by what, or what is missing for it */
};

/* Over the period: what the frequency asks for, and what came of it. `unknown`
 * runs are those that nobody's evidence covers. */
struct area_runs {
	int64_t expected, held, late, missed, unknown;
	int64_t first, last;	/* evidence, INSTANT_NONE: none */
};

struct area_decision {
	const struct area_info *info;	/* of a control without an area: its name is empty */
	int state, labels;
	struct many reasons;		/* struct str, one phrase each, strongest first */
	struct str next;		/* the next action, one phrase */
	struct str frequency;		/* declared, else default */
	struct area_answer answers[AREA_QUESTIONS];
	struct area_runs runs;
};

struct delivery {
	int64_t as_of, from, to;
	struct area_decision areas[AREAS];
	int64_t count[AREA_STATES];
	bool soa;			/* an approved SoA covers at least one area */
};

/* Texts live in `a` or are static. */
void delivery_decide(const struct facts *f, struct arena *a, struct delivery *out);

/* The decision on any control of 2022: that of its area; else what was declared and
 * handed over for it alone. Lives in `a` or in the decision. */
const struct area_decision *delivery_control(const struct facts *f, const struct delivery *d, struct arena *a,
					     struct str control);

/* Canonical JSON: what is kept with the assessment and shown by programs. */
MUST_USE err delivery_write(const struct delivery *d, struct buf *out);

/* The labels of a decision as "a, b", in `a`; absent where there are none. */
struct str delivery_labels(struct arena *a, const struct area_decision *d);

#endif
