/* The roles' own side of source/run.h. */
#include "source/run.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sandbox.h"
#include "crypto/hmac.h"
#include "reader/sweep.h"
#include "source/config_ask.h"
#include "text/decompress.h"

enum { ROLE_MEMORY_MB = 1024, KEY_FD = 3 };

static err role_decode(struct reader *r)
{
	static char piece[256 * 1024];
	OWNED(decompress) d = decompress_open(r->in, r->name);
	size_t got;

	for (;;) {
		TRY(decompress_read(d, piece, sizeof(piece), &got));
		if (got == 0)
			return NULL;
		TRY(fd_write_all(STDOUT_FILENO, "the decoded file", (struct str){ piece, got }));
	}
}

static err role_detect(struct reader *r)
{
	static char head[READER_HEAD];
	const struct reader_kind *k;
	size_t got;

	if (lseek(r->in, 0, SEEK_SET) < 0)
		return fail_errno("cannot read %s", r->name);
	TRY(fd_read_some(r->in, r->name, head, sizeof(head), &got));
	k = reader_detect((struct str){ head, got }, r->name);
	if (!k)
		return reader_unknown((struct str){ head, got }, r->name);
	return fd_write_all(STDOUT_FILENO, "the answer", str_c(k->name));
}

static err role_read(struct reader *r, const struct reader_kind *k)
{
	OWNED(submission_writer) out = NULL;
	struct s_start start = { .format = STR("custody-submission/1"), .tool = STR("custody " CUSTODY_VERSION) };
	err e;

	ASSERT(k);
	start.source = str_c(k->name);
	TRY(submission_write_start(STDOUT_FILENO, &start, &out));
	r->out = out;
	e = reader_run(k, r);
	return e ? submission_write_failure(out, e) : submission_write_end(out);
}

static err tell_replaced(struct str said)
{
	return fd_write_all(STDERR_FILENO, "what was replaced", said);
}

/* What was replaced is told where errors are told otherwise. */
static err role_sweep(struct reader *r, struct sweep *s)
{
	struct sweep_spec spec = { .name = r->name, .in = r->in, .out = STDOUT_FILENO, .key = r->secret_key };
	BUF_AUTO said = buf_new(16384);
	uint64_t replaced;

	TRY(sweep_run(s, &spec, &replaced));
	sweep_tell(s, &said);
	return tell_replaced(buf_str(&said));
}

static err role_redact(const struct reader_kind *k, struct reader *r)
{
	BUF_AUTO said = buf_new(64);
	uint64_t replaced;

	TRY(reader_redact(k, r, STDOUT_FILENO, &replaced));
	if (replaced)
		buf_addf(&said, "%llu named by the tool", (unsigned long long)replaced);
	return tell_replaced(buf_str(&said));
}

static err role_run(enum source_role role, const struct reader_kind *k, struct reader *r, struct sweep *s)
{
	switch (role) {
	case SOURCE_DECODE:
		return role_decode(r);
	case SOURCE_DETECT:
		return role_detect(r);
	case SOURCE_REDACT:
		return role_redact(k, r);
	case SOURCE_SWEEP:
		return role_sweep(r, s);
	case SOURCE_READ:
		return role_read(r, k);
	case SOURCE_CONFIG:
		return config_role(r);
	}
	return NULL;
}

static err enter(struct reader *r, bool key)
{
	struct sandbox_spec spec = { .memory_mb = ROLE_MEMORY_MB };
	struct sandbox_layers layers;
	struct stat st;
	size_t got;

	if (key) {
		TRY(fd_read_some(KEY_FD, "the reader's key", r->secret_key, sizeof(r->secret_key), &got));
		close(KEY_FD);
	}
	if (fstat(STDIN_FILENO, &st))
		return fail_errno("cannot examine the input");
	r->size = st.st_size;
	/* OpenSSL reads its configuration at first use: now, while files can be opened. */
	(void)hmac_of(STR(""), STR(""));
	return sandbox_enter(&spec, &layers);
}

err source_role_end(err e, int *code)
{
	char said[2200];
	int n;

	if (!e)
		return NULL;
	*code = 1;
	n = snprintf(said, sizeof(said), "%d %s%s%s", (int)e->kind, e->text, e->hint ? "\n" : "", e->hint ? e->hint : "");
	return fd_write_all(STDERR_FILENO, "the error", (struct str){ said, (size_t)n });
}

err source_role_main(enum source_role role, const char *kind, const char *name, int *code)
{
	OWNED(arena) a = arena_new();
	struct reader r = { .in = STDIN_FILENO, .name = name, .a = a };
	bool known = role == SOURCE_REDACT || role == SOURCE_READ;
	OWNED(sweep) s = NULL;
	const struct reader_kind *k = NULL;
	err e = known ? reader_find(kind, &k) : NULL;

	if (!e && k && k->prepare)
		k->prepare();
	if (!e && role == SOURCE_SWEEP)
		e = sweep_new(&s);
	if (!e)
		e = enter(&r, known || role == SOURCE_SWEEP);
	if (!e)
		e = role_run(role, k, &r, s);
	return source_role_end(e, code);
}
