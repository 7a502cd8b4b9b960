#include "git/refs.h"

#include "base/instant.h"
#include "git/run.h"
#include "git/signature.h"

enum { FIELD_MAX = 64 * 1024, OUTPUT = 4 << 20 };

enum ref_field { REF_NAME, REF_ID, REF_KIND, REF_PEELED, REF_PEELED_KIND, REF_TARGET, REF_AT,
		 REF_SIGNATURE, REF_FIELDS };

static const char ref_format[] =
	"--format=%(refname)%00%(objectname)%00%(objecttype)%00%(*objectname)%00%(*objecttype)%00"
	"%(symref)%00%(creatordate:unix)%00%(contents:signature)%00";
/* Without opening the objects, where one is missing or damaged. */
static const char plain_format[] =
	"--format=%(refname)%00%(objectname)%00%00%00%00%(symref)%00%00%00";

static const struct {
	struct str prefix;
	enum git_ref_kind kind;
} ref_kinds[] = {
	{ STR_INIT("refs/heads/"), GIT_BRANCH },
	{ STR_INIT("refs/remotes/"), GIT_REMOTE_BRANCH },
	{ STR_INIT("refs/tags/"), GIT_TAG },
};

static struct str commit_of(const struct str f[REF_FIELDS])
{
	if (str_is(f[REF_KIND], "tag"))
		return str_is(f[REF_PEELED_KIND], "commit") ? f[REF_PEELED] : (struct str){ 0 };
	if (str_is(f[REF_KIND], "commit") || f[REF_KIND].n == 0)
		return f[REF_ID];
	return (struct str){ 0 };
}

static void ref_add(struct git_repo *r, const struct str f[REF_FIELDS], struct buf *refs)
{
	struct git_ref ref = { .at = INSTANT_NONE }, *slot;

	for (size_t i = 0; i < ARRAY_LEN(ref_kinds); i++) {
		if (!str_starts(f[REF_NAME], ref_kinds[i].prefix))
			continue;
		ref.kind = ref_kinds[i].kind;
		ref.name = f[REF_NAME];
		ref.shown = str_from(f[REF_NAME], ref_kinds[i].prefix.n);
	}
	if (!ref.name.p)
		return;
	if (f[REF_TARGET].n) {	/* refs/remotes/origin/HEAD names the host's default */
		if (str_is(ref.shown, "origin/HEAD") && str_starts(f[REF_TARGET], ref_kinds[1].prefix))
			r->host_branch = str_from(f[REF_TARGET], ref_kinds[1].prefix.n);
		return;
	}
	ref.commit = commit_of(f);
	ref.annotated = str_is(f[REF_KIND], "tag");
	ref.signature = git_signature_kind(f[REF_SIGNATURE]);
	if (!str_to_i64(f[REF_AT], &ref.at))
		ref.at = INSTANT_NONE;
	r->refs_total++;
	slot = r->refs_total <= GIT_REFS ? buf_grow(refs, sizeof(ref)) : NULL;
	if (slot)
		*slot = ref;
}

static err refs_list(struct git_repo *r, const char *format, struct buf *refs, int *status)
{
	const char *const args[] = { "for-each-ref", format, "refs/heads", "refs/remotes",
				     "refs/tags", NULL };
	const struct git_piece field = { '\0', FIELD_MAX };
	GIT_STREAM_AUTO s = GIT_STREAM_NONE;
	struct str f[REF_FIELDS];
	bool more = true;

	r->refs_total = 0;
	TRY(git_stream_open(r, args, STR(""), &s));
	while (more) {
		for (int i = 0; i < REF_FIELDS && more; i++) {
			TRY(git_stream_next(&s, field, &f[i], &more));
			if (more)
				f[i] = arena_utf8(r->a, arena_str(r->a, f[i]));
		}
		if (!more)
			break;
		if (str_starts(f[REF_NAME], STR("\n")))	/* the end of the line before */
			f[REF_NAME] = str_from(f[REF_NAME], 1);
		ref_add(r, f, refs);
	}
	return git_stream_close(&s, status);
}

