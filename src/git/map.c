#include "git/map.h"

#include "base/file.h"
#include "base/map.h"
#include "git/run.h"

const char *const git_how_words[] = { "none", "same", "merge", "cherry-pick", "pull request", "patch", NULL };

enum { PATCH_LINE = 256, RANGE_LINE = 140 };

struct place {
	struct str change;
	enum git_how how;
};

struct git_map {
	struct git_repo *r;
	struct arena *a;
	struct map *commits;		/* id → struct place */
	struct map *pulls;		/* number → struct place */
	struct map *patches;		/* patch id → struct place; filled when first asked */
	struct git_range *single;	/* changes with one parent, newest first */
	size_t single_n, single_total;
	bool indexed, index_complete;
};

struct git_map *git_map_new(struct git_repo *r)
{
	struct git_map *m = base_alloc(sizeof(*m));

	m->r = r;
	m->a = arena_new();
	m->commits = map_new();
	m->pulls = map_new();
	m->patches = map_new();
	m->single = ARENA_ARRAY(m->a, struct git_range, GIT_MAP_PATCHES);
	return m;
}

void git_map_free(struct git_map *m)
{
	if (!m)
		return;
	map_free(m->commits);
	map_free(m->pulls);
	map_free(m->patches);
	arena_free(m->a);
	free(m);
}

/* The first word stands, but a merge or the commit itself says more than a name
 * in a message does. */
static void put(struct git_map *m, struct map *where, struct str key, struct place p)
{
	struct place *old = map_get(where, key), *fresh;

	if (old && old->how <= p.how)
		return;
	fresh = old ? old : ARENA_NEW(m->a, struct place);
	*fresh = p;
	if (!old)
		map_put(where, arena_str(m->a, key), fresh);
}

void git_map_add(struct git_map *m, const struct git_change *c)
{
	struct str id = arena_str(m->a, c->commit);
	char pull[24];

	put(m, m->commits, id, (struct place){ id, GIT_HOW_SAME });
	for (size_t i = 0; i < c->carried_n; i++) {
		put(m, m->commits, c->carried[i].commit, (struct place){ id, GIT_HOW_MERGE });
		for (size_t k = 0; k < c->carried[i].picked.n; k++)
			put(m, m->commits, c->carried[i].picked.v[k], (struct place){ id, GIT_HOW_PICKED });
	}
	for (size_t i = 0; i < c->message.picked.n; i++)
		put(m, m->commits, c->message.picked.v[i], (struct place){ id, GIT_HOW_PICKED });
	if (c->message.pull > 0) {
		snprintf(pull, sizeof(pull), "%lld", (long long)c->message.pull);
		put(m, m->pulls, str_c(pull), (struct place){ id, GIT_HOW_PULL });
	}
	if (c->parents_n != 1 || c->boundary)
		return;
	m->single_total++;
	if (m->single_n < GIT_MAP_PATCHES)
		m->single[m->single_n++] = (struct git_range){ arena_str(m->a, c->parents[0]), id };
}

enum git_how git_map_find(const struct git_map *m, struct str commit, struct str *change)
{
	const struct place *p = map_get(m->commits, commit);

	if (!p)
		return GIT_HOW_NONE;
	*change = p->change;
	return p->how;
}

bool git_map_pull(const struct git_map *m, int64_t pull, struct str *change)
{
	char text[24];
	const struct place *p;

	snprintf(text, sizeof(text), "%lld", (long long)pull);
	p = map_get(m->pulls, str_c(text));
	if (p)
		*change = p->change;
	return p != NULL;
}

/* Starts "git diff-tree" on the ranges with its output into `out`. */
static err diffs_start(struct git_map *m, struct str in, int out, pid_t *pid)
{
	const char *const argv[] = { "git", "diff-tree", "--stdin", "-p", "-r", "--root", "--full-index",
		"--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none", NULL };
	struct proc_spec spec = { .path = "git", .argv = argv, .env = m->r->env, .dir = "/",
				  .out = out, .error = -1, .extra = -1 };
	FD_AUTO input = -1;

	TRY(proc_input(in, &input));
	spec.in = input;
	return proc_start(&spec, pid);
}

