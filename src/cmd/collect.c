/* `custody collect`: what systems of record hold, without a token of ours. And the
 * role that reads a repository. */
#include "cmd/collect.h"

#include "base/instant.h"
#include "base/term.h"
#include "cmd/anchor.h"
#include "cmd/job.h"
#include "cmd/nouns.h"

struct git_options {
	struct many dir, branch;
	struct str name, to;
};
static const struct field git_fields[] = {
	{ .name = "branch", .kind = FIELD_TEXT, .flags = FIELD_MANY, .max = 200, .letter = 'b',
	  .offset = offsetof(struct git_options, branch), .help = "release branch (default: HEAD's)" },
	FIELD(git_options, dir, FIELD_PATH, FIELD_OPERAND | FIELD_MANY, 10000, "repository (default: this folder)"),
	FIELD(git_options, name, FIELD_TEXT, 0, 256, "its name here (default: the folder's)"),
	FIELD(git_options, to, FIELD_PATH, 0, 4096, "in a job without a home: write a submission here; - is standard output"),
	{ 0 },
};
static const struct table git_table = TABLE(git_options, "collect git", git_fields);

static err collect_one(struct cmd_run *run, struct store *s, const struct git_options *o, const char *dir)
{
	struct collect_one_spec spec = { .dir = dir, .name = o->name, .branches = { o->branch.v, o->branch.n },
					 .progress = !run->quiet };
	struct collect_result r;

	TRY(collect_one_repository(s, run->a, &spec, &r));
	for (size_t i = 0; i < r.notes.n; i++)
		cmd_say(run, "  note: %.*s", FMT(term_safe(run->a, r.notes.v[i])));
	return cmd_print(arena_printf(run->a, "%.*s: %lld changes new, %lld known before%s\n", FMT(r.name), (long long)r.counts.changes,
				      (long long)r.counts.changes_known,
				      r.counts.lost ? "; history was rewritten, what vanished is recorded" : ""));
}

static void say_note(void *ctx, struct str note)
{
	const struct cmd_run *run = ctx;

	cmd_say(run, "  note: %.*s", FMT(term_safe(run->a, note)));
}

/* A job without a home: what git holds goes to a file. */
static err write_submission(struct cmd_run *run, const struct git_options *o)
{
	const char *dir = o->dir.n ? arena_cstr(run->a, *(const struct str *)o->dir.v) : ".";
	struct collect_spec collect = { .dir = dir, .name = o->name, .branches = { o->branch.v, o->branch.n } };
	struct intake_context c = { .effective = INSTANT_NONE };
	struct submit_spec spec = { .name = dir, .context = &c, .folder = job_folder(), .note = say_note,
				    .note_ctx = run };
	struct submit_result r;
	struct job_out out;

	if (o->dir.n > 1)
		return err_hint(fail(ERR_USAGE, "a submission is of one repository, and there are %zu", o->dir.n),
				"write one for each");
	if (!collect.name.n)
		TRY(collect_one_name(run->a, dir, &collect.name));
	TRY(job_out_open(run, o->to, &out));
	spec.out = out.fd;
	TRY(job_out_end(&out, submit_git(&spec, run->a, &collect, &r)));
	cmd_say(run, "%.*s: %lld items; at the home: custody import %s", FMT(collect.name), (long long)r.items,
		out.path ? out.path : "FILE");
	return NULL;
}

static err run_git(struct cmd_run *run, const void *options)
{
	const struct git_options *o = options;
	const struct str *dir = o->dir.v;
	STORE_AUTO s = NULL;

	if (o->name.n && o->dir.n > 1)
		return fail(ERR_USAGE, "--name names one repository, and there are %zu", o->dir.n);
	if (o->to.p)
		return write_submission(run, o);
	TRY(job_open_home(run, true, &s));
	if (o->dir.n == 0)
		TRY(collect_one(run, s, o, "."));
	for (size_t i = 0; i < o->dir.n; i++)
		TRY(collect_one(run, s, o, arena_cstr(run->a, dir[i])));
	return cmd_anchor_always(run, s);
}

