/* `custody control`: the catalogue of controls, with the edition of each, and where
 * they stand in a home. */
#include "cmd/nouns.h"

#include "cmd/period.h"
#include "show/controls.h"
#include "store/store.h"

struct list_options {
	struct period_options period;
	struct str theme;
	int areas, clauses, in_scope, old;
};
static const struct field list_fields[] = {
	PERIOD_FIELDS,
	FIELD(list_options, areas, FIELD_FLAG, 0, 0, "only those the ten delivery areas are judged by"),
	FIELD(list_options, clauses, FIELD_FLAG, 0, 0, "clauses 4 to 10 instead"),
	FIELD(list_options, in_scope, FIELD_FLAG, 0, 0, "only those the approved Statement of Applicability has apply"),
	FIELD(list_options, old, FIELD_FLAG, 0, 0, "the edition of 2013 instead"),
	FIELD(list_options, theme, FIELD_TEXT, 0, 32, "organizational, people, physical or technological"),
	{ 0 },
};
static const struct table list_table = TABLE(list_options, "control list", list_fields);

/* What a home knows of controls; without a home the catalogue stands alone. */
struct known {
	struct store *store;
	struct facts *facts;
	struct delivery delivery;
	struct standings standings;
};

static void known_done(struct known *k)
{
	if (k->store)
		store_close(k->store);
}
#define KNOWN_AUTO __attribute__((cleanup(known_done))) struct known

static err look(struct cmd_run *run, const struct period_options *o, const struct catalogue *c, struct known *k)
{
	struct facts_spec spec = period_spec(o);

	if (!run->home_given && !store_exists(run->home)) {
		cmd_say(run, "There is no home here: the catalogue alone. --home or $CUSTODY_HOME adds state and evidence.");
		return NULL;
	}
	TRY(store_open_read(run->home, &k->store));
	TRY(show_facts_read(store_db(k->store), &spec, run->a, &k->facts));
	delivery_decide(k->facts, run->a, &k->delivery);
	standing_all(k->facts, &k->delivery, c, run->a, &k->standings);
	return NULL;
}

static err run_list(struct cmd_run *run, const void *options)
{
	const struct list_options *o = options;
	struct show_controls_query q = { .theme = o->theme, .areas = o->areas == 1, .clauses = o->clauses == 1,
					 .old = o->old == 1, .in_scope = o->in_scope == 1 };
	KNOWN_AUTO k = { 0 };
	struct catalogue c;

	TRY(catalogue_load(run->a, &c));
	if (!q.clauses && !q.old)
		TRY(look(run, &o->period, &c, &k));
	q.standings = k.facts ? &k.standings : NULL;
	return show_controls_list(&c, &q, run->format, 1);
}

struct id_options {
	struct period_options period;
	struct many id;
};
static const struct field map_fields[] = {
	FIELD(id_options, id, FIELD_TEXT, FIELD_OPERAND | FIELD_MANY | FIELD_REQUIRED, 200, "A.14.2, 14.2.1, A.8.32"),
	{ 0 },
};
static const struct field id_fields[] = {
	PERIOD_FIELDS,
	FIELD(id_options, id, FIELD_TEXT, FIELD_OPERAND | FIELD_MANY | FIELD_REQUIRED, 200, "A.8.32, 8.32, A.14.2, clause 6.1"),
	{ 0 },
};
static const struct table show_table = TABLE(id_options, "control show", id_fields);
static const struct table map_table = TABLE(id_options, "control map", map_fields);

static err run_show(struct cmd_run *run, const void *options)
{
	const struct id_options *o = options;
	const struct str *id = o->id.v;
	KNOWN_AUTO k = { 0 };
	struct catalogue c;
	struct show_control_spec spec = { .catalogue = &c, .standings = &k.standings, .format = run->format };

	TRY(catalogue_load(run->a, &c));
	TRY(look(run, &o->period, &c, &k));
	spec.facts = k.facts;
	spec.db = k.store ? store_db(k.store) : NULL;
	for (size_t i = 0; i < o->id.n; i++) {
		BUF_AUTO out = buf_new(4 << 20);

		TRY(catalogue_find(&c, id[i], &spec.entry));
		TRY(show_controls_one(&spec, run->a, &out));
		TRY(cmd_show(run, buf_str(&out)));
	}
	return NULL;
}

static err run_map(struct cmd_run *run, const void *options)
{
	const struct id_options *o = options;
	const struct str *id = o->id.v;
	const struct catalogue_entry *e;
	struct catalogue c;

	TRY(catalogue_load(run->a, &c));
	for (size_t i = 0; i < o->id.n; i++) {
		TRY(catalogue_find_old(&c, id[i], &e));
		TRY(show_controls_map(&c, e, run->format, 1));
	}
	return NULL;
}

static const struct cmd_verb verbs[] = {
	{ "list", "controls of ISO/IEC 27001:2022 with state today and result over the period",
	  "The state is today's; the period says what its frequency asks for and what came of it. Without a home the list\n"
	  "is the catalogue alone.", "  custody control list --areas", &list_table, run_list },
	{ "show", "one control: state, result over the period, the four questions of an audit, evidence",
	  "Each piece of evidence shows when it happened and when it was received. An id that both editions have means\n"
	  "2022; write A.8@2013 for the other.",
	  "  custody control show 8.32", &show_table, run_show },
	{ "map", "what an id of 2013 became in 2022, at every level", NULL, "  custody control map A.14.2", &map_table, run_map },
	{ 0 },
};
const struct cmd_noun cmd_control = { "control", "the catalogue of controls", verbs, false };
