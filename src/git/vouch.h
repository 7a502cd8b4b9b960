/* Whether the signature of a commit is good, and whose it is: SSH signatures
 * against a file of allowed signers as git and ssh-keygen read it (namespace
 * "git", valid-after and valid-before at the time of the commit). Which keys are
 * listed, and for whom, the home says; what a repository lists in its own tree
 * vouches for nothing. */
#ifndef GIT_VOUCH_H
#define GIT_VOUCH_H

#include "git/changes.h"

enum git_standing {
	GIT_VOUCH_UNCHECKED,	/* not signed, nothing listed, or of a kind that is not checked */
	GIT_VOUCH_AUTHOR,	/* good, by a key listed for the author */
	GIT_VOUCH_COMMITTER,	/* good, by a key listed for the committer, who is not the author */
	GIT_VOUCH_OTHER,	/* good, by a key listed for somebody else */
	GIT_VOUCH_UNLISTED,	/* good, by a key listed for nobody */
	GIT_VOUCH_OUTDATED,	/* good, by a key not listed for that time, or for another use */
	GIT_VOUCH_REVOKED,	/* by a key that is listed as revoked */
	GIT_VOUCH_BAD,		/* not over this commit */
};

struct git_vouch;

/* Reads both files (each at most 4 MiB; NULL: none): allowed signers, and revoked
 * keys, one public key or fingerprint to a line. ERR_INPUT names the line. */
MUST_USE err git_vouch_new(const char *signers, const char *revoked, struct git_vouch **out);
void git_vouch_free(struct git_vouch *v);
OWNER(git_vouch)

/* What vouches for the change. *whose is the first name its key is listed for, in
 * `a`; absent where it is listed for nobody. */
enum git_standing git_vouch_of(const struct git_vouch *v, struct arena *a, const struct git_change *c,
			      struct str *whose);

#endif
