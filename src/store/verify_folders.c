#include "store/verify_parts.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/file.h"
#include "ledger/tile.h"
#include "ledger/tilefile.h"
#include "ledger/tilewriter.h"

enum { DEPTH_MAX = 12 };

/* A walk through a folder; each file is judged by its path from there. */
struct walk {
	struct verifying *v;
	struct arena *a;		/* reset per file */
	const char *root;		/* the folder; "tiles" or "evidence" in sentences */
	const char *name;
	char path[4096];		/* below the root */
	size_t n, depth;
	err (*file)(struct walk *w, struct str path);
};

static err visit(void *ctx, const char *name)
{
	struct walk *w = ctx;
	size_t before = w->n, more = strlen(name) + 1;
	const char *whole;
	struct stat st;
	err e;

	if (w->n + more + 1 > sizeof(w->path) || w->depth == DEPTH_MAX)
		return fail(ERR_LIMIT, "%s has folders in folders beyond any home", w->root);
	if (w->n)
		w->path[w->n++] = '/';
	memcpy(w->path + w->n, name, more);
	w->n += more - 1;
	arena_reset(w->a);
	whole = arena_printf(w->a, "%s/%s", w->root, w->path).p;
	if (lstat(whole, &st))
		return errno == ENOENT ? NULL : fail_errno("cannot examine %s", whole);
	if (S_ISDIR(st.st_mode)) {
		OWNED(arena) a = arena_new();

		w->depth++;
		e = dir_each(arena_cstr(a, str_c(whole)), visit, w);
		w->depth--;
		/* Somebody signed meanwhile, and partial tiles went with their folder. */
		if (e && e->kind == ERR_MISSING)
			e = NULL;
	} else {
		e = w->file(w, (struct str){ w->path, w->n });
	}
	w->n = before;
	w->path[before] = '\0';
	return e;
}

static void surplus(struct walk *w, struct str path, const char *why)
{
	verify_fault(w->v, VERIFY_SURPLUS, &w->v->r->surplus, "%s/%.*s: %s", w->name, FMT(str_cut(path, 500)), why);
}

/* A partial tile of an earlier size must be the beginning of the present one. */
static err check_earlier(struct walk *w, struct str path, struct tile *tile)
{
	struct tile now = { tile->level, tile->n, tile_width_at(tile->level, tile->n, (uint64_t)w->v->head.size) };
	BUF_AUTO old = buf_new(TILEWRITER_BUNDLE_MAX);
	BUF_AUTO is = buf_new(TILEWRITER_BUNDLE_MAX);
	unsigned width = tile->width;
	err e = tilefile_read(w->root, tile, &old);

	/* What is wrong with the present tile is told where the log is checked. */
	if (!e && tilefile_read(w->root, &now, &is))
		return NULL;
	if (e && e->kind != ERR_INTEGRITY)
		return e;
	w->v->r->earlier_tiles++;
	if (e || (tile->width == width && !str_starts(buf_str(&is), buf_str(&old))))
		verify_fault(w->v, VERIFY_ALTERED, &w->v->r->other_faults,
			     "tiles/%.*s: it is of an earlier size and not the beginning of the present tile", FMT(path));
	return NULL;
}

static err judge_tile(struct walk *w, struct str path)
{
	struct tile t;
	unsigned width;

	if (!tile_path_get(path, &t)) {
		surplus(w, path, "a log has no such file");
		return NULL;
	}
	width = tile_width_at(t.level, t.n, (uint64_t)w->v->head.size);
	if (t.width == width)
		return NULL;
	if (t.width < width)
		return check_earlier(w, path, &t);
	surplus(w, path, "it is beyond the newest checkpoint");
	return NULL;
}

static err judge_evidence(struct walk *w, struct str path)
{
	struct digest d;
	int64_t listed;

	if (path.n != 6 + 64 + 4 || !str_ends(path, STR(".zst")) || memcmp(path.p, path.p + 6, 2) != 0 ||
	    memcmp(path.p + 3, path.p + 8, 2) != 0 || !digest_get((struct str){ path.p + 6, 64 }, &d)) {
		surplus(w, path, str_starts(path, STR("new/")) ? "an interrupted command left it" : "evidence has no such file");
		return NULL;
	}
	TRY(db_get_int(store_db(w->v->s), SQL("SELECT count(*) FROM kept_evidence WHERE digest = $1"),
		       DB_ARGS(DB_B(digest_str(&d))), 0, &listed));
	if (!listed)
		surplus(w, path, "no record names it");
	return NULL;
}

static err walk_folder(struct verifying *v, const char *name, err (*file)(struct walk *w, struct str path))
{
	OWNED(arena) a = arena_new();
	OWNED(arena) each = arena_new();
	struct walk w = { .v = v, .a = each, .root = store_path(v->s, a, name), .name = name, .file = file };
	err e = dir_each(w.root, visit, &w);

	if (e && e->kind == ERR_MISSING) {
		verify_fault(v, VERIFY_MISSING, &v->r->other_faults, "the folder %s of the home is missing", name);
		return NULL;
	}
	return e;
}

err verify_folders(struct verifying *v)
{
	TRY(walk_folder(v, "tiles", judge_tile));
	return v->spec->headers_only ? NULL : walk_folder(v, "evidence", judge_evidence);
}
