#include "source/scan_secrets.h"

#include <unistd.h>

#include "base/embed.h"
#include "base/file.h"
#include "base/hex.h"
#include "base/sandbox.h"
#include "crypto/hmac.h"
#include "scan/tree.h"
#include "git/objects.h"
#include "source/run.h"

enum { FILES_MAX = 1000000, LIST_MAX = 256 << 20, PROGRESS_EVERY = 500, KEY_FD = 3 };

struct entry {
	struct str path, blob;
	enum scan_skip skip;
};

struct walking {
	struct git_repo *repo;
	struct arena *a;
	struct submission_writer *out;
	uint8_t key[32];
	struct entry *v;
	struct str *ids;		/* of those that are scanned, in order */
	size_t n, ids_n, at;
	struct git_objects *objects;
	int64_t found;
};

/* One "mode type id<TAB>path" of git ls-tree. */
static bool take_entry(struct walking *w, struct str line)
{
	struct str mode, type, id;
	struct entry *e = &w->v[w->n];

	if (!str_split(&line, ' ', &mode) || !str_split(&line, ' ', &type) || !str_split(&line, '\t', &id) || !line.p)
		return false;
	*e = (struct entry){ .path = line, .blob = id };
	if (str_is(mode, "120000"))
		e->skip = SCAN_SKIP_LINK;
	else if (!str_is(type, "blob"))
		e->skip = SCAN_SKIP_SPECIAL;
	else
		w->ids[w->ids_n++] = id;
	w->n++;
	return true;
}

static size_t count_lines(struct str text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\0';
	return n;
}

/* *here is false where a partial clone left the trees out. */
static err list_tree(struct walking *w, struct buf *text, bool *here)
{
	const char *const args[] = { "ls-tree", "-r", "-z", "--full-tree", arena_cstr(w->a, w->repo->head), NULL };
	struct str rest, line;
	size_t n;
	err e = git_run_ok(w->repo, args, "list the tree", text);

	*here = !(e && e->kind == ERR_INPUT && w->repo->partial);
	if (!*here)
		return NULL;
	TRY(e);
	n = count_lines(buf_str(text));
	if (n > FILES_MAX)
		return fail(ERR_LIMIT, "the tree holds more than %d files", FILES_MAX);
	w->v = ARENA_ARRAY(w->a, struct entry, n + 1);
	w->ids = ARENA_ARRAY(w->a, struct str, n + 1);
	rest = buf_str(text);
	while (str_split(&rest, '\0', &line) && line.n)
		if (!take_entry(w, line))
			return fail(ERR_INPUT, "git listed the tree in a form that is not known");
	return NULL;
}

static err next_item(void *ctx, struct scan_item *item, bool *more)
{
	struct walking *w = ctx;
	struct git_object o;
	struct entry *e;

	*more = w->at < w->n;
	if (!*more)
		return NULL;
	e = &w->v[w->at++];
	if (w->at % PROGRESS_EVERY == 0)
		TRY(submission_write_progress(w->out, (int64_t)w->at, (int64_t)w->n));
	*item = (struct scan_item){ .path = e->path, .skip = e->skip };
	if (e->skip)
		return NULL;
	TRY(git_objects_next(w->objects, &o));
	item->size = o.size;
	if (o.found == GIT_MISSING)
		item->skip = SCAN_SKIP_MISSING;
	else if (o.found == GIT_DAMAGED)
		item->unreadable = true;
	else if (o.bytes.n < o.size)
		item->skip = SCAN_SKIP_SIZE;
	else
		item->bytes = o.bytes;
	return NULL;
}

static struct str text_of(struct arena *a, struct str s, size_t max)
{
	return str_is_utf8(s) ? str_cut(s, max) : arena_printf(a, "(name of %zu bytes that are no UTF-8)", s.n);
}

static err found(void *ctx, const struct scan_item *item, const struct scan_view *view, const struct scan_match *m)
{
	struct walking *w = ctx;
	OWNED(arena) a = arena_new();
	BUF_AUTO shape = buf_new(256);
	struct digest d = hmac_of((struct str){ (const char *)w->key, 32 }, scan_secret(view, m));
	struct s_finding f;
	char hex[33];

	hex_put(hex, d.b, 16);
	table_clear(&item_finding, &f);
	scan_redact(view, m, &shape);
	f.context = arena_printf(a, "hmac:%s", hex);
	f.line = (int64_t)m->line;
	f.message = text_of(a, arena_printf(a, "%.*s: %.*s%s", FMT(m->rule->title), FMT(buf_str(&shape)),
				 m->allows ? " (a comment tells scanners to look away)" : ""), 1024);
	f.path = text_of(a, item->path, 1024);
	f.rule = str_cut(m->rule->id, 256);
	f.title = str_cut(m->rule->title, 256);
	f.severity = (int)m->rule->severity + SEVERITY_LOW;
	w->found++;
	return submission_write_item(w->out, &item_finding, &f);
}

