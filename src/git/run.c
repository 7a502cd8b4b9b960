#include "git/run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "base/file.h"

enum { ARGS = 40, COMPLAINT = 64 * 1024, WALL_SECONDS = 120, FIRST_ROOM = 256 * 1024,
       PIPE_BYTES = 1 << 20 };

/* Configuration that outranks the repository's own. */
static const char *const settings[][2] = {
	{ "core.hooksPath", "/dev/null" },
	{ "core.fsmonitor", "false" },
	{ "core.pager", "cat" },
	{ "core.editor", "false" },
	{ "core.askPass", "false" },
	{ "core.sshCommand", "false" },
	{ "core.gitProxy", "false" },
	{ "core.alternateRefsCommand", "false" },
	{ "core.attributesFile", "/dev/null" },
	{ "core.excludesFile", "/dev/null" },
	{ "core.commitGraph", "false" },
	{ "core.untrackedCache", "false" },
	{ "core.quotePath", "false" },
	{ "core.warnAmbiguousRefs", "false" },
	{ "credential.helper", "" },
	{ "diff.external", "" },
	{ "diff.renames", "false" },
	{ "diff.orderFile", "/dev/null" },
	{ "gc.auto", "0" },
	{ "gpg.program", "false" },
	{ "gpg.ssh.program", "false" },
	{ "gpg.x509.program", "false" },
	{ "log.showSignature", "false" },
	{ "maintenance.auto", "false" },
	{ "protocol.allow", "never" },
	{ "safe.directory", "*" },
	{ "safe.bareRepository", "all" },
	{ "uploadpack.packObjectsHook", "false" },
};

/* Replacements and grafts would show another history than the one that was
 * signed; a list of allowed protocols outranks any configuration. */
static const char *const fixed[] = {
	"PATH=/usr/local/bin:/usr/bin:/bin",
	"HOME=/nonexistent",
	"XDG_CONFIG_HOME=/nonexistent",
	"LC_ALL=C",
	"TZ=UTC",
	"GIT_CONFIG_NOSYSTEM=1",
	"GIT_CONFIG_SYSTEM=/dev/null",
	"GIT_CONFIG_GLOBAL=/dev/null",
	"GIT_ATTR_NOSYSTEM=1",
	"GIT_GRAFT_FILE=/dev/null",
	"GIT_NO_REPLACE_OBJECTS=1",
	"GIT_NO_LAZY_FETCH=1",
	"GIT_ALLOW_PROTOCOL=none",
	"GIT_PROTOCOL_FROM_USER=0",
	"GIT_TERMINAL_PROMPT=0",
	"GIT_OPTIONAL_LOCKS=0",
	"GIT_LITERAL_PATHSPECS=1",
	"GIT_ADVICE=0",
	"GIT_FLUSH=0",			/* not one write for each commit */
	"GIT_PAGER=cat",
	"GIT_ASKPASS=false",
	"SSH_ASKPASS=false",
	"GIT_SSH_COMMAND=false",
};

const char *const *git_run_env(struct arena *a, const char *git_dir)
{
	size_t n = 0;
	const char **env = ARENA_ARRAY(a, const char *, ARRAY_LEN(fixed) + 2 * ARRAY_LEN(settings) + 3);

	for (size_t i = 0; i < ARRAY_LEN(fixed); i++)
		env[n++] = fixed[i];
	for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
		env[n++] = arena_printf(a, "GIT_CONFIG_KEY_%zu=%s", i, settings[i][0]).p;
		env[n++] = arena_printf(a, "GIT_CONFIG_VALUE_%zu=%s", i, settings[i][1]).p;
	}
	env[n++] = arena_printf(a, "GIT_CONFIG_COUNT=%zu", ARRAY_LEN(settings)).p;
	if (git_dir)
		env[n++] = arena_printf(a, "GIT_DIR=%s", git_dir).p;
	return env;
}

static void argv_make(const char *argv[ARGS], const char *const *args)
{
	size_t n = 0;

	argv[n++] = "git";
	for (; *args; args++) {
		ASSERT(n < ARGS - 1);
		argv[n++] = *args;
	}
	argv[n] = NULL;
}

/* The first line that says what went wrong, without git's own prefix. */
static struct str complaint(struct arena *a, struct str text)
{
	struct str line, first = { 0 };

	while (str_split(&text, '\n', &line)) {
		if (str_starts(line, STR("fatal: ")))
			return arena_str(a, arena_utf8(a, str_from(line, 7)));
		if (!first.p && line.n)
			first = line;
	}
	if (str_starts(first, STR("error: ")))
		first = str_from(first, 7);
	return first.p ? arena_str(a, arena_utf8(a, first)) : STR("it gave no reason");
}

err git_run(struct arena *a, const struct git_call *call, struct buf *out, int *status,
	    struct str *said)
{
	const char *argv[ARGS];
	struct proc_spec spec = {
		.path = "git", .argv = argv, .env = call->env, .dir = call->dir ? call->dir : "/",
		.in = -1, .out = -1, .error = -1, .extra = -1, .wall_seconds = WALL_SECONDS,
	};
	BUF_AUTO error = buf_new(COMPLAINT);
	struct proc_result result = { .out = *out, .error = error };
	err e;

