#include "source/submit.h"

#include <sys/stat.h>

#include "base/file.h"
#include "crypto/random.h"
#include "source/clean.h"
#include "source/import.h"
#include "source/run.h"

enum { PIECE_MAX = 1 << 20 };

struct submitting {
	const struct submit_spec *spec;
	struct submission_writer *out;
	struct submit_result *result;
};

static err begin(struct submitting *g, struct arena *a, const char *source, struct submission_writer **out)
{
	const struct intake_context *c = g->spec->context;
	struct s_start start = {
		.format = STR("custody-submission/1"), .tool = STR("custody " CUSTODY_VERSION), .source = str_c(source),
		.address = c->address, .artefact = c->artefact, .branch = c->branch, .commit = c->commit,
		.environment = c->environment, .part = c->scope, .repository = c->repository, .run = c->run,
		.system = c->system, .effective = c->effective, .nonce = record_new_id(a),
	};

	TRY(submission_write_start(g->spec->out, &start, out));
	g->out = *out;
	return NULL;
}

static err pass_start(void *ctx, const struct s_start *start)
{
	(void)ctx, (void)start;		/* ours is written already */
	return NULL;
}

/* Without the home's key a secret is known again by its rule and place alone. */
static err pass_item(void *ctx, const struct table *t, const void *item)
{
	struct submitting *g = ctx;

	if (t == &item_note && g->spec->note)
		g->spec->note(g->spec->note_ctx, ((const struct s_note *)item)->text);
	if (t != &item_note)
		g->result->items++;
	if (t == &item_finding) {
		struct s_finding f = *(const struct s_finding *)item;

		if (str_starts(f.context, STR("hmac:")))
			f.context = (struct str){ 0 };
		return submission_write_item(g->out, t, &f);
	}
	return submission_write_item(g->out, t, item);
}

static const struct submission_calls passing = { .start = pass_start, .item = pass_item };

static err pass_piece(void *ctx, struct str piece)
{
	struct submitting *g = ctx;

	return submission_write_bytes(g->out, piece);
}

static err pass_evidence(struct submitting *g, const char *kind, int fd)
{
	struct str name = str_cut(g->spec->context->file, 1024);
	struct s_evidence e = { .kind = str_c(kind), .name = name.n ? name : STR("-") };
	struct stat st;

	if (fstat(fd, &st))
		return fail_errno("cannot examine %s", g->spec->name);
	e.size = st.st_size;
	TRY(submission_write_evidence(g->out, &e));
	TRY(import_rewind(fd, g->spec->name));
	TRY(import_pieces(fd, g->spec->name, pass_piece, g));
	return import_rewind(fd, g->spec->name);
}

static err pass_report(struct submitting *g, struct arena *a, const char *kind, struct source_said *said)
{
	OWNED(submission_writer) out = NULL;

	TRY(begin(g, a, kind, &out));
	TRY(pass_evidence(g, kind, said->fd));
	TRY(source_hear(said));
	return submission_write_end(out);
}

static err decode_and_clean(struct clean_spec *clean, int fd, int *report, const char *kind,
			    struct submit_result *result)
{
	const struct reader_kind *k;

	TRY(source_decode(fd, *report, clean->name));
	TRY(source_detect(clean->a, *report, clean->name, kind, &clean->kind));
	TRY(reader_find(clean->kind, &k));
	result->title = k->title;
	return clean_report(clean, *report, report, &result->replaced);
}

err submit_file(const struct submit_spec *spec, struct arena *a, int fd, struct submit_result *result)
{
	struct submitting g = { .spec = spec, .result = result };
	struct source_said said = { .name = spec->name, .calls = &passing, .ctx = &g };
	struct clean_spec clean = { .a = a, .folder = spec->folder, .name = spec->name };
	FD_AUTO report = -1;
	uint8_t key[32];
	err e;

	*result = (struct submit_result){ 0 };
	random_bytes(key, sizeof(key));
	clean.key = said.key = key;
	TRY(import_temporary(spec->folder, &report));
	e = decode_and_clean(&clean, fd, &report, spec->kind, result);
	if (e)
		return clean_error(&clean, e);
	said.kind = clean.kind;
	said.fd = report;
	e = pass_report(&g, a, said.kind, &said);
	return e ? clean_error(&clean, e) : NULL;
}

err submit_git(const struct submit_spec *spec, struct arena *a, const struct collect_spec *collect,
	       struct submit_result *result)
{
	struct submitting g = { .spec = spec, .result = result };
	OWNED(submission_writer) out = NULL;

	*result = (struct submit_result){ .title = "git" };
	TRY(begin(&g, a, "git", &out));
	TRY(collect_git_hear(collect, &passing, &g));
	return submission_write_end(out);
}
