/* `custody retention`: what was kept longer than the configuration says. */
#include "cmd/nouns.h"

#include "base/instant.h"
#include "store/retention.h"

struct retention_options {
	int64_t as_of;
	int apply, yes;
};
static const struct field fields[] = {
	FIELD(retention_options, apply, FIELD_FLAG, 0, 0, "destroy what is due and not held"),
	FIELD(retention_options, as_of, FIELD_DAY, 0, 0, "what will be due on this day (default: today)"),
	FIELD(retention_options, yes, FIELD_FLAG, 0, 0, "with --apply: you are sure"),
	{ 0 },
};
static const struct table table = TABLE(retention_options, "retention", fields);

static const struct show_column columns[] = {
	{ "what", "what", SHOW_TEXT, 9 },
	{ "kind", "kind", SHOW_TEXT, 18 },
	{ "record", "record", SHOW_NUMBER, 8 },
	{ "bytes", "bytes", SHOW_NUMBER, 12 },
	{ "hold", "hold", SHOW_NUMBER, 6 },
	{ "digest", "digest", SHOW_TEXT, 0 },
	{ 0 },
};

static err print(struct cmd_run *run, const struct retention *r)
{
	OWNED(show_list) l = show_list_new(run->format, columns, 1);

	for (size_t i = 0; i < r->n; i++) {
		const struct retention_item *v = &r->v[i];
		bool evidence = v->evidence.p != NULL;

		show_list_row(l, (const struct show_cell[]){
			SHOW_T(evidence ? STR("evidence") : STR("words")), SHOW_T(v->kind),
			evidence ? SHOW_UNKNOWN : SHOW_N(v->idx), evidence ? SHOW_N(v->size) : SHOW_UNKNOWN,
			v->hold ? SHOW_N(v->hold) : SHOW_UNKNOWN, evidence ? SHOW_T(v->evidence) : SHOW_UNKNOWN });
	}
	return show_list_end(l);
}

static void say_sum(struct cmd_run *run, const struct retention *r)
{
	if (!r->evidence && !r->words)
		cmd_say(run, "nothing says how long anything is kept: 'retention' in custody.yaml does");
	else
		cmd_say(run, "%zu parts are due, %zu of them held; evidence is kept %lld months, words %lld (0: for ever)%s", r->n,
			r->held, (long long)r->evidence, (long long)r->words,
			!r->approved ? "; one person proposes that, and nothing is destroyed by it yet" :
			r->proposed ? "; another is proposed, and counts once a second person approves it" : "");
}

static err run_retention(struct cmd_run *run, const void *options)
{
	const struct retention_options *o = options;
	STORE_AUTO s = NULL;
	struct retention r;
	int64_t done;

	if (o->apply == 1 && o->as_of != INSTANT_NONE)
		return fail(ERR_USAGE, "--apply destroys what is due today; --as-of only shows");
	TRY(o->apply == 1 ? store_open_write(run->home, 60000, &s) : store_open_read(run->home, &s));
	TRY(retention_due(s, run->a, o->as_of == INSTANT_NONE ? instant_now() : (o->as_of + 1) * DAY_SECONDS - 1, &r));
	TRY(print(run, &r));
	say_sum(run, &r);
	if (o->apply != 1 || r.n == r.held)
		return NULL;
	if (o->yes != 1 && r.approved)
		return err_hint(fail(ERR_FAILED, "nothing was destroyed"), "--yes says that you are sure: it cannot be undone");
	TRY(retention_apply(s, run->a, &r, &done));
	cmd_say(run, "%lld parts destroyed by orders of erasure; every proof stays valid", (long long)done);
	return NULL;
}

static const struct cmd_verb verbs[] = {
	{ "", "what was kept longer than custody.yaml says",
	  "Evidence counts from the last time it was used, words from when they came. The configuration in force, the\n"
	  "newest document of each kind, people who have not left and open findings are never due; what a hold covers\n"
	  "is shown and stays. --apply orders the erasure: headers, facts and proofs stay, and verify tells it.",
	  "  custody retention --as-of 2030-01-01\n  custody retention --apply --yes", &table, run_retention },
	{ 0 },
};
const struct cmd_noun cmd_retention = { "retention", "what was kept longer than custody.yaml says", verbs, false };
