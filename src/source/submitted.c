#include "source/submitted.h"

#include <unistd.h>

#include "base/file.h"
#include "base/instant.h"
#include "source/clean.h"
#include "store/signature.h"
#include "text/json.h"

static const int64_t evidence_max = (int64_t)16 << 30;

struct taking {
	struct store *s;
	struct arena *a;
	const struct import_spec *spec;
	struct intake_context c;
	struct str source;
	int64_t items, written;
	int report;			/* the evidence, until it is found clean; -1: none yet */
	int texts;			/* what the items say, a line of JSON each */
};

err submitted_is(int fd, const char *name, bool *yes)
{
	char head[4096];
	size_t got;

	TRY(fd_read_some(fd, name, head, sizeof(head), &got));
	*yes = submission_is((struct str){ head, got });
	return import_rewind(fd, name);
}

/* --- the first time through: what it is of, what it says, and the evidence */

static err take_start(void *ctx, const struct s_start *start)
{
	struct taking *t = ctx;
	struct arena *a = t->a;

	t->source = arena_str(a, start->source);
	t->c.address = arena_str(a, start->address);
	t->c.artefact = arena_str(a, start->artefact);
	t->c.branch = arena_str(a, start->branch);
	t->c.commit = arena_str(a, start->commit);
	t->c.environment = arena_str(a, start->environment);
	t->c.repository = arena_str(a, start->repository);
	t->c.run = arena_str(a, start->run);
	t->c.scope = arena_str(a, start->part);
	t->c.system = arena_str(a, start->system);
	t->c.effective = start->effective;
	return NULL;
}

static err take_item(void *ctx, const struct table *table, const void *item)
{
	BUF_AUTO line = buf_new(SUBMISSION_FRAME_MAX);
	struct json_writer w = json_write(&line);
	struct taking *t = ctx;

	json_put_table(&w, table, (struct json_pick){ 0, 0 }, item);
	buf_add_char(&line, '\n');
	TRY(buf_ok(&line, "an item"));
	t->items++;
	return fd_write_all(t->texts, "a temporary file", buf_str(&line));
}

static err take_evidence(void *ctx, const struct s_evidence *e, struct str piece)
{
	struct taking *t = ctx;

	(void)e;
	if (t->report < 0)
		TRY(import_temporary(store_home(t->s), &t->report));
	t->written += (int64_t)piece.n;
	if (t->written > evidence_max)
		return fail(ERR_LIMIT, "its evidence is larger than %lld bytes", (long long)evidence_max);
	return fd_write_all(t->report, "a temporary file", piece);
}

/* --- what it holds */

/* The job took values out before it wrote; whether it did, with rules as good as ours, is
 * not for it to say. */
static err must_be_clean(struct taking *t, int fd)
{
	struct digest key = store_subkey(t->s, "secret value");
	struct clean_spec spec = { .a = t->a, .folder = store_home(t->s), .kind = arena_cstr(t->a, t->source),
				   .name = t->spec->name, .key = key.b };
	struct str found = { 0 };
	FD_AUTO clean = -1;

	TRY(import_rewind(fd, t->spec->name));
	TRY(clean_found(&spec, fd, &clean, &found));
	if (clean < 0)
		return import_rewind(fd, t->spec->name);
	return err_hint(fail(ERR_INPUT, "it holds values of secrets (%.*s): it is not taken in", FMT(found)),
			"write it again with this version of custody: custody import FILE --to");
}

static err keep_piece(void *ctx, struct str piece)
{
	return evidence_add(ctx, piece);
}

static err keep_report(struct taking *t)
{
	OWNED(evidence_writer) w = NULL;
	struct digest d;
	uint64_t size;

	TRY(evidence_begin(store_evidence(t->s), (uint64_t)evidence_max, &w));
	TRY(import_pieces(t->report, t->spec->name, keep_piece, w));
	TRY(evidence_end(w, &d, &size));
	TRY(store_note_evidence(t->s, &d, (int64_t)size, t->source));
	t->c.report = digest_hex(t->a, &d);
	t->c.size = (int64_t)size;
	return NULL;
}

/* The first time through: nothing is kept before all of it is found clean. */
static err look_through(struct taking *t, int fd)
{
	static const struct submission_calls first = {
		.start = take_start, .item = take_item, .evidence = take_evidence,
	};

	TRY(import_temporary(store_home(t->s), &t->texts));
	TRY(submission_read(fd, &first, t));
	TRY(must_be_clean(t, t->texts));
	if (t->report < 0)
		return NULL;
	TRY(must_be_clean(t, t->report));
	return keep_report(t);
}

/* --- whose it is */

