#include "git/tree.h"

#include "git/objects.h"
#include "git/run.h"

enum { PIECE = 64 * 1024 };

struct files {
	struct git_file *v;
	struct str *blobs;
	size_t n;
};

/* "mode type id" before the tab, the path behind it. */
static bool entry_of(struct str piece, struct str *mode, struct str *id, struct str *path)
{
	struct str type;

	return str_split(&piece, ' ', mode) && str_split(&piece, ' ', &type) &&
	       str_split(&piece, '\t', id) && piece.p && (*path = piece, true);
}

static void entry_take(struct arena *a, struct str piece, struct files *f, struct git_tree_end *end)
{
	struct git_file file = { 0 };
	struct str mode, id, path;

	if (!entry_of(piece, &mode, &id, &path))
		return;
	end->entries++;
	if (str_is(mode, "160000") || !git_file_kind_of(path, &file.kind, &file.tool))
		return;
	if (f->n == GIT_FILES) {
		end->left_out++;
		return;
	}
	file.path = arena_utf8(a, arena_str(a, path));
	file.blob = arena_str(a, id);
	file.link = str_is(mode, "120000");
	f->blobs[f->n] = file.blob;
	f->v[f->n++] = file;
}

static err list(struct git_repo *r, struct arena *a, struct str commit, struct files *f,
		struct git_tree_end *end)
{
	const char *const args[] = { "ls-tree", "-r", "-z", "--full-tree", arena_cstr(a, commit), NULL };
	const struct git_piece form = { '\0', PIECE };
	GIT_STREAM_AUTO s = GIT_STREAM_NONE;
	struct str piece;
	bool more = true;
	int status;

	TRY(git_stream_open(r, args, STR(""), &s));
	while (more) {
		TRY(git_stream_next(&s, form, &piece, &more));
		if (more)
			entry_take(a, piece, f, end);
	}
	TRY(git_stream_close(&s, &status));
	end->complete = status == 0;
	return NULL;
}

/* Sizes first, so that nothing large is ever sent. */
static err sizes(struct git_repo *r, struct files *f, struct git_tree_end *end)
{
	GIT_OBJECTS_AUTO objects = git_objects_of(r, f->blobs, f->n, 0);

	objects.sizes_only = true;
	for (size_t i = 0; i < f->n; i++) {
		struct git_object o;

		TRY(git_objects_next(&objects, &o));
		f->v[i].size = o.size;
		if (o.found != GIT_FOUND || o.type != 'b') {
			f->v[i].size = SIZE_MAX;
			end->complete = false;
		}
	}
	return NULL;
}

static err contents(struct git_repo *r, struct arena *a, struct files *f, struct git_tree_sink sink)
{
	struct str *wanted = ARENA_ARRAY(a, struct str, f->n + 1);
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].size <= GIT_FILE_MAX)
			wanted[n++] = f->blobs[i];
	GIT_OBJECTS_AUTO objects = git_objects_of(r, wanted, n, GIT_FILE_MAX);

	for (size_t i = 0; i < f->n; i++) {
		struct git_file *file = &f->v[i];
		struct git_object o = { .found = GIT_MISSING };

		if (file->size <= GIT_FILE_MAX)
			TRY(git_objects_next(&objects, &o));
		if (file->size == SIZE_MAX)
			file->size = 0;
		if (o.found == GIT_FOUND)
			file->bytes = o.bytes;
		TRY(sink.each(sink.ctx, file));
	}
	return NULL;
}

err git_tree(struct git_repo *r, struct arena *a, struct str commit, struct git_tree_sink sink,
	     struct git_tree_end *end)
{
	OWNED(arena) own = arena_new();
	struct files f = { .v = ARENA_ARRAY(own, struct git_file, GIT_FILES),
			   .blobs = ARENA_ARRAY(own, struct str, GIT_FILES) };
	struct git_tree_end made = { 0 };

	if (!git_is_id(r, commit))
		return fail(ERR_INPUT, "the tree of %.*s was asked for, which is no id", FMT(commit));
	TRY(list(r, own, commit, &f, &made));
	TRY(sizes(r, &f, &made));
	TRY(contents(r, own, &f, sink));
	made.found = f.n;
	if (!made.complete)
		made.why = arena_printf(a, "Parts of the tree of %.12s are not here or are damaged. %s git -C %s %s",
					commit.p, r->partial ? "Fetch them with:" : "See:", r->dir,
					r->partial ? "fetch --refetch --no-filter" : "fsck");
	*end = made;
	return NULL;
}

err git_tree_file(struct git_repo *r, struct arena *a, const struct str commit_and_path[2],
		  struct str *bytes)
{
	const struct str id = arena_printf(a, "%.*s:%.*s", FMT(commit_and_path[0]), FMT(commit_and_path[1]));
	GIT_OBJECTS_AUTO objects = git_objects_of(r, &id, 1, GIT_FILE_MAX);
	struct git_object o;

	ASSERT(str_find(id, STR("\n"), 0) == id.n);
	TRY(git_objects_next(&objects, &o));
	*bytes = (struct str){ 0 };
	if (o.found == GIT_FOUND && o.type == 'b')
		*bytes = arena_str(a, o.bytes);
	return NULL;
}

err git_tree_touched(struct git_repo *r, struct arena *a, const struct str commit_and_path[2], struct str *step)
{
	const char *const args[] = { "rev-list", "-1", "--first-parent", arena_cstr(a, commit_and_path[0]), "--",
				     arena_cstr(a, commit_and_path[1]), NULL };
	BUF_AUTO out = buf_new(256);

	TRY(git_run_ok(r, args, "find the commit that brought a file", &out));
	*step = arena_str(a, str_trim(buf_str(&out)));
	if (!step->n)
		*step = (struct str){ 0 };
	return NULL;
}