/* "patch-id commit" lines, one behind the other. */
struct patches {
	struct str *ids, *commits;
	size_t n;
	bool complete;
};

static err ids_read(struct git_map *m, int fd, size_t max, struct patches *out)
{
	BUF_AUTO text = buf_new((max + 1) * PATCH_LINE);
	struct str rest, line, id;

	TRY(fd_read_all(fd, "git patch-id", &text));
	rest = arena_str(m->a, buf_str(&text));
	out->ids = ARENA_ARRAY(m->a, struct str, max + 1);
	out->commits = ARENA_ARRAY(m->a, struct str, max + 1);
	while (out->n < max && str_split(&rest, '\n', &line)) {
		if (!str_split(&line, ' ', &id) || !git_is_id(m->r, line))
			continue;
		out->ids[out->n] = id;
		out->commits[out->n++] = line;
	}
	return NULL;
}

static err ids_of(struct git_map *m, const struct git_range *v, size_t n, struct patches *found)
{
	const char *const argv[] = { "git", "patch-id", "--stable", NULL };
	struct proc_spec spec = { .path = "git", .argv = argv, .env = m->r->env, .dir = "/",
				  .error = -1, .extra = -1 };
	PROC_STREAM_AUTO diffs = PROC_STREAM_NONE;
	PROC_STREAM_AUTO ids = PROC_STREAM_NONE;
	FD_AUTO patch = -1;
	FD_AUTO out = -1;
	BUF_AUTO in = buf_new(n * RANGE_LINE);
	int status, diffs_status;

	for (size_t i = 0; i < n; i++)
		if (git_is_id(m->r, v[i].head) && git_is_id(m->r, v[i].base))
			buf_addf(&in, "%.*s %.*s\n", FMT(v[i].head), FMT(v[i].base));
	TRY(proc_pipe(&diffs.from, &patch));
	TRY(diffs_start(m, buf_str(&in), patch, &diffs.pid));
	fd_close_at(&patch);
	TRY(proc_pipe(&ids.from, &out));
	spec.in = diffs.from, spec.out = out;
	TRY(proc_start(&spec, &ids.pid));
	fd_close_at(&out);
	fd_close_at(&diffs.from);
	TRY(ids_read(m, ids.from, n, found));
	TRY(proc_close(&ids, &status));
	TRY(proc_close(&diffs, &diffs_status));
	found->complete = status == 0 && diffs_status == 0;
	return NULL;
}

/* The newest change with a patch stands for it. */
static err index_make(struct git_map *m)
{
	struct patches all = { 0 };

	if (m->indexed)
		return NULL;
	TRY(ids_of(m, m->single, m->single_n, &all));
	for (size_t i = 0; i < all.n; i++)
		put(m, m->patches, all.ids[i], (struct place){ all.commits[i], GIT_HOW_PATCH });
	m->index_complete = all.complete && m->single_total <= GIT_MAP_PATCHES;
	m->indexed = true;
	return NULL;
}

err git_map_patches(struct git_map *m, struct arena *a, const struct git_range *v, size_t n,
		    struct git_map_found *out)
{
	OWNED(map) by_head = map_new();
	size_t limit = n < GIT_MAP_RANGES ? n : GIT_MAP_RANGES;
	struct git_map_found made = { .v = ARENA_ARRAY(a, struct str, n + 1) };
	struct patches asked = { 0 };

	TRY(index_make(m));
	TRY(ids_of(m, v, limit, &asked));
	for (size_t i = 0; i < asked.n; i++) {
		const struct place *p = map_get(m->patches, asked.ids[i]);

		if (p)
			map_put(by_head, asked.commits[i], (void *)(uintptr_t)p);
	}
	for (size_t i = 0; i < limit; i++) {
		const struct place *p = map_get(by_head, v[i].head);

		if (p)
			made.v[i] = p->change;
	}
	made.complete = n <= GIT_MAP_RANGES && m->index_complete && asked.complete;
	*out = made;
	return NULL;
}
