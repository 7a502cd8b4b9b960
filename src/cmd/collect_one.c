#include "cmd/collect.h"

#include "base/file.h"
#include "base/instant.h"
#include "base/term.h"
#include "source/scan_secrets.h"

enum { SIGNERS_MAX = 8 << 20 };

/* The last part of the folder's real path, without ".git". */
static err name_of(struct arena *a, const char *dir, struct str *out)
{
	char *real = realpath(dir, NULL);
	struct str path;
	size_t at;

	if (!real)
		return fail(ERR_MISSING, "there is no folder %s", dir);
	path = arena_str(a, str_c(real));
	free(real);
	if (str_ends(path, STR("/.git")))
		path.n -= 5;
	if (str_ends(path, STR(".git")) && path.n > 4)
		path.n -= 4;
	for (at = path.n; at > 0 && path.p[at - 1] != '/'; at--)
		;
	*out = str_cut(str_from(path, at), 256);
	if (out->n == 0 || !str_is_utf8(*out))
		return err_hint(fail(ERR_INPUT, "the folder %s has no name a repository can have", dir), "give it one with --name");
	return NULL;
}

static struct str tail_of(struct str slug)
{
	for (size_t i = slug.n; i > 0; i--)
		if (slug.p[i - 1] == '/')
			return str_from(slug, i);
	return slug;
}

err collect_one_name(struct arena *a, const char *dir, struct str *out)
{
	struct collect_spec ask = { .dir = dir, .name = STR("-") };
	struct collect_home home;

	TRY(name_of(a, dir, out));
	TRY(collect_git_describe(a, &ask, &home));
	if (home.slug.n)
		*out = tail_of(home.slug);
	return NULL;
}

/* The name of the repository that is known under this address; absent: none. */
static err known_by_home(struct store *s, struct arena *a, const struct collect_home *home, struct str *name)
{
	DB_ROWS rows = NULL;
	bool more;

	*name = (struct str){ 0 };
	TRY(db_query(store_db(s), SQL("SELECT name FROM view_repository WHERE slug = $1 AND host = $2 ORDER BY no"),
		     DB_ARGS(DB_T(home->slug), DB_T(home->host)), &rows));
	TRY(db_next(rows, &more));
	if (more)
		*name = arena_str(a, db_text(rows, 0));
	return NULL;
}

static err is_taken(struct store *s, struct str name, bool *taken)
{
	int64_t n;

	TRY(db_get_int(store_db(s), SQL("SELECT count(*) FROM view_repository WHERE name = $1"),
		       DB_ARGS(DB_T(name)), 0, &n));
	*taken = n > 0;
	return NULL;
}

/* Tips of repositories that have no address: one of them may be this one. */
static err homeless_tips(struct store *s, struct arena *a, struct collect_branch *v, size_t *n)
{
	DB_ROWS rows = NULL;
	bool more;

	*n = 0;
	TRY(db_query(store_db(s), SQL("SELECT r.name, b.tip FROM view_repository r JOIN view_branch b "
		"ON b.repository_no = r.no WHERE r.slug = '' AND b.tip IS NOT NULL ORDER BY r.no, b.branch LIMIT 200"),
		DB_NONE, &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		v[(*n)++] = (struct collect_branch){
			arena_str(a, db_text(rows, 0)), record_hex(a, db_blob(rows, 1)), 0, false };
	}
}

/* A repository is who its remote says it is; where it has none, the one whose tip
 * it holds; and a folder's name is only what it is called. */
static err choose_name(struct store *s, struct arena *a, const char *dir, struct str *out)
{
	struct collect_branch *tips = ARENA_ARRAY(a, struct collect_branch, 200);
	struct collect_spec ask = { .dir = dir, .name = STR("-"), .known = tips };
	struct collect_home home;
	struct str base, known;
	bool taken;

	TRY(name_of(a, dir, &base));
	TRY(homeless_tips(s, a, tips, &ask.known_n));
	TRY(collect_git_describe(a, &ask, &home));
	known = home.same;
	if (home.slug.n) {
		TRY(known_by_home(s, a, &home, &known));
		base = tail_of(home.slug);
	}
	*out = known.n ? known : base;
	for (int k = 2; !known.n; k++) {
		TRY(is_taken(s, *out, &taken));
		if (!taken)
			return NULL;
		*out = arena_printf(a, "%.*s-%d", FMT(base), k);
	}
	return NULL;
}

struct known_list {
	struct collect_branch *v;
	size_t n, room;
};

/* The home's lists of whose key is whose and which are revoked, and a digest over
 * them: where it changes, signatures are checked again. */
static err find_signers(struct store *s, struct arena *a, struct collect_spec *spec)
{
	const char *const paths[] = { store_path(s, a, "allowed_signers"), store_path(s, a, "revoked_keys") };
	BUF_AUTO both = buf_new(SIGNERS_MAX);
	char *hex = arena_alloc(a, DIGEST_TEXT);
	struct digest d;

	spec->signers_digest = STR("");
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		if (file_exists(paths[i]))
			TRY(file_read(paths[i], &both));
		buf_add_char(&both, '\0');
	}
	TRY(buf_ok(&both, "the lists of signers"));
	if (file_exists(paths[0]))
		spec->signers = paths[0];
	if (file_exists(paths[1]))
		spec->revoked = paths[1];
	if (!spec->signers)
		return NULL;
	d = digest_of(buf_str(&both));
	digest_put(hex, &d);
	spec->signers_digest = str_c(hex);
	return NULL;
}

/* Tips of the repository's branches at the collection before. What was not wholly
 * seen, or checked against another list of signers, is read again. */
