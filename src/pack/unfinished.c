#include "pack/unfinished.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hex.h"
#include "crypto/random.h"

static const char mark[] = ".unfinished-";

struct cleaning {
	struct arena *a;
	struct str folder, prefix;	/* where; "pack.zip.unfinished-" */
};

static err clean_one(void *ctx, const char *name)
{
	struct cleaning *c = ctx;
	struct str rest = str_c(name), pid;
	int64_t process;

	if (!str_starts(rest, c->prefix))
		return NULL;
	rest = str_from(rest, c->prefix.n);
	if (!str_split(&rest, '-', &pid) || rest.n != 8)
		return NULL;
	if (!str_to_i64(pid, &process) || process < 1 || process > INT32_MAX)
		return NULL;
	if (kill((pid_t)process, 0) == 0 || errno != ESRCH)
		return NULL;
	return dir_remove(arena_printf(c->a, "%.*s/%s", FMT(c->folder), name).p);
}

const char *unfinished_name(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	struct cleaning c = { a, slash ? (struct str){ path, (size_t)(slash - path) } : STR("."),
			      arena_printf(a, "%s%s", name, mark) };
	uint8_t some[4];
	char hex[2 * sizeof(some) + 1];

	/* What cannot be removed lies there as before. */
	if (dir_each(c.folder.n ? arena_cstr(a, c.folder) : "/", clean_one, &c))
		errno = 0;
	random_bytes(some, sizeof(some));
	hex_put(hex, some, sizeof(some));
	return arena_printf(a, "%s%s%ld-%s", path, mark, (long)getpid(), hex).p;
}
