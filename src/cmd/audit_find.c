/* Which repositories `custody audit` looks at, and where home and pack go. */
#include "cmd/audit_parts.h"


#include "base/file.h"

enum { REPOSITORIES_MAX = 1000 };

static bool is_repository(struct arena *a, const char *dir)
{
	return file_exists(arena_printf(a, "%s/.git", dir).p) ||
	       (file_exists(arena_printf(a, "%s/HEAD", dir).p) && dir_exists(arena_printf(a, "%s/objects", dir).p));
}

static err add(struct audit *au, const char *dir)
{
	if (au->n == REPOSITORIES_MAX)
		return fail(ERR_LIMIT, "more than %d repositories; audit them in groups into one --home", REPOSITORIES_MAX);
	au->v[au->n++] = (struct audit_repository){ .dir = dir };
	return NULL;
}

struct visiting {
	struct audit *au;
	const char *dir;
};

static err visit_clone(void *ctx, const char *name)
{
	struct visiting *v = ctx;
	const char *path = arena_printf(v->au->run->a, "%s/%s", v->dir, name).p;

	return is_repository(v->au->run->a, path) ? add(v->au, path) : NULL;
}

/* A folder inside a work tree is that repository; one that holds clones is all of
 * them. */
static err add_folder(struct audit *au, const char *dir)
{
	struct visiting v = { au, dir };
	size_t before = au->n;
	char *up = realpath(dir, NULL);
	bool inside = false;

	if (!up || !dir_exists(dir)) {
		free(up);
		return fail(ERR_MISSING, "there is no folder %s", dir);
	}
	for (char *slash; !inside && *up; *slash = '\0') {
		inside = is_repository(au->run->a, up);
		slash = strrchr(up, '/');
		if (!slash)
			break;
	}
	free(up);
	if (inside)
		return add(au, dir);
	TRY(dir_each(dir, visit_clone, &v));
	if (au->n > before)
		return NULL;
	return err_hint(fail(ERR_MISSING, "%s is no git repository and holds none", dir),
			"name the folder of a clone: custody audit DIR");
}

static err add_from_file(struct audit *au, const char *path)
{
	BUF_AUTO text = buf_new(1 << 20);
	struct str rest, line;

	TRY(file_read(path, &text));
	rest = arena_str(au->run->a, buf_str(&text));
	while (str_split(&rest, '\n', &line)) {
		line = str_trim(line);
		if (line.n && line.p[0] != '#')
			TRY(add_folder(au, arena_cstr(au->run->a, line)));
	}
	return NULL;
}

/* The name of the first repository's folder, for ./NAME-custody. */
static err base_name(struct audit *au, const char *dir, struct str *out)
{
	char *real = realpath(dir, NULL);
	struct str path, piece;

	if (!real)
		return fail_errno("cannot find %s", dir);
	path = arena_str(au->run->a, str_c(real));
	free(real);
	*out = STR("repositories");
	while (str_split(&path, '/', &piece))
		if (piece.n && !str_is(piece, ".git"))
			*out = piece;
	return NULL;
}

/* Keys and pack never lie in one folder: the pack is there to be given away. */
static err choose_places(struct audit *au)
{
	struct arena *a = au->run->a;
	struct str name = au->o->name;
	const char *beside;

	if (name.n && au->n > 1)
		return fail(ERR_USAGE, "--name names one repository, and there are %zu", au->n);
	if (!name.n)
		TRY(base_name(au, au->n == 1 ? au->v[0].dir : ".", &name));
	beside = arena_printf(a, "%.*s-custody", FMT(name)).p;
	au->home = au->run->home_given ? au->run->home : arena_printf(a, "%s/home", beside).p;
	au->pack = au->o->pack.p ? arena_cstr(a, au->o->pack) : arena_printf(a, "%s/pack.zip", beside).p;
	au->folder = beside;
	if (au->run->home_given)
		au->folder = arena_printf(a, "%s and the home", au->o->pack.p ? au->pack : beside).p;
	return au->o->pack.p || !au->run->home_given ? NULL : dir_make(beside, 0755);
}

err audit_find(struct audit *au)
{
	const struct str *dir = au->o->dir.v;

	au->v = ARENA_ARRAY(au->run->a, struct audit_repository, REPOSITORIES_MAX);
	for (size_t i = 0; i < au->o->dir.n; i++)
		TRY(add_folder(au, arena_cstr(au->run->a, dir[i])));
	if (au->o->repos.p)
		TRY(add_from_file(au, arena_cstr(au->run->a, au->o->repos)));
	if (au->n == 0)
		TRY(add_folder(au, "."));
	return choose_places(au);
}
