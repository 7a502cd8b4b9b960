/* What a commit's message says beyond its words: the pull request it came
 * through, tickets, co-authors, commits it was picked from or takes back. */
#ifndef GIT_MESSAGE_H
#define GIT_MESSAGE_H

#include "git/commit.h"

enum { GIT_COAUTHORS = 128, GIT_TICKETS = 32, GIT_PICKED = 32, GIT_SUBJECT = 1024, GIT_PULL_NONE = -1 };

struct git_message {
	struct str subject;		/* the first line that is not empty */
	int64_t pull;			/* number of the pull or merge request; GIT_PULL_NONE */
	struct strs tickets;		/* "PAY-142", "#12", "owner/name#12", "AB#7"; no two alike */
	struct git_person *coauthors;	/* from Co-authored-by; no time */
	size_t coauthors_n;
	struct strs picked;		/* "cherry picked from commit …" */
	struct strs reverts;		/* "This reverts commit …" */
	bool revert;			/* says that it takes something back */
};

/* Reads at most the first 256 KiB. The message is valid UTF-8; views live in it
 * or in `a`.
 * Pull requests: GitHub "(#n)" at the end of the subject and "Merge pull request
 * #n", GitLab "See merge request group/name!n", Bitbucket "(pull request #n)"
 * and "Pull request #n:", Azure "Merged PR n:", Gitea "(#n)". */
void git_message_parse(struct arena *a, struct str message, struct git_message *out);

#endif