static err known_tips(struct store *s, struct arena *a, struct str name, struct str signers, struct known_list *out)
{
	DB_ROWS rows = NULL;
	bool more;

	out->room = 500;
	out->v = ARENA_ARRAY(a, struct collect_branch, out->room);
	TRY(db_query(store_db(s), SQL("SELECT b.branch, b.tip, b.changes, b.complete, coalesce(b.signers, '') FROM view_branch b JOIN view_repository r "
		"ON r.no = b.repository_no WHERE r.name = $1 AND b.tip IS NOT NULL AND b.ended IS NULL ORDER BY b.branch LIMIT 500"),
		DB_ARGS(DB_T(name)), &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more || out->n == out->room)
			return NULL;
		out->v[out->n++] = (struct collect_branch){ arena_str(a, db_text(rows, 0)),
							    record_hex(a, db_blob(rows, 1)), db_int(rows, 2),
				db_int(rows, 3) == 0 || !str_eq(db_text(rows, 4), signers) };
	}
}

/* What custody.yaml says is released; none: HEAD's. */
static err declared_branches(struct store *s, struct arena *a, struct str name, struct strs *out)
{
	enum { BRANCHES_MAX = 100 };
	struct str *v = ARENA_ARRAY(a, struct str, BRANCHES_MAX);
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(store_db(s), SQL("SELECT branch FROM view_release_branch WHERE repository = $1 AND waiting = 0 ORDER BY branch LIMIT 100"),
		DB_ARGS(DB_T(name)), &rows));
	*out = (struct strs){ v, 0 };
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more || out->n == BRANCHES_MAX)
			return NULL;
		v[out->n++] = arena_str(a, db_text(rows, 0));
	}
}

/* The line, and which of several repositories it is about. */
struct progress {
	struct term_progress line;
	const char *which;
};

static void progress_done(struct progress *p)
{
	term_progress_done(&p->line);
}
#define PROGRESS_AUTO __attribute__((cleanup(progress_done))) struct progress

static void show_progress(void *ctx, int64_t done, int64_t of)
{
	struct progress *p = ctx;

	term_progress(&p->line, "%scollect: %lld of %lld changes", p->which, (long long)done, (long long)of);
}

struct note_list {
	struct arena *a;
	struct strs *out;
};

static void keep_note(void *ctx, struct str note)
{
	struct note_list *l = ctx;
	struct str *v = ARENA_ARRAY(l->a, struct str, l->out->n + 1);

	if (l->out->n)
		memcpy(v, l->out->v, l->out->n * sizeof(*v));
	v[l->out->n] = arena_str(l->a, note);
	*l->out = (struct strs){ v, l->out->n + 1 };
}

err collect_one_repository(struct store *s, struct arena *a, const struct collect_one_spec *spec,
			   struct collect_result *out)
{
	struct intake_context c = { .content = CONTENT_COLLECTED, .author = AUTHOR_CLAIMED, .effective = INSTANT_NONE,
				    .address = str_cut(str_c(spec->dir), 512) };
	struct collect_spec collect = { .dir = spec->dir, .name = spec->name, .branches = spec->branches };
	struct note_list notes = { a, &out->notes };
	struct known_list known = { 0 };
	PROGRESS_AUTO line = { .which = spec->which ? spec->which : "" };
	OWNED(intake) in = NULL;
	int64_t begin = instant_ticks_ms();
	err e;

	*out = (struct collect_result){ 0 };
	if (!collect.name.n)
		TRY(choose_name(s, a, spec->dir, &collect.name));
	if (!collect.branches.n)
		TRY(declared_branches(s, a, collect.name, &collect.branches));
	TRY(find_signers(s, a, &collect));
	TRY(known_tips(s, a, collect.name, collect.signers_digest, &known));
	collect.known = known.v;
	collect.known_n = known.n;
	TRY(intake_new(s, &c, &in));
	if (spec->progress) {
		term_progress(&line.line, "%scollect", line.which);
		intake_on_progress(in, show_progress, &line);
	}
	e = collect_git_run(in, &collect);
	intake_each_note(in, keep_note, &notes);
	TRY(e);
	out->name = collect.name;
	out->counts = *intake_counts(in);
	out->ms = instant_ticks_ms() - begin;
	return NULL;
}

static void show_scan(void *ctx, int64_t done, int64_t of)
{
	struct progress *p = ctx;

	term_progress(&p->line, "%sscan: %lld of %lld files", p->which, (long long)done, (long long)of);
}

err collect_scan_repository(struct store *s, struct arena *a,
			    const struct collect_one_spec *spec, struct scan_result *out)
{
	struct intake_context c = { .content = CONTENT_COLLECTED, .author = AUTHOR_SERVER, .effective = INSTANT_NONE,
				    .repository = spec->name };
	struct scan_secrets_spec scan = { .dir = spec->dir, .repository = spec->name };
	struct digest key = store_subkey(s, "secret value");
	struct note_list notes = { a, &out->notes };
	PROGRESS_AUTO line = { .which = spec->which ? spec->which : "" };
	OWNED(intake) in = NULL;
	int64_t begin = instant_ticks_ms();
	err e;

	*out = (struct scan_result){ 0 };
	TRY(intake_new(s, &c, &in));
	if (spec->progress) {
		term_progress(&line.line, "%sscan", line.which);
		intake_on_progress(in, show_scan, &line);
	}
	e = scan_secrets_run(in, &scan, key.b);
	intake_each_note(in, keep_note, &notes);
	TRY(e);
	out->counts = *intake_counts(in);
	out->ms = instant_ticks_ms() - begin;
	return NULL;
}
