/* What to do next, from the facts document: first what to fix, then which steps
 * turn most of what is unknown into facts, each with the exact command. Every
 * command only reads the other system, with the caller's own sign-in there;
 * custody sees files, never a token. */
#ifndef JUDGE_STEPS_H
#define JUDGE_STEPS_H

#include "judge/delivery.h"

enum { STEPS_MAX = 12, FIXES_MAX = 12 };

enum steps_host { STEPS_GITHUB, STEPS_GITLAB, STEPS_BITBUCKET, STEPS_AZURE, STEPS_GITEA };
extern const char *const steps_host_words[];

struct steps_spec {
	const struct facts *f;
	const struct delivery *d;
	int host;		/* enum steps_host, or FIELD_UNKNOWN: as each repository's address says */
};

struct step {
	int64_t minutes;
	struct str title;	/* "reviews, checks, tickets of 700 changes" */
	struct str brief;	/* the command in short, for one line */
	struct str why;		/* what it turns into facts, sentences */
	struct str command;	/* whole, several lines, ready to paste */
	struct str note;	/* what to put in place of what is not known; or absent */
};

/* Something to fix: a count, what it is, the command that shows it. They come by effect:
 * how bad it is, who can reach it, how easily it is used, whether there is a fix. */
struct fix {
	int64_t n, effect;
	struct str text, command;
};

struct steps {
	struct step v[STEPS_MAX];
	size_t n;
	struct fix fixes[FIXES_MAX];
	size_t fixes_n;
	int64_t severe;			/* open findings, critical and high, secrets among them */
};

/* Texts live in `a`. */
void steps_make(const struct steps_spec *spec, struct arena *a, struct steps *out);

/* The host a repository's address names; GitHub where it names none that is known. */
enum steps_host steps_host_of(struct str host);

#endif
