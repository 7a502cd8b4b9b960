#include "source/clean.h"

#include "base/file.h"
#include "source/import.h"
#include "source/run.h"

enum { SAID_MAX = 16384 };

static err step(const struct clean_spec *spec, int fd, int *clean, struct buf *said,
		err (*take_out)(const struct source_copy *copy, bool *made, struct buf *said))
{
	FD_AUTO out = -1;
	bool made;

	TRY(import_temporary(spec->folder, &out));
	TRY(import_rewind(fd, spec->name));
	TRY(take_out(&(struct source_copy){ spec->kind, spec->name, fd, out, spec->key }, &made, said));
	if (!made)
		return import_rewind(fd, spec->name);
	fd_close_at(clean);
	*clean = out;
	out = -1;
	return import_rewind(*clean, spec->name);
}

err clean_report(const struct clean_spec *spec, int fd, int *clean, struct str *replaced)
{
	BUF_AUTO named = buf_new(SAID_MAX);
	BUF_AUTO found = buf_new(SAID_MAX);
	int before = *clean;

	TRY(step(spec, fd, clean, &named, source_redact));
	TRY(step(spec, *clean == before ? fd : *clean, clean, &found, source_sweep));
	if (named.n + found.n)
		*replaced = arena_printf(spec->a, "%.*s%s%.*s", FMT(buf_str(&named)),
					 named.n && found.n ? ", " : "", FMT(buf_str(&found)));
	return NULL;
}

err clean_found(const struct clean_spec *spec, int fd, int *clean, struct str *found)
{
	BUF_AUTO said = buf_new(SAID_MAX);

	TRY(step(spec, fd, clean, &said, source_sweep));
	if (said.n)
		*found = arena_str(spec->a, buf_str(&said));
	return NULL;
}

static err clean_sentence(const struct clean_spec *spec, struct str text, struct buf *out)
{
	BUF_AUTO said = buf_new(SAID_MAX);
	FD_AUTO fd = -1;

	TRY(import_temporary(spec->folder, &fd));
	TRY(fd_write_all(fd, "a sentence", text));
	TRY(step(spec, fd, &fd, &said, source_sweep));
	return fd_read_all(fd, "a sentence", out);
}

err clean_error(const struct clean_spec *spec, err e)
{
	enum err_kind kind = e->kind;
	struct str text = arena_str(spec->a, str_c(e->text)), hint = arena_str(spec->a, str_c(e->hint ? e->hint : ""));
	BUF_AUTO clean = buf_new(SAID_MAX);

	if (kind != ERR_INPUT)
		return e;
	TRY(clean_sentence(spec, text, &clean));
	e = fail(kind, "%.*s", FMT(buf_str(&clean)));
	return hint.n ? err_hint(e, "%.*s", FMT(hint)) : e;
}
