/* `custody import`: reports and exports become records. */
#include "cmd/nouns.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/instant.h"
#include "base/term.h"
#include "cmd/anchor.h"
#include "cmd/job.h"
#include "show/pulls_told.h"
#include "source/import.h"
#include "store/join.h"

struct import_options {
	struct many file;
	struct str artefact, branch, commit, digest, environment, kind, repository, run, scope, signature,
		system, to;
	int64_t complete_since, effective;
};
static const struct field fields[] = {
	FIELD(import_options, file, FIELD_PATH, FIELD_OPERAND | FIELD_MANY | FIELD_REQUIRED, 10000,
	      "report or export; - is standard input"),
	FIELD(import_options, artefact, FIELD_TEXT, 0, 256, "name of the image or file that was scanned"),
	FIELD(import_options, branch, FIELD_TEXT, 0, 256, "branch the report is of"),
	FIELD(import_options, commit, FIELD_COMMIT, 0, 0, "commit the report is of"),
	{ .name = "complete-since", .kind = FIELD_DAY, .offset = offsetof(struct import_options, complete_since),
	  .help = "your word: the export leaves out no pull request merged since that day" },
	FIELD(import_options, digest, FIELD_TEXT, 0, 128, "digest of the image or file that was scanned"),
	FIELD(import_options, effective, FIELD_TIME, 0, 0, "when it happened or was exported, where the file does not say"),
	FIELD(import_options, environment, FIELD_TEXT, 0, 128, "environment the report is of"),
	FIELD(import_options, kind, FIELD_TEXT, 0, 64, "format, where its content does not tell"),
	FIELD(import_options, repository, FIELD_TEXT, 0, 256, "repository the report is of"),
	FIELD(import_options, run, FIELD_TEXT, 0, 256, "run of the pipeline that made it"),
	FIELD(import_options, scope, FIELD_TEXT, 0, 512, "part that was scanned, where not all"),
	FIELD(import_options, signature, FIELD_PATH, 0, 4096, "SSH signature over a submission: ssh-keygen -Y sign -n file"),
	FIELD(import_options, system, FIELD_TEXT, 0, 128, "system the report is of"),
	FIELD(import_options, to, FIELD_PATH, 0, 4096, "in a job without a home: write a submission here; - is standard output"),
	{ 0 },
};
static const struct table table = TABLE(import_options, "import", fields);

/* What the job's environment says where the command line does not. */
static struct intake_context context_of(const struct import_options *o)
{
	struct intake_context c = {
		.system = o->system, .scope = o->scope, .environment = o->environment, .effective = o->effective,
		.artefact = o->artefact.n ? o->artefact : o->digest, .commit = o->commit, .branch = o->branch,
		.run = o->run, .repository = o->repository, .content = CONTENT_UPLOADED, .author = AUTHOR_CLAIMED,
	};

	if (o->complete_since != INSTANT_NONE) {
		c.complete = true;
		c.complete_since = o->complete_since * DAY_SECONDS;
	}
	job_context(&c);
	return c;
}

static void say_note(void *ctx, struct str note)
{
	const struct cmd_run *run = ctx;

	cmd_say(run, "  note: %.*s", FMT(term_safe(run->a, note)));
}

static void say_progress(void *ctx, int64_t done, int64_t of)
{
	if (of > 0)
		term_progress(ctx, "reading %lld %%", (long long)(100 * done / of));
}

static void put_outcomes(struct buf *b, const struct intake_counts *n)
{
	if (n->empty)
		buf_addf(b, "; empty: nothing shows that anything was looked at, so it does not count as a run");
	if (n->failed_runs)
		buf_addf(b, "; failed: the tool says so, so it changes nothing and does not count as a run");
}

static void put_replaced(struct buf *b, const struct import_result *r)
{
	if (r->replaced.n)
		buf_addf(b, ": secret values replaced before anything was kept (%.*s)", FMT(r->replaced));
}