static struct str coverage_text(struct arena *a, const struct scan_coverage *c)
{
	struct str s = arena_printf(a, "%llu files, %llu read (%llu bytes)", (unsigned long long)c->seen,
				    (unsigned long long)c->scanned, (unsigned long long)c->bytes);

	for (int i = 1; i < SCAN_SKIPS; i++)
		if (c->skipped[i])
			s = arena_printf(a, "%.*s, %llu %s", FMT(s), (unsigned long long)c->skipped[i], scan_skip_name((enum scan_skip)i));
	if (c->unreadable)
		s = arena_printf(a, "%.*s, %llu unreadable", FMT(s), (unsigned long long)c->unreadable);
	return s;
}

static err scan_all(struct walking *w, struct scan_state *st, const struct scan_secrets_spec *spec, struct str rules)
{
	BUF_AUTO list = buf_new(LIST_MAX);
	struct scan_items items = { next_item, w };
	struct scan_walk_sink sink = { found, NULL, w };
	struct s_scan_begin begin;
	struct s_scan_end end;
	bool here;

	TRY(list_tree(w, &list, &here));
	if (!here)
		return submission_write_note(w->out, "this clone is partial and its tree is not here, so it was not scanned: "
					     "git fetch --refetch --no-filter");
	table_clear(&item_scan_begin, &begin);
	table_clear(&item_scan_end, &end);
	begin.kind = SCAN_SECRET;
	begin.tool = STR("custody");
	begin.tool_version = STR(CUSTODY_VERSION);
	begin.repository = spec->repository;
	begin.commit = w->repo->head;
	begin.rules = rules;
	TRY(submission_write_item(w->out, &item_scan_begin, &begin));
	{
		GIT_OBJECTS_AUTO objects = git_objects_of(w->repo, w->ids, w->ids_n, SCAN_FILE_MAX);

		w->objects = &objects;
		TRY(scan_each(st, items, &sink));
	}
	end.coverage = str_cut(coverage_text(w->a, scan_state_coverage(st)), 1024);
	end.partial = !scan_coverage_complete(scan_state_coverage(st));
	end.results = w->found;
	return submission_write_item(w->out, &item_scan_end, &end);
}

static err scan_in_sandbox(struct walking *w, const struct scan_secrets_spec *spec)
{
	static const char *const everything[] = { "/", NULL }, *const nothing[] = { "/dev/null", NULL };
	struct sandbox_spec sandbox = {
		.allow = SANDBOX_READ_FILES | SANDBOX_WRITE_FILES | SANDBOX_CHILDREN | SANDBOX_CODE,
		.read_paths = everything, .write_paths = nothing,
	};
	OWNED(scan_engine) engine = NULL;
	OWNED(scan_state) st = NULL;
	OWNED(git_repo) repo = NULL;
	struct sandbox_layers layers;
	struct digest rules = digest_of(embed_get("src/scan/rules/secrets.rules"));
	char *hex = arena_alloc(w->a, DIGEST_TEXT);

	TRY(scan_engine_new(&(struct scan_engine_spec){ 0 }, &engine));
	TRY(scan_state_new(engine, &st));
	TRY(sandbox_enter(&sandbox, &layers));
	TRY(git_repo_open(spec->dir, &repo));
	if (!repo->head.p)
		return submission_write_note(w->out, "the repository has no commit yet: there is nothing to scan");
	w->repo = repo;
	digest_put(hex, &rules);
	return scan_all(w, st, spec, str_c(hex));
}

err scan_secrets_main(const struct scan_secrets_spec *spec, int *code)
{
	OWNED(submission_writer) out = NULL;
	OWNED(arena) a = arena_new();
	struct s_start start = { .format = STR("custody-submission/1"), .source = STR("scan"),
				 .tool = STR("custody " CUSTODY_VERSION) };
	struct walking w = { .a = a };
	size_t got;
	err e;

	*code = 0;
	TRY(fd_read_some(KEY_FD, "the scanner's key", w.key, sizeof(w.key), &got));
	close(KEY_FD);
	TRY(submission_write_start(STDOUT_FILENO, &start, &out));
	w.out = out;
	e = scan_in_sandbox(&w, spec);
	return e ? submission_write_failure(out, e) : submission_write_end(out);
}

err scan_secrets_run(struct intake *in, const struct scan_secrets_spec *spec, const uint8_t key[32])
{
	OWNED(arena) a = arena_new();
	const char *const argv[] = { "custody", "scanner", "--", spec->dir, arena_cstr(a, spec->repository), NULL };

	return source_run_argv(in, argv, spec->dir, key);
}
