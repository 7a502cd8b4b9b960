#include "pack/out.h"

#include "base/arena.h"
#include "pack/sink.h"
#include "text/json.h"

/* Evidence is named by its digest, so its path is not kept. */
struct listed {
	const char *path;		/* NULL: evidence */
	struct digest digest;
	uint64_t size;
};

struct pack_out {
	struct arena *a;
	struct pack_sink sink;
	struct digest_ctx *sum;
	struct listed *v;
	size_t n, room;
	struct listed now;		/* the file that is open */
	bool open, evidence, complete;
	uint64_t bytes;
};

err pack_out_open(const char *path, struct pack_out **out)
{
	OWNED(pack_out) o = base_alloc(sizeof(*o));

	o->a = arena_new();
	o->sum = digest_ctx_new();
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
	arena_free(o->a);
	free(o->v);
	free(o);
}

err pack_out_begin(struct pack_out *o, const char *path)
{
	ASSERT(!o->open && !o->complete);
	o->now = (struct listed){ .path = arena_cstr(o->a, str_c(path)) };
	o->evidence = false;
	TRY(o->sink.begin(o->sink.ctx, path));
	o->open = true;
	return NULL;
}

err pack_out_evidence(struct pack_out *o, const struct digest *d)
{
	char path[sizeof("evidence/") + DIGEST_TEXT];

	ASSERT(!o->open && !o->complete);
	memcpy(path, "evidence/", 9);
	digest_put(path + 9, d);
	o->now = (struct listed){ .digest = *d };
	o->evidence = true;
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
	o->bytes += o->now.size;
}

err pack_out_end(struct pack_out *o)
{
	struct digest is = digest_end(o->sum);

	ASSERT(o->open);
	o->open = false;
	TRY(o->sink.end(o->sink.ctx));
	if (o->evidence && !digest_eq(&is, &o->now.digest))
		return fail(ERR_INTEGRITY, "an evidence is not what its digest says");
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

static const char evidence[] = "evidence/";

static int by_path(const void *x, const void *y)
{
	const struct listed *a = x, *b = y;

	if (a->path && b->path)
		return strcmp(a->path, b->path);
	if (!a->path && !b->path)
		return memcmp(a->digest.b, b->digest.b, DIGEST_BYTES);
	return a->path ? strcmp(a->path, evidence) : -strcmp(b->path, evidence);
}

/* One line of the list; the writer cannot be used over a whole manifest, whose
 * size has no bound in memory. */
static err put_listed(struct pack_out *o, const struct listed *l, bool first)
{
	BUF_AUTO text = buf_new(8192);
	struct json_writer w = json_write(&text);
	char digest[DIGEST_TEXT], path[sizeof(evidence) + DIGEST_TEXT];

	digest_put(digest, &l->digest);
	memcpy(path, evidence, sizeof(evidence) - 1);
	memcpy(path + sizeof(evidence) - 1, digest, DIGEST_TEXT);
	json_open(&w, '{');
	json_add_c(&w, "path", l->path ? l->path : path);
	json_add_c(&w, "sha256", digest);
	json_add_int(&w, "size", (int64_t)l->size);
	json_close(&w, '}');
	TRY(buf_ok(&text, "a line of the manifest"));
	if (!first)
		TRY(pack_out_add(o, STR(",")));
	return pack_out_add(o, buf_str(&text));
}

err pack_out_manifest(struct pack_out *o, struct digest *digest)
{
	size_t n = o->n;

	if (n)
		qsort(o->v, n, sizeof(*o->v), by_path);
	for (size_t i = 1; i < n; i++)
		ASSERT(by_path(&o->v[i - 1], &o->v[i]) < 0);
	TRY(pack_out_begin(o, "manifest.json"));
	TRY(pack_out_add(o, STR("{\"files\":[")));
	for (size_t i = 0; i < n; i++)
		TRY(put_listed(o, &o->v[i], i == 0));
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
	return (struct pack_out_sums){ o->n, o->bytes };
}