/* "77 results: 77 created, 0 unchanged, …", of what there was. */
static err print_counts(struct cmd_run *run, struct store *s, const char *name, const struct import_result *r)
{
	const struct intake_counts *n = &r->counts;
	BUF_AUTO b = buf_new(16384);

	buf_addf(&b, "%.*s: %s", FMT(term_safe(run->a, str_c(name))), r->title);
	if (r->known_since > 0)
		buf_addf(&b, ": the same file was imported before; nothing changed");
	put_replaced(&b, r);
	if (n->scans)
		buf_addf(&b, ": %lld results: %lld created, %lld unchanged, %lld reopened, %lld changed, %lld not reported",
			 (long long)n->results, (long long)n->opened, (long long)n->unchanged, (long long)n->reopened,
			 (long long)n->changed, (long long)n->gone);
	if (n->late)
		buf_addf(&b, "; older than what is known, so it changes no state");
	if (n->proposed)
		buf_addf(&b, "; of a commit on no release branch");
	put_outcomes(&b, n);
	if (n->partial)
		buf_addf(&b, "; the tool says that it did not finish");
	if (n->rules)
		buf_addf(&b, ": %lld branch rules", (long long)n->rules);
	if (n->tests)
		buf_addf(&b, ": %lld tests, %lld failed", (long long)n->tests, (long long)n->failed);
	if (n->sboms)
		buf_addf(&b, "; bill of materials kept");
	if (n->vex)
		buf_addf(&b, ": %lld statements", (long long)n->vex);
	if (n->people + n->people_changed + n->people_known)
		buf_addf(&b, ": %lld created, %lld changed, %lld unchanged", (long long)n->people,
			 (long long)n->people_changed, (long long)n->people_known);
	buf_add_char(&b, '\n');
	if (n->pulls + n->pulls_known) {
		TRY(join_now(s, run->a));
		TRY(show_pulls_told(store_db(s), r->title, n, &b));
	}
	return cmd_print(buf_str(&b));
}

/* A descriptor on a regular file with the input's bytes, at 0. */
static err open_input(const char *folder, const char *name, int *out)
{
	bool given = strcmp(name, "-") == 0;
	FD_AUTO in = given ? dup(STDIN_FILENO) : open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (in < 0 && errno == ENXIO)
		return fail(ERR_INPUT, "%s is no regular file", name);
	if (in < 0 && errno == ENOENT)
		return fail(ERR_MISSING, "there is no file %s", name);
	if (in < 0 || fstat(in, &st))
		return fail_errno("cannot open %s", name);
	if (S_ISDIR(st.st_mode))
		return err_hint(fail(ERR_INPUT, "%s is a folder", name), "name the files in it: custody import %s/*", name);
	if (S_ISREG(st.st_mode)) {
		*out = in;
		in = -1;
		return NULL;
	}
	if (!given)
		return err_hint(fail(ERR_INPUT, "%s is no regular file", name), "give it on standard input: custody import -");
	return import_spool(folder, in, name, out);
}

static err import_one(struct cmd_run *run, struct store *s, const struct import_options *o, const char *name)
{
	struct intake_context c = context_of(o);
	struct import_result result = { 0 };
	TERM_PROGRESS_AUTO line = { 0 };
	FD_AUTO fd = -1;
	struct import_spec spec = {
		.a = run->a, .name = strcmp(name, "-") == 0 ? "standard input" : name, .context = &c,
		.kind = o->kind.p ? arena_cstr(run->a, o->kind) : NULL,
		.progress = run->quiet ? NULL : say_progress, .progress_ctx = &line,
		.note = say_note, .note_ctx = run,
		.signature = o->signature.p ? arena_cstr(run->a, o->signature) : NULL,
	};

	c.file = str_c(name);
	TRY(open_input(store_home(s), name, &fd));
	TRY(import_file(s, &spec, fd, &result));
	term_progress_done(&line);
	return print_counts(run, s, name, &result);
}

