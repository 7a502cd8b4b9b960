/* Collecting a repository: what git holds becomes a submission. The same code
 * runs in the role without rights; the store's side starts it. */
#ifndef SOURCE_COLLECT_GIT_H
#define SOURCE_COLLECT_GIT_H

#include "store/intake.h"

/* A branch and the tip that was seen at the collection before. */
struct collect_branch {
	struct str name;	/* "main" */
	struct str from;	/* commit; absent where it was never seen */
	int64_t total;		/* steps of its line then */
	bool partial;		/* not all of its history was seen */
};

struct collect_spec {
	const char *dir;
	struct str name;		/* of the repository here */
	struct strs branches;		/* release branches; none: HEAD's */
	const struct collect_branch *known;	/* tips seen before */
	size_t known_n;
	const char *signers, *revoked;	/* files of the home, or NULL */
	struct str signers_digest;	/* over both; absent where there is none */
};

/* Where the repository lives on a code host (empty where it has no such remote),
 * and the first of the known names whose commit is in it (empty: none). */
struct collect_home { struct str host, slug, same; };
MUST_USE err collect_git_describe(struct arena *a, const struct collect_spec *spec, struct collect_home *out);
MUST_USE err collect_git_describe_main(const struct collect_spec *spec, int *code);

/* One file of the release branch (the first named, else HEAD's) as it is there, and the
 * commit that brought it; at most 1 MiB. ERR_MISSING where there is none. */
struct collect_file { struct str commit, bytes; };
MUST_USE err collect_git_file(struct arena *a, const struct collect_spec *spec, const char *path,
			      struct collect_file *out);
MUST_USE err collect_git_file_main(const struct collect_spec *spec, const char *path, int *code);

/* Writes the submission's items to `out`. */
MUST_USE err collect_git(const struct collect_spec *spec, struct submission_writer *out);

/* The store's side: starts the role and takes in what it says. */
MUST_USE err collect_git_run(struct intake *in, const struct collect_spec *spec);

/* The same into a submission that is being written, for a job without a home. */
MUST_USE err collect_git_hear(const struct collect_spec *spec, const struct submission_calls *calls, void *ctx);

/* The role's side: gives up network and writing, then collects to descriptor 1.
 * *code is the exit code; errors go to descriptor 2 for the parent. */
MUST_USE err collect_git_main(const struct collect_spec *spec, int *code);

#endif
