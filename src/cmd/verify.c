/* `custody verify`: everything is computed again. */
#include "cmd/nouns.h"

#include "base/file.h"
#include "base/hex.h"
#include "base/instant.h"
#include "base/term.h"
#include "cmd/verify_pack.h"
#include "cmd/views.h"
#include "store/verify.h"

struct verify_options {
	struct str what, header;
	struct many key;
	int headers_only, require;
};
static const struct field verify_fields[] = {
	FIELD(verify_options, header, FIELD_PATH, 0, 4096, "a proof: the file with the header it speaks of"),
	FIELD(verify_options, headers_only, FIELD_FLAG, 0, 0, "a home: not the parts, the evidence and the views"),
	FIELD(verify_options, key, FIELD_TEXT, FIELD_MANY, 64, "a key you have from elsewhere (vkey of a log or a witness)"),
	FIELD_CHOICE(verify_options, require, 0, verify_require_words, "exit code 5 when the result is less"),
	FIELD(verify_options, what, FIELD_PATH, FIELD_OPERAND, 4096, "pack, proof or tile folder (default: the home)"),
	{ 0 },
};
static const struct table verify_table = TABLE(verify_options, "verify", verify_fields);

struct saying {
	struct cmd_run *run;
	struct term_progress line;
};

static void saying_done(struct saying *s)
{
	term_progress_done(&s->line);
}
#define SAYING_AUTO __attribute__((cleanup(saying_done))) struct saying

static void say_fault(void *ctx, enum verify_fault kind, struct str sentence)
{
	static const char *const words[] = { [VERIFY_ALTERED] = "altered", [VERIFY_MISSING] = "missing",
					     [VERIFY_SURPLUS] = "surplus" };
	struct saying *s = ctx;

	term_progress_done(&s->line);
	fprintf(stderr, "%s: %.*s\n",	/* allow: --quiet does not silence a fault */
		words[kind], FMT(term_safe(s->run->a, sentence)));
}

static void say_progress(void *ctx, int64_t done, int64_t of)
{
	struct saying *s = ctx;

	term_progress(&s->line, "verify: %lld of %lld records", (long long)done, (long long)of);
}

static void put_log(struct buf *b, const struct verify_result *r)
{
	char when[INSTANT_TEXT];

	instant_put(when, r->signed_at);
	buf_addf(b, "log       %.*s\n", FMT(r->origin));
	buf_addf(b, "records   %lld under a checkpoint signed %s\nroot      ", (long long)r->records, when);
	base64_add(b, r->root.b, DIGEST_BYTES);
	buf_add_char(b, '\n');
	if (r->unsigned_records)
		buf_addf(b, "          %lld more behind the newest checkpoint, which the next command signs\n",
			 (long long)r->unsigned_records);
	buf_addf(b, "key       %.*s\n", FMT(r->vkey));
	if (r->unread.p)
		buf_addf(b, "          %.*s\n", FMT(r->unread));
	if (r->place.p)
		buf_addf(b, "place     %.*s\n", FMT(r->place));
}

static void put_erased(struct buf *b, struct str by, int64_t n)
{
	buf_addf(b, "%lld erased", (long long)n);
	if (n && by.p)
		buf_addf(b, " by order of record %.*s", FMT(by));
}

static void put_contents(struct buf *b, const struct verify_result *r, bool headers_only)
{
	if (headers_only) {
		buf_add_c(b, "parts     not looked at\nevidence  not looked at\n");
		return;
	}
	buf_addf(b, "parts     %lld: ", (long long)r->parts);
	put_erased(b, r->ordered_by, r->erased_parts);
	buf_addf(b, ", %lld missing, %lld altered\n", (long long)r->missing_parts, (long long)r->altered_parts);
	buf_addf(b, "evidence  %lld, %lld bytes: ", (long long)r->evidence, (long long)r->evidence_bytes);
	put_erased(b, r->ordered_by, r->erased_evidence);
	buf_addf(b, ", %lld missing, %lld altered\n", (long long)r->missing_evidence, (long long)r->altered_evidence);
}

