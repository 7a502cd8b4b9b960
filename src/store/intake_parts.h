/* Inside the intake: its state and the handlers of each kind of item. */
#ifndef STORE_INTAKE_PARTS_H
#define STORE_INTAKE_PARTS_H

#include "store/intake.h"

struct intake_scan;
struct intake_seen;
struct intake_git;
struct intake_pulls;
struct intake_people;
struct intake_survey;

struct intake {
	struct store *store;
	const struct intake_context *c;
	struct arena *a;		/* lives with the submission */
	struct arena *item;		/* reset for each item */
	struct people *people;
	struct str id, by;		/* the submission, and who sends it */
	struct intake_counts counts;
	struct strs notes;
	size_t notes_room;
	struct intake_seen *seen;	/* what the scans found */
	struct intake_scan *scan;
	struct intake_git *git;
	struct intake_pulls *pulls;
	int copy;			/* the whole stream, at an offset of its reader; -1: none */
	struct intake_people *persons;
	void (*progress)(void *ctx, int64_t done, int64_t of);
	void *progress_ctx;
	err (*whole)(void *ctx);
	void *whole_ctx;
};

/* A draft with the submission's origin filled in. Cites the report. */
struct draft intake_draft(struct intake *in, const struct record_type *t, const void *fields);
MUST_USE err intake_append(struct intake *in, const struct draft *d, bool *already);
/* The same unless the facts are those of the record at `current` (-1: none yet):
 * then nothing new was said. What was said before and said again later is new. */
MUST_USE err intake_append_new(struct intake *in, const struct draft *d, int64_t current, bool *already);
void intake_note(struct intake *in, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The system and repository by name, made where unknown. *no is the row. */
struct intake_place { struct str id; int64_t no; };
MUST_USE err intake_system(struct intake *in, struct str name, struct intake_place *out);
MUST_USE err intake_repository(struct intake *in, const struct s_repository *r, struct intake_place *out);
/* The name of the system a repository falls to: declared, else its own. */
/* The system the submission is of: named by the caller, by the repository, or the
 * only one there is; else "unnamed". */
MUST_USE err intake_system_guess(struct intake *in, struct str *name);
MUST_USE err intake_system_of(struct intake *in, struct str repository, struct str *name);

MUST_USE err intake_scan_begin(struct intake *in, const struct s_scan_begin *item);
MUST_USE err intake_scan_end(struct intake *in, const struct s_scan_end *item);
void intake_scan_free(struct intake_scan *s);

MUST_USE err intake_git_repository(struct intake *in, const struct s_repository *item);
MUST_USE err intake_git_branch(struct intake *in, const struct s_branch *item);
MUST_USE err intake_git_branch_gone(struct intake *in, const struct s_branch_gone *item);
MUST_USE err intake_git_change(struct intake *in, const struct s_change *item);
MUST_USE err intake_git_branch_end(struct intake *in, const struct s_branch_end *item);
MUST_USE err intake_git_tree(struct intake *in, const struct s_tree *item);
void intake_git_free(struct intake_git *g);

MUST_USE err intake_host_pull(struct intake *in, const struct s_pull *item);
MUST_USE err intake_host_rules(struct intake *in, const struct s_rules *item);
MUST_USE err intake_host_end(struct intake *in);
void intake_host_free(struct intake *in);

/* An export of pull requests as a whole, before the first of them is written: when
 * it was made at the earliest (the newest instant in it), and in which repository
 * its merge commits are. Reads the stream once more where there is a copy of it. */
MUST_USE err intake_survey_new(struct intake *in, struct intake_survey **out);
void intake_survey_free(struct intake_survey *s);
OWNER(intake_survey)
int64_t intake_survey_newest(const struct intake_survey *s);	/* INSTANT_NONE: no instant in it */
/* The repository to file under what the export calls `named`, made where unknown;
 * says which, and why, in a note. */
MUST_USE err intake_survey_place(struct intake *in, const struct intake_survey *s, struct str named,
				 struct intake_place *out);

MUST_USE err intake_people_person(struct intake *in, const struct s_person *item);
MUST_USE err intake_people_end(struct intake *in);
void intake_people_free(struct intake_people *p);

MUST_USE err intake_report_tests(struct intake *in, const struct s_tests *item);
MUST_USE err intake_report_sbom(struct intake *in, const struct s_sbom *item);
MUST_USE err intake_report_vex(struct intake *in, const struct s_vex *item);

#endif
