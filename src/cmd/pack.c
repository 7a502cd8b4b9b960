/* `custody pack`: the auditor's pack. */
#include "pack/write.h"

#include "base/term.h"
#include "cmd/nouns.h"
#include "cmd/period.h"
#include "cmd/views.h"

struct pack_options {
	struct period_options period;
	struct str made_for, organisation, out, why;
	struct many withhold;
};
static const char *const withhold_words[] = { "words", "evidence", NULL };
enum { WITHHOLD_WORDS, WITHHOLD_EVIDENCE };

static const struct field pack_fields[] = {
	PERIOD_FIELDS,
	{ .name = "for", .kind = FIELD_TEXT, .max = 200, .offset = offsetof(struct pack_options, made_for),
	  .help = "who it is made for, on its first page" },
	FIELD(pack_options, organisation, FIELD_TEXT, 0, 200, "whose evidence it is, on every page"),
	FIELD(pack_options, why, FIELD_TEXT, 0, 500, "why something is withheld; it stands in the pack"),
	{ .name = "withhold", .kind = FIELD_ENUM, .flags = FIELD_MANY, .max = 2, .choices = withhold_words,
	  .offset = offsetof(struct pack_options, withhold), .help = "leave these out, and say so" },
	FIELD(pack_options, out, FIELD_PATH, FIELD_OPERAND | FIELD_REQUIRED, 4096, "a folder, or a file that ends in .zip"),
	{ 0 },
};
static const struct table pack_table = TABLE(pack_options, "pack", pack_fields);

static void say_progress(void *ctx, const char *what, uint64_t bytes)
{
	term_progress(ctx, "pack: %s, %llu MB", what, (unsigned long long)(bytes / 1000000));
}

static bool withheld(const struct pack_options *o, int what)
{
	const int *v = o->withhold.v;

	for (size_t i = 0; i < o->withhold.n; i++)
		if (v[i] == what)
			return true;
	return false;
}

/* What is signed for an auditor must be what the records give. */
static err views_must_hold(struct cmd_run *run, struct store *s)
{
	struct rebuild_result r;

	TRY(views_apply(run, s, true, &r));
	if (r.different)
		return err_hint(fail(ERR_INTEGRITY, "%lld views are not what the records of this home give: no pack is made of "
				     "them", (long long)r.different), "custody verify, then custody rebuild");
	return NULL;
}

static err run_pack(struct cmd_run *run, const void *options)
{
	const struct pack_options *o = options;
	struct facts_spec period = period_spec(&o->period);
	TERM_PROGRESS_AUTO line = { 0 };
	struct pack_spec spec = {
		.a = run->a, .out = arena_cstr(run->a, o->out), .from = period.from, .to = period.to,
		.as_of = period.as_of, .made_for = o->made_for,
		.organisation = o->organisation, .progress = run->quiet ? NULL : say_progress, .ctx = &line,
		.withhold_words = withheld(o, WITHHOLD_WORDS),
		.withhold_evidence = withheld(o, WITHHOLD_EVIDENCE), .why = o->why,
	};
	struct pack_result r;
	STORE_AUTO s = NULL;
	char hex[DIGEST_TEXT];

	if (o->withhold.n && !o->why.n)
		return fail(ERR_USAGE, "--why is missing: what is withheld needs a reason");
	TRY(store_open_write(run->home, 60000, &s));
	TRY(views_must_hold(run, s));
	TRY(pack_write(s, &spec, &r));
	term_progress_done(&line);
	digest_put(hex, &r.manifest);
	if (o->withhold.n)
		TRY(cmd_print(arena_printf(run->a, "withheld  words of %lld records, %lld evidence\n",
					   (long long)r.withheld_words, (long long)r.withheld_evidence)));
	return cmd_print(arena_printf(run->a,
		"pack      %.*s\n"
		"records   %lld, of %lld the facts and words; %lld with erased words\n"
		"evidence  %lld, %lld bytes\n"
		"files     %lld, %lld bytes\n"
		"manifest  %s\n",
		FMT(o->out), (long long)r.records, (long long)r.parts, (long long)r.erased, (long long)r.evidence,
		(long long)r.evidence_bytes, (long long)r.files, (long long)r.bytes, hex));
}

static const struct cmd_verb verbs[] = {
	{ "", "write the auditor's pack: a site, tables, records, evidence and their proofs",
	  "Whoever gets it can check it without this program: its verify.html needs a browser alone, and\n"
	  "custody verify PACK names every byte that changed. A pack that lies there already is replaced.",
	  "  custody pack audit-2026.zip --from 2026-01-01 --to 2026-12-31 --for \"Example Auditors\"",
	  &pack_table, run_pack },
	{ 0 },
};
const struct cmd_noun cmd_pack = { "pack", "write the auditor's pack", verbs, false };
