/* Repositories made for a test by git itself, with fixed people and dates, in a
 * folder that is removed at the end. */
#ifndef TEST_UNIT_REPO_H
#define TEST_UNIT_REPO_H

#include "unit.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/proc.h"

struct repo_box {
	struct arena *a;
	const char *dir;
};

static inline struct repo_box repo_box_new(void)
{
	const char *tmp = getenv("TMPDIR");
	struct repo_box b = { .a = arena_new() };
	char *name = arena_cstr(b.a, arena_printf(b.a, "%s/custody-git-XXXXXX", tmp ? tmp : "/tmp"));

	assert_non_null(mkdtemp(name));
	b.dir = name;
	return b;
}

static inline void repo_box_done(struct repo_box *b)
{
	assert_ok(dir_remove(b->dir));
	arena_free(b->a);
}
#define REPO_BOX __attribute__((cleanup(repo_box_done))) struct repo_box

static inline const char *repo_path(struct repo_box *b, const char *name)
{
	return arena_printf(b->a, "%s/%s", b->dir, name).p;
}

/* Helpers of every script: `as NAME TIME` sets who and when; `change FILE TEXT
 * MESSAGE` commits one file; `id REV` prints an id. */
#define REPO_PRELUDE                                                           \
	"set -e\n"                                                             \
	"as() { GIT_AUTHOR_NAME=$1 GIT_AUTHOR_EMAIL=$1@example.com GIT_AUTHOR_DATE=\"@$2 +0000\"\n" \
	"GIT_COMMITTER_NAME=$1 GIT_COMMITTER_EMAIL=$1@example.com GIT_COMMITTER_DATE=\"@$2 +0000\"\n" \
	"export GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_AUTHOR_DATE\n"            \
	"export GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL GIT_COMMITTER_DATE; }\n" \
	"change() { mkdir -p \"$(dirname \"$1\")\"; printf '%s\\n' \"$2\" >\"$1\"; git add -- \"$1\"; git commit -q -m \"$3\"; }\n" \
	"id() { git rev-parse \"$1\"; }\n"                                     \
	"as ann 1700000000\n"

/* Runs a script in the box; what it prints, without the last line end. */
static inline struct str repo_sh(struct repo_box *b, const char *script)
{
	const char *text = arena_printf(b->a, "%s%s", REPO_PRELUDE, script).p;
	const char *const argv[] = { "sh", "-c", text, NULL };
	const char *const env[] = { "PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC",
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_ALLOW_PROTOCOL=file",
		arena_printf(b->a, "HOME=%s", b->dir).p, NULL };
	const struct proc_spec spec = { .path = "sh", .argv = argv, .env = env, .dir = b->dir, .extra = -1,
					.wall_seconds = 100 };
	struct proc_result r = { .out = buf_new(1 << 22), .error = buf_new(1 << 22) };
	struct str out;

	assert_ok(proc_run(&spec, STR(""), &r));
	if (r.status)
		fail_msg("the script ended with %d: %.*s", r.status, FMT(buf_str(&r.error)));
	out = str_trim(arena_str(b->a, buf_str(&r.out)));
	buf_done(&r.out);
	buf_done(&r.error);
	return out;
}

#endif
