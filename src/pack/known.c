#include "pack/known.h"

#include <stdlib.h>

#include "base/file.h"

enum { FILE_MAX = 4 << 20 };

const char *pack_known_path(struct arena *a)
{
	const char *state = getenv("XDG_STATE_HOME"), *user = getenv("HOME");

	if (state && state[0] == '/')
		return arena_printf(a, "%s/custody/keys", state).p;
	if (user && user[0] == '/')
		return arena_printf(a, "%s/.local/state/custody/keys", user).p;
	return NULL;
}

err pack_known_load(struct arena *a, const char *path, struct strs *out)
{
	BUF_AUTO text = buf_new(FILE_MAX);
	struct strs lines = { 0 };
	struct str rest, line;
	err e = file_read(path, &text);

	if (e && e->kind != ERR_MISSING)
		return e;
	rest = arena_str(a, buf_str(&text));
	lines.v = ARENA_ARRAY(a, struct str, PACK_KNOWN_MAX);
	while (lines.n < PACK_KNOWN_MAX && str_split(&rest, '\n', &line))
		if (line.n)
			lines.v[lines.n++] = line;
	*out = lines;
	return NULL;
}

err pack_known_add(const char *path, struct str vkey)
{
	OWNED(arena) a = arena_new();
	BUF_AUTO text = buf_new(FILE_MAX);
	const char *slash = strrchr(path, '/');
	struct strs known;

	TRY(pack_known_load(a, path, &known));
	for (size_t i = 0; i < known.n; i++)
		if (str_eq(known.v[i], vkey))
			return NULL;
	for (size_t i = 0; i < known.n; i++)
		buf_addf(&text, "%.*s\n", FMT(known.v[i]));
	buf_addf(&text, "%.*s\n", FMT(vkey));
	TRY(buf_ok(&text, "the list of known keys"));
	if (slash)
		TRY(dir_make(arena_cstr(a, (struct str){ path, (size_t)(slash - path) }), 0700));
	return file_write_atomic(path, buf_str(&text), 0600);
}
