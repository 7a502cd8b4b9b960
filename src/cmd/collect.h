/* Collecting one repository into an open store: shared by `collect` and `audit`. */
#ifndef CMD_COLLECT_H
#define CMD_COLLECT_H

#include "source/collect_git.h"

struct collect_one_spec {
	const char *dir;
	struct str name;		/* absent: made from the folder */
	struct strs branches;		/* none: HEAD's */
	bool progress;
	const char *which;		/* "3 of 10, app: " before what progress says, or NULL */
};

struct collect_result {
	struct str name;		/* of the repository in the home */
	struct intake_counts counts;
	struct strs notes;
	int64_t ms;
};

/* What a repository is called where no home knows it: by its address on the code host,
 * else by its folder. */
MUST_USE err collect_one_name(struct arena *a, const char *dir, struct str *out);

/* Texts of the result live in `a`. */
MUST_USE err collect_one_repository(struct store *s, struct arena *a, const struct collect_one_spec *spec,
				    struct collect_result *out);

/* The secret scan of its tree; `name` is the repository's name in the home. */
struct scan_result {
	struct intake_counts counts;
	struct strs notes;
	int64_t ms;
};
MUST_USE err collect_scan_repository(struct store *s, struct arena *a,
			    const struct collect_one_spec *spec, struct scan_result *out);

#endif