/* Whether an error is about this file alone, so that the others go on. */
static bool is_of_one_file(err e)
{
	return e->kind == ERR_INPUT || e->kind == ERR_MISSING || e->kind == ERR_LIMIT;
}

static err import_each(struct cmd_run *run, struct store *s, const struct import_options *o)
{
	const struct str *file = o->file.v;
	size_t refused = 0;

	for (size_t i = 0; i < o->file.n; i++) {
		err e = import_one(run, s, o, arena_cstr(run->a, file[i]));

		if (!e)
			continue;
		if (o->file.n == 1 || !is_of_one_file(e))
			return e;
		refused++;
		cmd_warn("refused: %.*s", FMT(term_safe(run->a, str_c(e->text))));
	}
	if (refused == o->file.n)
		return fail(ERR_INPUT, "all %zu files were refused; nothing is imported", refused);
	if (refused)
		return fail(ERR_INPUT, "%zu of %zu files %s refused; the others are imported", refused, o->file.n,
			    refused == 1 ? "was" : "were");
	return NULL;
}

/* A job without a home: what was read goes to a file. */
static err write_submission(struct cmd_run *run, const struct import_options *o)
{
	const char *name = arena_cstr(run->a, *(const struct str *)o->file.v);
	struct intake_context c = context_of(o);
	struct submit_spec spec = {
		.name = strcmp(name, "-") == 0 ? "standard input" : name, .context = &c, .folder = job_folder(),
		.kind = o->kind.p ? arena_cstr(run->a, o->kind) : NULL, .note = say_note, .note_ctx = run,
	};
	struct submit_result r;
	struct job_out out;
	FD_AUTO fd = -1;

	if (o->file.n > 1)
		return err_hint(fail(ERR_USAGE, "a submission is of one file, and there are %zu", o->file.n),
				"write one for each");
	if (o->signature.p)
		return fail(ERR_USAGE, "--signature is checked where the submission is taken in; sign what --to wrote");
	c.file = str_c(name);
	TRY(open_input(spec.folder, name, &fd));
	TRY(job_out_open(run, o->to, &out));
	spec.out = out.fd;
	TRY(job_out_end(&out, submit_file(&spec, run->a, fd, &r)));
	if (r.replaced.n)
		cmd_say(run, "%s: secret values replaced before anything was written (%.*s)", name, FMT(r.replaced));
	cmd_say(run, "%s: %s, %lld items; at the home: custody import %s", name, r.title, (long long)r.items,
		out.path ? out.path : "FILE");
	return NULL;
}

static err run_import(struct cmd_run *run, const void *options)
{
	const struct import_options *o = options;
	STORE_AUTO s = NULL;

	if (o->to.p)
		return write_submission(run, o);
	if (o->signature.p && o->file.n > 1)
		return fail(ERR_USAGE, "--signature is over one file, and there are %zu", o->file.n);
	TRY(job_open_home(run, true, &s));
	TRY(import_each(run, s, o));
	return cmd_anchor_always(run, s);
}

static const struct cmd_verb verbs[] = {
	{ "", "reports and exports become records",
	  "The format is told from the content. Importing a file again changes nothing. Values the command line does\n"
	  "not give are taken from the variables that CI systems set.\n"
	  "Of exports of a code host it says where they were filed, what they told, and with which command what stays\n"
	  "unknown is filled; accounts that belong together without doubt are joined.\n"
	  "A CI job without a home writes a submission (--to), which the home takes in as any file. What it is of is told\n"
	  "by the submission itself; that it came from the pipeline only by a signature of a key listed for a service.",
	  "  custody import trivy.json --to trivy.submission\n  custody import trivy.json codeql.sarif\n  gh pr list --state merged --json … | custody import -",
	  &table, run_import },
	{ 0 },
};
const struct cmd_noun cmd_import = { "import", "reports and exports become records", verbs, false };
