#include "odb/parts.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/hex.h"

enum { ALTERNATES_MAX = 1 << 20 };

void odb_fault(struct odb *o, err e)
{
	buf_addf(&o->faults, "%s\n", e->text);
}

struct placing {
	struct odb *o;
	size_t dir;
	char byte[3];
};

static void *one_more(void *v, size_t n, size_t *room, size_t size)
{
	if (n < *room)
		return v;
	*room = *room ? *room * 2 : 64;
	return base_realloc(v, *room * size);
}

static err on_pack(void *ctx, const char *name)
{
	struct placing *w = ctx;
	struct odb *o = w->o;
	size_t room = o->packs_room;
	const char *path;
	err e;

	if (!str_ends(str_c(name), STR(".pack")))
		return NULL;
	if (o->n_packs == ODB_PACKS_MAX)
		return fail(ERR_LIMIT, "%s holds more than %d packs", o->dirs[w->dir], ODB_PACKS_MAX);
	o->packs = one_more(o->packs, o->n_packs, &o->packs_room, sizeof(*o->packs));
	o->paths = one_more(o->paths, o->n_packs, &room, sizeof(*o->paths));
	path = arena_printf(o->a, "%s/pack/%s", o->dirs[w->dir], name).p;
	e = odb_pack_open(path, o->id_bytes, &o->packs[o->n_packs]);
	if (e)
		odb_fault(o, e);
	else
		o->paths[o->n_packs++] = path;
	return NULL;
}

static err on_loose(void *ctx, const char *name)
{
	struct placing *w = ctx;
	struct odb *o = w->o;
	struct odb_loose *l;
	char hex[2 * ODB_ID_SHA256 + 1];
	size_t n = 2 * o->id_bytes;

	if (strlen(name) != n - 2)
		return NULL;
	memcpy(hex, w->byte, 2);
	memcpy(hex + 2, name, n - 2);
	o->loose = one_more(o->loose, o->n_loose, &o->loose_room, sizeof(*o->loose));
	l = &o->loose[o->n_loose];
	*l = (struct odb_loose){ .dir = (uint8_t)w->dir };
	if (hex_get((struct str){ hex, n }, l->id, o->id_bytes))
		o->n_loose++;
	return NULL;
}

static err list_loose(struct placing *w)
{
	for (unsigned b = 0; b < 256; b++) {
		const char *path;
		uint8_t byte = (uint8_t)b;

		hex_put(w->byte, &byte, 1);
		path = arena_printf(w->o->a, "%s/%s", w->o->dirs[w->dir], w->byte).p;
		if (dir_exists(path))
			TRY(dir_each(path, on_loose, w));
	}
	return NULL;
}

static bool known_dir(const struct odb *o, const char *dir)
{
	for (size_t i = 0; i < o->n_dirs; i++)
		if (strcmp(o->dirs[i], dir) == 0)
			return true;
	return false;
}

/* info/alternates: a folder a line, relative ones to the folder they stand in
 * (gitrepository-layout(5)). */
static err add_alternates(struct odb *o, const char *dir)
{
	BUF_AUTO text = buf_new(ALTERNATES_MAX);
	struct str rest, line;
	err e = file_read(arena_printf(o->a, "%s/info/alternates", dir).p, &text);

	if (e && e->kind == ERR_MISSING)
		return NULL;
	TRY(e);
	rest = buf_str(&text);
	while (str_split(&rest, '\n', &line)) {
		struct str path;

		if (!line.n || line.p[0] == '#' || memchr(line.p, '\0', line.n))
			continue;
		path = line.p[0] == '/' ? arena_str(o->a, line) : arena_printf(o->a, "%s/%.*s", dir, FMT(line));
		if (known_dir(o, path.p))
			continue;
		if (o->n_dirs == ODB_DIRS_MAX)
			return fail(ERR_LIMIT, "%s borrows from more than %d folders", o->dirs[0], ODB_DIRS_MAX);
		o->dirs[o->n_dirs++] = path.p;
	}
	return NULL;
}

static int by_id(const void *a, const void *b, void *ctx)
{
	const struct odb_loose *x = a, *y = b;
	const struct odb *o = ctx;
	int order = memcmp(x->id, y->id, o->id_bytes);

	return order ? order : x->dir - y->dir;
}

err odb_places(struct odb *o, const char *objects)
{
	if (!dir_exists(objects))
		return fail(ERR_MISSING, "there is no folder %s", objects);
	o->dirs[o->n_dirs++] = arena_str(o->a, str_c(objects)).p;
	for (size_t i = 0; i < o->n_dirs; i++) {
		struct placing w = { .o = o, .dir = i };
		const char *packs = arena_printf(o->a, "%s/pack", o->dirs[i]).p;

		if (!dir_exists(o->dirs[i])) {
			odb_fault(o, fail(ERR_MISSING, "there is no folder %s, from which objects are borrowed",
					  o->dirs[i]));
			continue;
		}
		if (dir_exists(packs))
			TRY(dir_each(packs, on_pack, &w));
		TRY(list_loose(&w));
		TRY(add_alternates(o, o->dirs[i]));
	}
	if (o->n_loose)
		qsort_r(o->loose, o->n_loose, sizeof(*o->loose), by_id, o);
	return NULL;
}
