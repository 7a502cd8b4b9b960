/* Reading a git repository. Git itself does it, as a child: plumbing with
 * fixed arguments in a clean environment, so that nothing a hostile repository
 * brings along (hook, filter, pager, alias, transport, replacement, graft) runs
 * or is believed. This file: opening one and what it says about itself. The
 * changes are in changes.h, the tree in tree.h, people in people.h. */
#ifndef GIT_GIT_H
#define GIT_GIT_H

#include "base/arena.h"
#include "base/base.h"

enum git_host { GIT_HOST_NONE, GIT_HOST_GITHUB, GIT_HOST_GITLAB, GIT_HOST_BITBUCKET,
		GIT_HOST_AZURE, GIT_HOST_GITEA };
extern const char *const git_host_words[];	/* "none", "github" … NULL */

enum git_signature { GIT_UNSIGNED, GIT_SIGNED_SSH, GIT_SIGNED_OPENPGP, GIT_SIGNED_X509 };

/* What an address of a remote says, without credentials. */
struct git_remote {
	struct str name;	/* "origin" */
	struct str url;		/* no user (but "git"), no password, no query; a path on this
				 * machine as it is; empty where it is no place to go to */
	enum git_host host;
	struct str host_name;	/* "github.com"; empty for a path on this machine */
	struct str slug;	/* "owner/name"; empty where it has none */
};

enum git_ref_kind { GIT_BRANCH, GIT_REMOTE_BRANCH, GIT_TAG };

struct git_ref {
	enum git_ref_kind kind;
	struct str name;	/* in full: "refs/heads/main" */
	struct str shown;	/* "main", "origin/main", "v1.0" */
	struct str commit;	/* hexadecimal; absent where it points at no commit */
	int64_t at;		/* tagged, or committed; INSTANT_NONE */
	bool annotated;
	enum git_signature signature;	/* of an annotated tag */
};

struct git_worktree {
	struct str path, commit, branch;	/* absent: bare, detached */
};

/* All views live as long as the repository does. */
struct git_repo {
	struct arena *a;
	const char *dir, *git_dir, *common_dir;
	bool bare, shallow, partial, sha256;
	bool linked;			/* a further work tree of another one */
	bool empty;			/* HEAD has no commit yet */
	bool selective;			/* only some branches of the remote are fetched */
	size_t hex;			/* digits of an id: 40 or 64 */
	struct str head;		/* commit; absent where there is none */
	struct str branch;		/* HEAD's, "main"; absent: detached */
	struct str host_branch;		/* the host's default as last fetched, "origin/main" */
	struct git_ref *refs;		/* at most GIT_REFS */
	size_t refs_n, refs_total;
	struct git_remote *remotes;
	size_t remotes_n;
	struct git_worktree *worktrees;
	size_t worktrees_n;
	struct strs boundary;		/* commits of a shallow clone whose parents are not here */
	const char *const *env;		/* for run.h */
};

enum { GIT_REFS = 100000, GIT_REMOTES = 64, GIT_WORKTREES = 256 };

/* Opens the repository `dir` is in. ERR_MISSING: there is none, or no git.
 * ERR_INPUT: git refuses it; the sentence says what git said. */
MUST_USE err git_repo_open(const char *dir, struct git_repo **repo);
void git_repo_free(struct git_repo *r);
OWNER(git_repo)

/* The remote that says where the code lives: origin, else upstream, else the
 * first with a host; NULL where none has one. */
const struct git_remote *git_repo_home(const struct git_repo *r);

/* Reads an address: https, http, ssh, git, and the short form user@host:path.
 * Whatever else looks like one (ext::, file:, javascript:) has neither host nor
 * text. Views
 * live in `a`. */
struct git_remote git_remote_of(struct arena *a, struct str name, struct str url);

/* The commit a name stands for ("main", "v1.0", an id), in `a`. ERR_MISSING. */
MUST_USE err git_commit_of(struct git_repo *r, struct arena *a, struct str name, struct str *commit);

/* What became of a tip seen earlier, seen from the tip now. */
enum git_fate {
	GIT_KEPT,	/* still on the line of first parents */
	GIT_ASIDE,	/* still reachable, but as a branch that was merged in */
	GIT_REWRITTEN,	/* no longer reachable */
	GIT_GONE,	/* and its commit is no longer here */
};
enum { GIT_LOST = 1000 };
struct git_lost {
	enum git_fate fate;
	struct strs commits;	/* first-parent steps from the old tip that are lost, newest first */
	size_t total;
};
MUST_USE err git_tip_fate(struct git_repo *r, struct arena *a, const struct str tips[2],
			  struct git_lost *out);	/* tips: then, now */

/* Whether the text has the form of an id of this repository. */
bool git_is_id(const struct git_repo *r, struct str s);

#endif
