/* The steps of `custody audit`. */
#include "cmd/audit_parts.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/instant.h"
#include "base/term.h"
#include "cmd/anchor.h"
#include "source/import.h"
#include "store/join.h"

enum { REPORTS_MAX = 2000, DEPTH_MAX = 8, NAMES_KEPT = 8 };

static err note(struct audit *au, const char *fmt, const char *what, const char *why)
{
	struct arena *a = au->run->a;
	struct str *v = ARENA_ARRAY(a, struct str, au->notes.n + 1);

	if (au->notes.n)
		memcpy(v, au->notes.v, au->notes.n * sizeof(*v));
	v[au->notes.n] = arena_printf(a, "%s%s%s", what, fmt, why);
	au->notes = (struct strs){ v, au->notes.n + 1 };
	return NULL;
}

/* A repository that cannot be read is said on the screen; the others go on. */
static err look_at(struct audit *au, struct audit_repository *r)
{
	struct collect_one_spec spec = { .dir = r->dir, .name = au->o->name, .progress = !au->run->quiet };
	err e;

	if (au->n > 1)
		spec.which = arena_printf(au->run->a, "%zu of %zu, %s: ", (size_t)(r - au->v) + 1, au->n, r->dir).p;
	e = collect_one_repository(au->store, au->run->a, &spec, &r->collected);

	r->name = spec.name = r->collected.name;
	if (!e)
		e = collect_scan_repository(au->store, au->run->a, &spec, &r->scanned);
	if (!e)
		return NULL;
	if (e->kind != ERR_INPUT && e->kind != ERR_MISSING && e->kind != ERR_FAILED && e->kind != ERR_LIMIT)
		return e;
	r->failed = arena_str(au->run->a, str_c(e->text));
	return au->n == 1 ? err_hint(fail(e->kind, "%.*s", FMT(r->failed)), "nothing was concluded from it") : NULL;
}

struct visiting {
	struct audit *au;
	const char *dir;
	int depth;
};

struct reading {
	struct term_progress line;
	const char *path;
	int64_t n;
};

static void say_reading(void *ctx, int64_t done, int64_t of)
{
	struct reading *r = ctx;

	if (of > 0)
		term_progress(&r->line, "report %lld, %s: %lld %%", (long long)r->n, r->path, (long long)(100 * done / of));
}

static err import_one(struct audit *au, const char *path)
{
	FD_AUTO fd = fd_open_read(path, O_NOFOLLOW);
	struct intake_context c = { .content = CONTENT_UPLOADED, .author = AUTHOR_CLAIMED, .effective = INSTANT_NONE,
				    .file = str_c(path) };
	struct reading reading = { .path = path, .n = au->reports + au->reports_refused + 1 };
	struct import_spec spec = { .a = au->run->a, .name = path, .context = &c, .progress_ctx = &reading,
				    .progress = au->run->quiet ? NULL : say_reading };
	struct import_result result = { 0 };
	err e;

	if (fd < 0) {
		au->reports_refused++;
		return note(au, ": ", path, "cannot be opened");
	}
	if (au->n == 1)
		c.repository = au->v[0].name;
	e = import_file(au->store, &spec, fd, &result);
	term_progress_done(&reading.line);
	if (!e) {
		au->reports++;
		return NULL;
	}
	if (e->kind == ERR_IO || e->kind == ERR_INTEGRITY)
		return e;
	au->reports_refused++;
	if (au->refused.n < NAMES_KEPT)
		au->refused.v[au->refused.n++] = arena_str(au->run->a, str_c(strrchr(path, '/') + 1));
	return note(au, "", "", e->text);
}

static err visit_report(void *ctx, const char *name)
{
	struct visiting *v = ctx;
	const char *path = arena_printf(v->au->run->a, "%s/%s", v->dir, name).p;
	struct visiting below = { v->au, path, v->depth + 1 };
	struct stat st;

	if (lstat(path, &st) || S_ISLNK(st.st_mode))
		return NULL;
	if (S_ISDIR(st.st_mode))
		return below.depth > DEPTH_MAX ? NULL : dir_each(path, visit_report, &below);
	if (!S_ISREG(st.st_mode) || name[0] == '.')
		return NULL;
	if (v->au->reports + v->au->reports_refused >= REPORTS_MAX)
		return fail(ERR_LIMIT, "%s holds more than %d reports", v->dir, REPORTS_MAX);
	return import_one(v->au, path);
}

err audit_reports(struct audit *au)
{
	struct visiting v = { .au = au };
	int64_t begin = instant_ticks_ms();

	if (!au->o->reports.p)
		return NULL;
	v.dir = arena_cstr(au->run->a, au->o->reports);
	au->refused.v = ARENA_ARRAY(au->run->a, struct str, NAMES_KEPT);
	TRY(dir_each(v.dir, visit_report, &v));
	au->reports_ms = instant_ticks_ms() - begin;
	return NULL;
}

static err open_home(struct audit *au, struct store **out)
{
	if (!store_exists(au->home))
		TRY(store_ensure(au->home));
	return store_open_write(au->home, 60000, out);
}

err audit_run(struct cmd_run *run, const void *options)
{
	struct audit au = { .run = run, .o = options };
	STORE_AUTO s = NULL;

	TRY(audit_find(&au));
	TRY(open_home(&au, &s));
	au.store = s;
	for (size_t i = 0; i < au.n; i++)
		TRY(look_at(&au, &au.v[i]));
	TRY(audit_reports(&au));
	TRY(join_now(s, run->a));
	TRY(cmd_anchor_always(run, s));
	return audit_conclude(&au);
}