err git_refs_read(struct git_repo *r)
{
	BUF_AUTO refs = buf_new(GIT_REFS * sizeof(struct git_ref));
	int status;

	TRY(refs_list(r, ref_format, &refs, &status));
	if (status) {
		buf_clear(&refs);
		TRY(refs_list(r, plain_format, &refs, &status));
	}
	if (status)
		return fail(ERR_INPUT, "git could not list the branches and tags of %s", r->dir);
	r->refs_n = refs.n / sizeof(struct git_ref);
	r->refs = ARENA_ARRAY(r->a, struct git_ref, r->refs_n + 1);
	if (refs.n)
		memcpy(r->refs, refs.p, refs.n);
	return NULL;
}

/* One attribute line of `git worktree list --porcelain -z`. */
static void worktree_line(struct git_repo *r, struct str line)
{
	struct git_worktree *w;

	if (str_starts(line, STR("worktree "))) {
		if (r->worktrees_n == GIT_WORKTREES)
			return;
		r->worktrees[r->worktrees_n++].path = str_from(line, 9);
	}
	if (r->worktrees_n == 0)
		return;
	w = &r->worktrees[r->worktrees_n - 1];
	if (str_starts(line, STR("HEAD ")))
		w->commit = str_from(line, 5);
	if (str_starts(line, STR("branch refs/heads/")))
		w->branch = str_from(line, 18);
}

err git_refs_worktrees(struct git_repo *r)
{
	const char *const args[] = { "worktree", "list", "--porcelain", "-z", NULL };
	BUF_AUTO out = buf_new(OUTPUT);
	struct str rest, line;

	TRY(git_run_ok(r, args, "list the work trees", &out));
	r->worktrees = ARENA_ARRAY(r->a, struct git_worktree, GIT_WORKTREES);
	rest = arena_str(r->a, buf_str(&out));
	while (str_split(&rest, '\0', &line))
		worktree_line(r, arena_utf8(r->a, line));
	return NULL;
}

/* "remote.origin.url" and its value. */
static void remote_setting(struct git_repo *r, struct str key, struct str value)
{
	struct str name;

	if (str_starts(key, STR("extensions."))) {
		r->partial = true;
		return;
	}
	if (str_ends(key, STR(".promisor"))) {
		r->partial |= str_is(value, "true");
		return;
	}
	if (str_ends(key, STR(".fetch"))) {
		r->selective |= !str_has(value, STR("refs/heads/*:"));
		return;
	}
	if (!str_ends(key, STR(".url")) || key.n < sizeof("remote..url") - 1)
		return;
	name = (struct str){ key.p + 7, key.n - 11 };
	for (size_t i = 0; i < r->remotes_n; i++)
		if (str_eq(r->remotes[i].name, name))
			return;
	if (r->remotes_n < GIT_REMOTES)
		r->remotes[r->remotes_n++] = git_remote_of(r->a, name, value);
}

err git_refs_remotes(struct git_repo *r)
{
	const char *const args[] = { "config", "-z", "--local", "--get-regexp",
		"^(remote\\..*\\.(url|promisor|fetch)|extensions\\.partialclone)$", NULL };
	struct git_call call = { .env = r->env, .args = args };
	BUF_AUTO out = buf_new(OUTPUT);
	struct str rest, item, key, said;
	int status;

	TRY(git_run(r->a, &call, &out, &status, &said));
	if (status > 1)
		return fail(ERR_INPUT, "git could not read the configuration of %s: %.*s", r->dir, FMT(said));
	r->remotes = ARENA_ARRAY(r->a, struct git_remote, GIT_REMOTES);
	rest = arena_str(r->a, buf_str(&out));
	while (str_split(&rest, '\0', &item)) {
		if (!str_split(&item, '\n', &key) || key.n == 0)
			continue;
		remote_setting(r, arena_utf8(r->a, key),
			       item.p ? arena_utf8(r->a, item) : STR("true"));
	}
	return NULL;
}