static const struct cmd_verb verbs[] = {
	{ "git", "changes to the release branches of repositories",
	  "Git does not know which branches are protected: without --branch it is HEAD's. What git does not hold (reviews,\n"
	  "required checks, deployments) stays unknown until an export of the code host is imported.",
	  "  custody collect git ~/src/app --branch main --branch release/2", &git_table, run_git },
	{ 0 },
};
const struct cmd_noun cmd_collect = { "collect", "what systems of record hold", verbs, false };

struct collector_options {
	struct many branch, known;
	struct str dir, file, name, revoked, signers, signers_digest;
	int describe;
};
static const struct field collector_fields[] = {
	FIELD(collector_options, branch, FIELD_TEXT, FIELD_MANY, 500, "release branch"),
	FIELD(collector_options, describe, FIELD_FLAG, 0, 0, "only say where it lives"),
	FIELD(collector_options, dir, FIELD_PATH, FIELD_OPERAND | FIELD_REQUIRED, 4096, "repository"),
	FIELD(collector_options, file, FIELD_PATH, 0, 1024, "only give this file of the branch"),
	FIELD(collector_options, known, FIELD_TEXT, FIELD_MANY, 500, "COMMIT:STEPS=BRANCH seen before; STEPS- where not all was seen"),
	FIELD(collector_options, name, FIELD_TEXT, FIELD_OPERAND | FIELD_REQUIRED, 256, "its name"),
	FIELD(collector_options, revoked, FIELD_PATH, 0, 4096, "keys that are revoked"),
	FIELD(collector_options, signers, FIELD_PATH, 0, 4096, "allowed signers"),
	{ .name = "signers-digest", .kind = FIELD_TEXT, .max = 64, .offset = offsetof(struct collector_options, signers_digest),
	  .help = "digest of both" },
	{ 0 },
};
static const struct table collector_table = TABLE(collector_options, "collector", collector_fields);

static err run_collector(struct cmd_run *run, const void *options)
{
	const struct collector_options *o = options;
	const struct str *known = o->known.v;
	struct collect_branch *v = ARENA_ARRAY(run->a, struct collect_branch, o->known.n + 1);
	struct collect_spec spec = { .dir = arena_cstr(run->a, o->dir), .name = o->name,
				     .branches = { o->branch.v, o->branch.n }, .known = v, .known_n = o->known.n,
				     .signers = o->signers.n ? arena_cstr(run->a, o->signers) : NULL,
				     .revoked = o->revoked.n ? arena_cstr(run->a, o->revoked) : NULL,
				     .signers_digest = o->signers_digest };

	for (size_t i = 0; i < o->known.n; i++) {
		struct str total;

		v[i].name = known[i];
		if (!str_split(&v[i].name, '=', &v[i].from) || !v[i].name.p)
			return fail(ERR_USAGE, "--known wants COMMIT:STEPS=BRANCH");
		v[i].partial = str_ends(v[i].from, STR("-"));
		v[i].from.n -= v[i].partial;
		total = v[i].from;
		if (!str_split(&total, ':', &v[i].from) || !str_to_i64(total, &v[i].total))
			return fail(ERR_USAGE, "--known wants COMMIT:STEPS=BRANCH");
	}
	if (o->describe == 1)
		return collect_git_describe_main(&spec, &run->exit_code);
	if (o->file.p)
		return collect_git_file_main(&spec, arena_cstr(run->a, o->file), &run->exit_code);
	return collect_git_main(&spec, &run->exit_code);
}

static const struct cmd_verb collector_verbs[] = {
	{ "", "read a repository and write a submission", NULL, NULL, &collector_table, run_collector },
	{ 0 },
};
const struct cmd_noun cmd_collector = { "collector", "read a repository", collector_verbs, true };
