#include "cmd/verify_pack.h"

#include "base/file.h"
#include "base/instant.h"
#include "base/term.h"
#include "ledger/proof.h"
#include "pack/known.h"
#include "pack/verify.h"
#include "record/header.h"

const char *const verify_require_words[] = { "intact", "authentic", "witnessed", NULL };

enum { FAULTS_SHOWN = 200 };

struct saying {
	struct cmd_run *run;
	struct term_progress line;
	int64_t faults;
	err failed;		/* to print */
};

static void saying_done(struct saying *s)
{
	term_progress_done(&s->line);
}
#define SAYING_AUTO __attribute__((cleanup(saying_done))) struct saying

static bool is_proof(const char *path)
{
	BUF_AUTO text = buf_new(PROOF_BYTES_MAX);

	return file_exists(path) && !dir_exists(path) && !file_read(path, &text) &&
	       str_starts(buf_str(&text), STR("c2sp.org/tlog-proof"));
}

static bool is_tiles(const char *path)
{
	OWNED(arena) a = arena_new();

	return dir_exists(arena_printf(a, "%s/tile", path).p) && file_exists(arena_printf(a, "%s/checkpoint", path).p);
}

bool verify_pack_is(const char *path)
{
	return pack_is(path) || is_tiles(path) || is_proof(path);
}

static void say_fault(void *ctx, const char *where, const char *what)
{
	struct saying *s = ctx;

	term_progress_done(&s->line);
	if (s->faults++ < FAULTS_SHOWN && !s->failed)
		s->failed = err_copy(cmd_print(arena_printf(s->run->a, "%.*s: %.*s\n",
							    FMT(term_safe(s->run->a, str_c(where))),
							    FMT(term_safe(s->run->a, str_c(what))))));
}

static void say_progress(void *ctx, uint64_t done, uint64_t of)
{
	struct saying *s = ctx;

	term_progress(&s->line, "verify: %llu of %llu MB", (unsigned long long)(done / 1000000), (unsigned long long)(of / 1000000));
}

/* "intact", "witnessed since 2026-08-01", "NOT intact: 3 faults". */
static struct str result(struct arena *a, enum pack_level level, int64_t since, int64_t faults)
{
	char day[DAY_TEXT];

	switch (level) {
	case PACK_NOT_INTACT:
		return arena_printf(a, "NOT intact: %lld %s\n", (long long)faults, faults == 1 ? "fault" : "faults");
	case PACK_INTACT:
		return STR("intact\nThe key is known from here alone: compare its fingerprint with one you received on another way,\n"
			   "or give the key with --key.\n");
	case PACK_AUTHENTIC:
		return STR("authentic\n");
	case PACK_WITNESSED:
		day_put(day, day_of(since));
		return arena_printf(a, "witnessed since %s\n", day);
	}
	ASSERT(!"a level");
	return (struct str){ 0 };
}

static struct str print_log(struct arena *a, const struct pack_checked *r)
{
	char root[DIGEST_BASE64];

	digest_put_base64(root, &r->root);
	return arena_printf(a, "log       %.*s\nrecords   %lld\nroot      %s\nkey       %.*s\n          fingerprint %.*s\n",
			    FMT(r->origin.p ? r->origin : STR("unknown")), (long long)r->records, root,
			    FMT(r->vkey.p ? r->vkey : STR("unknown")), FMT(r->fingerprint.p ? r->fingerprint : STR("unknown")));
}

static struct str print_pack(struct arena *a, const struct pack_checked *r)
{
	char manifest[DIGEST_TEXT];

	digest_put(manifest, &r->manifest);
	return arena_printf(a,
		"shown     %lld records; parts erased by a record %lld, withheld %lld\n"
		"evidence  %lld, %lld bytes; erased by a record %lld, withheld %lld\n"
		"stamps    %zu\n"
		"files     %lld, %lld bytes\n"
		"manifest  %s\n",
		(long long)r->shown, (long long)r->erased_parts, (long long)r->withheld_parts,
		(long long)r->evidence, (long long)r->evidence_bytes, (long long)r->erased_evidence,
		(long long)r->withheld_evidence, r->n_stamps, (long long)r->files, (long long)r->bytes,
		digest_is_zero(&r->manifest) ? "unknown" : manifest);
}

/* Types of which something is not shown: what is there can be counted. */
static err print_types(struct cmd_run *run, const struct pack_checked *r)
{
	for (size_t i = 0; i < r->n_types; i++) {
		const struct pack_type_count *t = &r->types[i];

		if (t->log != t->shown || t->erased || t->withheld)
			TRY(cmd_print(arena_printf(run->a, "  %-20.*s %lld in the log, %lld not shown, "
				"parts of %lld erased, of %lld withheld\n",
				FMT(term_safe(run->a, t->type)), (long long)t->log, (long long)(t->log - t->shown),
				(long long)t->erased, (long long)t->withheld)));
	}
	return NULL;
}

