#include "pack/out.h"

#include "base/arena.h"
#include "pack/pile.h"
#include "pack/sink.h"
#include "text/json.h"

struct listed {
	const char *path;		/* NULL while an evidence is written */
	struct digest digest;
	uint64_t size;
};

/* An evidence is named by its digest. There may be more of them than memory should
 * hold: they wait in a temporary file. */
struct evidence {
	struct digest digest;
	uint64_t size;
};

struct pack_out {
	struct arena *a;
	struct pack_sink sink;
	struct digest_ctx *sum;
	struct listed *v;		/* all but evidence */
	size_t n, room;
	struct pile *evidence;		/* ascending */
	struct digest last;		/* of them */
	struct listed now;		/* the file that is open */
	bool open, is_evidence, complete;
	uint64_t bytes;
};

err pack_out_open(const char *path, struct pack_out **out)
{
	OWNED(pack_out) o = base_alloc(sizeof(*o));

	o->a = arena_new();
	o->sum = digest_ctx_new();
	o->evidence = pile_new(sizeof(struct evidence), PILE_AS_PUT);
	TRY(str_ends(str_c(path), STR(".zip")) ? pack_sink_zip(path, &o->sink) : pack_sink_folder(path, &o->sink));
	*out = o;
	o = NULL;
	return NULL;
}

void pack_out_free(struct pack_out *o)
{
	if (!o)
		return;
	if (o->sink.free && o->sink.ctx)
		o->sink.free(o->sink.ctx);
	digest_ctx_free(o->sum);
	pile_free(o->evidence);
	arena_free(o->a);
	free(o->v);
	free(o);
}

err pack_out_begin(struct pack_out *o, const char *path)
{
	ASSERT(!o->open && !o->complete);
	o->now = (struct listed){ .path = arena_cstr(o->a, str_c(path)) };
	o->is_evidence = false;
	TRY(o->sink.begin(o->sink.ctx, path));
	o->open = true;
	return NULL;
}

err pack_out_evidence(struct pack_out *o, const struct digest *d)
{
	char path[sizeof("evidence/") + DIGEST_TEXT];

	ASSERT(!o->open && !o->complete);
	ASSERT(!pile_count(o->evidence) || memcmp(&o->last, d, sizeof(*d)) < 0);
	memcpy(path, "evidence/", 9);
	digest_put(path + 9, d);
	o->now = (struct listed){ .digest = *d };
	o->is_evidence = true;
	TRY(o->sink.begin(o->sink.ctx, path));
	o->open = true;
	return NULL;
}

err pack_out_add(struct pack_out *o, struct str bytes)
{
	ASSERT(o->open);
	digest_add(o->sum, bytes);
	o->now.size += bytes.n;
	return o->sink.add(o->sink.ctx, bytes);
}

static void keep(struct pack_out *o)
{
	if (o->n == o->room) {
		o->room = o->room ? o->room + o->room / 2 : 256;
		o->v = base_realloc(o->v, o->room * sizeof(*o->v));
	}
	o->v[o->n++] = o->now;
}

err pack_out_end(struct pack_out *o)
{
	struct digest is = digest_end(o->sum);

	ASSERT(o->open);
	o->open = false;
	TRY(o->sink.end(o->sink.ctx));
	o->bytes += o->now.size;
	if (o->is_evidence) {
		if (!digest_eq(&is, &o->now.digest))
			return fail(ERR_INTEGRITY, "an evidence is not what its digest says");
		o->last = is;
		return pile_put(o->evidence, &(struct evidence){ is, o->now.size });
	}
	o->now.digest = is;
	keep(o);
	return NULL;
}

err pack_out_file(struct pack_out *o, const char *path, struct str bytes)
{
	TRY(pack_out_begin(o, path));
	TRY(pack_out_add(o, bytes));
	return pack_out_end(o);
}

static int by_path(const void *x, const void *y)
{
	const struct listed *a = x, *b = y;

	return strcmp(a->path, b->path);
}

/* One line of the list; the writer cannot be used over a whole manifest, whose
 * size has no bound in memory. */
static err put_listed(struct pack_out *o, const struct listed *l, bool *first)
{
	BUF_AUTO text = buf_new(8192);
	struct json_writer w = json_write(&text);
	char digest[DIGEST_TEXT];

	digest_put(digest, &l->digest);
	json_open(&w, '{');
	json_add_c(&w, "path", l->path);
	json_add_c(&w, "sha256", digest);
	json_add_int(&w, "size", (int64_t)l->size);
	json_close(&w, '}');
	TRY(buf_ok(&text, "a line of the manifest"));
	if (!*first)
		TRY(pack_out_add(o, STR(",")));
	*first = false;
	return pack_out_add(o, buf_str(&text));
}

static const char folder[] = "evidence/";

static err put_evidence(struct pack_out *o, bool *first)
{
	char path[sizeof(folder) + DIGEST_TEXT];
	struct evidence e;
	bool got;

	memcpy(path, folder, sizeof(folder));
	TRY(pile_start(o->evidence));
	for (;;) {
		TRY(pile_next(o->evidence, &e, &got));
		if (!got)
			return NULL;
		digest_put(path + sizeof(folder) - 1, &e.digest);
		TRY(put_listed(o, &(struct listed){ path, e.digest, e.size }, first));
	}
}

err pack_out_manifest(struct pack_out *o, struct digest *digest)
{
	size_t n = o->n, i = 0;
	bool first = true;

	if (n)
		qsort(o->v, n, sizeof(*o->v), by_path);
	for (size_t k = 1; k < n; k++)
		ASSERT(by_path(&o->v[k - 1], &o->v[k]) < 0);
	TRY(pack_out_begin(o, "manifest.json"));
	TRY(pack_out_add(o, STR("{\"files\":[")));
	for (; i < n && strcmp(o->v[i].path, folder) < 0; i++)
		TRY(put_listed(o, &o->v[i], &first));
	TRY(put_evidence(o, &first));
	for (; i < n; i++)
		TRY(put_listed(o, &o->v[i], &first));
	TRY(pack_out_add(o, STR("],\"pack\":\"custody-pack/1\"}")));
	TRY(pack_out_end(o));
	*digest = o->now.digest;
	return NULL;
}

err pack_out_finish(struct pack_out *o)
{
	ASSERT(!o->open);
	o->complete = true;
	return o->sink.finish(o->sink.ctx);
}

struct pack_out_sums pack_out_sums(const struct pack_out *o)
{
	return (struct pack_out_sums){ o->n + pile_count(o->evidence), o->bytes };
}
