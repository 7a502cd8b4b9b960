/* One commit object as git stores it (gitformat-commit: header lines, an empty
 * line, the message), read without trusting any of it. */
#ifndef GIT_COMMIT_H
#define GIT_COMMIT_H

#include "git/git.h"

enum { GIT_PARENTS = 256, GIT_NAME = 256, GIT_EMAIL = 320 };

/* Texts are valid UTF-8, cut to GIT_NAME and GIT_EMAIL bytes. */
struct git_person {
	struct str name, email;
	int64_t at;		/* INSTANT_NONE where there is no sensible time */
};

struct git_commit {
	struct str *parents;	/* hexadecimal, as written; the first GIT_PARENTS */
	size_t parents_n, parents_total;
	struct git_person author, committer;
	struct str message;	/* valid UTF-8, converted from the encoding it declares */
	struct str signature;	/* armour, absent where unsigned */
	struct str raw;		/* what was parsed */
	bool cut;		/* the object was longer than what was given */
};

/* Reads the bytes of an object; views live in `a` or in `raw`. ERR_INPUT where
 * author or committer is missing. `hex` digits make an id. */
MUST_USE err git_commit_parse(struct arena *a, struct str raw, size_t hex, struct git_commit *out);

/* The bytes the signature is made over: the object without its signature
 * header. In `a`. */
struct str git_commit_payload(struct arena *a, const struct git_commit *c);

/* "Name <mail> 1700000000 +0100", also without the time. False where there is
 * no address. */
bool git_person_parse(struct arena *a, struct str line, struct git_person *out);

#endif
