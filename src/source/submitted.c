#include "source/submitted.h"

#include <unistd.h>

#include "base/file.h"
#include "base/instant.h"
#include "store/signature.h"

static const int64_t evidence_max = (int64_t)16 << 30;

struct taking {
	struct store *s;
	struct arena *a;
	const struct import_spec *spec;
	struct intake_context c;
	struct str source;
	struct evidence_writer *report;
	int64_t written;
};

err submitted_is(int fd, const char *name, bool *yes)
{
	char head[4096];
	size_t got;

	TRY(fd_read_some(fd, name, head, sizeof(head), &got));
	*yes = submission_is((struct str){ head, got });
	return import_rewind(fd, name);
}

/* --- the first time through: what it is of, and the evidence */

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
	(void)ctx, (void)table, (void)item;
	return NULL;
}

static err take_evidence(void *ctx, const struct s_evidence *e, struct str piece)
{
	struct taking *t = ctx;
	struct digest d;
	uint64_t size;

	if (!t->report)
		TRY(evidence_begin(store_evidence(t->s), (uint64_t)evidence_max, &t->report));
	TRY(evidence_add(t->report, piece));
	t->written += (int64_t)piece.n;
	if (t->written < e->size)
		return NULL;
	TRY(evidence_end(t->report, &d, &size));
	evidence_writer_free(t->report);
	t->report = NULL;
	TRY(store_note_evidence(t->s, &d, (int64_t)size, t->source));
	t->c.report = digest_hex(t->a, &d);
	t->c.size = (int64_t)size;
	return NULL;
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

static err seen_before(struct taking *t, int64_t *at)
{
	return db_get_int(store_db(t->s), SQL("SELECT at FROM view_submission WHERE id = $1"),
			  DB_ARGS(record_blob(t->a, t->c.id)), 0, at);
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
	return NULL;
}

static err take(struct taking *t, int fd, struct import_result *out)
{
	static const struct submission_calls first = {
		.start = take_start, .item = take_item, .evidence = take_evidence,
	};
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
	TRY(submission_read(copy, &first, t));
	TRY(import_rewind(copy, t->spec->name));
	if (t->spec->signature)
		TRY(check_signature(t, copy));
	return take_in(t, copy, out);
}

err submitted_import(struct store *s, struct arena *a, const struct import_spec *spec, int fd,
		     struct import_result *out)
{
	struct taking t = { .s = s, .a = a, .spec = spec,
			    .c = { .content = CONTENT_UPLOADED, .author = AUTHOR_CLAIMED, .file = spec->context->file,
				   .effective = INSTANT_NONE } };
	err e = take(&t, fd, out);

	evidence_writer_free(t.report);
	if (e) {
		store_abandon(s);
		return err_in(e, "%s", spec->name);
	}
	return NULL;
}
