/* A pack as a folder: every regular file below it. */
#include "pack/in_parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

enum { DEPTH = 32 };

struct walk {
	struct pack_in *in;
	const struct pack_in_spec *spec;
	unsigned depth;
};

static err walk_folder(struct walk *w, int at, const char *prefix, size_t *entries);

static err walk_into(struct walk *w, int at, const char *name, const char *path)
{
	FD_AUTO fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	size_t n = 0;

	if (fd < 0)
		return fail_errno("cannot open %s in %s", path, w->in->path);
	if (w->depth == DEPTH) {
		pack_fault(&w->spec->faults, path, "this folder lies deeper than any of a pack");
		return NULL;
	}
	w->depth++;
	TRY(walk_folder(w, fd, arena_printf(w->in->a, "%s/", path).p, &n));
	w->depth--;
	if (!n)
		pack_fault(&w->spec->faults, path, "this empty folder was added: a pack has none");
	return NULL;
}

static err walk_entry(struct walk *w, int at, const char *prefix, const char *name)
{
	struct pack_entry e = { 0 };
	const char *path;
	struct stat st;

	arena_reset(w->in->scratch);
	e.path = path = arena_printf(w->in->scratch, "%s%s", prefix, name).p;
	if (fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW))
		return fail_errno("cannot look at %s in %s", path, w->in->path);
	if (S_ISDIR(st.st_mode))
		return walk_into(w, at, name, arena_cstr(w->in->a, str_c(path)));
	if (!S_ISREG(st.st_mode)) {
		pack_fault(&w->spec->faults, path, "this was added: it is a link or another thing that is no file");
		return NULL;
	}
	if (!pack_path_ok(str_c(path))) {
		pack_fault(&w->spec->faults, path, "this was added: it has a name that no file of a pack may have");
		return NULL;
	}
	e.size = (uint64_t)st.st_size;
	w->in->bytes += e.size;
	return pack_in_add(w->in, &e);
}

static void dir_close_at(DIR **d)
{
	if (*d)
		closedir(*d);
}

static err walk_folder(struct walk *w, int at, const char *prefix, size_t *entries)
{
	int again = dup(at);
	__attribute__((cleanup(dir_close_at))) DIR *d = again < 0 ? NULL : fdopendir(again);
	const struct dirent *e;

	if (!d) {
		err failed = fail_errno("cannot read %s%s", w->in->path, prefix);

		if (again >= 0)
			close(again);
		return failed;
	}
	for (errno = 0; (e = readdir(d)); errno = 0) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		++*entries;
		TRY(walk_entry(w, at, prefix, e->d_name));
	}
	return errno ? fail_errno("cannot read %s", w->in->path) : NULL;
}

err pack_in_list_folder(struct pack_in *in, const struct pack_in_spec *spec)
{
	struct walk w = { .in = in, .spec = spec };
	size_t n = 0;

	return walk_folder(&w, in->fd, "", &n);
}
