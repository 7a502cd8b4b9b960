#include "pack/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "pack/unfinished.h"

struct folder {
	struct arena *a, *of_file;
	const char *path, *made;	/* wanted; where it is made, NULL once it stands */
	struct str inside;		/* the folder the last file went to */
	const char *name;		/* of the file that is open */
	int fd;
};

static err folder_begin(void *ctx, const char *path)
{
	struct folder *f = ctx;
	const char *slash = strrchr(path, '/');
	struct str inside = { path, slash ? (size_t)(slash - path) : 0 };

	ASSERT(f->fd < 0);
	if (inside.n && !str_eq(inside, f->inside)) {
		f->inside = arena_str(f->a, inside);
		TRY(dir_make(arena_printf(f->a, "%s/%.*s", f->made, FMT(inside)).p, 0755));
	}
	arena_reset(f->of_file);
	f->name = arena_printf(f->of_file, "%s/%s", f->made, path).p;
	f->fd = open(f->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	return f->fd < 0 ? fail_errno("cannot write %s", f->name) : NULL;
}

static err folder_add(void *ctx, struct str bytes)
{
	struct folder *f = ctx;

	return fd_write_all(f->fd, f->name, bytes);
}

static err folder_end(void *ctx)
{
	struct folder *f = ctx;
	int fd = f->fd;

	f->fd = -1;
	return close(fd) ? fail_errno("cannot write %s", f->name) : NULL;
}

/* An earlier pack changes places with the new one in one step, and goes. */
static err take_place(struct folder *f)
{
	if (!renameat2(AT_FDCWD, f->made, AT_FDCWD, f->path, RENAME_NOREPLACE)) {
		f->made = NULL;
		return NULL;
	}
	if (errno != EEXIST)
		return fail_errno("cannot name the pack %s", f->path);
	if (renameat2(AT_FDCWD, f->made, AT_FDCWD, f->path, RENAME_EXCHANGE))
		return fail_errno("cannot replace %s", f->path);
	TRY(dir_remove(f->made));
	f->made = NULL;
	return NULL;
}

static const char *parent(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return ".";
	return slash == path ? "/" : arena_cstr(a, (struct str){ path, (size_t)(slash - path) });
}

static err folder_finish(void *ctx)
{
	struct folder *f = ctx;
	FD_AUTO fd = open(f->made, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	/* One for all: a pack may hold more files than one would sync alone. */
	if (fd < 0 || syncfs(fd))
		return fail_errno("cannot write %s to the disk", f->made);
	TRY(take_place(f));
	return dir_sync(parent(f->a, f->path));
}

static void folder_free(void *ctx)
{
	struct folder *f = ctx;

	if (f->fd >= 0)
		close(f->fd);
	if (f->made && dir_remove(f->made))
		f->made = NULL;		/* what is left has a name that says what it is */
	arena_free(f->of_file);
	arena_free(f->a);
	free(f);
}

static err any_entry(void *ctx, const char *name UNUSED)
{
	*(bool *)ctx = true;
	return NULL;
}

/* Nothing, an empty folder or an earlier pack. */
static err check_place(struct arena *a, const char *path)
{
	const char *note = arena_printf(a, "%s/manifest.note", path).p;
	BUF_AUTO text = buf_new(1 << 20);
	bool any = false;

	if (!dir_exists(path)) {
		if (file_exists(path))
			return fail(ERR_CONFLICT, "%s is a file, not a folder", path);
		return NULL;
	}
	TRY(dir_each(path, any_entry, &any));
	if (!any || (!file_read(note, &text) && str_starts(buf_str(&text), STR("custody pack manifest "))))
		return NULL;
	return err_hint(fail(ERR_CONFLICT, "%s is there and is no pack", path), "name a folder that is empty or not there yet");
}

err pack_sink_folder(const char *path, struct pack_sink *out)
{
	struct folder *f = base_alloc(sizeof(*f));
	struct str name = str_c(path);
	const char *made;
	err e;

	f->a = arena_new();
	f->of_file = arena_new();
	f->fd = -1;
	while (name.n > 1 && name.p[name.n - 1] == '/')
		name.n--;
	f->path = arena_cstr(f->a, name);
	e = check_place(f->a, f->path);
	if (!e)
		e = dir_make(parent(f->a, f->path), 0755);
	made = unfinished_name(f->a, f->path);
	if (!e && mkdir(made, 0755))
		e = fail_errno("cannot make a folder beside %s", f->path);
	if (e) {
		folder_free(f);
		return e;
	}
	f->made = made;
	*out = (struct pack_sink){ f, folder_begin, folder_add, folder_end, folder_finish, folder_free };
	return NULL;
}