	argv_make(argv, call->args);
	e = proc_run(&spec, call->in, &result);
	*out = result.out;
	error = result.error;
	if (e)
		return e;
	*status = result.status;
	*said = result.status ? complaint(a, buf_str(&error)) : STR("");
	return NULL;
}

err git_run_ok(struct git_repo *r, const char *const *args, const char *what, struct buf *out)
{
	struct git_call call = { .env = r->env, .args = args };
	OWNED(arena) a = arena_new();
	struct str said;
	int status;

	TRY(git_run(a, &call, out, &status, &said));
	if (status)
		return fail(ERR_INPUT, "git could not %s of %s: %.*s", what, r->dir, FMT(said));
	return NULL;
}

err git_stream_open(struct git_repo *r, const char *const *args, struct str in,
		    struct git_stream *s)
{
	const char *argv[ARGS];
	struct proc_spec spec = { .path = "git", .argv = argv, .env = r->env, .dir = "/",
				  .in = -1, .out = -1, .error = -1, .extra = -1 };
	FD_AUTO input = -1;
	FD_AUTO from = -1;
	FD_AUTO out = -1;

	argv_make(argv, args);
	TRY(proc_input(in, &input));
	TRY(proc_pipe(&from, &out));
	fcntl(from, F_SETPIPE_SZ, PIPE_BYTES);
	spec.in = input, spec.out = out;
	TRY(proc_start(&spec, &s->p.pid));
	s->p.from = from;
	from = -1;
	s->open = true, s->end = false;
	s->at = s->n = 0;
	return NULL;
}

/* One read more behind what is there; room grows to what is asked for. */
static err more_bytes(struct git_stream *s)
{
	ssize_t n;

	if (s->at) {
		memmove(s->bytes, s->bytes + s->at, s->n - s->at);
		s->n -= s->at, s->at = 0;
	}
	if (s->n == s->room) {
		s->room = s->room ? s->room * 2 : FIRST_ROOM;
		s->bytes = base_realloc(s->bytes, s->room);
	}
	do
		n = read(s->p.from, s->bytes + s->n, s->room - s->n);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return fail_errno("cannot read from git");
	s->end = n == 0;
	s->n += (size_t)n;
	return NULL;
}

err git_stream_fill(struct git_stream *s, size_t max)
{
	struct pollfd ready = { .fd = s->p.from, .events = POLLIN };

	while (s->open && !s->end && s->n - s->at < max && poll(&ready, 1, 0) > 0)
		TRY(more_bytes(s));
	return NULL;
}

/* Copies the first `max` bytes aside, because what follows is skipped. */
static struct str keep(struct git_stream *s, size_t max)
{
	s->kept = base_realloc(s->kept, max + 1);
	memcpy(s->kept, s->bytes + s->at, max);
	return (struct str){ s->kept, max };
}

/* Drops bytes up to and with `until`. */
static err skip_past(struct git_stream *s, char until, bool *more)
{
	for (;;) {
		const char *hit = s->n > s->at ? memchr(s->bytes + s->at, until, s->n - s->at) : NULL;

		if (hit) {
			s->at = (size_t)(hit - s->bytes) + 1;
			*more = true;
			return NULL;
		}
		s->at = s->n;
		if (s->end) {
			*more = false;
			return NULL;
		}
		TRY(more_bytes(s));
	}
}

err git_stream_next(struct git_stream *s, struct git_piece form, struct str *piece, bool *more)
{
	size_t looked = 0;

	for (;;) {
		size_t have = s->n - s->at;
		const char *from = have ? s->bytes + s->at : "";
		const char *hit = have > looked ? memchr(from + looked, form.until, have - looked) : NULL;
		size_t len = hit ? (size_t)(hit - from) : have;

		if (len > form.max)
			break;
		if (hit || s->end) {
			*piece = (struct str){ from, len };
			s->at += hit ? len + 1 : 0;
			*more = hit != NULL;
			return NULL;
		}
		looked = have;
		TRY(more_bytes(s));
	}
	*piece = keep(s, form.max);
	return skip_past(s, form.until, more);
}

/* Drops n bytes. */
static err skip(struct git_stream *s, size_t n, bool *more)
{
	for (;;) {
		size_t have = s->n - s->at, step = have < n ? have : n;

		s->at += step;
		n -= step;
		*more = n == 0;
		if (n == 0 || s->end)
			return NULL;
		TRY(more_bytes(s));
	}
}

err git_stream_take(struct git_stream *s, size_t n, size_t max, struct str *bytes, bool *more)
{
	size_t want = n < max ? n : max;

	while (s->n - s->at < want && !s->end)
		TRY(more_bytes(s));
	*more = s->n - s->at >= want;
	if (!*more)
		return NULL;
	*bytes = (struct str){ want ? s->bytes + s->at : "", want };
	if (want < n)
		*bytes = keep(s, want);
	s->at += want;
	return want < n ? skip(s, n - want, more) : NULL;
}

err git_stream_close(struct git_stream *s, int *status)
{
	err e;

	ASSERT(s->open);
	e = proc_close(&s->p, status);
	git_stream_done(s);
	return e;
}

void git_stream_done(struct git_stream *s)
{
	proc_stream_done(&s->p);
	free(s->bytes);
	free(s->kept);
	*s = (struct git_stream)GIT_STREAM_NONE;
}
