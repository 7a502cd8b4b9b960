/* Who a name and an address in a commit stand for: a person, a bot, the code
 * host itself, a tool that writes code; under which login; and what the
 * repository's .mailmap says the person is called. A commit's names are claims:
 * nothing here vouches for them. */
#ifndef GIT_PEOPLE_H
#define GIT_PEOPLE_H

#include "git/commit.h"

enum git_who { GIT_WHO_PERSON, GIT_WHO_BOT, GIT_WHO_HOST, GIT_WHO_TOOL, GIT_WHO_UNKNOWN };

struct git_identity {
	enum git_who who;
	const char *why;	/* what that was concluded from, one phrase; static */
	struct str login;	/* on the host, from its no-reply address; absent */
	struct str login_host;	/* "github.com" … of that login; absent */
};

/* Views live in the person's texts. */
struct git_identity git_identity_of(const struct git_person *p);

/* .mailmap as gitmailmap(5): names and addresses are compared without case. */
struct git_mailmap;

enum { GIT_MAILMAP_BYTES = 4 << 20, GIT_MAILMAP_ENTRIES = 100000 };

/* Reads the text (borrowed for the life of the map), at most the limits above;
 * a line of no known form is skipped, as git does. */
struct git_mailmap *git_mailmap_new(struct str text);
void git_mailmap_free(struct git_mailmap *m);
OWNER(git_mailmap)

/* Number of lines that say something. */
size_t git_mailmap_count(const struct git_mailmap *m);

/* Replaces name and address by what the map says; true where it says something. */
bool git_mailmap_apply(const struct git_mailmap *m, struct git_person *p);

#endif
