/* `custody control`: the catalogue of controls, with the edition of each. */
#include "cmd/nouns.h"

#include "show/controls.h"

struct list_options {
	struct str theme;
	int areas, clauses, old;
};
static const struct field list_fields[] = {
	FIELD(list_options, areas, FIELD_FLAG, 0, 0, "only those the ten delivery areas are judged by"),
	FIELD(list_options, clauses, FIELD_FLAG, 0, 0, "clauses 4 to 10 instead"),
	FIELD(list_options, old, FIELD_FLAG, 0, 0, "the edition of 2013 instead"),
	FIELD(list_options, theme, FIELD_TEXT, 0, 32, "organizational, people, physical or technological"),
	{ 0 },
};
static const struct table list_table = TABLE(list_options, "control list", list_fields);

static err run_list(struct cmd_run *run, const void *options)
{
	const struct list_options *o = options;
	struct show_controls_query q = { .theme = o->theme, .areas = o->areas == 1, .clauses = o->clauses == 1,
					 .old = o->old == 1 };
	struct catalogue c;

	TRY(catalogue_load(run->a, &c));
	return show_controls_list(&c, &q, run->format, 1);
}

struct id_options {
	struct many id;
};
static const struct field id_fields[] = {
	FIELD(id_options, id, FIELD_TEXT, FIELD_OPERAND | FIELD_MANY | FIELD_REQUIRED, 200, "A.8.32, 8.32, A.14.2, clause 6.1"),
	{ 0 },
};
static const struct table show_table = TABLE(id_options, "control show", id_fields);
static const struct table map_table = TABLE(id_options, "control map", id_fields);

static err run_show(struct cmd_run *run, const void *options)
{
	const struct id_options *o = options;
	const struct str *id = o->id.v;
	const struct catalogue_entry *e;
	struct catalogue c;

	TRY(catalogue_load(run->a, &c));
	for (size_t i = 0; i < o->id.n; i++) {
		BUF_AUTO out = buf_new(1 << 20);

		TRY(catalogue_find(&c, id[i], &e));
		show_controls_one(&c, e, run->a, run->format, &out);
		TRY(cmd_print(buf_str(&out)));
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
	{ "list", "controls of ISO/IEC 27001:2022, ids and titles", NULL, "  custody control list --areas", &list_table, run_list },
	{ "show", "one control, clause or id of 2013", "An id that both editions have means 2022; write A.8@2013 for the other.",
	  "  custody control show 8.32", &show_table, run_show },
	{ "map", "what an id of 2013 became in 2022, at every level", NULL, "  custody control map A.14.2", &map_table, run_map },
	{ 0 },
};
const struct cmd_noun cmd_control = { "control", "the catalogue of controls", verbs, false };
