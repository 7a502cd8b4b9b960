#include "source/run.h"

#include <unistd.h>

#include "base/file.h"
#include "base/proc.h"

const char *const source_role_words[] = { "decode", "detect", "redact", "sweep", "read", "config", NULL };

enum { SAID_MAX = 16384 };

struct call {
	enum source_role role;
	const char *kind, *name;	/* kind NULL: none */
	const char *const *argv;	/* instead of role, kind and name; or NULL */
	int in, out;
	const uint8_t *key;		/* NULL: none */
};

/* The key goes through a pipe: never on a command line or in an environment. */
static err key_pipe(const uint8_t *key, int *read_end)
{
	FD_AUTO write_end = -1;

	if (!key)
		return NULL;
	TRY(proc_pipe(read_end, &write_end));
	return fd_write_all(write_end, "the reader's key", (struct str){ (const char *)key, 32 });
}

/* Starts the role; *said is the end of a pipe on which it tells what went wrong. */
static err start(const struct call *c, int *said, pid_t *pid)
{
	const char *const argv[] = { "custody", "reader", source_role_words[c->role], c->kind ? c->kind : "-",
				     c->name, NULL };
	const char *const env[] = { "LC_ALL=C.UTF-8", "PATH=/usr/local/bin:/usr/bin:/bin",
				    "ASAN_OPTIONS=detect_leaks=0", NULL };
	FD_AUTO key = -1;
	FD_AUTO said_end = -1;
	struct proc_spec spec = {
		.path = proc_self(), .argv = c->argv ? c->argv : argv, .env = env, .in = c->in, .out = c->out
	};

	TRY(key_pipe(c->key, &key));
	TRY(proc_pipe(said, &said_end));
	spec.error = said_end;
	spec.extra = key;
	return proc_start(&spec, pid);
}

/* "kind sentence[\nhint]" as a role wrote it. */
static err failure(struct str said, const char *name)
{
	struct str kind, text;
	uint64_t k;

	if (!str_split(&said, ' ', &kind) || !str_to_u64(kind, &k) || k > ERR_GATE)
		return fail(ERR_FAILED, "%s: the reader failed without saying why", name);
	str_split(&said, '\n', &text);
	if (said.n)
		return err_hint(fail((enum err_kind)k, "%.*s", FMT(text)), "%.*s", FMT(said));
	return fail((enum err_kind)k, "%.*s", FMT(text));
}

/* Waits for the role and turns how it ended into an error. What it says when all
 * went well goes to `told`, which may be NULL. */
static err finish_telling(const struct call *c, int said, pid_t pid, struct buf *told)
{
	BUF_AUTO text = buf_new(SAID_MAX);
	err e = fd_read_all(said, "the reader's errors", &text), waited;
	int status;

	waited = proc_wait(pid, &status);
	TRY(waited);
	if (status == 0 && !e && told)
		buf_add(told, buf_str(&text));
	if (status == 0)
		return e;
	if (status > 128)
		return err_hint(fail(ERR_INPUT, "%s: the reader was stopped by signal %d; nothing of the file was kept",
				     c->name, status - 128),
				"the file makes its reader misbehave: keep it, and report it");
	return failure(buf_str(&text), c->name);
}

static err finish(const struct call *c, int said, pid_t pid)
{
	return finish_telling(c, said, pid, NULL);
}

static err run_telling(const struct call *c, struct buf *told)
{
	FD_AUTO said = -1;
	pid_t pid;

	TRY(start(c, &said, &pid));
	return finish_telling(c, said, pid, told);
}

static err run(const struct call *c)
{
	return run_telling(c, NULL);
}

err source_decode(int in, int out, const char *name)
{
	return run(&(struct call){ .role = SOURCE_DECODE, .name = name, .in = in, .out = out });
}

