#include "faulty_vfs.h"

#include <sqlite3.h>
#include <string.h>

/* Behind it in memory lies the file of the real VFS. */
struct faulty_file {
	sqlite3_file file;
	sqlite3_file *real;
};

static struct fault_plan active;
static long counted;
static bool hit;
static sqlite3_vfs *under;
static sqlite3_vfs faulty;

/* Counts a call; true when it is to fail. */
static bool fails(enum fault_call call)
{
	if (!(active.calls & (unsigned)call))
		return false;
	counted++;
	if (active.at == 0 || counted < active.at || (counted > active.at && !active.lasting))
		return false;
	hit = true;
	return true;
}

static sqlite3_file *real_of(sqlite3_file *f)
{
	return ((struct faulty_file *)f)->real;
}

static int file_close(sqlite3_file *f)
{
	sqlite3_file *r = real_of(f);

	return r->pMethods ? r->pMethods->xClose(r) : SQLITE_OK;
}

static int real_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	return real_of(f)->pMethods->xRead(real_of(f), p, n, at);
}

static int file_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	sqlite3_file *r = real_of(f);

	if (!fails(FAULT_WRITE))
		return r->pMethods->xWrite(r, p, n, at);
	if (active.torn && n > 1)
		(void)r->pMethods->xWrite(r, p, n / 2, at);
	return active.full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

static int file_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	if (fails(FAULT_TRUNCATE))
		return SQLITE_IOERR_TRUNCATE;
	return real_of(f)->pMethods->xTruncate(real_of(f), size);
}

static int file_sync(sqlite3_file *f, int flags)
{
	if (fails(FAULT_SYNC))
		return SQLITE_IOERR_FSYNC;
	return real_of(f)->pMethods->xSync(real_of(f), flags);
}

static int file_size(sqlite3_file *f, sqlite3_int64 *size)
{
	return real_of(f)->pMethods->xFileSize(real_of(f), size);
}

static int file_lock(sqlite3_file *f, int level)
{
	return real_of(f)->pMethods->xLock(real_of(f), level);
}

static int file_unlock(sqlite3_file *f, int level)
{
	return real_of(f)->pMethods->xUnlock(real_of(f), level);
}

static int file_reserved(sqlite3_file *f, int *out)
{
	return real_of(f)->pMethods->xCheckReservedLock(real_of(f), out);
}

static int file_control(sqlite3_file *f, int op, void *arg)
{
	return real_of(f)->pMethods->xFileControl(real_of(f), op, arg);
}

static int file_sector(sqlite3_file *f)
{
	return real_of(f)->pMethods->xSectorSize(real_of(f));
}

static int file_traits(sqlite3_file *f)
{
	return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f));
}

static int shm_map(sqlite3_file *f, int region, int size, int extend, void volatile **out)
{
	return real_of(f)->pMethods->xShmMap(real_of(f), region, size, extend, out);
}

static int shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
	return real_of(f)->pMethods->xShmLock(real_of(f), offset, n, flags);
}

static void shm_barrier(sqlite3_file *f)
{
	real_of(f)->pMethods->xShmBarrier(real_of(f));
}

static int shm_unmap(sqlite3_file *f, int remove)
{
	return real_of(f)->pMethods->xShmUnmap(real_of(f), remove);
}

static int file_fetch(sqlite3_file *f, sqlite3_int64 at, int n, void **out)
{
	return real_of(f)->pMethods->xFetch(real_of(f), at, n, out);
}

static int file_unfetch(sqlite3_file *f, sqlite3_int64 at, void *p)
{
	return real_of(f)->pMethods->xUnfetch(real_of(f), at, p);
}

static const sqlite3_io_methods methods = {
	.iVersion = 3,
	.xClose = file_close,
	.xRead = real_read,
	.xWrite = file_write,
	.xTruncate = file_truncate,
	.xSync = file_sync,
	.xFileSize = file_size,
	.xLock = file_lock,
	.xUnlock = file_unlock,
	.xCheckReservedLock = file_reserved,
	.xFileControl = file_control,
	.xSectorSize = file_sector,
	.xDeviceCharacteristics = file_traits,
	.xShmMap = shm_map,
	.xShmLock = shm_lock,
	.xShmBarrier = shm_barrier,
	.xShmUnmap = shm_unmap,
	.xFetch = file_fetch,
	.xUnfetch = file_unfetch,
};

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out_flags)
{
	struct faulty_file *own = (struct faulty_file *)f;
	int rc;

	(void)vfs;
	own->file.pMethods = NULL;
	own->real = (sqlite3_file *)(own + 1);
	if (fails(FAULT_OPEN))
		return SQLITE_CANTOPEN;
	rc = under->xOpen(under, name, own->real, flags, out_flags);
	if (own->real->pMethods)
		own->file.pMethods = &methods;
	return rc;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	(void)vfs;
	if (fails(FAULT_DELETE))
		return SQLITE_IOERR_DELETE;
	return under->xDelete(under, name, sync);
}

/* Everything else is the real VFS's own, called with the real VFS's data. */
void faulty_vfs_install(void)
{
	if (under)
		return;
	under = sqlite3_vfs_find(NULL);
	faulty = *under;
	faulty.pNext = NULL;
	faulty.zName = "faulty";
	faulty.szOsFile = (int)sizeof(struct faulty_file) + under->szOsFile;
	faulty.xOpen = vfs_open;
	faulty.xDelete = vfs_delete;
	sqlite3_vfs_register(&faulty, 1);
}

void faulty_vfs_plan(const struct fault_plan *p)
{
	active = *p;
	counted = 0;
	hit = false;
}

long faulty_vfs_calls(void)
{
	return counted;
}

bool faulty_vfs_failed(void)
{
	return hit;
}
