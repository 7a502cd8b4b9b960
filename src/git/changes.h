/* The population of changes to a branch: one per first-parent step, newest
 * first, each with who wrote it, what it touched, where it came from and what
 * vouches for it. What is not here (shallow or partial clone, damaged objects)
 * is unknown, never guessed. */
#ifndef GIT_CHANGES_H
#define GIT_CHANGES_H

#include "git/commit.h"
#include "git/message.h"

/* A commit of a branch that a change merged in. */
struct git_carried {
	struct str commit;
	bool known;			/* false: its object could not be read */
	struct git_person author, committer;
	struct git_person *coauthors;
	size_t coauthors_n;
	struct strs tickets, picked;
};

/* Valid during the callback; texts are valid UTF-8. */
struct git_change {
	size_t place;			/* 0 is the tip */
	struct str commit;
	int64_t at;			/* committed */
	int64_t older_at;		/* the nearest step below with a date that can be; INSTANT_NONE */
	const struct str *parents;
	size_t parents_n;
	struct git_person author, committer;
	struct git_message message;
	struct str text;		/* the whole message, at most 1 MiB */
	enum git_signature signature;
	struct str signed_by;		/* key (signature.h); absent */
	struct str armour, payload;	/* the signature and what it is over; absent where unsigned */
	struct strs paths;		/* the first 512 */
	size_t paths_total;
	unsigned path_marks;		/* bits of all of them, by the sink's mark */
	const struct git_carried *carried;	/* the first 256, newest first */
	size_t carried_n, carried_total;
	const struct git_ref *const *tags;
	size_t tags_n;
	bool known;			/* false: only commit, place, at and tags are set */
	bool paths_known, carried_known;
	bool boundary;			/* a shallow clone ends here */
};

struct git_changes_spec {
	struct str tip;			/* a name or an id */
	struct str stop;		/* leave out what this id reaches; or absent */
	int64_t since;			/* INSTANT_NONE is everything */
};

struct git_changes_end {
	struct str tip;			/* the id; absent where the branch has no commit */
	size_t changes;
	size_t unreadable, without_paths, without_carried;
	int64_t oldest, newest;		/* committed; INSTANT_NONE */
	bool complete;			/* everything asked for was here */
	struct str why;			/* what was not and the command that fetches it; absent */
};

/* Whether a commit can bear this date: not before 1990, not after tomorrow. */
bool git_changes_date_can_be(int64_t at, int64_t now);

/* Calls `each` until it fails or all is said; *end lives in `a`. ERR_MISSING
 * where the tip names no commit. */
struct git_changes_sink {
	err (*begin)(void *ctx, size_t steps);	/* before the first; NULL where nobody asks */
	err (*each)(void *ctx, const struct git_change *c);
	void *ctx;
	unsigned (*mark)(struct str path);	/* bits of any path, UTF-8 or not; NULL */
};
MUST_USE err git_changes(struct git_repo *r, struct arena *a, const struct git_changes_spec *spec,
			 struct git_changes_sink sink, struct git_changes_end *end);

#endif
