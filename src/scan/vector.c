#include "scan/vector.h"

#include "base/buf.h"

#include <dlfcn.h>
#include <hs/hs.h>
#include <pthread.h>

/* What is used of libhs, filled in by the first load. */
static struct {
	void *library;
	__typeof__(hs_valid_platform) *valid_platform;
	__typeof__(hs_compile_multi) *compile_multi;
	__typeof__(hs_free_compile_error) *free_compile_error;
	__typeof__(hs_free_database) *free_database;
	__typeof__(hs_expression_info) *expression_info;
	__typeof__(hs_alloc_scratch) *alloc_scratch;
	__typeof__(hs_free_scratch) *free_scratch;
	__typeof__(hs_scan) *scan;
} hs;

static pthread_once_t once = PTHREAD_ONCE_INIT;

struct scan_vector {
	hs_database_t *db;
};

struct scan_vector_scratch {
	const hs_database_t *db;
	hs_scratch_t *scratch;
};

static bool load_one(const char *name, void *slot)
{
	void *at = dlsym(hs.library, name);

	memcpy(slot, &at, sizeof(at));	/* ISO C has no cast from data to function */
	return at != NULL;
}

static void load(void)
{
	bool all;

	hs.library = dlopen("libhs.so.5", RTLD_NOW | RTLD_LOCAL);
	if (!hs.library)
		return;
	all = load_one("hs_valid_platform", &hs.valid_platform) &&
	      load_one("hs_compile_multi", &hs.compile_multi) &&
	      load_one("hs_free_compile_error", &hs.free_compile_error) &&
	      load_one("hs_free_database", &hs.free_database) &&
	      load_one("hs_expression_info", &hs.expression_info) &&
	      load_one("hs_alloc_scratch", &hs.alloc_scratch) &&
	      load_one("hs_free_scratch", &hs.free_scratch) &&
	      load_one("hs_scan", &hs.scan);
	if (!all)
		hs.library = NULL;
}

static err need_library(void)
{
	pthread_once(&once, load);
	if (!hs.library)
		return err_hint(fail(ERR_MISSING, "scanning needs the library vectorscan, which "
				     "could not be loaded"), "apt install libvectorscan5");
	if (hs.valid_platform() != HS_SUCCESS)
		return fail(ERR_FAILED, "vectorscan does not run on this processor");
	return NULL;
}

/* A literal as an expression: everything that is no letter or digit as \xHH. */
static void add_quoted(struct buf *b, struct str literal)
{
	for (size_t i = 0; i < literal.n; i++) {
		unsigned char c = (unsigned char)literal.p[i];

		if ((c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z'))
			buf_add_char(b, (char)c);
		else
			buf_addf(b, "\\x%02x", c);
	}
}

static err refused(hs_compile_error_t *e, size_t *bad)
{
	err out = fail(ERR_INPUT, "vectorscan cannot take the pattern (%s)",
		       e ? e->message : "no reason given");

	*bad = e && e->expression >= 0 ? (size_t)e->expression : 0;
	if (e)
		hs.free_compile_error(e);
	return out;
}

static err measure(const char *text, unsigned flags, size_t *width)
{
	hs_compile_error_t *e = NULL;
	hs_expr_info_t *info = NULL;
	size_t ignored;

	if (hs.expression_info(text, flags, &info, &e) != HS_SUCCESS)
		return refused(e, &ignored);
	*width = info->max_width == UINT32_MAX ? SIZE_MAX : info->max_width;
	free(info);
	return NULL;
}

struct compile {
	const char **text;
	unsigned *flags, *ids;
	size_t *at;		/* where each text begins in the buffer */
};

static err compile(struct scan_expression *v, size_t n, size_t *bad, const struct compile *c,
		   hs_database_t **db)
{
	hs_compile_error_t *e = NULL;

	for (size_t i = 0; i < n; i++) {
		*bad = i;
		v[i].width = v[i].text.n;
		if (!v[i].literal)
			TRY(measure(c->text[i], c->flags[i], &v[i].width));
	}
	if (hs.compile_multi(c->text, c->flags, c->ids, (unsigned)n, HS_MODE_BLOCK, NULL, db,
			     &e) != HS_SUCCESS)
		return refused(e, bad);
	return NULL;
}

err scan_vector_new(struct scan_expression *v, size_t n, size_t *bad, struct scan_vector **out)
{
	BUF_AUTO all = buf_new(64 << 20);
	struct compile c;
	hs_database_t *db = NULL;
	err e;

	ASSERT(n > 0 && n <= UINT32_MAX);
	*bad = 0;
	TRY(need_library());
	c.text = base_alloc(n * sizeof(*c.text));
	c.flags = base_alloc(n * sizeof(*c.flags));
	c.ids = base_alloc(n * sizeof(*c.ids));
	c.at = base_alloc(n * sizeof(*c.at));
	for (size_t i = 0; i < n; i++) {
		c.at[i] = all.n;
		c.ids[i] = v[i].id;
		c.flags[i] = HS_FLAG_MULTILINE | (v[i].literal ? HS_FLAG_CASELESS : 0u);
		if (v[i].literal)
			add_quoted(&all, v[i].text);
		else
			buf_add(&all, v[i].text);
		buf_add_char(&all, '\0');
	}
	for (size_t i = 0; i < n && !buf_over(&all); i++)
		c.text[i] = all.p + c.at[i];
	e = buf_ok(&all, "the set of rules");
	if (!e)
		e = compile(v, n, bad, &c, &db);
	free(c.text);
	free(c.flags);
	free(c.ids);
	free(c.at);
	TRY(e);
	*out = base_alloc(sizeof(**out));
	(*out)->db = db;
	return NULL;
}

void scan_vector_free(struct scan_vector *v)
{
	if (!v)
		return;
	hs.free_database(v->db);
	free(v);
}

err scan_vector_scratch_new(const struct scan_vector *v, struct scan_vector_scratch **out)
{
	hs_scratch_t *scratch = NULL;

	if (hs.alloc_scratch(v->db, &scratch) != HS_SUCCESS)
		return fail(ERR_FAILED, "vectorscan could not allocate its working memory");
	*out = base_alloc(sizeof(**out));
	**out = (struct scan_vector_scratch){ v->db, scratch };
	return NULL;
}

void scan_vector_scratch_free(struct scan_vector_scratch *s)
{
	if (!s)
		return;
	hs.free_scratch(s->scratch);
	free(s);
}

struct run {
	void (*ends)(void *ctx, unsigned id, size_t to);
	void *ctx;
};

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
		    void *ctx)
{
	const struct run *r = ctx;

	(void)from;
	(void)flags;
	r->ends(r->ctx, id, (size_t)to);
	return 0;
}

err scan_vector_run(struct scan_vector_scratch *s, struct str bytes,
		    void (*ends)(void *ctx, unsigned id, size_t to), void *ctx)
{
	struct run r = { ends, ctx };

	ASSERT(bytes.n <= UINT32_MAX);
	if (hs.scan(s->db, bytes.p, (unsigned)bytes.n, 0, s->scratch, on_match, &r) != HS_SUCCESS)
		return fail(ERR_FAILED, "vectorscan stopped in the middle of an input");
	return NULL;
}