/* Runs a role that answers in words. */
static err ask(struct call *c, struct buf *answer)
{
	FD_AUTO out = -1;
	FD_AUTO said = -1;
	int write_end = -1;
	pid_t pid;
	err e;

	TRY(proc_pipe(&out, &write_end));
	c->out = write_end;
	e = start(c, &said, &pid);
	fd_close_at(&write_end);
	TRY(e);
	e = err_copy(fd_read_all(out, "the reader's answer", answer));
	fd_close_at(&out);
	if (e) {
		err kept = err_in(e, "%s", c->name);

		err_drop_copy(e);
		proc_end(pid);
		return kept;
	}
	return finish(c, said, pid);
}

err source_ask(const char *const *argv, const char *name, struct buf *answer)
{
	return ask(&(struct call){ .argv = argv, .name = name, .in = -1 }, answer);
}

err source_config(int in, const char *name, struct buf *answer)
{
	return ask(&(struct call){ .role = SOURCE_CONFIG, .name = name, .in = in }, answer);
}

err source_detect(struct arena *a, int in, const char *name, const char *kind, const char **out)
{
	struct call c = { .role = SOURCE_DETECT, .name = name, .in = in };
	const struct reader_kind *k;
	BUF_AUTO word = buf_new(128);

	if (!kind) {
		TRY(ask(&c, &word));
		kind = arena_cstr(a, buf_str(&word));
	}
	TRY(reader_find(kind, &k));
	*out = k->name;
	return NULL;
}

static err copy_without(enum source_role role, const struct source_copy *copy, bool *made, struct buf *said)
{
	*made = false;
	TRY(run_telling(&(struct call){ .role = role, .kind = copy->kind, .name = copy->name, .in = copy->in,
					.out = copy->out, .key = copy->key }, said));
	*made = lseek(copy->out, 0, SEEK_END) > 0;
	return NULL;
}

err source_redact(const struct source_copy *copy, bool *made, struct buf *said)
{
	const struct reader_kind *k;

	TRY(reader_find(copy->kind, &k));
	*made = false;
	return k->redact ? copy_without(SOURCE_REDACT, copy, made, said) : NULL;
}

err source_sweep(const struct source_copy *copy, bool *made, struct buf *said)
{
	return copy_without(SOURCE_SWEEP, copy, made, said);
}

struct hearing {
	err (*take)(const struct hearing *h, int fd);
	struct intake *in;
	const struct source_said *said;
};

/* Reads the role's submission, then how the role ended. */
static err hear(const struct hearing *h, struct call *c)
{
	FD_AUTO out = -1;
	FD_AUTO said = -1;
	int write_end = -1;
	pid_t pid;
	err e, ended;

	TRY(proc_pipe(&out, &write_end));
	c->out = write_end;
	e = start(c, &said, &pid);
	fd_close_at(&write_end);
	TRY(e);
	e = err_copy(h->take(h, out));
	fd_close_at(&out);
	ended = finish(c, said, pid);
	/* How the role ended explains a stream that was cut short. */
	if (e && !ended)
		ended = err_in(e, "%s", c->name);
	err_drop_copy(e);
	return ended;
}

static err into_intake(const struct hearing *h, int fd)
{
	return intake_run(h->in, fd);
}

static err into_calls(const struct hearing *h, int fd)
{
	return submission_read(fd, h->said->calls, h->said->ctx);
}

err source_run(struct intake *in, const char *kind, const char *name, int fd, const uint8_t key[32])
{
	const struct hearing h = { .take = into_intake, .in = in };

	return hear(&h, &(struct call){ .role = SOURCE_READ, .kind = kind, .name = name, .in = fd, .key = key });
}

err source_run_argv(struct intake *in, const char *const *argv, const char *name, const uint8_t key[32])
{
	const struct hearing h = { .take = into_intake, .in = in };

	return hear(&h, &(struct call){ .argv = argv, .name = name, .in = -1, .key = key });
}

err source_hear(const struct source_said *what)
{
	const struct hearing h = { .take = into_calls, .said = what };

	return hear(&h, &(struct call){ .role = SOURCE_READ, .kind = what->kind, .name = what->name, .argv = what->argv,
					.in = what->argv ? -1 : what->fd, .key = what->key });
}