/* Views are what lists, judgements and packs are made of: applied again, they must be
 * what they are. Only of a log that is intact. */
static err put_views(struct cmd_run *run, struct store *s, struct buf *b)
{
	struct rebuild_result r;

	TRY(views_apply(run, s, true, &r));
	buf_addf(b, "views     %lld of %lld rows, ", (long long)r.tables, (long long)r.rows);
	if (r.different)
		buf_addf(b, "%lld NOT what the records give: custody rebuild makes them again\n", (long long)r.different);
	else
		buf_add_c(b, "the same as the records give\n");
	if (r.different)
		run->exit_code = 5;
	return NULL;
}

static err print_result(struct cmd_run *run, struct store *s, const struct verify_result *r, bool headers_only)
{
	BUF_AUTO b = buf_new(64 * 1024);

	put_log(&b, r);
	put_contents(&b, r, headers_only);
	if (!headers_only && verify_intact(r))
		TRY(put_views(run, s, &b));
	buf_addf(&b, "anchors   %lld time stamp%s, %lld of witnesses, %lld pushed: %lld broken\n", (long long)r->stamps,
		 r->stamps == 1 ? "" : "s", (long long)r->witnessed, (long long)r->pushed, (long long)r->broken_anchors);
	if (r->surplus)
		buf_addf(&b, "surplus   %lld file%s that nothing names\n", (long long)r->surplus, r->surplus == 1 ? "" : "s");
	buf_addf(&b, "times     %.*s\n%s\n", FMT(r->vouch),
		 verify_intact(r) && !run->exit_code ? "intact" : "NOT intact");
	return cmd_tell(buf_str(&b));
}

static err no_such_thing(struct cmd_run *run, struct str what)
{
	err e = fail(ERR_INPUT, "%.*s is no pack, proof, tile folder or home", FMT(what));

	if (!file_exists(arena_cstr(run->a, what)))
		return fail(ERR_MISSING, "there is no %.*s", FMT(what));
	if (dir_exists(arena_printf(run->a, "%.*s/tile", FMT(what)).p))
		return err_hint(e, "a tile folder has the file checkpoint beside tile/: custody log checkpoint prints it");
	return e;
}

static err run_verify(struct cmd_run *run, const void *options)
{
	const struct verify_options *o = options;
	SAYING_AUTO saying = { .run = run };
	struct verify_spec spec = { .a = run->a,
				    .fault = say_fault,
				    .ctx = &saying,
				    .headers_only = o->headers_only == 1,
				    .progress = run->quiet ? NULL : say_progress };
	struct verify_result r;
	STORE_AUTO s = NULL;

	if (o->what.p && verify_pack_is(arena_cstr(run->a, o->what)))
		return verify_pack_run(run, &(struct verify_pack_spec){ arena_cstr(run->a, o->what), o->key,
									o->require, o->header });
	if (o->what.p && !store_exists(arena_cstr(run->a, o->what)))
		return no_such_thing(run, o->what);
	TRY(store_open_read(o->what.p ? arena_cstr(run->a, o->what) : run->home, &s));
	TRY(verify_home(s, &spec, &r));
	term_progress_done(&saying.line);
	if (!verify_intact(&r))
		run->exit_code = 5;
	return print_result(run, s, &r, spec.headers_only);
}

static const struct cmd_verb verify_verbs[] = {
	{ "", "compute everything again: headers, proofs, signatures, parts, evidence, views",
	  "Exit code 5 and a line for each fault where something was altered or is missing without a record that\n"
	  "ordered it. A pack ends as intact (its key is known from it alone), authentic (the key was given, now or\n"
	  "before) or witnessed (a witness whose key was given signed, too).",
	  "  custody verify audit-2026.zip --require authentic --key example.org/log+1a2b3c4d+AQ…\n"
	  "  custody verify 7.tlog-proof --header 7.json --key example.org/log+1a2b3c4d+AQ…", &verify_table, run_verify },
	{ 0 },
};
const struct cmd_noun cmd_verify = { "verify", "compute everything again from the bytes", verify_verbs, false };