/* How its key was known, where that needs a word. */
static void say_key(const struct cmd_run *run, const struct pack_checked *r)
{
	if (r->other_known && !r->given && !r->remembered)
		cmd_say(run, "Another key of the same name was given here before: this log is not that one.");
	if (r->remembered && !r->given && !r->faults)
		cmd_say(run, "The key was given here before.");
	for (size_t i = 0; i < r->n_stamps && !r->faults; i++)
		cmd_say(run, "openssl ts -verify -data %.*s -in %.*s -CAfile authority.pem", FMT(r->stamps[i].note),
			FMT(r->stamps[i].tsr));
}

static void conclude(struct cmd_run *run, const struct verify_pack_spec *spec, enum pack_level level)
{
	if (level == PACK_NOT_INTACT) {
		run->exit_code = 5;
	} else if (spec->require != FIELD_UNKNOWN && (int)level < spec->require + (int)PACK_INTACT) {
		run->exit_code = 5;
		cmd_say(run, "%s is required", verify_require_words[spec->require]);
	}
}

static err verify_folder(struct cmd_run *run, const struct verify_pack_spec *spec, struct pack_verify_spec *v)
{
	bool pack = pack_is(spec->path);
	struct saying *saying = v->ctx;
	struct pack_checked r;

	TRY(pack ? pack_verify(spec->path, v, &r) : pack_verify_tiles(spec->path, v, &r));
	term_progress_done(&saying->line);
	if (saying->faults > FAULTS_SHOWN)
		TRY(cmd_print(arena_printf(run->a, "… and %lld more\n", (long long)(saying->faults - FAULTS_SHOWN))));
	if (saying->failed)
		return saying->failed;
	TRY(cmd_tell(print_log(run->a, &r)));
	if (pack)
		TRY(cmd_tell(print_pack(run->a, &r)));
	if (pack)
		TRY(print_types(run, &r));
	say_key(run, &r);
	conclude(run, spec, r.level);
	return cmd_tell(result(run->a, r.level, r.witnessed_since, r.faults));
}

static err verify_proof(struct cmd_run *run, const struct verify_pack_spec *spec, const struct pack_verify_spec *v)
{
	BUF_AUTO proof = buf_new(PROOF_BYTES_MAX), header = buf_new(HEADER_MAX + 1);
	struct pack_proof_result r;

	if (!spec->header.p)
		return err_hint(fail(ERR_USAGE, "a proof speaks of a header, which is not in it"), "give it with --header FILE");
	TRY(file_read(spec->path, &proof));
	TRY(file_read(arena_cstr(run->a, spec->header), &header));
	TRY(pack_verify_proof(arena_str(run->a, buf_str(&proof)), str_trim(arena_str(run->a, buf_str(&header))),
		v, &r));
	conclude(run, spec, r.level);
	TRY(cmd_print(arena_printf(run->a, "log       %.*s\nrecord    %lld of %lld, %.*s\n", FMT(r.origin), (long long)r.index,
				   (long long)r.size, FMT(r.type.p ? r.type : STR("not a header of this program")))));
	return cmd_tell(result(run->a, r.level, r.witnessed_since, 0));
}

/* Keys that fitted are known from now on; where that cannot be written, they are
 * asked for again. */
static void remember(const struct cmd_run *run, const struct pack_verify_spec *v, const char *known)
{
	err e = NULL;

	if (run->exit_code || !known)
		return;
	for (size_t i = 0; i < v->keys.n && !e; i++)
		e = pack_known_add(known, v->keys.v[i]);
	if (e)
		cmd_say(run, "The key could not be remembered: %s", e->text);
}

err verify_pack_run(struct cmd_run *run, const struct verify_pack_spec *spec)
{
	const char *known = pack_known_path(run->a);
	SAYING_AUTO saying = { .run = run };
	struct pack_verify_spec v = { .a = run->a, .keys = { spec->keys.v, spec->keys.n }, .fault = say_fault,
				      .progress = run->quiet ? NULL : say_progress, .ctx = &saying };

	if (known)
		TRY(pack_known_load(run->a, known, &v.known));
	if (is_proof(spec->path))
		TRY(verify_proof(run, spec, &v));
	else
		TRY(verify_folder(run, spec, &v));
	remember(run, &v, known);
	return NULL;
}