static err keep(struct taking *t, struct str bytes, const char *kind, struct str *hex)
{
	struct digest d;

	TRY(evidence_put(store_evidence(t->s), bytes, &d));
	TRY(store_note_evidence(t->s, &d, (int64_t)bytes.n, str_c(kind)));
	*hex = digest_hex(t->a, &d);
	return NULL;
}

/* A pipeline is a service that the home knows; a person's key says who handed it over.
 * What was signed is kept beside the signature and the lists. */
static err check_signature(struct taking *t, int fd)
{
	BUF_AUTO message = buf_new(SIGNATURE_MESSAGE_MAX);
	struct signature_spec sig = { .name = t->spec->name, .signature = t->spec->signature, .at = instant_now() };
	struct signature_found found;
	struct str kept[2];
	size_t n = 0;
	bool service;

	TRY(fd_read_all(fd, t->spec->name, &message));
	TRY(import_rewind(fd, t->spec->name));
	sig.message = buf_str(&message);
	TRY(signature_check(t->s, t->a, &sig, &found));
	TRY(signature_of_service(t->s, t->a, found.signer, &service));
	t->c.content = service ? CONTENT_PIPELINE : CONTENT_UPLOADED;
	t->c.author = service ? AUTHOR_PIPELINE : AUTHOR_SIGNED;
	TRY(keep(t, sig.message, "submission", &kept[n++]));
	if (t->c.report.p)
		kept[n++] = t->c.report;
	t->c.cites = (struct strs){ kept, n };
	return signature_keep(t->s, t->a, &found, &t->c.cites);
}

/* --- taking it in */

/* The id comes from the bytes: the same submission is the same record in this home. */
static err name_it(struct taking *t, int fd)
{
	struct digest key = store_subkey(t->s, "submission"), d, id;

	TRY(import_hash(fd, t->spec->name, &d));
	id = hmac_of(digest_str(&key), digest_str(&d));
	t->c.id = str_cut(digest_hex(t->a, &id), 32);
	t->c.original = digest_hex(t->a, &d);
	return NULL;
}

/* One that was interrupted is not: what is missing of it is taken in the next time. */
static err seen_before(struct taking *t, int64_t *at)
{
	return db_get_int(store_db(t->s), SQL("SELECT at FROM view_submission WHERE id = $1 AND items IS NOT NULL"),
			  DB_ARGS(record_blob(t->a, t->c.id)), 0, at);
}

/* All of it was taken in. */
static err close_it(struct taking *t, const struct intake *in)
{
	struct r_submission f = { .source = t->source, .tool = STR("custody " CUSTODY_VERSION),
				  .items = t->items, .size = FIELD_NO_INT };
	struct draft d = { .type = &record_submission, .about = intake_id(in), .in = intake_id(in),
			   .effective = instant_now(), .content = t->c.content, .author = t->c.author, .fields = &f };
	bool already;
	int64_t idx;

	TRY(store_local_account(t->s, &d.by));
	TRY(store_append(t->s, &d, &idx, &already));
	return store_finish(t->s);
}

static err take_in(struct taking *t, int fd, struct import_result *out)
{
	OWNED(intake) in = NULL;
	err e;

	TRY(import_rewind(fd, t->spec->name));
	TRY(intake_new(t->s, &t->c, &in));
	if (t->spec->progress)
		intake_on_progress(in, t->spec->progress, t->spec->progress_ctx);
	e = intake_run(in, fd);
	if (t->spec->note)
		intake_each_note(in, t->spec->note, t->spec->note_ctx);
	TRY(e);
	out->counts = *intake_counts(in);
	return close_it(t, in);
}

static err take(struct taking *t, int fd, struct import_result *out)
{
	struct submission_shapes shapes;
	FD_AUTO copy = -1;

	out->title = "submission";
	TRY(import_temporary(store_home(t->s), &copy));
	TRY(submission_copy(fd, copy, &(struct submission_copy_calls){ 0 }, NULL, &shapes));
	TRY(import_rewind(copy, t->spec->name));
	TRY(name_it(t, copy));
	TRY(seen_before(t, &out->known_since));
	if (out->known_since)
		return NULL;
	TRY(look_through(t, copy));
	TRY(import_rewind(copy, t->spec->name));
	if (t->spec->signature)
		TRY(check_signature(t, copy));
	return take_in(t, copy, out);
}

err submitted_import(struct store *s, struct arena *a, const struct import_spec *spec, int fd,
		     struct import_result *out)
{
	struct taking t = { .s = s, .a = a, .spec = spec, .report = -1, .texts = -1,
			    .c = { .content = CONTENT_UPLOADED, .author = AUTHOR_CLAIMED, .file = spec->context->file,
				   .effective = INSTANT_NONE } };
	err e = take(&t, fd, out);

	fd_close_at(&t.report);
	fd_close_at(&t.texts);
	if (e) {
		store_abandon(s);
		return err_in(e, "%s", spec->name);
	}
	return NULL;
}
