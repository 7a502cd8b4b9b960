#include "scan/tree.h"

#include "base/arena.h"
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 65536 };

struct bound_sink {
	const struct scan_walk_sink *sink;
	const struct scan_item *item;
};

static err pass_on(void *ctx, const struct scan_view *view, const struct scan_match *m)
{
	const struct bound_sink *b = ctx;

	return b->sink->found(b->sink->ctx, b->item, view, m);
}

static err scan_item(struct scan_state *st, const struct scan_item *item,
		     const struct scan_walk_sink *sink)
{
	struct scan_coverage *cov = scan_state_coverage(st);
	struct scan_result result = { .skipped = item->skip };
	struct bound_sink bound = { sink, item };
	struct scan_input in = { .path = item->path };

	if (item->unreadable) {
		cov->seen++;
		cov->unreadable++;
	} else if (item->skip) {
		scan_coverage_skip(cov, item->skip, item->size);
	} else {
		TRY(scan_bytes(st, item->bytes, &in, (struct scan_sink){ pass_on, &bound }));
		result = *scan_state_result(st);
	}
	return sink->done ? sink->done(sink->ctx, item, &result) : NULL;
}

err scan_each(struct scan_state *st, struct scan_items items, const struct scan_walk_sink *sink)
{
	for (;;) {
		struct scan_item item = { 0 };
		bool more = false;

		TRY(items.next(items.ctx, &item, &more));
		if (!more)
			return NULL;
		TRY(scan_item(st, &item, sink));
	}
}

struct walk {
	struct scan_state *st;
	const struct scan_tree_spec *spec;
	const struct scan_walk_sink *sink;
	uint64_t file_max;
	struct buf path;	/* of the entry at hand, relative to the first folder */
	char *bytes;		/* one file at a time */
	size_t room;
};

static err report(struct walk *w, struct scan_item item)
{
	item.path = buf_str(&w->path);
	return scan_item(w->st, &item, w->sink);
}

/* Reads what an open file holds, up to the bound; a file that grows meanwhile
 * is read up to where it was. False when it cannot be read. */
static bool read_all(struct walk *w, int fd, size_t size, size_t *got)
{
	if (size > w->room) {
		w->bytes = base_realloc(w->bytes, size);
		w->room = size;
	}
	*got = 0;
	while (*got < size) {
		ssize_t n = read(fd, w->bytes + *got, size - *got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		if (n == 0)
			break;
		*got += (size_t)n;
	}
	return true;
}

static err walk_file(struct walk *w, int dir, const char *name)
{
	FD_AUTO fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	size_t got;

	if (fd < 0 || fstat(fd, &st) != 0)
		return report(w, (struct scan_item){ .unreadable = true });
	if (!S_ISREG(st.st_mode))
		return report(w, (struct scan_item){ .skip = SCAN_SKIP_SPECIAL });
	if ((uint64_t)st.st_size > w->file_max)
		return report(w, (struct scan_item){ .skip = SCAN_SKIP_SIZE,
						     .size = (uint64_t)st.st_size });
	if (!read_all(w, fd, (size_t)st.st_size, &got))
		return report(w, (struct scan_item){ .unreadable = true });
	return report(w, (struct scan_item){ .bytes = { got ? w->bytes : "", got } });
}

struct entry {
	char *name;
	unsigned char type;	/* DT_…; DT_UNKNOWN where the file system does not say */
};

static int by_name(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* The entries of a folder in byte order, their names in the arena. */
static err entries_of(DIR *d, struct arena *a, struct entry **out, size_t *n)
{
	const struct dirent *entry;
	size_t room = 0;
	struct entry *v = NULL;

	*n = 0;
	errno = 0;
	while ((entry = readdir(d))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (*n == room) {
			room = room ? room * 2 : 64;
			v = base_realloc(v, room * sizeof(*v));
		}
		v[(*n)++] = (struct entry){ arena_cstr(a, str_c(entry->d_name)), entry->d_type };
	}
	if (*n)
		qsort(v, *n, sizeof(*v), by_name);
	*out = v;
	return errno ? fail_errno("a folder could not be read to its end") : NULL;
}

static err walk_folder(struct walk *w, int fd, unsigned depth);

static err walk_subfolder(struct walk *w, int dir, const char *name, unsigned depth)
{
	int fd;

	if (depth == SCAN_DEPTH_MAX)
		return report(w, (struct scan_item){ .skip = SCAN_SKIP_DEPTH });
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return report(w, (struct scan_item){ .unreadable = true });
	return walk_folder(w, fd, depth + 1);
}

/* The type without following a link; DT_UNKNOWN where it cannot be had. */
static unsigned char type_of(int dir, const struct entry *entry)
{
	struct stat st;

	if (entry->type != DT_UNKNOWN)
		return entry->type;
	if (fstatat(dir, entry->name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return DT_UNKNOWN;
	return (unsigned char)IFTODT(st.st_mode);
}

static err walk_entry(struct walk *w, int dir, const struct entry *entry, unsigned depth)
{
	if (strcmp(entry->name, ".git") == 0)
		return NULL;
	if (w->spec->leave && w->spec->leave(w->spec->leave_ctx, buf_str(&w->path)))
		return report(w, (struct scan_item){ .skip = SCAN_SKIP_EXCLUDED });
	switch (type_of(dir, entry)) {
	case DT_DIR:
		return walk_subfolder(w, dir, entry->name, depth);
	case DT_REG:
		return walk_file(w, dir, entry->name);
	case DT_LNK:
		return report(w, (struct scan_item){ .skip = SCAN_SKIP_LINK });
	case DT_UNKNOWN:
		return report(w, (struct scan_item){ .unreadable = true });
	default:
		return report(w, (struct scan_item){ .skip = SCAN_SKIP_SPECIAL });
	}
}

/* Takes fd. */
static err walk_folder(struct walk *w, int fd, unsigned depth)
{
	OWNED(arena) a = arena_new();
	DIR *d = fdopendir(fd);
	size_t n = 0, path_n = w->path.n;
	struct entry *entries = NULL;
	err e;

	ASSERT(d);
	if (entries_of(d, a, &entries, &n))
		e = report(w, (struct scan_item){ .unreadable = true });
	else
		e = NULL;
	for (size_t i = 0; i < n && !e; i++) {
		if (path_n)
			buf_add_char(&w->path, '/');
		buf_add_c(&w->path, entries[i].name);
		e = buf_ok(&w->path, "a path");
		if (!e)
			e = walk_entry(w, dirfd(d), &entries[i], depth);
		w->path.n = path_n;
	}
	free(entries);
	closedir(d);
	return e;
}

err scan_tree(struct scan_state *st, const struct scan_tree_spec *spec,
	      const struct scan_walk_sink *sink)
{
	struct walk w = {
		.st = st, .spec = spec, .sink = sink, .path = buf_new(PATH_BYTES),
		.file_max = spec->file_max ? spec->file_max : SCAN_FILE_MAX,
	};
	int fd = open(spec->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	err e;

	if (fd < 0)
		return fail_errno("cannot open the folder %s", spec->dir);
	e = walk_folder(&w, fd, 0);
	buf_done(&w.path);
	free(w.bytes);
	return e;
}
