/* What the tree of a commit declares about how software is made there: code
 * owners, CI, branch rules, lock files, policies. Found by name; the files come
 * whole up to 1 MiB, for others to read. */
#ifndef GIT_TREE_H
#define GIT_TREE_H

#include "git/git.h"

enum git_file_kind {
	GIT_FILE_CODEOWNERS,
	GIT_FILE_CI,		/* tool says whose: "github-actions" … */
	GIT_FILE_RULES,		/* branch rules declared in the tree */
	GIT_FILE_LOCK,		/* versions of dependencies pinned */
	GIT_FILE_MANIFEST,	/* dependencies named: package.json … */
	GIT_FILE_UPDATER,	/* dependabot, renovate */
	GIT_FILE_SECURITY,	/* SECURITY.md, security.txt */
	GIT_FILE_LICENCE,
	GIT_FILE_HOOKS,		/* pre-commit configuration */
	GIT_FILE_SCANNER,	/* configuration of a scanner */
	GIT_FILE_IMAGE,		/* how an image is built */
	GIT_FILE_INFRA,		/* infrastructure as code */
	GIT_FILE_SIGNERS,	/* allowed signers */
	GIT_FILE_GUIDE,		/* CONTRIBUTING, pull request template */
};
extern const char *const git_file_words[];	/* "codeowners", "ci" … NULL */

struct git_file {
	enum git_file_kind kind;
	const char *tool;	/* "npm", "gitlab-ci" …; NULL */
	struct str path;	/* valid UTF-8 */
	struct str blob;
	size_t size;
	bool link;		/* a symbolic link; its bytes are where it points */
	struct str bytes;	/* absent where larger than GIT_FILE_MAX or not here */
};

enum { GIT_FILE_MAX = 1 << 20, GIT_FILES = 1000 };

struct git_tree_end {
	size_t entries;		/* files in the tree */
	size_t found, left_out;	/* that matter; beyond GIT_FILES */
	bool complete;
	struct str why;		/* absent where complete */
};

struct git_tree_sink {
	err (*each)(void *ctx, const struct git_file *f);
	void *ctx;
};

/* Calls `each` in git's order of paths; views are valid during the call. */
MUST_USE err git_tree(struct git_repo *r, struct arena *a, struct str commit,
		      struct git_tree_sink sink, struct git_tree_end *end);

/* One file of a commit, at most GIT_FILE_MAX bytes, in `a`; absent where there
 * is none. */
MUST_USE err git_tree_file(struct git_repo *r, struct arena *a, const struct str commit_and_path[2],
			   struct str *bytes);

/* Which kind a path is of; false: none that matters. */
bool git_file_kind_of(struct str path, enum git_file_kind *kind, const char **tool);

/* CODEOWNERS of GitHub, GitLab and Gitea: patterns and who owns what they cover.
 * Views live in `text` or `a`. */
struct git_owner_rule {
	struct str pattern;
	struct strs owners;	/* "@user", "@org/team", "mail"; none: nobody owns it */
	struct str section;	/* GitLab; absent */
	size_t line;		/* 1 is the first */
};
struct git_owner_rules {
	struct git_owner_rule *v;
	size_t n;
};
enum { GIT_OWNER_RULES = 20000 };
void git_owners_parse(struct arena *a, struct str text, struct git_owner_rules *out);

/* The last rule that covers the path, or NULL. */
const struct git_owner_rule *git_owners_of(const struct git_owner_rules *rules, struct str path);

/* The first-parent step, at or before the commit, that last touched the path, in `a`;
 * absent where none did. */
MUST_USE err git_tree_touched(struct git_repo *r, struct arena *a, const struct str commit_and_path[2],
			      struct str *step);

#endif
