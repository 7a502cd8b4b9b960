#include "ledger/keys.h"

#include "base/file.h"
#include "base/hex.h"
#include "crypto/random.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 1024 };

static const char signing_key[] = "signing.key";

/* The text of a key, wiped when it goes out of scope. */
struct text {
	struct buf b;
};

static void text_wipe(struct text *t)
{
	if (t->b.p)
		ed25519_wipe(t->b.p, t->b.room);
	buf_done(&t->b);
}

/* All the room at once: a buffer that grows would leave copies behind. */
static struct text text_new(void)
{
	struct text t = { buf_new(FILE_MAX) };

	ASSERT(buf_grow(&t.b, FILE_MAX));
	buf_clear(&t.b);
	return t;
}

#define TEXT_AUTO __attribute__((cleanup(text_wipe))) struct text

/* Temporary file, fsync, link: after a crash the key is there whole or not at
 * all, and one that exists is never replaced. */
static err write_new(const char *folder, const char *name, struct str bytes)
{
	OWNED(arena) a = arena_new();
	const char *path = arena_printf(a, "%s/%s", folder, name).p;
	const char *draft = arena_printf(a, "%s.%ld.new", path, (long)getpid()).p;
	FD_AUTO fd = -1;
	err e;

	TRY(dir_make(folder, 0700));
	unlink(draft);
	fd = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail_errno("cannot write %s", path);
	e = fd_write_all(fd, path, bytes);
	if (!e && fsync(fd))
		e = fail_errno("cannot make %s durable", path);
	if (!e && link(draft, path))
		e = errno == EEXIST ? fail(ERR_CONFLICT, "there is a key %s already", path) :
				      fail_errno("cannot put %s in place", path);
	unlink(draft);
	return e ? e : dir_sync(folder);
}

static err check_private(int fd, const char *path)
{
	struct stat st;

	if (fstat(fd, &st))
		return fail_errno("cannot examine %s", path);
	if (!S_ISREG(st.st_mode))
		return fail(ERR_INTEGRITY, "%s is not a plain file", path);
	if (st.st_uid != geteuid())
		return fail(ERR_DENIED, "the key %s belongs to another user", path);
	if (st.st_mode & 077)
		return err_hint(fail(ERR_DENIED, "the key %s can be read or changed by others",
				     path),
				"find out who could read it; if nobody did: chmod 600 %s", path);
	return NULL;
}

/* One line, its newline dropped. */
static err read_private(const char *folder, const char *name, struct buf *out)
{
	OWNED(arena) a = arena_new();
	const char *path = arena_printf(a, "%s/%s", folder, name).p;
	FD_AUTO fd = fd_open_read(path, O_NOFOLLOW);
	void *room;
	size_t got;

	if (fd < 0 && errno == ENOENT)
		return fail(ERR_MISSING, "there is no key %s", path);
	if (fd < 0)
		return fail_errno("cannot open %s", path);
	TRY(check_private(fd, path));
	room = buf_grow(out, FILE_MAX);
	ASSERT(room);
	TRY(fd_read_some(fd, path, room, FILE_MAX, &got));
	out->n = got;
	if (!got || got == FILE_MAX || out->p[got - 1] != '\n')
		return fail(ERR_INPUT, "the key %s is damaged", path);
	out->n--;
	return NULL;
}

err keys_make_signer(const char *folder, struct str name)
{
	uint8_t seed[ED25519_SEED];
	TEXT_AUTO text = text_new();

	if (!note_name_ok(name))
		return fail(ERR_USAGE, "a log's name is 1 to %d characters without spaces and '+'",
			    NOTE_NAME_BYTES_MAX);
	random_bytes(seed, sizeof(seed));
	OWNED(note_signer) s = note_signer_new(name, NOTE_ED25519, seed);

	note_signer_put(&text.b, note_signer_key(s), seed);
	buf_add_char(&text.b, '\n');
	ed25519_wipe(seed, sizeof(seed));
	TRY(buf_ok(&text.b, "the signing key"));
	return write_new(folder, signing_key, buf_str(&text.b));
}

err keys_load_signer(const char *folder, struct note_signer **out)
{
	TEXT_AUTO text = text_new();

	TRY(read_private(folder, signing_key, &text.b));
	return err_in(note_signer_parse(buf_str(&text.b), out), "%s/%s", folder, signing_key);
}

err keys_make_secret(const char *folder, const char *name)
{
	uint8_t secret[KEYS_SECRET];
	TEXT_AUTO text = text_new();

	random_bytes(secret, sizeof(secret));
	hex_add(&text.b, secret, sizeof(secret));
	buf_add_char(&text.b, '\n');
	ed25519_wipe(secret, sizeof(secret));
	return write_new(folder, name, buf_str(&text.b));
}

err keys_load_secret(const char *folder, const char *name, uint8_t out[KEYS_SECRET])
{
	TEXT_AUTO text = text_new();

	TRY(read_private(folder, name, &text.b));
	if (!hex_get(buf_str(&text.b), out, KEYS_SECRET))
		return fail(ERR_INPUT, "the key %s/%s is damaged", folder, name);
	return NULL;
}
