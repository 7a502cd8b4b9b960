#include "ledger/durable.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/map.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Written side by side and synced afterwards, the disk takes many files in one
 * go; the number bounds the descriptors held. */
enum { OPEN_MAX = 64 };

struct pending {
	int fd;
	char *path, *draft;
};

struct folder {
	struct folder *next;
	const char *path;
};

struct durable {
	struct pending pending[OPEN_MAX];
	size_t n;
	struct arena *a;
	struct map *seen;		/* folders by path */
	struct folder *folders;
};

struct durable *durable_new(void)
{
	struct durable *d = base_alloc(sizeof(*d));

	d->a = arena_new();
	d->seen = map_new();
	return d;
}

static void forget(struct pending *p)
{
	fd_close_at(&p->fd);
	unlink(p->draft);
	free(p->path);
	free(p->draft);
}

static void forget_pending(struct durable *d)
{
	for (size_t i = 0; i < d->n; i++)
		forget(&d->pending[i]);
	d->n = 0;
}

void durable_free(struct durable *d)
{
	if (!d)
		return;
	forget_pending(d);
	map_free(d->seen);
	arena_free(d->a);
	free(d);
}

/* "." for a bare name, "/" for one in the root. */
static struct str folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return STR(".");
	return slash == path ? STR("/") : (struct str){ path, (size_t)(slash - path) };
}

void durable_touch(struct durable *d, const char *path)
{
	struct str name = folder_of(path);
	struct folder *f;

	if (map_has(d->seen, name))
		return;
	f = ARENA_NEW(d->a, struct folder);
	name = arena_str(d->a, name);
	*f = (struct folder){ d->folders, name.p };
	d->folders = f;
	map_put(d->seen, name, f);
}

err durable_folder_for(struct durable *d, const char *path)
{
	struct str name = folder_of(path);
	const char *folder;

	if (map_has(d->seen, name))
		return NULL;
	folder = arena_cstr(d->a, name);
	if (mkdir(folder, 0755) == 0) {
		durable_touch(d, folder);
	} else if (errno == ENOENT && !str_is(folder_of(folder), ".")) {
		TRY(durable_folder_for(d, folder));
		return durable_folder_for(d, path);
	} else if (errno != EEXIST) {
		return fail_errno("cannot make the folder %s", folder);
	}
	durable_touch(d, path);
	return NULL;
}

static err has_content(const char *path, struct str want)
{
	BUF_AUTO have = buf_new(want.n + 1);

	/* A file too large for the buffer differs too. */
	if (file_read(path, &have) || !str_eq(buf_str(&have), want))
		return fail(ERR_INTEGRITY, "%s exists with another content", path);
	return NULL;
}

/* The draft's own bytes, to compare with what stands in its place. */
static err compare(const struct pending *p)
{
	struct stat st;

	if (fstat(p->fd, &st))
		return fail_errno("cannot examine %s", p->path);
	BUF_AUTO draft = buf_new((size_t)st.st_size);
	TRY(file_read(p->draft, &draft));
	return has_content(p->path, buf_str(&draft));
}

static err finish(const struct pending *p)
{
	if (fsync(p->fd))
		return fail_errno("cannot make %s durable", p->path);
	if (link(p->draft, p->path) == 0)
		return NULL;
	if (errno != EEXIST)
		return fail_errno("cannot put %s in place", p->path);
	return compare(p);
}

static err finish_pending(struct durable *d)
{
	err e = NULL;

	for (size_t i = 0; i < d->n && !e; i++)
		e = finish(&d->pending[i]);
	forget_pending(d);
	return e;
}

static char *join(const char *a, const char *b)
{
	size_t n = strlen(a) + strlen(b) + 1;
	char *p = base_alloc(n);

	snprintf(p, n, "%s%s", a, b);
	return p;
}

err durable_put(struct durable *d, const char *path, struct str bytes)
{
	struct pending *p;

	TRY(durable_folder_for(d, path));
	if (d->n == OPEN_MAX)
		TRY(finish_pending(d));
	p = &d->pending[d->n++];
	*p = (struct pending){ -1, join(path, ""), join(path, ".new") };
	unlink(p->draft);	/* of a run that ended in the middle */
	p->fd = open(p->draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0444);
	if (p->fd < 0)
		return fail_errno("cannot write %s", path);
	return fd_write_all(p->fd, path, bytes);
}

err durable_commit(struct durable *d)
{
	TRY(finish_pending(d));
	for (const struct folder *f = d->folders; f; f = f->next)
		TRY(dir_sync(f->path));
	d->folders = NULL;
	map_free(d->seen);
	d->seen = map_new();
	arena_reset(d->a);
	return NULL;
}
