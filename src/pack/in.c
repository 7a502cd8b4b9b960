#include "pack/in.h"

#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "pack/in_parts.h"

void pack_fault(const struct pack_faults *f, const char *where, const char *fmt, ...)
{
	char text[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	f->say(f->ctx, where, text);
}

static bool has_odd_bytes(struct str path)
{
	for (size_t i = 0; i < path.n; i++)
		if ((unsigned char)path.p[i] < ' ' || path.p[i] == 0x7f || path.p[i] == '\\')
			return true;
	return false;
}

bool pack_path_ok(struct str path)
{
	struct str rest = path, part;

	if (!path.n || path.n > PACK_PATH_MAX || path.p[path.n - 1] == '/' || !str_is_utf8(path) || has_odd_bytes(path))
		return false;
	while (str_split(&rest, '/', &part))
		if (!part.n || str_is(part, ".") || str_is(part, ".."))
			return false;
	return true;
}

/* An evidence while it waits: in order of its name, then of its place. */
struct stored {
	struct digest name;
	uint8_t at[8];
	uint64_t size, packed, crc;
};

static const char folder[] = "evidence/";

void pack_evidence_path(char out[PACK_EVIDENCE_PATH], const struct digest *name)
{
	memcpy(out, folder, sizeof(folder) - 1);
	digest_put(out + sizeof(folder) - 1, name);
}

static err add_evidence(struct pack_in *in, const struct pack_entry *e, const struct digest *name)
{
	struct stored s = { .name = *name, .size = e->size, .packed = e->packed, .crc = e->crc };

	pile_put_u64(s.at, e->at);
	return pile_put(in->evidence, &s);
}

err pack_in_add(struct pack_in *in, const struct pack_entry *e)
{
	struct str path = str_c(e->path);
	struct digest name;

	if (in->n + pile_count(in->evidence) >= PACK_FILES_MAX)
		return fail(ERR_LIMIT, "%s holds more than %d files", in->path, PACK_FILES_MAX);
	if (str_starts(path, str_c(folder)) && digest_get(str_from(path, sizeof(folder) - 1), &name))
		return add_evidence(in, e, &name);
	if (in->n == in->room) {
		in->room = in->room ? in->room + in->room / 2 : 256;
		in->v = base_realloc(in->v, in->room * sizeof(*in->v));
	}
	in->v[in->n] = *e;
	in->v[in->n++].path = arena_cstr(in->a, path);
	return NULL;
}

err pack_in_evidence(struct pack_in *in, const struct pack_faults *f, struct pack_evidence *out, bool *got)
{
	struct stored s;

	if (!in->started)
		TRY(pile_start(in->evidence));
	for (;; pack_fault(f, in->name, "the .zip holds two entries of this name")) {
		TRY(pile_next(in->evidence, &s, got));
		if (!*got)
			return NULL;
		if (!in->started || !digest_eq(&s.name, &in->last))
			break;
	}
	in->started = true;
	in->last = s.name;
	pack_evidence_path(in->name, &s.name);
	out->name = s.name;
	out->entry = (struct pack_entry){ .path = in->name, .size = s.size, .packed = s.packed, .at = pile_u64(s.at),
					  .crc = (uint32_t)s.crc };
	return NULL;
}

static int by_path(const void *x, const void *y)
{
	const struct pack_entry *a = x, *b = y;
	int d = strcmp(a->path, b->path);

	return d ? d : a->at < b->at ? -1 : a->at > b->at;
}

static void drop_doubles(struct pack_in *in, const struct pack_faults *f)
{
	size_t n = 0;

	for (size_t i = 0; i < in->n; i++) {
		if (n && strcmp(in->v[n - 1].path, in->v[i].path) == 0)
			pack_fault(f, in->v[i].path, "the .zip holds two entries of this name");
		else
			in->v[n++] = in->v[i];
	}
	in->n = n;
}

err pack_in_open(const struct pack_in_spec *spec, struct pack_in **out)
{
	OWNED(pack_in) in = base_alloc(sizeof(*in));
	struct stat st;

	in->a = arena_new();
	in->scratch = arena_new();
	in->evidence = pile_new(sizeof(struct stored), PILE_SORTED);
	in->path = arena_cstr(in->a, str_c(spec->path));
	in->fd = open(spec->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (in->fd < 0)
		return file_exists(spec->path) ? fail_errno("cannot open %s", spec->path)
					       : fail(ERR_MISSING, "there is no %s", spec->path);
	if (fstat(in->fd, &st))
		return fail_errno("cannot look at %s", spec->path);
	in->zip = S_ISREG(st.st_mode);
	if (!in->zip && !S_ISDIR(st.st_mode))
		return fail(ERR_INPUT, "%s is neither a file nor a folder", spec->path);
	in->bytes = in->zip ? (uint64_t)st.st_size : 0;
	TRY(in->zip ? pack_in_list_zip(in, spec) : pack_in_list_folder(in, spec));
	if (in->n)
		qsort(in->v, in->n, sizeof(*in->v), by_path);
	drop_doubles(in, &spec->faults);
	*out = in;
	in = NULL;
	return NULL;
}

void pack_in_free(struct pack_in *in)
{
	if (!in)
		return;
	if (in->fd >= 0)
		close(in->fd);
	free(in->v);
	pile_free(in->evidence);
	arena_free(in->scratch);
	arena_free(in->a);
	free(in);
}

const struct pack_entry *pack_in_entries(const struct pack_in *in, size_t *n)
{
	*n = in->n;
	return in->v;
}

static int path_of(const void *path, const void *entry)
{
	return strcmp(path, ((const struct pack_entry *)entry)->path);
}

const struct pack_entry *pack_in_find(const struct pack_in *in, const char *path)
{
	return in->n ? bsearch(path, in->v, in->n, sizeof(*in->v), path_of) : NULL;
}

bool pack_in_is_zip(const struct pack_in *in)
{
	return in->zip;
}

uint64_t pack_in_bytes(const struct pack_in *in)
{
	return in->bytes;
}
